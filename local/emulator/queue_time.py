"""Lets time pass for a queue, which AWS cannot: a visibility timeout of minutes need not be waited for."""

from __future__ import annotations

import time

from ministack.core.concurrency import esm_wake
from ministack.core.responses import request_scope
from ministack.services import sqs

from local.emulator.answers import RefusalError


def time_out(*, account: str, region: str, queue: str) -> int:
    """The visibility timeout of every message in flight runs out now, whoever holds it; how many there were.

    A message that waits for its first delivery is left alone, and receive counts stay as they are.
    """
    with request_scope(account, region):
        found = sqs._queues.get(sqs._queue_url(queue))
        if found is None:
            raise RefusalError("QueueDoesNotExist", f"there is no queue {queue} in {account}, {region}")
        now = time.time()
        with sqs._queues_lock:
            in_flight = [each for each in found["messages"] if each["receive_count"] and each["visible_at"] > now]
            for message in in_flight:
                message["visible_at"] = now
    esm_wake.set()
    return len(in_flight)
