"""Which days are looked at, and which of them are read from Parquet."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.compaction.days import EMPTY, due, window

DAY = timedelta(days=1)
DAYS = st.sets(st.integers(0, 20).map(lambda number: date(2026, 2, 20) + number * DAY))


def test_a_day_is_due_when_so_many_whole_days_have_passed_since():
    assert due(date(2026, 3, 2), after=2, count=3) == [date(2026, 2, 27), date(2026, 2, 26), date(2026, 2, 25)]
    assert due(date(2026, 3, 2), after=0, count=1) == [date(2026, 3, 1)]


@given(DAYS)
def test_the_window_is_a_longest_run_without_a_gap(days):
    first, until = window(days)
    inside = {first + number * DAY for number in range((until - first).days)}
    runs = [
        [day + number * DAY for number in range(length)]
        for day in days
        for length in range(1, len(days) + 1)
        if {day + number * DAY for number in range(length)} <= days
    ]
    if not days:
        assert (first, until) == EMPTY
        return
    assert inside <= days
    assert len(inside) == max(map(len, runs))
    assert first == max(run[0] for run in runs if len(run) == len(inside))
