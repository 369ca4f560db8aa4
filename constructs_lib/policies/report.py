"""What the function writes that makes the report page, and who reads its pages."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib import archive_layout as layout
from constructs_lib.policies.evidence_bucket import READS
from constructs_lib.policies.query import WRITES
from constructs_lib.policies.statement import Statement, allow, deny


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
