"""Says when a new list would take away too much of the old one: then somebody looks before it takes effect."""

from __future__ import annotations

from typing import NamedTuple

from .addresses import Intervals, count, outside
from .allow_list import AllowList


class Loss(NamedTuple):
    """What a list would lose.

    Args:
        rule: Whose list.
        family: ``IPv4`` or ``IPv6``.
        removed: Addresses of the old list that the new one lacks.
        of: Addresses of the old list.
    """

    rule: str
    family: str
    removed: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.removed / self.of

    def sentence(self) -> str:
        """For people."""
        return f"{self.rule}: {self.share:.1%} of its {self.family} addresses would go ({self.removed} of {self.of})"


def losses(old: AllowList, new: AllowList) -> tuple[Loss, ...]:
    """What each list of the old would lose, IPv4 and IPv6 apart, because one IPv6 range outweighs all of IPv4."""
    found = []
    then = {listed.rule.id: listed.addresses() for listed in new.lists}
    for listed in old.lists:
        before = listed.addresses()
        after = then.get(listed.rule.id)
        for family, had, has in (
            ("IPv4", before.v4, after.v4 if after else ()),
            ("IPv6", before.v6, after.v6 if after else ()),
        ):
            if had:
                found.append(_loss(listed.rule.id, family, had, has))
    return tuple(found)


def refusals(old: AllowList, new: AllowList, *, limit: float) -> tuple[Loss, ...]:
    """The losses that must not happen by themselves, the largest share first.

    Args:
        old: The list in force.
        new: The list that would follow it.
        limit: The share of a list, from 0 to 1, that may go at once. A list that loses everything is refused always.

    Raises:
        ValueError: where the limit is no share.
    """
    if not 0 <= limit <= 1:
        raise ValueError(f"limit {limit!r} is no share from 0 to 1")
    too_much = [loss for loss in losses(old, new) if loss.share > limit or loss.removed == loss.of]
    return tuple(sorted(too_much, key=lambda loss: -loss.share))


def _loss(rule: str, family: str, had: Intervals, has: Intervals) -> Loss:
    return Loss(rule, family, count(outside(had, has)), count(had))
