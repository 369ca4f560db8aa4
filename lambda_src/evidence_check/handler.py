"""The doorway: called on a schedule, whose event says nothing; reads the environment and makes clients when needed.

Environment: ``CHECK_TABLE``, ``ROSTER_TABLE``, ``HUB_BUS`` and ``ATHENA_WORKGROUP``, by name; ``EVIDENCE_DATABASE``
(evidence) and ``GRACE_MINUTES`` (120). The questions and where evidence lies stand in ``check.json`` beside this file,
or in the file that ``CHECK_FILE`` names::

    {"questions": {"sessions-without-evidence": "SELECT …", …},
     "archive": {"home_bucket": "evidence-logs-…", "home_region": "…", "log_buckets": {"<region>": "evidence-logs-…"},
                 "transcripts_prefix": "transcripts/", "trail_prefix": "cloudtrail/AWSLogs/", "trail_regions": ["…"],
                 "days": 400}}
"""

from __future__ import annotations

import functools
import json
import logging
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .askers import Archive, Askers
from .athena import Athena
from .check import check
from .memory import Memory
from .steps import Step

Json = dict[str, Any]

RESERVE_MILLISECONDS = 90_000
"""What the telling needs; nothing more is asked when no more than this is left."""


def handle(_event: object, context: Any) -> Json:
    """Tells of what is missing from the evidence, and of what is no longer.

    Raises:
        RuntimeError: where something must be told again.
        ValueError: where the grace is no number of minutes, or the table holds what this has not written.
    """
    minutes = int(os.environ.get("GRACE_MINUTES", "120"))
    if minutes < 0:
        raise ValueError(f"GRACE_MINUTES must be 0 or more, not {minutes}")
    path = os.environ.get("CHECK_FILE") or Path(__file__).with_name("check.json")
    document = json.loads(Path(path).read_text("utf-8"))
    memory = Memory(_client("dynamodb"), os.environ["CHECK_TABLE"], now=time.time)
    athena = Athena(
        _client("athena"),
        workgroup=os.environ["ATHENA_WORKGROUP"],
        database=os.environ.get("EVIDENCE_DATABASE", "evidence"),
        now=time.monotonic,
        sleep=time.sleep,
    )
    askers = Askers(
        Archive(**document["archive"]),
        questions=document["questions"],
        ask=athena.ask,
        s3=functools.partial(_client, "s3"),
        roster=lambda: enrolled(_client("dynamodb"), os.environ["ROSTER_TABLE"]),
        memory=memory,
        now=datetime.now(UTC),
        grace=timedelta(minutes=minutes),
        ready=functools.partial(ready, context.get_remaining_time_in_millis),
    )

    def write(step: Step, phase: str, revision: int) -> None:
        memory.write(step.gap, phase, step.opening, revision=revision)

    return check(
        askers,
        known=memory.known,
        write=write,
        put=lambda entries: put(_client("events"), entries),
        bus=os.environ["HUB_BUS"],
        log=_log,
    )


def ready(remaining: Any) -> None:
    """Returns where time is left to ask one more.

    Raises:
        TimeoutError: where there is none.
    """
    if remaining() <= RESERVE_MILLISECONDS:
        raise TimeoutError("no time was left in this run")


def enrolled(dynamodb: Any, table: str) -> set[str]:
    """The accounts on the hub's roster."""
    accounts: set[str] = set()
    page: Json = {}
    while True:
        answer = dynamodb.scan(TableName=table, ConsistentRead=True, **page)
        accounts |= {account for item in answer["Items"] if (account := item.get("account", {}).get("S"))}
        if "LastEvaluatedKey" not in answer:
            return accounts
        page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def put(events: Any, entries: Sequence[Json]) -> list[str | None]:
    """Puts entries on their bus; an error code, or None, for each."""
    return [result.get("ErrorCode") for result in events.put_events(Entries=list(entries))["Entries"]]


@functools.cache
def _client(service: str, region: str | None = None) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 4, "mode": "standard"})
    return boto3.client(service, region_name=region, config=config)


def _log(fields: Json) -> None:
    words = dict(fields)
    logging.getLogger("evidence_check").warning(words.pop("message"), extra=words)
