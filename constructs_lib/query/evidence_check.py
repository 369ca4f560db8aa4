"""The function that notices what is missing from the evidence, every hour."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.policies import evidence_check, hub_roles
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.query.asking_function import AskingFunction

MISSING: Final = "access-evidence.evidence"
"""The source of the events that say what is missing."""
MISSED_AFTER_HOURS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Where evidence must arrive, for a function that looks whether it does.

    Attributes:
        home_bucket: The log bucket that trails write to.
        home_region: Its Region.
        log_buckets: The log bucket of each governed Region.
        transcripts_prefix: Of the accounts' folders there.
        trail_prefix: Of the accounts' folders of trail files; empty where trails are not kept here.
        trail_regions: The Regions whose trail files and digests are looked for.
        days: How far back tables look.
    """

    home_bucket: str
    home_region: str
    log_buckets: Mapping[str, str]
    transcripts_prefix: str
    trail_prefix: str
    trail_regions: tuple[str, ...]
    days: int


class EvidenceCheck(AskingFunction):
    """Asks which sessions, connections and recordings lack their counterpart, looks who has stopped delivering and
    whether chains of digests are whole, and tells the hub's bus what is new and what is over.

    Args:
        home: The archive of the home Region, where queries run.
        everywhere: The archive of all Regions, whose evidence is read.
        delivered: Where evidence must arrive.
        questions: The texts of the queries that it asks, by name.
        grace_minutes: How late evidence may be.
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
        delivered: Delivered,
        questions: Mapping[str, str],
        grace_minutes: int,
        scan_limit_bytes: int,
        topic_arn: str,
    ) -> None:
        place = {"partition": PARTITION, "region": home.region, "account": ACCOUNT_ID}
        tables = f"arn:{PARTITION}:dynamodb:{home.region}:{ACCOUNT_ID}:table/"
        via_dynamodb = via("dynamodb", home.region)
        super().__init__(
            scope,
            construct_id,
            name=layout.CHECK,
            package="evidence_check",
            description="Says which evidence is missing",
            purpose="Evidence of who was on which machine, asked for what is missing",
            home=home,
            everywhere=everywhere,
            scan_limit_bytes=scan_limit_bytes,
            statements=[
                evidence_check.reads_roster(table_arn=f"{tables}{layout.ROSTER_TABLE}"),
                evidence_check.remembers_gaps(table_arn=f"{tables}{layout.CHECK_TABLE}"),
                evidence_check.uses_keys_of_tables(
                    **place, via_dynamodb=via_dynamodb, tables=[layout.CHECK_TABLE, layout.ROSTER_TABLE]
                ),
                evidence_check.describes_keys_of_tables(**place, via_dynamodb=via_dynamodb),
                hub_roles.puts_events(bus_arn=layout.bus_arn(**place), source=MISSING),
            ],
            environment={
                "CHECK_TABLE": layout.CHECK_TABLE,
                "GRACE_MINUTES": str(grace_minutes),
                "HUB_BUS": layout.HUB_BUS,
                "ROSTER_TABLE": layout.ROSTER_TABLE,
            },
            more_files={"check.json": json.dumps({"questions": dict(questions), "archive": asdict(delivered)})},
            schedule="rate(1 hour)",
            missed_after_hours=MISSED_AFTER_HOURS,
            topic_arn=topic_arn,
        )
