"""What the guard remembers of each group: which differences are known, and how often it has acted.

``advance`` is pure. ``Memory`` keeps states in a table, each written only over the state that was read, so that of two
invocations at one group the later one fails, comes again, and finds what the first one wrote.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from .groups import Group
from .judge import Difference

HOUR: Final = 60 * 60 * 1000
KEEP_SECONDS: Final = 400 * 24 * 60 * 60
MOST_CLOSED: Final = 2000
"""An item holds 400 KB, and what is open takes its share."""


class ConflictError(RuntimeError):
    """Somebody else wrote meanwhile."""


class State(NamedTuple):
    """What is known of a group.

    Attributes:
        open: The differences that are there, by fingerprint, and the finding that told each.
        closed: The latest that have gone within the last hour, and when, in milliseconds since 1970.
        generation: Counts the changes of what is open.
    """

    open: Mapping[str, str] = {}
    closed: Mapping[str, int] = {}
    generation: int = 0


class Step(NamedTuple):
    """What a judgement changes.

    Attributes:
        finding: The id under which what has appeared is told.
        fresh: The differences that nobody has been told of.
        again: Those that have come back within the hour.
        closed: The findings of which nothing is left.
    """

    finding: str
    fresh: tuple[Difference, ...]
    again: tuple[Difference, ...]
    closed: tuple[str, ...]
    state: State


def fingerprint(difference: Difference) -> str:
    """The same for the same thing, whichever rule id it bears this time."""
    return _digest(difference.kind, difference.breaks, difference.text)[:16]


def advance(
    group: Group, state: State, differences: Iterable[Difference], *, now: int, whole: bool = True, finding: str = ""
) -> Step:
    """The state after a judgement, and what of it is news.

    Args:
        group: The group.
        state: What was known of it.
        differences: What was found.
        now: Milliseconds since 1970.
        whole: Whether they are all that there are; what a part does not show has not gone.
        finding: The id of what appears; by default it follows from that and from the state.
    """
    found = {fingerprint(one): one for one in differences}
    recent = {mark: at for mark, at in state.closed.items() if now - at < HOUR}
    appeared = [mark for mark in sorted(found) if mark not in state.open]
    gone = sorted(set(state.open) - set(found)) if whole else []
    finding = finding or f"sgf-{_digest(*_place(group), str(state.generation), *appeared)[:32]}"
    still = {mark: told for mark, told in state.open.items() if mark not in gone}
    closed = {**{mark: at for mark, at in recent.items() if mark not in found}, **dict.fromkeys(gone, now)}
    after = State(
        open={**still, **dict.fromkeys(appeared, finding)},
        closed=dict(sorted(closed.items(), key=lambda one: one[1])[-MOST_CLOSED:]),
        generation=state.generation + bool(appeared or gone),
    )
    return Step(
        finding,
        fresh=tuple(found[mark] for mark in appeared if mark not in recent),
        again=tuple(found[mark] for mark in appeared if mark in recent),
        closed=tuple(sorted({state.open[mark] for mark in gone} - set(still.values()))),
        state=after,
    )


class Memory:
    """States of groups and counts of actions, in a table.

    Args:
        dynamodb: A client.
        table: Its partition key is the string ``id``, its time to live is ``expires``.
        now: Seconds since 1970.
    """

    def __init__(self, dynamodb: Any, table: str, *, now: Callable[[], float]) -> None:
        self._dynamodb, self._table, self._now = dynamodb, table, now

    def state(self, group: Group) -> State:
        """What is known of a group."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(group), ConsistentRead=True)
        item = answer.get("Item")
        if not item:
            return State()
        open_now, closed = (json.loads(item[name]["S"]) for name in ("open_differences", "closed_differences"))
        return State(open_now, closed, int(item["generation"]["N"]))

    def replace(self, group: Group, before: State, after: State) -> None:
        """Writes what is known of a group now.

        Raises:
            ConflictError: where it is no longer as it was.
        """
        values: dict[str, Any] = {
            ":open": {"S": json.dumps(after.open)},
            ":closed": {"S": json.dumps(after.closed)},
            ":after": {"N": str(after.generation)},
            ":before": {"N": str(before.generation)},
            ":expires": {"N": str(int(self._now()) + KEEP_SECONDS)},
        }
        unchanged = "generation = :before" + (" OR attribute_not_exists(generation)" if not before.generation else "")
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(group),
                UpdateExpression="SET open_differences = :open, closed_differences = :closed, generation = :after, "
                "expires = :expires",
                ConditionExpression=unchanged,
                ExpressionAttributeValues=values,
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ConflictError(f"{group.group_id} was judged at the same time") from None

    def may_act(self, group: Group, most: int) -> bool:
        """Counts one more action on a group in this hour, unless there were as many as there may be."""
        seconds = int(self._now())
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"id": {"S": "#".join(("actions", *_place(group), str(seconds // 3600)))}},
                UpdateExpression="SET expires = :expires ADD actions :one",
                ConditionExpression="attribute_not_exists(actions) OR actions < :most",
                ExpressionAttributeValues={
                    ":expires": {"N": str(seconds + 2 * 60 * 60)},
                    ":one": {"N": "1"},
                    ":most": {"N": str(most)},
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(group: Group) -> dict[str, Any]:
    return {"id": {"S": "#".join(("group", *_place(group)))}}


def _place(group: Group) -> tuple[str, str, str]:
    return group.account, group.region, group.group_id


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()
