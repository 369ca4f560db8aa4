"""What the function does that writes evidence as Parquet, and what those do who read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.query import WRITES
from constructs_lib.policies.statement import Statement, allow, deny

POINT: Final = ("glue:BatchUpdatePartition", "glue:CreatePartition")


def writes_parquet(*, bucket_arn: str, account: str) -> Statement:
    """Athena writes Parquet as the compaction's role, in as many parts as it likes; it removes none.

    https://docs.aws.amazon.com/athena/latest/ug/unload.html
    """
    return allow(
        "WriteParquet",
        actions=["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources=[f"{bucket_arn}/{layout.COMPACTED_PREFIX}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def lists_parquet(*, bucket_arn: str, account: str) -> Statement:
    """Athena finds, as the role of whoever asks, what a folder of Parquet holds."""
    return allow(
        "ListParquet",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": account},
            "StringLike": {"s3:prefix": f"{layout.COMPACTED_PREFIX}*"},
        },
    )


def reads_parquet(*, bucket_arn: str, account: str) -> Statement:
    """Athena reads Parquet as the role of whoever asks."""
    return allow(
        "ReadParquet",
        actions=["s3:GetObject"],
        resources=[f"{bucket_arn}/{layout.COMPACTED_PREFIX}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def points_partitions(*, partition: str, region: str, account: str, tables: Sequence[str]) -> Statement:
    """The compaction names the folder of a day in the tables of Parquet, and in no other."""
    return allow("PointPartitions", actions=POINT, resources=_tables(partition, region, account, tables))


def updates_views(*, partition: str, region: str, account: str, views: Sequence[str]) -> Statement:
    """The compaction tells the views over both kinds of files which days they read from Parquet."""
    return allow("UpdateViews", actions=["glue:UpdateTable"], resources=_tables(partition, region, account, views))


def deny_parquet_by_others(*, bucket_arn: str, role_arn: str | None) -> Statement:
    """Parquet is written by the compaction's role alone, so that nobody shows auditors another past."""
    return deny(
        "DenyParquetByOthers",
        actions=WRITES,
        resources=[f"{bucket_arn}/{layout.COMPACTED_PREFIX}*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": [role_arn]}} if role_arn else None,
    )


def _tables(partition: str, region: str, account: str, names: Sequence[str]) -> list[str]:
    """Glue asks about the catalog and the database with every table.

    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    glue = f"arn:{partition}:glue:{region}:{account}"
    database = layout.EVIDENCE_DATABASE
    return [f"{glue}:catalog", f"{glue}:database/{database}", *(f"{glue}:table/{database}/{name}" for name in names)]
