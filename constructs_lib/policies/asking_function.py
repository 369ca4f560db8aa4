"""What a function may do that asks for evidence in Athena, whatever it makes of the answers."""

from __future__ import annotations

from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.statement import Statement, account_root, allow

ASK: Final = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"""


def asks(*, partition: str, region: str, account: str, name: str) -> Statement:
    """The function asks in the one workgroup that is its own."""
    workgroup = f"arn:{partition}:athena:{region}:{account}:workgroup/{layout.query_workgroup(name)}"
    return allow("AskInOwnWorkgroup", actions=ASK, resources=[workgroup])


def lists_evidence(*, bucket_arn: str, account: str) -> Statement:
    """Athena finds, as the function's role, what the log buckets hold."""
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


def encrypts_results(
    sid: str, *, partition: str, account: str, role_arn: str, via_s3: str, bucket_arn: str, prefixes: list[str]
) -> Statement:
    """The function's role encrypts through S3 what it may write into the derived bucket, and nothing else.

    With bucket keys the context is the bucket, without them the object.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    return allow(
        sid,
        principal=account_root(partition=partition, account=account),
        actions=["kms:GenerateDataKey"],
        resources=["*"],
        conditions={
            "ArnEquals": {"aws:PrincipalArn": [role_arn]},
            "StringEquals": {"kms:ViaService": via_s3},
            "StringLike": {
                "kms:EncryptionContext:aws:s3:arn": [bucket_arn, *(f"{bucket_arn}/{prefix}*" for prefix in prefixes)]
            },
        },
    )
