"""A roll-out to a thousand accounts in which every hundredth fails, on paper: waves, calls and time.

In the pace that the example settings give, by AWS's published rules. How long a stack takes on AWS is an assumption;
service throttling is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stacks.settings import Settings
from tools.rollout.pace import Pace, Place, proceed

ACCOUNTS: Final = 1000
EVERY: Final = 100
STACK_MINUTES: Final = 3.0
"""A Region's stack waits for a custom resource, queues, a delivery stream and alarms."""


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What became of it."""

    waves: int
    calls: int
    failed: int
    stopped: bool

    @property
    def minutes(self) -> float:
        """As long as every wave takes what a stack takes."""
        return self.waves * STACK_MINUTES


def simulate(settings: Settings) -> Simulated:
    """The StackSets one after the other; a call is one stack that is begun, its failure included."""
    rollout = settings.rollout
    pace = Pace(
        max_concurrent_percent=rollout.max_concurrent_percent,
        failure_tolerance_percent=rollout.failure_tolerance_percent,
        regions_in_parallel=rollout.region_concurrency == "parallel",
    )
    accounts = [f"{number:012d}" for number in range(ACCOUNTS)]
    regions = settings.regions
    sign_in = [region for region in regions.sign_in if region not in regions.governed]
    done = [
        proceed([(account, region) for region in some for account in accounts], pace, _attempt)
        for some in ([regions.home], sign_in, list(regions.governed))
        if some
    ]
    return Simulated(
        waves=sum(item.waves for item in done),
        calls=sum(item.calls for item in done),
        failed=sum(item.failed for item in done),
        stopped=any(item.stopped for item in done),
    )


def _attempt(wave: Sequence[Place]) -> list[str]:
    return ["fails" if int(account) % EVERY == EVERY - 1 else "" for account, _region in wave]
