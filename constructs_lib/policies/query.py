"""What an auditor's role for queries may do, and what guards its results."""

from __future__ import annotations

from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.evidence_bucket import READS
from constructs_lib.policies.statement import Statement, allow, deny

ASK: Final = (
    "athena:BatchGetNamedQuery",
    "athena:BatchGetQueryExecution",
    "athena:GetNamedQuery",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetQueryRuntimeStatistics",
    "athena:GetWorkGroup",
    "athena:ListNamedQueries",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
"""What runs a query and shows its answer; nothing that changes the workgroup or its named queries.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"""

LOOK_UP: Final = (
    "athena:GetDataCatalog",
    "athena:GetDatabase",
    "athena:GetTableMetadata",
    "athena:ListDatabases",
    "athena:ListTableMetadata",
)

READ_CATALOG: Final = (
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
)

WRITES: Final = ("s3:PutObject", "s3:ReplicateObject")


def asks_in_workgroup(*, partition: str, region: str, account: str, name: str) -> Statement:
    """An auditor asks in the one workgroup that is its own, and sees nobody else's queries."""
    workgroup = f"arn:{partition}:athena:{region}:{account}:workgroup/{layout.query_workgroup(name)}"
    return allow("AskInOwnWorkgroup", actions=ASK, resources=[workgroup])


def lists_workgroups() -> Statement:
    """The console of an auditor asks which workgroups and catalogs there are, and takes no narrower resource."""
    return allow("ListWorkgroups", actions=["athena:ListDataCatalogs", "athena:ListWorkGroups"], resources=["*"])


def looks_up_tables(*, partition: str, region: str, account: str) -> Statement:
    """The console of an auditor shows the tables of the account's own catalog, as far as Glue lets it."""
    catalog = f"arn:{partition}:athena:{region}:{account}:datacatalog/AwsDataCatalog"
    return allow("LookUpTables", actions=LOOK_UP, resources=[catalog])


def reads_catalog(*, partition: str, region: str, account: str) -> Statement:
    """A query finds the tables and views of the evidence, and that there is a default database, which Athena asks for.

    https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    """
    glue = f"arn:{partition}:glue:{region}:{account}"
    return allow(
        "ReadCatalog",
        actions=READ_CATALOG,
        resources=[
            f"{glue}:catalog",
            f"{glue}:database/default",
            f"{glue}:database/{layout.EVIDENCE_DATABASE}",
            f"{glue}:table/{layout.EVIDENCE_DATABASE}/*",
        ],
    )


def locates_results(*, bucket_arn: str, account: str) -> Statement:
    """Athena finds the Region of the bucket for results, as the auditor's role."""
    return allow(
        "LocateResults",
        actions=["s3:GetBucketLocation"],
        resources=[bucket_arn],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def lists_own_results(*, bucket_arn: str, account: str, name: str) -> Statement:
    """An auditor sees which results of its own there are."""
    return allow(
        "ListOwnResults",
        actions=["s3:ListBucket", "s3:ListBucketMultipartUploads"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": account},
            "StringLike": {"s3:prefix": f"{layout.athena_results(name)}*"},
        },
    )


def keeps_own_results(*, bucket_arn: str, account: str, name: str) -> Statement:
    """Athena writes an auditor's results as the auditor's role, which reads them; it removes none."""
    return allow(
        "KeepOwnResults",
        actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources=[f"{bucket_arn}/{layout.athena_results(name)}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def encrypts_results(*, key_arn: str, via_s3: str) -> Statement:
    """An auditor's role encrypts through S3; the key's own policy says which objects."""
    return allow(
        "EncryptResults",
        actions=["kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": via_s3}},
    )


def deny_results_except_auditors(*, bucket_arn: str, auditor_role_arns: list[str]) -> Statement:
    """Results and Parquet, which show evidence, are read and written by the roles alone that ask; the results of former
    auditors too.
    """
    return deny(
        "DenyResultsExceptAuditors",
        actions=[*READS, *WRITES],
        resources=[f"{bucket_arn}/{prefix}*" for prefix in (layout.ATHENA_RESULTS_PREFIX, layout.COMPACTED_PREFIX)],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": auditor_role_arns}} if auditor_role_arns else None,
    )


def deny_results_to_others(*, bucket_arn: str, name: str, role_arn: str) -> Statement:
    """The results of one auditor are read and written by its own role alone, by no other auditor's."""
    return deny(
        f"DenyResultsOf{name.capitalize()}ToOthers",
        actions=[*READS, *WRITES],
        resources=[f"{bucket_arn}/{layout.athena_results(name)}*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": [role_arn]}},
    )
