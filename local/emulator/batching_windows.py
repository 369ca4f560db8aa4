"""An event source mapping gathers a queue's messages for as long as its batching window says.

MiniStack hands on every message at once, ten at most: a burst becomes as many cold starts side by side.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc, sqs

from local.emulator.hooks import replace


def install() -> None:
    """Takes over what a mapping with a window receives."""
    replace(sqs, "_receive_messages_for_esm", _gathering)


def _gathering(original: Callable[..., Any]) -> Callable[..., Any]:
    def receive(queue_url: str, most: int) -> Any:
        window = _window(queue_url)
        if not window:
            return original(queue_url, most)
        with sqs._queues_lock:
            queue = sqs._get_q(queue_url)
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            now = time.time()
            since = [message["visible_at"] for message in queue["messages"] if message["visible_at"] <= now]
            if not since or (len(since) < most and now - min(since) < window):
                return []
            return sqs._collect_msgs(queue, most, int(queue["attributes"].get("VisibilityTimeout", "30")))

    return receive


def _window(queue_url: str) -> float:
    """Seconds, of the mapping in this account and Region that reads the queue; 0 where none does or none has any."""
    arn = sqs._get_q(queue_url)["attributes"]["QueueArn"]
    windows = [
        mapping.get("MaximumBatchingWindowInSeconds") or 0
        for mapping in lambda_svc._esms.values()
        if mapping["EventSourceArn"] == arn
    ]
    return float(max(windows, default=0))
