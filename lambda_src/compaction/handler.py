"""The doorway: called on a schedule, whose event says nothing; reads the environment and makes clients when needed.

Environment: ``ATHENA_WORKGROUP``; ``EVIDENCE_DATABASE`` (evidence), ``COMPACTED``, each table with the view over its
JSON files and Parquet (``cloudtrail=cloudtrail_calls,…``), ``COMPACTION_AFTER_DAYS`` (2), the whole days that must have
passed, ``COMPACTION_DAYS`` (14), how many days before that are looked at, and ``COMPACTION_READS_DAYS`` (370), how many
days back Parquet is read.
"""

from __future__ import annotations

import functools
import logging
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from .athena import Athena
from .catalog import Catalog
from .compact import compact
from .days import due

Json = dict[str, Any]

RESERVE_MILLISECONDS = 500_000
"""No further day is begun when no more than this is left: it has three statements."""
MOST_SECONDS = 160
"""That one statement may take."""


def handle(_event: object, context: Any) -> list[Json]:
    """Compacts what is new of every table; what each table's work came to.

    Raises:
        RuntimeError: where a day could not be compacted; the log says which and why.
        ValueError: where the days are no positive numbers.
    """
    after, count = _days("COMPACTION_AFTER_DAYS", "2", least=0), _days("COMPACTION_DAYS", "14", least=1)
    read_days = _days("COMPACTION_READS_DAYS", "370", least=1)
    athena = Athena(
        _client("athena"),
        workgroup=os.environ["ATHENA_WORKGROUP"],
        database=(database := os.environ.get("EVIDENCE_DATABASE", "evidence")),
        now=time.monotonic,
        sleep=time.sleep,
        most_seconds=MOST_SECONDS,
    )
    today = datetime.now(UTC).date()
    days = due(today, after=after, count=count)
    done = []
    for pair in os.environ["COMPACTED"].split(","):
        table, _, view = pair.partition("=")
        done.append(
            compact(
                Catalog(_client("glue"), database=database, table=table, view=view),
                days,
                ask=athena.ask,
                list_objects=list_objects,
                new_run=lambda: uuid.uuid4().hex,
                ready=lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS,
                oldest=today - timedelta(days=read_days),
                log=_log,
            )
        )
    if any(each["failed"] for each in done):
        raise RuntimeError(f"days were not compacted: {done}")
    return done


def list_objects(bucket: str, prefix: str, after: str) -> Iterator[tuple[str, int]]:
    """Keys and sizes below a prefix, in their order, after a key; a bucket answers as many at a time as it likes."""
    pages = _client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=after)
    for page in pages:
        for found in page.get("Contents", ()):
            yield found["Key"], found["Size"]


def _days(name: str, default: str, *, least: int) -> int:
    value = int(os.environ.get(name, default))
    if value < least:
        raise ValueError(f"{name} must be {least} or more, not {value}")
    return value


@functools.cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=30,
        max_pool_connections=16,
        retries={"total_max_attempts": 4, "mode": "standard"},
    )
    return boto3.client(service, config=config)


def _log(fields: Json) -> None:
    words = dict(fields)
    logging.getLogger("compaction").warning(words.pop("message"), extra=words)
