"""What the handler does to the world: small calls to AWS, each given its client, so that a test gives another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .deliver import Claim, Memory
from .enrich import Owner
from .normalize import FINDING_SOURCE
from .shapes import ENCODE, Json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BATCH_RECORDS = 500
BATCH_BYTES = 4 * 1024 * 1024
"""What one PutRecordBatch takes. https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html"""
ATTEMPTS = 4
FINDING_TYPE = "Access Finding"


def put_records(lines: Sequence[bytes], *, firehose: Any, stream: str, sleep: Callable[[float], None]) -> list[int]:
    """Puts lines to Data Firehose, again and again only those it refused; returns the positions still refused."""
    pending = list(range(len(lines)))
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(0.1 * 2**attempt)
        refused: list[int] = []
        for chunk in _chunks(pending, lines):
            try:
                answer = firehose.put_record_batch(
                    DeliveryStreamName=stream, Records=[{"Data": lines[position]} for position in chunk]
                )
                results = zip(chunk, answer["RequestResponses"], strict=True)
                refused += [position for position, result in results if result.get("ErrorCode")]
            except Exception:  # unanswered, half answered or throttled as a whole
                refused += chunk
        pending = refused
        if not pending:
            break
    return pending


def put_finding(detection: Json, *, events: Any, bus: str) -> None:
    """Puts a Detection Finding on the bus.

    Raises:
        RuntimeError: where the bus took the call but not the entry.
    """
    entry = {"Source": FINDING_SOURCE, "DetailType": FINDING_TYPE, "EventBusName": bus, "Detail": ENCODE(detection)}
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the bus refused a finding: {answer['Entries'][0].get('ErrorCode')}")


class Table(Memory):
    """The memory of the handler: claims of findings, and failed sign-ins by window.

    Args:
        dynamodb: A client.
        name: A table whose partition key is the string ``id`` and whose time to live is ``expires``.
        now: Seconds since 1970.
        claim_seconds: How long a claim holds that nobody confirms: no less than the function's timeout.
        keep_seconds: How long a finding is remembered: no less than the bus's archive can replay.
    """

    MOST_IDS = 1000
    """A window stops collecting ids here; an item has room for ten times as many."""

    def __init__(
        self, dynamodb: Any, name: str, *, now: Callable[[], float], claim_seconds: int, keep_seconds: int
    ) -> None:
        self._dynamodb, self._name, self._now = dynamodb, name, now
        self._claim, self._keep = claim_seconds, keep_seconds

    def claim(self, uid: str) -> Claim:
        """Takes a finding unless it is told or somebody is about to tell it."""
        now = int(self._now())
        try:
            answer = self._dynamodb.update_item(
                TableName=self._name,
                Key=_key("finding", uid),
                UpdateExpression="SET claimed_until = :until, expires = :expires ADD attempts :one",
                ConditionExpression="attribute_not_exists(told) AND "
                "(attribute_not_exists(claimed_until) OR claimed_until < :now)",
                ExpressionAttributeValues={
                    ":until": _number(now + self._claim),
                    ":expires": _number(now + self._keep),
                    ":one": _number(1),
                    ":now": _number(now),
                },
                ReturnValues="UPDATED_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            found = self._dynamodb.get_item(TableName=self._name, Key=_key("finding", uid), ConsistentRead=True)
            return Claim("done" if "told" in found.get("Item", {}) else "busy")
        return Claim("ours", int(answer["Attributes"]["attempts"]["N"]))

    def confirm(self, uid: str) -> None:
        """Nobody tells this finding again."""
        self._dynamodb.update_item(
            TableName=self._name,
            Key=_key("finding", uid),
            UpdateExpression="SET told = :now",
            ExpressionAttributeValues={":now": _number(int(self._now()))},
        )

    def release(self, uid: str, attempt: int) -> None:
        """The next claim succeeds at once, unless this comes late and somebody has claimed it since."""
        try:
            self._dynamodb.update_item(
                TableName=self._name,
                Key=_key("finding", uid),
                UpdateExpression="SET claimed_until = :free",
                ConditionExpression="attempts = :attempt",
                ExpressionAttributeValues={":free": _number(0), ":attempt": _number(attempt)},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def count(self, key: str, uid: str) -> int:
        """Adds an id to a window and returns how many different ones it holds."""
        try:
            answer = self._dynamodb.update_item(
                TableName=self._name,
                Key=_key("count", key),
                UpdateExpression="SET expires = :expires ADD event_ids :ids",
                ConditionExpression="attribute_not_exists(event_ids) OR size(event_ids) < :most",
                ExpressionAttributeValues={
                    ":ids": {"SS": [uid]},
                    ":expires": _number(int(self._now()) + self._keep),
                    ":most": _number(self.MOST_IDS),
                },
                ReturnValues="UPDATED_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return self.MOST_IDS
        return len(answer["Attributes"]["event_ids"]["SS"])


def note_heartbeat(account: str, region: str, time: int, *, dynamodb: Any, table: str) -> None:
    """Keeps the latest heartbeat of an account and Region, whatever order they come in."""
    try:
        dynamodb.update_item(
            TableName=table,
            Key={"account": {"S": account}, "region": {"S": region}},
            UpdateExpression="SET last_heard = :time",
            ConditionExpression="attribute_not_exists(last_heard) OR last_heard < :time",
            ExpressionAttributeValues={":time": _number(time)},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return


def describe_owner(workspaces: Any, workspace: str) -> Owner:
    """Whose WorkSpace it is.

    Raises:
        LookupError: where the account knows no such WorkSpace.
    """
    found = workspaces.describe_workspaces(WorkspaceIds=[workspace])["Workspaces"]
    if not found or not found[0].get("UserName"):
        raise LookupError(f"no WorkSpace {workspace}")
    return Owner(found[0]["UserName"], found[0].get("DirectoryId"))


def _chunks(positions: Sequence[int], lines: Sequence[bytes]) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for position in positions:
        if chunk and (len(chunk) == BATCH_RECORDS or size + len(lines[position]) > BATCH_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(position)
        size += len(lines[position])
    if chunk:
        yield chunk


def _key(kind: str, uid: str) -> Json:
    return {"id": {"S": f"{kind}#{uid}"}}


def _number(value: int) -> Json:
    return {"N": str(value)}
