"""Does the hub hear every account and Region?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from constructs_lib.archive_layout import HEARTBEAT_MINUTES, ROSTER_TABLE
from tools.doctor.check import Check
from tools.doctor.checks.bus import HEARTBEAT
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning


def judge(place: Place, last: datetime | None, *, now: datetime, silent_after: timedelta, beats: bool) -> Verdict:
    """What the roster says of a place.

    Args:
        place: Where the heartbeat comes from.
        last: When it was last heard; None where it never was.
        now: The time, in UTC.
        silent_after: How long nobody worries.
        beats: Whether the place has a heartbeat at all.
    """
    if last is None:
        if not beats:
            return ready(place, "not enrolled yet; it has no heartbeat")
        fix = f"if it is enrolled for more than {HEARTBEAT_MINUTES} minutes, see the check of the bus"
        return warning(place, "the hub has never heard it", fix)
    age = now - last
    said = f"last heard {last:%Y-%m-%d %H:%M} UTC"
    if abs(age) > silent_after:
        why = f"{said}, more than {silent_after.total_seconds() / 60:.0f} minutes ago"
        if age < timedelta(0):
            why = f"{said}, in the future: a clock is wrong, or somebody forges heartbeats"
        return broken(place, why, "see the check of the bus for this place, and docs/operations.md on silent members")
    return ready(place, said)


def _roster(eyes: Eyes, expected: Expected) -> Mapping[Place, datetime]:
    items = eyes.pages(expected.archive, "dynamodb", "scan", "Items", TableName=ROSTER_TABLE)
    return {
        Place(item["account"]["S"], item["region"]["S"]): datetime.fromtimestamp(
            int(item["last_heard"]["N"]) / 1000, UTC
        )
        for item in items
        if "last_heard" in item
    }


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    roster = eyes.once("roster", lambda: _roster(eyes, expected))
    last = roster.get(place)
    beats = last is not None or _beats(eyes, place)
    after = timedelta(minutes=expected.settings.access.silent_after_minutes)
    return [judge(place, last, now=expected.now, silent_after=after, beats=beats)]


def _beats(eyes: Eyes, place: Place) -> bool:
    absent = ["ResourceNotFoundException"]
    return eyes.ask(place, "events", "describe_rule", absent=absent, Name=HEARTBEAT) is not None


CHECK: Final = Check(name="heartbeat", places=lambda expected: expected.forwarding, look=_look)
