"""Runs every check at every place, so many at a time; nothing that one of them meets stops the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, UnseenError
from tools.doctor.verdict import Found, Place, unknown

ACCESS: Final = "access"


def examine(checks: Sequence[Check], eyes: Eyes, expected: Expected, *, at_once: int) -> list[Found]:
    """What the checks say, in their order, by account and Region.

    One account after the other is looked at, so that what is kept to ask it can go when it is done; the archive
    account, which all others need, stays. An account that cannot be entered is told once, not by each check.

    Args:
        checks: What to look at.
        eyes: Who looks.
        expected: What should be.
        at_once: How many places are looked at at the same time.
    """
    asked = [(number, place) for number, check in enumerate(checks) for place in set(check.places(expected))]
    asked.sort(key=lambda pair: (pair[1].account, pair[0], pair[1].region))
    waiting = Counter(place.account for _, place in asked)
    lock = Lock()

    def look(pair: tuple[int, Place]) -> list[Found]:
        number, place = pair
        closed = eyes.once(("enter", place.account), lambda: _enter(eyes, place.account))
        found = [] if closed else list(_look(checks[number], eyes, expected, place))
        with lock:
            waiting[place.account] -= 1
            done = not waiting[place.account]
        if done and place.account != expected.archive.account:
            eyes.forget(place.account)
        return [closed] if closed and done else found

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        found = [one for some in pool.map(look, asked) for one in some]
    order = {ACCESS: -1, **{check.name: number for number, check in enumerate(checks)}}
    return sorted(found, key=lambda one: (order[one.check], one.verdict.place))


def _enter(eyes: Eyes, account: str) -> Found | None:
    try:
        eyes.told(Place(account), "sts", "get_caller_identity")
    except UnseenError as error:
        return Found(ACCESS, unknown(Place(account), str(error), error.fix))
    return None


def _look(check: Check, eyes: Eyes, expected: Expected, place: Place) -> Iterable[Found]:
    try:
        return [Found(check.name, verdict) for verdict in check.look(eyes, expected, place)]
    except UnseenError as error:
        return [Found(check.name, unknown(place, str(error), error.fix))]
    except Exception as error:  # one surprise must not hide what all other checks found
        said = f"{type(error).__name__}: {error}"
        return [Found(check.name, unknown(place, f"the check itself failed: {said}", "report this as a bug"))]
