"""StackSets proceed in waves, and stop when too much fails: AWS's published rules, on numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rollout.pace import NOT_BEGUN, Pace, proceed

ACCOUNTS = [f"{number:012d}" for number in range(100)]


def fail(*accounts):
    return lambda wave: ["broken" if account in accounts else "" for account, _region in wave]


def places(accounts, *regions):
    return [(account, region) for region in regions for account in accounts]


@pytest.mark.parametrize(
    ("pace", "accounts", "failed", "expected"),
    [
        (Pace(), 100, 0, 1),
        (Pace(max_concurrent_percent=10, failure_tolerance_percent=5), 100, 0, 6),
        (Pace(max_concurrent_percent=10, failure_tolerance_percent=20), 100, 0, 10),
        (Pace(max_concurrent_percent=10, failure_tolerance_percent=5), 100, 3, 3),
        (Pace(max_concurrent_percent=10, failure_tolerance_percent=5), 9, 0, 1),
        (Pace(max_concurrent_percent=10, failure_tolerance_percent=0, strict=False), 100, 0, 10),
        (Pace(max_concurrent_count=7, failure_tolerance_count=9), 100, 0, 7),
    ],
)
def test_strictly_no_more_at_once_than_may_still_fail_and_one(pace, accounts, failed, expected):
    """The examples round a percentage down, but never to nothing."""
    assert pace.at_once(accounts, failed=failed) == expected


def test_it_is_read_as_cloudformation_writes_it():
    assert Pace.of({}) == Pace()
    written = {
        "MaxConcurrentPercentage": 10,
        "FailureTolerancePercentage": 5,
        "RegionConcurrencyType": "PARALLEL",
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
    }
    expected = Pace(max_concurrent_percent=10, failure_tolerance_percent=5, regions_in_parallel=True, strict=False)
    assert Pace.of(written) == expected


def test_one_region_after_the_other_or_all_at_once():
    some = places(ACCOUNTS[:4], "here", "there")
    pace = Pace(max_concurrent_count=2, failure_tolerance_count=1)
    assert proceed(some, pace, fail()).waves == 4
    parallel = Pace(max_concurrent_count=2, failure_tolerance_count=1, regions_in_parallel=True)
    assert proceed(some, parallel, fail()).waves == 2


def test_beyond_the_tolerance_nothing_more_is_begun_in_any_region():
    pace = Pace(max_concurrent_count=1, failure_tolerance_count=0)
    progress = proceed(places(ACCOUNTS[:3], "here", "there"), pace, fail(ACCOUNTS[1]))
    assert progress.stopped
    assert progress.status == {
        (ACCOUNTS[0], "here"): "SUCCEEDED",
        (ACCOUNTS[1], "here"): "FAILED",
        (ACCOUNTS[2], "here"): "CANCELLED",
        **{(account, "there"): "CANCELLED" for account in ACCOUNTS[:3]},
    }
    assert progress.reasons[ACCOUNTS[1], "here"] == "broken"
    assert progress.reasons[ACCOUNTS[2], "here"] == NOT_BEGUN


@given(
    st.integers(1, 60),
    st.integers(1, 100),
    st.integers(0, 100),
    st.sets(st.integers(0, 59)),
    st.booleans(),
)
def test_every_place_ends_in_one_state_and_never_fail_more_than_may_and_one(
    count, concurrent, tolerated, broken, parallel
):
    pace = Pace(max_concurrent_percent=concurrent, failure_tolerance_percent=tolerated, regions_in_parallel=parallel)
    some = places(ACCOUNTS[:count], "here", "there")
    progress = proceed(some, pace, fail(*(ACCOUNTS[number] for number in broken)))
    assert set(progress.status) == set(some)
    for region in ("here", "there"):
        failed = sum(status == "FAILED" for place, status in progress.status.items() if place[1] == region)
        assert failed <= pace.tolerated(count) + 1
    assert progress.calls == sum(status != "CANCELLED" for status in progress.status.values())
    if any(status == "CANCELLED" for status in progress.status.values()):
        assert progress.stopped
