"""In which waves a StackSet works through accounts, and when it stops: decided from numbers alone.

AWS keeps a window of accounts in flight; here a window ends before the next begins, which takes as long where all take
the same time.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, str]
"""An account and a Region."""
Attempt = Callable[[Sequence[Place]], Sequence[str]]
"""Does it in all places at once; of each, why it failed, or nothing."""
NOT_BEGUN = "Cancelled since failure tolerance has exceeded"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The operation preferences of a StackSet, in strict mode; AWS's defaults are one account, and no failure."""

    max_concurrent_percent: int | None = None
    max_concurrent_count: int = 1
    failure_tolerance_percent: int | None = None
    failure_tolerance_count: int = 0
    regions_in_parallel: bool = False
    strict: bool = True

    @classmethod
    def of(cls, preferences: Mapping[str, Any]) -> Pace:
        """As CloudFormation writes it."""
        percent = preferences.get("MaxConcurrentPercentage")
        tolerated = preferences.get("FailureTolerancePercentage")
        return cls(
            max_concurrent_percent=int(percent) if percent is not None else None,
            max_concurrent_count=int(preferences.get("MaxConcurrentCount", 1)),
            failure_tolerance_percent=int(tolerated) if tolerated is not None else None,
            failure_tolerance_count=int(preferences.get("FailureToleranceCount", 0)),
            regions_in_parallel=preferences.get("RegionConcurrencyType") == "PARALLEL",
            strict=preferences.get("ConcurrencyMode", "STRICT_FAILURE_TOLERANCE") == "STRICT_FAILURE_TOLERANCE",
        )

    def tolerated(self, accounts: int) -> int:
        """In how many accounts of a Region it may fail; a percentage is rounded down."""
        if self.failure_tolerance_percent is None:
            return self.failure_tolerance_count
        return accounts * self.failure_tolerance_percent // 100

    def at_once(self, accounts: int, *, failed: int) -> int:
        """In how many accounts of a Region it works at once; strictly, one more than may still fail."""
        wanted = self.max_concurrent_count
        if self.max_concurrent_percent is not None:
            wanted = max(1, accounts * self.max_concurrent_percent // 100)
        left = self.tolerated(accounts) + 1 - failed
        return max(1, min(wanted, left)) if self.strict else wanted


@dataclass(kw_only=True)
class Progress:
    """What became of every place, why, and in how many waves."""

    status: dict[Place, str] = field(default_factory=dict)
    reasons: dict[Place, str] = field(default_factory=dict)
    waves: int = 0
    calls: int = 0
    stopped: bool = False

    @property
    def failed(self) -> int:
        """In how many places it failed."""
        return sum(status == "FAILED" for status in self.status.values())


def proceed(places: Sequence[Place], pace: Pace, attempt: Attempt) -> Progress:
    """Work through the places, Region by Region or in all at once; once too much failed in one, nothing more is begun.

    Args:
        places: Where; Regions in the order in which they first appear.
        pace: How fast, and when to stop.
        attempt: What is done.
    """
    progress = Progress()
    regions = list(dict.fromkeys(region for _account, region in places))
    rounds = [regions] if pace.regions_in_parallel else [[region] for region in regions]
    for some in rounds:
        waiting = {region: [account for account, where in places if where == region] for region in some}
        total = {region: len(accounts) for region, accounts in waiting.items()}
        failed = dict.fromkeys(some, 0)
        while any(waiting.values()) and not progress.stopped:
            wave: list[Place] = []
            for region, accounts in waiting.items():
                count = pace.at_once(total[region], failed=failed[region])
                wave += [(account, region) for account in accounts[:count]]
                del accounts[:count]
            progress.waves += 1
            progress.calls += len(wave)
            for place, reason in zip(wave, attempt(wave), strict=True):
                progress.status[place] = "FAILED" if reason else "SUCCEEDED"
                if reason:
                    progress.reasons[place] = reason
                    failed[place[1]] += 1
            progress.stopped = any(failed[region] > pace.tolerated(total[region]) for region in some)
    for place in places:
        if place not in progress.status:
            progress.status[place], progress.reasons[place] = "CANCELLED", NOT_BEGUN
    return progress
