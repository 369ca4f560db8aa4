"""Which days are compacted, and which of them views may read from Parquet: pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

NOTHING = timedelta(0)
DAY = timedelta(days=1)


class Window(NamedTuple):
    """Days without a gap: from the first to the one before ``until``; none where both are the same."""

    first: date
    until: date


EMPTY = Window(date(1, 1, 1), date(1, 1, 2))
"""A window of one day of which there is no evidence: what the views of a deployment begin with."""


def due(today: date, *, after: int, count: int) -> list[date]:
    """The days to look at, the newest first.

    Args:
        today: In UTC.
        after: Whole days that must have passed since a day ended.
        count: How many days to look at.
    """
    newest = today - (after + 1) * DAY
    return [newest - number * DAY for number in range(count)]


def window(verified: Collection[date]) -> Window:
    """The longest run of days without a gap, of two as long the later one."""
    best, first = EMPTY, None
    length = NOTHING
    for day in sorted(verified):
        first = day if first is None or day - DAY not in verified else first
        if day + DAY - first >= length:
            best, length = Window(first, day + DAY), day + DAY - first
    return best
