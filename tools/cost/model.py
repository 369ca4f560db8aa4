"""What a month costs, line by line: what the templates create, times what happens in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from constructs_lib import archive_layout as layout
from stacks.settings import Settings
from tools.cost.inventory import HOURS, KEYS, Inventory
from tools.cost.prices import Prices
from tools.cost.storage import DAYS_A_MONTH, Kept, kept
from tools.cost.volumes import Volumes

KB_A_GB = 1024 * 1024
FIREHOSE_STEP_KB = 5
BUFFERS_A_MONTH = HOURS * 12
"""Firehose and CloudTrail write a file at least every five minutes in which there is something to write."""
OBJECTS_A_SESSION = 3
ROTATIONS_BILLED = 2
POLLS_A_MONTH = 5 * 3 * 60 * HOURS
"""Lambda asks a queue with five pollers, each every twenty seconds, also when nothing comes.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
REQUESTS_A_MESSAGE = 3
WRITES_A_RECORD = 2
SECONDS_AN_EVENT = 0.2
SECONDS_A_GROUP = 0.05
MEMORY_GB = 0.5
COMPACTION_READS = 2
"""A day's files are read once to be written as Parquet, and once to be counted."""
PARQUET_SHARE = 0.5
"""Of the gzipped JSON's size. A tenth was measured on records that resemble each other; real ones do so less."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill: so much of a price in the month; what members cause apart from what stands anyway."""

    service: str
    item: str
    price: str
    archive: float = 0
    member: float = 0

    def quantity(self, accounts: float) -> float:
        """All of it, for so many accounts."""
        return self.archive + self.member * accounts


@dataclass(frozen=True, slots=True)
class Bill:
    """Every line of a month, with its prices."""

    lines: tuple[Line, ...]
    prices: Prices
    accounts: float

    def cost(self, line: Line) -> float:
        """What a line costs in USD."""
        return self.prices.of[line.price].of(line.quantity(self.accounts))

    def services(self) -> dict[str, float]:
        """What each service costs in USD, the dearest first."""
        sums: dict[str, float] = {}
        for line in self.lines:
            sums[line.service] = sums.get(line.service, 0) + self.cost(line)
        return dict(sorted(sums.items(), key=lambda entry: -entry[1]))

    @property
    def total(self) -> float:
        """Everything, in USD."""
        return sum(map(self.cost, self.lines))

    @property
    def shared(self) -> float:
        """What all accounts share, in USD."""
        return sum(self.prices.of[line.price].of(line.archive) for line in self.lines)

    @property
    def an_account(self) -> float:
        """What one more account costs, in USD."""
        return sum(self.prices.of[line.price].of(line.member) for line in self.lines)


def bill(settings: Settings, volumes: Volumes, archive: Inventory, member: Inventory, prices: Prices) -> Bill:
    """The bill of a month; lines of which there is nothing are left out."""
    month = _Month(settings, volumes, archive, member)
    return Bill(tuple(line for line in month.lines() if line.archive or line.member), prices, volumes.accounts)


class _Month:
    """A month in the archive account and in a member account."""

    def __init__(self, settings: Settings, volumes: Volumes, archive: Inventory, member: Inventory) -> None:
        self._settings = settings
        self._volumes = volumes
        self._archive = archive
        self._member = member
        self._events = (
            volumes.sessions
            + volumes.recordings * 2  # the start of the connection, and the recording that arrives
            + volumes.sign_ins
            + volumes.workspaces_logins
            + volumes.security_group_changes
        )
        self._trail_gb = volumes.management_events * volumes.management_event_kb / KB_A_GB
        own = member.count("AWS::CloudTrail::Trail") > 0
        organization = layout.ORGANIZATION_TRAIL_LOG_GROUP in archive.log_days
        self._trail_days = (
            member.log_days[layout.TRAIL_LOG_GROUP]
            if own
            else archive.log_days[layout.ORGANIZATION_TRAIL_LOG_GROUP]
            if organization
            else None
        )

    def lines(self) -> Iterator[Line]:
        """Every line there may be."""
        yield from self._keys()
        yield from self._trails()
        yield from self._logs()
        yield from self._streams()
        yield from self._objects()
        yield from self._hub()
        yield from self._alarms()
        scanned = self._volumes.queries * self._volumes.query_gb
        yield Line("Athena", "data scanned", "athena", archive=scanned)
        yield from self._compaction()

    def _keys(self) -> Iterator[Line]:
        rotated = min(ROTATIONS_BILLED, int(self._volumes.after_months // 12))
        versions = 1 + rotated
        keys = Line(
            "KMS",
            f"keys and replicas, each rotated {rotated} times",
            "kms_key",
            self._archive.count(*KEYS) * versions,
            self._member.count(*KEYS) * versions,
        )
        yield keys
        # As if no bucket key saved any: one request for each object that is written or read.
        yield Line(
            "KMS",
            "requests, at most",
            "kms_requests",
            self._record_objects() + self._volumes.evidence_reads,
            self._transcript_objects() + self._volumes.recordings + self._trail_objects(),
        )

    def _trails(self) -> Iterator[Line]:
        copies = self._trail_days is not None and self._volumes.other_trail > 0
        events = self._volumes.management_events if copies else 0
        yield Line("CloudTrail", "management events, a further copy", "trail_copy", member=events)
        reads = self._volumes.evidence_reads if self._archive.count("AWS::CloudTrail::Trail") else 0
        yield Line("CloudTrail", "data events of the archive", "data_events", archive=reads)

    def _logs(self) -> Iterator[Line]:
        volumes, days = self._volumes, self._member.log_days
        logins = volumes.workspaces_logins * volumes.event_kb / KB_A_GB
        trail = self._trail_gb if self._trail_days is not None else 0
        told = self._handled() * volumes.event_kb / KB_A_GB
        for item, member in (
            ("transcripts", volumes.transcripts_gb),
            ("copy of management events", trail),
            ("WorkSpaces logins and what the hub's functions tell", logins + told),
        ):
            yield Line("CloudWatch Logs", f"ingested: {item}", "logs_ingested", member=member)
        stored = (
            volumes.transcripts_gb * days[layout.SESSION_LOG_GROUP]
            + trail * (self._trail_days or 0)
            + logins * days[layout.WORKSPACES_LOG_GROUP]
            + told * self._archive.log_days[layout.ACCESS_EVENTS_LOG_GROUP]
        )
        member = stored / DAYS_A_MONTH / volumes.gzip
        yield Line("CloudWatch Logs", "stored, compressed", "logs_stored", member=member)

    def _streams(self) -> Iterator[Line]:
        records = self._handled() * _rounded_up(self._volumes.record_kb) / KB_A_GB
        member = self._volumes.transcripts_gb / self._volumes.gzip + records
        yield Line("Data Firehose", "ingested: transcripts and records", "firehose", member=member)
        item = "transcripts, decompressed"
        yield Line("Data Firehose", item, "firehose_decompression", member=self._volumes.transcripts_gb)

    def _objects(self) -> Iterator[Line]:
        volumes = self._volumes
        records_gb = self._handled() * volumes.record_kb / KB_A_GB / volumes.gzip
        trail_gb = self._trail_gb / volumes.gzip if self._trail_days is not None else 0
        piles = (
            self._kept(volumes.transcripts_gb / volumes.gzip, self._transcript_objects()),
            self._kept(volumes.recordings_gb if self._recorded() else 0, self._recorded()),
            self._kept(trail_gb, self._trail_objects()),
            # Few large objects hold the records of all accounts together.
            self._kept(records_gb, self._record_objects() / max(volumes.accounts, 1)),
        )
        yield Line("S3", "stored in S3 Standard", "s3_standard", member=sum(pile.standard_gb for pile in piles))
        yield Line("S3", "stored in Glacier IR", "s3_glacier_instant", member=sum(pile.glacier_gb for pile in piles))
        uploads = self._transcript_objects() + self._recorded() + self._trail_objects()
        yield Line("S3", "uploads", "s3_puts", self._record_objects(), uploads)
        yield Line("S3", "reads", "s3_gets", archive=volumes.evidence_reads)
        yield Line("S3", "moves to Glacier IR", "s3_moves", member=sum(pile.moves for pile in piles))

    def _hub(self) -> Iterator[Line]:
        volumes, heartbeats = self._volumes, self._member.scheduled
        arriving = self._events + heartbeats
        archived = arriving * volumes.event_kb / KB_A_GB
        days = self._archive.archived_days
        yield Line("EventBridge", "events", "bus_events", member=self._events)
        yield Line("EventBridge", "heartbeats", "bus_events", member=heartbeats)
        yield Line("EventBridge", "put into the archive", "bus_archived", member=archived if days else 0)
        lying = archived * min(volumes.after_months, days / DAYS_A_MONTH)
        yield Line("EventBridge", "kept in the archive", "bus_archive_stored", member=lying)
        polls = self._archive.count("AWS::Lambda::EventSourceMapping") * POLLS_A_MONTH
        yield Line("SQS", "polls and messages", "sqs_requests", polls, self._handled() * REQUESTS_A_MESSAGE)
        judged = volumes.security_groups * len(self._settings.regions.governed) * self._sweeps()
        seconds = (self._handled() * SECONDS_AN_EVENT + judged * SECONDS_A_GROUP) * MEMORY_GB
        checks = self._archive.scheduled
        yield Line("Lambda", "calls", "lambda_requests", checks, self._handled() + judged / 100)
        yield Line("Lambda", "run time", "lambda_seconds", checks * MEMORY_GB, seconds)
        yield Line("DynamoDB", "writes", "table_writes", checks, self._handled() * WRITES_A_RECORD + judged / 100)
        # The roster check reads every account and Region, several to a unit.
        yield Line("DynamoDB", "reads", "table_reads", member=checks * len(self._regions()) / 10 + judged / 100)

    def _compaction(self) -> Iterator[Line]:
        """Each day's files are written and counted once; what comes late adds little."""
        volumes = self._volumes
        records_gb = self._handled() * volumes.record_kb / KB_A_GB
        trail_gb = self._trail_gb if self._trail_days is not None else 0
        json_gb = (volumes.transcripts_gb + records_gb + trail_gb) / volumes.gzip
        objects = self._transcript_objects() + self._trail_objects()
        kept_months = min(volumes.after_months, self._archive.derived_days / DAYS_A_MONTH)
        yield Line("Athena", "scanned by compaction", "athena", member=json_gb * COMPACTION_READS)
        yield Line("S3", "reads by compaction", "s3_gets", member=objects * COMPACTION_READS)
        yield Line("S3", "stored as Parquet", "s3_standard", member=json_gb * PARQUET_SHARE * kept_months)

    def _alarms(self) -> Iterator[Line]:
        metrics = self._archive.alarm_metrics, self._member.alarm_metrics
        yield Line("CloudWatch", "alarms", "alarm", *metrics)
        yield Line("CloudWatch", "dashboards", "dashboard", self._archive.count("AWS::CloudWatch::Dashboard"))

    def _handled(self) -> float:
        """What the hub handles of one account: its events and heartbeats."""
        return self._events + self._member.scheduled

    def _regions(self) -> set[str]:
        return {*self._settings.regions.governed, *self._settings.regions.sign_in}

    def _sweeps(self) -> float:
        return HOURS / self._settings.security_groups.sweep_hours

    def _recorded(self) -> float:
        return self._volumes.recordings if self._settings.recording.enabled else 0

    def _transcript_objects(self) -> float:
        most = BUFFERS_A_MONTH * len(self._settings.regions.governed)
        return min(self._volumes.sessions * OBJECTS_A_SESSION, most)

    def _trail_objects(self) -> float:
        if self._trail_days is None:
            return 0
        return BUFFERS_A_MONTH * self._volumes.trail_regions + HOURS * self._volumes.enabled_regions

    def _record_objects(self) -> float:
        """Of all accounts: one stream collects for five minutes."""
        return min(self._handled() * self._volumes.accounts, BUFFERS_A_MONTH)

    def _kept(self, gb: float, objects: float) -> Kept:
        archive = self._settings.archive
        return kept(
            gb=gb,
            objects=objects,
            months=self._volumes.after_months,
            glacier_after_days=archive.glacier_after_days,
            retention_days=archive.retention_days,
        )


def _rounded_up(kb: float) -> float:
    return -(-kb // FIREHOSE_STEP_KB) * FIREHOSE_STEP_KB
