"""The doorway: called on a schedule, whose event says nothing; reads the environment and makes clients when needed.

Environment: ``ROSTER_TABLE`` and ``HUB_BUS``, by name; ``SILENT_AFTER_MINUTES`` (60).
"""

from __future__ import annotations

import functools
import logging
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from .check import check
from .roster import Json, Member


def handle(_event: object, _context: object) -> Json:
    """Tells of who fell silent.

    Raises:
        RuntimeError: where somebody must be told again.
        ValueError: where the limit is no positive number of minutes.
    """
    minutes = int(os.environ.get("SILENT_AFTER_MINUTES", "60"))
    if minutes < 1:
        raise ValueError(f"SILENT_AFTER_MINUTES must be 1 or more, not {minutes}")
    table = os.environ["ROSTER_TABLE"]
    told = check(
        scan(_client("dynamodb"), table),
        now=round(time.time() * 1000),
        limit=minutes * 60_000,
        bus=os.environ["HUB_BUS"],
        put=lambda entries: put(_client("events"), entries),
        mark=lambda one: mark(_client("dynamodb"), table, one),
        log=_log,
    )
    return {"told": told}


def scan(dynamodb: Any, table: str) -> Iterator[Json]:
    """Every item of a table, page by page, as it is at this moment."""
    page: Json = {}
    while True:
        answer = dynamodb.scan(TableName=table, ConsistentRead=True, **page)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def put(events: Any, entries: Sequence[Json]) -> list[str | None]:
    """Puts entries on their bus; an error code, or None, for each."""
    return [result.get("ErrorCode") for result in events.put_events(Entries=list(entries))["Entries"]]


def mark(dynamodb: Any, table: str, one: Member) -> None:
    """Remembers that this silence was told: nothing to do where it is over, or the item was removed meanwhile."""
    try:
        dynamodb.update_item(
            TableName=table,
            Key={"account": {"S": one.account}, "region": {"S": one.region}},
            UpdateExpression="SET told_silent_since = :last",
            ConditionExpression="last_heard = :last",
            ExpressionAttributeValues={":last": {"N": str(one.last_heard)}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return


@functools.cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 4, "mode": "standard"})
    return boto3.client(service, config=config)


def _log(fields: Json) -> None:
    words = dict(fields)
    logging.getLogger("roster_check").warning(words.pop("message"), extra=words)
