"""Starts a sweep by a message into its queue, and follows it in the guard's table."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from tools.replay.queues import Queue

Report = dict[str, Any]
POLL_SECONDS = 10


class SweepError(Exception):
    """It cannot be done, for a reason that the message says."""


class Progress(NamedTuple):
    """How far a sweep has come.

    Attributes:
        places: How many accounts and Regions it is to judge; None before it has begun.
        done: How many it has judged, or could not read.
        report: What it found, once all are done.
    """

    places: int | None
    done: int
    report: Report | None

    def __str__(self) -> str:
        if self.report is not None:
            return f"all of {self.report['places']} places are done"
        return "has not begun" if self.places is None else f"{self.done} of {self.places} places are done"


def new_id(now: datetime) -> str:
    """An id that no other sweep has, and by which a person finds it."""
    return f"by-hand-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def start(queue: Queue, sweep: str, *, account: str | None = None, region: str | None = None) -> None:
    """Has a sweep begin.

    Args:
        queue: The queue of the sweep.
        sweep: Its id. Chosen here, so that a message that SQS or boto3 sends twice still is one sweep.
        account: The one to judge; by default every one on the roster.
        region: Likewise.
    """
    chosen = {name: value for name, value in (("account", account), ("region", region)) if value}
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody=json.dumps({"sweep": "start", "id": sweep, **chosen}))


def progress(dynamodb: Any, table: str, sweep: str) -> Progress:
    """How far a sweep has come."""
    answer = dynamodb.get_item(TableName=table, Key={"id": {"S": f"sweep#{sweep}"}}, ConsistentRead=True)
    item = answer.get("Item") or {}
    places = item.get("places", {}).get("N")
    report = item.get("report", {}).get("S")
    done = len(item.get("done", {}).get("SS", ()))
    return Progress(None if places is None else int(places), done, json.loads(report) if report else None)


def wait(
    look: Callable[[], Progress],
    *,
    say: Callable[[Progress], None],
    sleep: Callable[[float], None],
    clock: Callable[[], float],
    seconds: float,
) -> Report:
    """The report, as soon as it is there.

    Args:
        look: Says how far the sweep has come.
        say: Told that, whenever it has changed.
        sleep: Waits some seconds.
        clock: Seconds that only grow.
        seconds: How long to wait.

    Raises:
        SweepError: where it does not come in time.
    """
    end, last = clock() + seconds, None
    while True:
        found = look()
        if found != last:
            say(found)
            last = found
        if found.report is not None:
            return found.report
        if clock() >= end:
            raise SweepError(f"no report yet: {found}")
        sleep(POLL_SECONDS)
