"""The function that writes each day of the archive as Parquet, every night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.policies import compaction
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.query.asking_function import AskingFunction

COMPACTED: Final[Mapping[str, str]] = {
    "access_events": "access_event_lines",
    "transcripts": "transcript_seconds",
    "cloudtrail": "cloudtrail_calls",
}
"""Each table of JSON files with the view that combines them with their Parquet."""
HOUR: Final = 1
"""In UTC; before the hour at which a report is written."""
MISSED_AFTER_HOURS: Final = 26
"""A day, and what a metric's hours and a schedule's do not begin together."""


class EvidenceCompaction(AskingFunction):
    """Has Athena write days that are over as Parquet, counts it, and shows it to the views.

    Args:
        home: The archive of the home Region, where queries run and Parquet lies.
        everywhere: The archive of all Regions, whose evidence is read.
        after_days: Whole days that must have passed since a day ended.
        days: How many days before that are looked at, for late files.
        kept_days: How long Parquet stays; a month before it goes, views read JSON again.
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
        after_days: int,
        days: int,
        kept_days: int,
        scan_limit_bytes: int,
        topic_arn: str,
    ) -> None:
        place = {"partition": PARTITION, "region": home.region, "account": ACCOUNT_ID}
        super().__init__(
            scope,
            construct_id,
            name=layout.COMPACTION,
            package="compaction",
            description="Writes days that are over as Parquet, which long questions read instead of many small files",
            purpose="Evidence of who was on which machine, written as Parquet",
            home=home,
            everywhere=everywhere,
            scan_limit_bytes=scan_limit_bytes,
            statements=[
                compaction.writes_parquet(bucket_arn=home.bucket_arn(BucketKind.DERIVED), account=ACCOUNT_ID),
                compaction.points_partitions(**place, tables=[f"compacted_{table}" for table in COMPACTED]),
                compaction.updates_views(**place, views=list(COMPACTED.values())),
            ],
            environment={
                "COMPACTED": ",".join(f"{table}={view}" for table, view in COMPACTED.items()),
                "COMPACTION_AFTER_DAYS": str(after_days),
                "COMPACTION_DAYS": str(days),
                "COMPACTION_READS_DAYS": str(kept_days - 30),
            },
            more_files={},
            schedule=f"cron(0 {HOUR} * * ? *)",
            missed_after_hours=MISSED_AFTER_HOURS,
            topic_arn=topic_arn,
        )
