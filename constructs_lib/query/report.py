"""The function that writes the report page for auditors, every day."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.policies import report
from constructs_lib.pseudo_parameters import ACCOUNT_ID
from constructs_lib.query.asking_function import AskingFunction

TEMPLATE: Final = Path(__file__).parent.parent.parent / "report" / "template.html"
MISSED_AFTER_HOURS: Final = 26
"""A day, and what a metric's hours and a schedule's do not begin together."""


class EvidenceReport(AskingFunction):
    """Asks Athena for the last days, fills the page that is built beforehand, and puts it where auditors read it.

    Args:
        home: The archive of the home Region, where queries run and pages lie.
        everywhere: The archive of all Regions, whose evidence is read.
        days: How many days a page shows.
        hour: When it is written, in UTC.
        scan_limit_bytes: A query that would read more ends.
        topic_arn: Where its alarms go.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        home: ArchiveReference,
        everywhere: ArchiveReference,
        days: int,
        hour: int,
        scan_limit_bytes: int,
        topic_arn: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            name=layout.REPORT,
            package="report_page",
            description="Writes the page that shows auditors who was on which machine in the last days",
            purpose="Evidence of who was on which machine, asked for the report page",
            home=home,
            everywhere=everywhere,
            scan_limit_bytes=scan_limit_bytes,
            statements=[report.writes_reports(bucket_arn=home.bucket_arn(BucketKind.DERIVED), account=ACCOUNT_ID)],
            environment={
                "ARCHIVE_NAME": home.account,
                "REPORTS_PREFIX": layout.REPORTS_PREFIX,
                "REPORT_BUCKET": home.bucket_name(BucketKind.DERIVED),
                "REPORT_DAYS": str(days),
            },
            more_files={"template.html": TEMPLATE.read_text(encoding="utf-8")},
            schedule=f"cron(0 {hour} * * ? *)",
            missed_after_hours=MISSED_AFTER_HOURS,
            topic_arn=topic_arn,
        )
