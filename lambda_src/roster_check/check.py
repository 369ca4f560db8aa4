"""Tells of every silence: the event first, the mark after, so that a fault between them repeats and never loses.

What is guaranteed:

* A member is marked as told only when the bus has taken its event; what the bus refused is told by the next run.
* A run that ends between the two tells again; the finding has the same id, so a person is told once.
* One member's fault, an unreadable item or a refused entry, keeps nobody else from being told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .roster import Json, MalformedItemError, Member, entry, is_deaf, member, silent

BATCH_ENTRIES = 10
"""What one PutEvents takes. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""


def check(
    items: Iterable[Json],
    *,
    now: int,
    limit: int,
    bus: str,
    put: Callable[[Sequence[Json]], Sequence[str | None]],
    mark: Callable[[Member], None],
    log: Callable[[Json], None],
) -> int:
    """Tells of the silent members of a roster and returns how many.

    Args:
        items: The roster, as DynamoDB gives it.
        now: Milliseconds since 1970.
        limit: Milliseconds without a heartbeat after which a member is silent.
        bus: The name of the bus.
        put: Puts at most ten entries and returns an error, or None, for each.
        mark: Remembers that a member's silence has been told.
        log: Takes what an operator should read.

    Raises:
        RuntimeError: at the end, where something was not told or not marked, so that an alarm sees it.
    """
    roster = _members(items, log)
    if is_deaf(roster, now, limit):
        log({"message": "nobody was heard, so nobody is blamed: the hub hears nothing", "members": len(roster)})
    found = silent(roster, now, limit)
    told = failed = 0
    for start in range(0, len(found), BATCH_ENTRIES):
        batch = found[start : start + BATCH_ENTRIES]
        for one, error in zip(batch, _put(batch, put, bus, limit), strict=True):
            try:
                if error is not None:
                    raise RuntimeError(f"the bus took no event: {error}")
                mark(one)
                told += 1
            except Exception as problem:
                failed += 1
                log({"message": "not told", "account": one.account, "region": one.region, "reason": str(problem)})
    if failed:
        raise RuntimeError(f"{failed} of {len(found)} silent members must be told again")
    return told


def _members(items: Iterable[Json], log: Callable[[Json], None]) -> list[Member]:
    members: list[Member] = []
    for item in items:
        try:
            members.append(member(item))
        except MalformedItemError as error:
            log({"message": "malformed item", "item": str(item)[:500], "reason": str(error)})
    return members


def _put(
    batch: list[Member], put: Callable[[Sequence[Json]], Sequence[str | None]], bus: str, limit: int
) -> Sequence[str | None]:
    try:
        return put([entry(one, bus=bus, limit=limit) for one in batch])
    except Exception as error:  # unanswered as a whole; the next batch may do better
        return [str(error) or type(error).__name__] * len(batch)
