"""Moves the messages of one queue to another so that none is lost: each is received, sent, and only then deleted.

A run that ends between the last two leaves a message in both queues. That does no harm: the handler knows an event
by its id, and its second record and finding are the first ones again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.replay.errors import ReplayError

DIAGNOSIS = frozenset(
    {
        "ERROR_CODE",
        "ERROR_MESSAGE",
        "EVENT_BUS_ARN",
        "EXHAUSTED_RETRY_CONDITION",
        "RETRY_ATTEMPTS",
        "RULE_ARN",
        "TARGET_ARN",
    }
)
"""What EventBridge says of a dead letter, in message attributes; the event itself is the body.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
NO_CODE = "no error code"
HIDDEN_SECONDS = 60
"""For so long nobody else receives what is being moved, nor this run what it left."""
BARREN_ROUNDS = 3
STEP = 1000


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue, and a client that may use it."""

    sqs: Any
    url: str

    @property
    def name(self) -> str:
        """As a person knows it."""
        return self.url.rsplit("/", 1)[-1]


@dataclass(kw_only=True)
class Moves:
    """What came of moving: how many messages by their error code, and the ids of those that came back."""

    codes: Counter[str] = field(default_factory=Counter)
    returned: set[str] = field(default_factory=set)

    @property
    def moved(self) -> int:
        """How many."""
        return self.codes.total()


def open_queue(session: Any, wanted: str, *, region: str | None) -> Queue:
    """The queue of a name or URL; a URL of AWS says its Region itself.

    Raises:
        ReplayError: where there is no such queue.
    """
    named = re.match(r"https://sqs\.([a-z0-9-]+)\.", wanted)
    sqs = session.client("sqs", region_name=named[1] if named else region)
    if wanted.startswith(("https://", "http://")):
        return Queue(sqs=sqs, url=wanted)
    try:
        return Queue(sqs=sqs, url=sqs.get_queue_url(QueueName=wanted)["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        raise ReplayError(f"there is no queue {wanted} in {sqs.meta.region_name} of this account") from None


def move(source: Queue, target: Queue, moves: Moves, *, progress: Callable[[int], None] = lambda _moved: None) -> None:
    """Moves messages until the source is empty, or nothing is left there but what this run has sent already.

    A queue that takes another's failures keeps a message's id, so what comes back is known by it, is counted, and
    stays where it is.

    Args:
        source: Where the dead letters are.
        target: Where they are handled.
        moves: Filled while it goes on, so that it is right when an error ends it.
        progress: Told the number moved, now and then.

    Raises:
        ReplayError: where both are the same queue.
    """
    if source.url == target.url:
        raise ReplayError(f"{source.name} cannot be moved to itself")
    sent: set[str] = set()
    answered: set[str] = set()
    barren = 0
    while barren < BARREN_ROUNDS:
        messages = source.sqs.receive_message(
            QueueUrl=source.url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=1,
        ).get("Messages", [])
        if not messages:
            return
        barren += 1
        for message in messages:
            uid = message["MessageId"]
            if uid in moves.returned:
                continue
            if uid in sent:
                moves.returned.add(uid)
                barren = 0
                continue
            if uid not in answered:
                sent.add(_send(message, target))
                answered.add(uid)
                moves.codes[_code(message)] += 1
                barren = 0
                if moves.moved % STEP == 0:
                    progress(moves.moved)
            # Also what the queue gives once more though it was deleted: it needs no second sending.
            source.sqs.delete_message(QueueUrl=source.url, ReceiptHandle=message["ReceiptHandle"])


def _send(message: dict[str, Any], target: Queue) -> str:
    kept = {
        name: {part: value[part] for part in ("DataType", "StringValue", "BinaryValue") if part in value}
        for name, value in message.get("MessageAttributes", {}).items()
        if name not in DIAGNOSIS
    }
    answer = target.sqs.send_message(QueueUrl=target.url, MessageBody=message["Body"], MessageAttributes=kept)
    return str(answer["MessageId"])


def _code(message: dict[str, Any]) -> str:
    told: str = message.get("MessageAttributes", {}).get("ERROR_CODE", {}).get("StringValue", NO_CODE)
    return told
