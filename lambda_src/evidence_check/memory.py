"""What was told and what was read, in a table of the check's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from .digests import Digest
from .gaps import Gap
from .steps import CLOSED, PHASES, Known

Json = dict[str, Any]

KEEP_SECONDS: Final = 400 * 24 * 60 * 60
_WINDOW_SECONDS: Final = 7 * 24 * 60 * 60


class ConflictError(Exception):
    """Somebody else wrote it since it was read."""


class Memory:
    """Gaps, enrolments, and digests of the latest days.

    Args:
        dynamodb: A client.
        table: Its partition key is the string ``kind``, its sort key the string ``id``, its time to live ``expires``.
        now: Seconds since 1970.
    """

    def __init__(self, dynamodb: Any, table: str, *, now: Callable[[], float]) -> None:
        self._dynamodb, self._table, self._now = dynamodb, table, now

    def known(self) -> dict[str, Known]:
        """What is known of every gap, by key.

        Raises:
            ValueError: where an item is not as it was written: to pass it over would tell its gap anew.
        """
        return {item["id"]["S"]: _known(item) for item in self._items("gap")}

    def write(self, gap: Gap, phase: str, opening: int, *, revision: int) -> None:
        """Writes the phase of a gap.

        Raises:
            ConflictError: where its revision is no longer the one that was read.
        """
        item: Json = {
            **_key("gap", gap.key),
            "gap": {"S": json.dumps(gap._asdict())},
            "phase": {"S": phase},
            "opening": {"N": str(opening)},
            "revision": {"N": str(revision + 1)},
        }
        if phase == CLOSED:
            item["expires"] = {"N": str(int(self._now()) + KEEP_SECONDS)}
        unchanged: Json = {"ConditionExpression": "attribute_not_exists(id)"}
        if revision:
            values = {":read": {"N": str(revision)}}
            unchanged = {"ConditionExpression": "revision = :read", "ExpressionAttributeValues": values}
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, **unchanged)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ConflictError(f"{gap.key} was written at the same time") from None

    def enrolled(self) -> dict[str, datetime]:
        """When each account's heartbeats were first noticed here."""
        return {
            item["id"]["S"]: datetime.fromtimestamp(int(item["noticed"]["N"]), UTC) for item in self._items("enrolled")
        }

    def note_enrolled(self, account: str) -> None:
        """Notes that an account has heartbeats; the first time stays."""
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={**_key("enrolled", account), "noticed": {"N": str(int(self._now()))}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def digests(self, place: str) -> dict[str, Digest]:
        """The digests of a place that were read before; none where that was long ago, or cannot be understood."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key("digests", place), ConsistentRead=True)
        try:
            said = json.loads(answer["Item"]["digests"]["S"])
            return {digest.key: digest for digest in (Digest(*each) for each in said)}
        except (KeyError, TypeError, ValueError):
            return {}  # they are read again

    def keep_digests(self, place: str, digests: Mapping[str, Digest]) -> None:
        """Keeps what was read, so that each file is read once."""
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                **_key("digests", place),
                "digests": {"S": json.dumps(list(digests.values()))},
                "expires": {"N": str(int(self._now()) + _WINDOW_SECONDS)},
            },
        )

    def _items(self, kind: str) -> Iterator[Json]:
        page: Json = {}
        while True:
            answer = self._dynamodb.query(
                TableName=self._table,
                KeyConditionExpression="kind = :kind",
                ExpressionAttributeValues={":kind": {"S": kind}},
                ConsistentRead=True,
                **page,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _known(item: Json) -> Known:
    try:
        gap = Gap(**json.loads(item["gap"]["S"]))
        phase, opening, revision = item["phase"]["S"], int(item["opening"]["N"]), int(item["revision"]["N"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the item {item.get('id')} is no gap: {type(error).__name__}: {error}") from error
    if phase not in PHASES or gap.key != item["id"]["S"]:
        raise ValueError(f"the item {item['id']} is of no known phase, or of another gap")
    return Known(gap, phase, opening, revision)


def _key(kind: str, name: str) -> Json:
    return {"kind": {"S": kind}, "id": {"S": name}}
