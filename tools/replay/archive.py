"""Replays a time range of the bus's archive onto the bus, and watches until AWS has done it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tools.replay.errors import ReplayError

UNDER_WAY = frozenset({"STARTING", "RUNNING"})
ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED"})
SETTLED = timedelta(minutes=10)
"""An event may take so long to reach the archive.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html"""
POLL_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Range:
    """From a moment, itself included, to another."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{_iso(self.start)} to {_iso(self.end)}"

    @property
    def name(self) -> str:
        """What a replay of this range is called, so that a second call finds the first: at most 60 characters."""
        return f"{self.start:%Y%m%dT%H%M%SZ}-{self.end:%Y%m%dT%H%M%SZ}"


def time_range(start: str, end: str, *, now: datetime) -> Range:
    """The range of two times in ISO 8601; without an offset they are UTC.

    Raises:
        ReplayError: where one is no time, they are in the wrong order, or one lies in the future.
    """
    chosen = Range(start=_time("--start", start), end=_time("--end", end))
    if chosen.end <= chosen.start:
        raise ReplayError(f"--end {_iso(chosen.end)} is not after --start {_iso(chosen.start)}")
    if chosen.end > now:
        raise ReplayError(f"--end {_iso(chosen.end)} lies in the future: it is {_iso(now)}")
    return chosen


def replay(
    events: Any, archive: str, chosen: Range, *, say: Callable[[str], None], sleep: Callable[[float], None]
) -> str:
    """Replays a range to the rules of the archive's own bus; returns the state in which it ended.

    While a replay of the same range is under way, it is watched and no second one is started, so that a call that
    was interrupted may be repeated.

    Raises:
        ReplayError: where there is no such archive.
    """
    try:
        found = events.describe_archive(ArchiveName=archive)
    except events.exceptions.ResourceNotFoundException:
        raise ReplayError(f"there is no archive {archive} in {events.meta.region_name} of this account") from None
    name, is_new = _free_name(events, chosen.name)
    if is_new:
        events.start_replay(
            ReplayName=name,
            EventSourceArn=found["ArchiveArn"],
            EventStartTime=chosen.start,
            EventEndTime=chosen.end,
            Destination={"Arn": found["EventSourceArn"]},
        )
    bus = found["EventSourceArn"].rpartition("/")[2]
    say(f"{archive}, {chosen}, onto {bus}: replay {name}{'' if is_new else ', which is under way'}")
    return _watch(events, name, say=say, sleep=sleep)


def _free_name(events: Any, wanted: str) -> tuple[str, bool]:
    """The name under way, and False; or one that no replay has had, and True. AWS keeps names for 90 days."""
    for number in count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        try:
            state = events.describe_replay(ReplayName=name)["State"]
        except events.exceptions.ResourceNotFoundException:
            return name, True
        if state in UNDER_WAY:
            return name, False
    raise AssertionError("unreachable")


def _watch(events: Any, name: str, *, say: Callable[[str], None], sleep: Callable[[float], None]) -> str:
    last = ""
    while True:
        read = events.describe_replay(ReplayName=name)
        state: str = read["State"]
        reached, reason = read.get("EventLastReplayedTime"), read.get("StateReason")
        line = f"  {state}"
        if reached is not None:
            line += f", events up to {_iso(reached)}"
        if reason:
            line += f": {reason}"
        if line != last:
            say(line)
            last = line
        if state in ENDED:
            return state
        sleep(POLL_SECONDS)


def _time(option: str, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ReplayError(f"{option} {text} is no time, such as 2026-11-01T00:00:00Z") from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
