"""What the function may do that writes the report page, and who reads its pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.evidence_bucket import READS
from constructs_lib.policies.query import WRITES
from constructs_lib.policies.statement import Statement, account_root, allow, deny

ASK: Final = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"""


def asks(*, partition: str, region: str, account: str) -> Statement:
    """The report asks in the one workgroup that is its own."""
    workgroup = f"arn:{partition}:athena:{region}:{account}:workgroup/{layout.query_workgroup(layout.REPORT)}"
    return allow("AskInOwnWorkgroup", actions=ASK, resources=[workgroup])


def lists_evidence(*, bucket_arn: str, account: str) -> Statement:
    """Athena finds, as the report's role, what the log buckets hold."""
    return allow(
        "ListEvidence",
        actions=["s3:GetBucketLocation", "s3:ListBucket"],
        resources=[bucket_arn],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def gets_evidence(*, bucket_arn: str, account: str) -> Statement:
    """Athena reads the files of the tables; recordings are none of them."""
    return allow(
        "GetEvidence",
        actions=["s3:GetObject"],
        resources=[f"{bucket_arn}/*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def writes_reports(*, bucket_arn: str, account: str) -> Statement:
    """The report's role puts pages where auditors read them; it reads and removes none."""
    return allow(
        "WriteReports",
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{layout.REPORTS_PREFIX}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def lists_reports(*, bucket_arn: str, account: str) -> Statement:
    """An auditor sees of which days there is a page."""
    return allow(
        "ListReports",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": account},
            "StringLike": {"s3:prefix": f"{layout.REPORTS_PREFIX}*"},
        },
    )


def reads_reports(*, bucket_arn: str, account: str) -> Statement:
    """An auditor reads the pages, those too that a later one of the same day took the place of."""
    return allow(
        "ReadReports",
        actions=["s3:GetObject", "s3:GetObjectVersion"],
        resources=[f"{bucket_arn}/{layout.REPORTS_PREFIX}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def encrypts_reports(*, partition: str, account: str, role_arn: str, via_s3: str, bucket_arn: str) -> Statement:
    """The report's role encrypts its pages and the results of its queries through S3, and nothing else.

    With bucket keys the context is the bucket, without them the object.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    results = layout.athena_results(layout.REPORT)
    return allow(
        "ReportEncryptsPages",
        principal=account_root(partition=partition, account=account),
        actions=["kms:GenerateDataKey"],
        resources=["*"],
        conditions={
            "ArnEquals": {"aws:PrincipalArn": [role_arn]},
            "StringEquals": {"kms:ViaService": via_s3},
            "StringLike": {
                "kms:EncryptionContext:aws:s3:arn": [
                    bucket_arn,
                    f"{bucket_arn}/{results}*",
                    f"{bucket_arn}/{layout.REPORTS_PREFIX}*",
                ]
            },
        },
    )


def deny_reports_except_auditors(*, bucket_arn: str, auditor_role_arns: Sequence[str]) -> Statement:
    """Pages, which show evidence, are read by the roles of the auditors alone who ask in Athena."""
    return deny(
        "DenyReportsExceptAuditors",
        actions=READS,
        resources=[f"{bucket_arn}/{layout.REPORTS_PREFIX}*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": list(auditor_role_arns)}} if auditor_role_arns else None,
    )


def deny_reports_by_others(*, bucket_arn: str, role_arn: str | None) -> Statement:
    """Pages are written by the report's role alone, so that nobody shows auditors another past."""
    return deny(
        "DenyReportsByOthers",
        actions=WRITES,
        resources=[f"{bucket_arn}/{layout.REPORTS_PREFIX}*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": [role_arn]}} if role_arn else None,
    )
