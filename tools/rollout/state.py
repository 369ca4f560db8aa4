"""Where a roll-out stands, from what CloudFormation says of every StackSet's stacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from constructs_lib.archive_layout import (
    MEMBER_STACK_SETS,
    canary_stack_set,
    enforcement_stack_set,
)

STACK_SETS: Final = (
    *map(canary_stack_set, MEMBER_STACK_SETS),
    *MEMBER_STACK_SETS,
    *map(enforcement_stack_set, ("revoke", "restore")),
)
"""Every StackSet there may be, in the order of deployment."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of a StackSet.

    Args:
        account: Whose it is.
        region: Where.
        unit: The organizational unit by which it is reached.
        status: `CURRENT`, `OUTDATED` or `INOPERABLE`.
        detail: What the last operation made of it, for instance `FAILED` or `CANCELLED`.
        reason: Why, in AWS's words.
    """

    account: str
    region: str
    unit: str
    status: str
    detail: str
    reason: str

    @classmethod
    def of(cls, summary: dict[str, Any]) -> Stack:
        """As ListStackInstances says it."""
        return cls(
            account=summary["Account"],
            region=summary["Region"],
            unit=summary.get("OrganizationalUnitId", ""),
            status=summary["Status"],
            detail=summary.get("StackInstanceStatus", {}).get("DetailedStatus", ""),
            reason=summary.get("StatusReason", ""),
        )

    @property
    def stands(self) -> bool:
        """Whether it has the template that it shall have; a suspended account cannot, and is none of our business."""
        return self.status == "CURRENT" or self.detail == "SKIPPED_SUSPENDED_ACCOUNT"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One StackSet.

    Args:
        name: Its name.
        stacks: Every one of its stacks.
        running: Ids of the operations that run or wait.
    """

    name: str
    stacks: tuple[Stack, ...]
    running: tuple[str, ...] = ()

    @property
    def behind(self) -> list[Stack]:
        """The stacks that do not stand."""
        return [stack for stack in self.stacks if not stack.stands]

    @property
    def counts(self) -> dict[str, int]:
        """How many stacks there are of each status, `CURRENT` first."""
        return dict(sorted(Counter(stack.status for stack in self.stacks).items()))


@dataclass(frozen=True, kw_only=True)
class Work:
    """Stacks of one StackSet and unit that are made again, or removed, at once.

    AWS takes accounts and Regions apart, and works on every pair of them; one that stands already is not changed.
    """

    stack_set: str
    unit: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The whole roll-out, StackSets in the order of deployment."""

    stack_sets: tuple[Progress, ...] = field(default_factory=tuple)

    @property
    def complete(self) -> bool:
        """Whether there is a roll-out, and every stack stands."""
        return bool(self.stack_sets) and not any(item.behind or item.running for item in self.stack_sets)

    @property
    def verdict(self) -> str:
        """One sentence."""
        if not self.stack_sets:
            return "There are no StackSets: nothing has been rolled out from this account and Region."
        stacks = [stack for item in self.stack_sets for stack in item.stacks]
        accounts = len({stack.account for stack in stacks})
        behind = sum(len(item.behind) for item in self.stack_sets)
        running = sum(len(item.running) for item in self.stack_sets)
        if running:
            return f"{running} operations run or wait; {behind} of {len(stacks)} stacks are behind."
        if behind:
            return f"{behind} of {len(stacks)} stacks are behind, in {accounts} accounts in all; `resume` tries again."
        return f"All {len(stacks)} stacks of {accounts} accounts stand."

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "complete": self.complete,
            "verdict": self.verdict,
            "stack_sets": [
                {
                    "name": item.name,
                    "counts": item.counts,
                    "running": list(item.running),
                    "behind": [asdict(stack) for stack in item.behind],
                }
                for item in self.stack_sets
            ],
        }


def in_order(names: Iterable[str]) -> list[str]:
    """Those that are ours, as they are deployed."""
    there = set(names)
    return [name for name in STACK_SETS if name in there]


def retries(standing: Standing) -> list[Work]:
    """What to try again, in the order of deployment; the stacks that share unit and Regions at once."""
    found: list[Work] = []
    for item in standing.stack_sets:
        regions: dict[tuple[str, str], list[str]] = {}
        for stack in item.behind:
            regions.setdefault((stack.unit, stack.account), []).append(stack.region)
        alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (unit, account), some in regions.items():
            alike.setdefault((unit, tuple(sorted(some))), []).append(account)
        found += [
            Work(stack_set=item.name, unit=unit, accounts=tuple(sorted(accounts)), regions=some)
            for (unit, some), accounts in alike.items()
        ]
    return found


def departures(standing: Standing, account: str) -> list[Work]:
    """What to remove before an account leaves.

    What depends on the account's own stack goes first, while its roles are there to put the session preferences back.
    """
    found: list[Work] = []
    for item in reversed(standing.stack_sets):
        regions: dict[str, list[str]] = {}
        for stack in item.stacks:
            if stack.account == account:
                regions.setdefault(stack.unit, []).append(stack.region)
        found += [
            Work(stack_set=item.name, unit=unit, accounts=(account,), regions=tuple(some))
            for unit, some in regions.items()
        ]
    return found
