"""Decides whose silence must be told: pure, from the roster's items and the time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

Json = dict[str, Any]

SOURCE = "access-evidence.roster"
DETAIL_TYPE = "Member Silent"
LAST_MOMENT = 253_402_300_800_000
"""The end of the year 9999 in milliseconds since 1970: no date lies behind it."""


class MalformedItemError(ValueError):
    """An item of the roster that no heartbeat has written."""


class Member(NamedTuple):
    """An account in a Region; times are milliseconds since 1970.

    Attributes:
        told: The last heartbeat before the latest silence that was told, if any.
    """

    account: str
    region: str
    last_heard: int
    told: int | None = None


def member(item: Json) -> Member:
    """A member, of an item as DynamoDB gives it.

    Raises:
        MalformedItemError: where a part is absent or of another type.
    """
    try:
        account, region = item["account"]["S"], item["region"]["S"]
        last_heard = int(item["last_heard"]["N"])
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedItemError(f"{type(error).__name__}: {error}") from error
    if not account or not region or not 0 <= last_heard < LAST_MOMENT:
        raise MalformedItemError("no account, no Region, or a time that is none")
    return Member(account, region, last_heard, _told(item))


def _told(item: Json) -> int | None:
    """What cannot be read is not told: once too often does no harm."""
    try:
        return int(item["told_silent_since"]["N"])
    except (KeyError, TypeError, ValueError):
        return None


def heard(one: Member, now: int, limit: int) -> bool:
    """The last heartbeat lies no further from now than the limit, in either direction.

    A heartbeat from the future is of a wrong clock or a forger: it must not keep a member heard for years.
    """
    return abs(now - one.last_heard) <= limit


def is_deaf(roster: Sequence[Member], now: int, limit: int) -> bool:
    """Nobody at all was heard: the fault is the hub's own."""
    return not any(heard(one, now, limit) for one in roster)


def silent(roster: Sequence[Member], now: int, limit: int) -> list[Member]:
    """The members that were not heard within the limit and of whose silence nobody has been told.

    Where nobody at all was heard, the hub itself is deaf, and nobody is blamed: the alarm on a hub without events
    tells of that, once instead of a thousand times. Nothing is marked as told, so whoever is still silent when
    somebody is heard again is told then.

    What that loses: the silence of the only member that was left, or of all at once, is never a finding while it
    lasts. Then that alarm alone tells of it; and an only member whose other events still arrive, so that the alarm
    stays quiet, lacks its heartbeat alone, and a change of the heartbeat's rule is a finding of tampering.
    In an organization with one member and an archive account that is a member as well, the archive account's own
    heartbeat shows that the hub hears, and the one member is told.

    Args:
        roster: Every account and Region that was ever heard.
        now: Milliseconds since 1970.
        limit: Milliseconds.
    """
    if is_deaf(roster, now, limit):
        return []
    return [one for one in roster if not heard(one, now, limit) and one.told != one.last_heard]


def entry(one: Member, *, bus: str, limit: int) -> Json:
    """What ``PutEvents`` takes to tell of a member; the handler's id of the finding is made of its detail."""
    last_heard = datetime.fromtimestamp(one.last_heard // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    detail = {
        "account": one.account,
        "region": one.region,
        "last_heard": last_heard,
        "silent_after_minutes": limit // 60_000,
    }
    return {"Source": SOURCE, "DetailType": DETAIL_TYPE, "EventBusName": bus, "Detail": json.dumps(detail)}
