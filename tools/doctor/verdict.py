"""What a check says of one place."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """How one thing stands at one place."""

    READY = "ready"
    WARNING = "warning"
    BROKEN = "broken"
    UNKNOWN = "unknown"


SEVERITY: Final = (State.READY, State.WARNING, State.UNKNOWN, State.BROKEN)
"""The least severe first."""


class Place(NamedTuple):
    """An account in a Region; without a Region, all of the account."""

    account: str
    region: str = ""

    def __str__(self) -> str:
        return f"{self.account} {self.region}".rstrip()


class Verdict(NamedTuple):
    """What was found at a place, and what mends it; what is ready needs no fix."""

    state: State
    place: Place
    what: str
    fix: str = ""


class Found(NamedTuple):
    """A verdict, and which check gave it."""

    check: str
    verdict: Verdict


def ready(place: Place, what: str) -> Verdict:
    """It is as it should be."""
    return Verdict(State.READY, place, what)


def warning(place: Place, what: str, fix: str) -> Verdict:
    """Evidence comes, but something costs, is about to break, or wants a look."""
    return Verdict(State.WARNING, place, what, fix)


def broken(place: Place, what: str, fix: str) -> Verdict:
    """Evidence does not come, or a deployment would fail."""
    return Verdict(State.BROKEN, place, what, fix)


def unknown(place: Place, what: str, fix: str) -> Verdict:
    """It could not be looked at."""
    return Verdict(State.UNKNOWN, place, what, fix)


def worst(states: Iterable[State]) -> State:
    """The most severe of them; ready where there are none."""
    return max(states, key=SEVERITY.index, default=State.READY)


def exit_code(states: Iterable[State]) -> int:
    """0 for ready and warnings, 1 where something is broken, else 2 where something could not be looked at."""
    return {State.READY: 0, State.WARNING: 0, State.BROKEN: 1, State.UNKNOWN: 2}[worst(states)]
