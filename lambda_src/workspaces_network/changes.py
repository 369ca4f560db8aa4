"""What changed between two allow-lists of a Region, in words and numbers."""

from __future__ import annotations

from typing import NamedTuple

from .addresses import Addresses, beyond, cidrs, count, networks
from .allow_list import AllowList

SHOWN = 20
"""CIDRs that a sentence names before it only counts them."""


class Change(NamedTuple):
    """What changed in the list of one rule.

    Args:
        rule: Whose list.
        purpose: What the list is for.
        added: New CIDRs, collapsed.
        removed: CIDRs that went.
        before: How many CIDRs the list had.
        after: How many it has.
        rewritten: Whether protocols or ports are others.
    """

    rule: str
    purpose: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    before: int
    after: int
    rewritten: str = ""

    def sentence(self) -> str:
        """For people."""
        parts = [self.rewritten] if self.rewritten else []
        parts += [
            f"{word} {_counted(changed)}: {_named(changed)}"
            for word, changed in (("added", self.added), ("removed", self.removed))
            if changed
        ]
        return f"{self.rule} ({self.purpose}), {self.before} to {self.after} CIDRs: {'; '.join(parts)}"


class Changes(NamedTuple):
    """What changed.

    Args:
        region: Where the WorkSpaces are.
        before: The sync token and the date of the old list.
        after: Of the new one.
        lists: Only those that changed.
        domains_added: Names.
        domains_removed: Names.
        differences_added: New disagreements between documentation and ip-ranges.json.
        differences_removed: Those that are gone.
    """

    region: str
    before: tuple[int, str]
    after: tuple[int, str]
    lists: tuple[Change, ...]
    domains_added: tuple[str, ...]
    domains_removed: tuple[str, ...]
    differences_added: tuple[str, ...]
    differences_removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether a firewall or a proxy has anything to change."""
        return bool(self.lists or self.domains_added or self.domains_removed)

    def touch(self, rules: frozenset[str]) -> bool:
        """Whether a list that somebody uses changed; ``domains`` stands for the names."""
        used = {change.rule for change in self.lists}
        if self.domains_added or self.domains_removed:
            used.add("domains")
        return not used.isdisjoint(rules)

    def text(self) -> str:
        """A message for people, one line for each list."""
        lines = [
            f"WorkSpaces in {self.region}: ip-ranges.json of {self.before[1]} became that of {self.after[1]} (UTC)."
        ]
        lines += [change.sentence() for change in self.lists]
        lines += [f"domains added: {', '.join(self.domains_added)}"] if self.domains_added else []
        lines += [f"domains removed: {', '.join(self.domains_removed)}"] if self.domains_removed else []
        lines += [f"new difference: {sentence}" for sentence in self.differences_added]
        lines += [f"no longer a difference: {sentence}" for sentence in self.differences_removed]
        if not self:
            lines.append("No list changed.")
        return "\n".join(lines) + "\n"


def compare(old: AllowList, new: AllowList) -> Changes:
    """What the new list of a Region has and lacks against the old one, by address and not by line.

    Raises:
        ValueError: where the lists are of two Regions.
    """
    if old.region != new.region:
        raise ValueError(f"a list of {old.region} and one of {new.region} cannot be compared")
    had = {listed.rule.id: listed for listed in old.lists}
    has = {listed.rule.id: listed for listed in new.lists}
    lists = []
    for rule in (*has, *(gone for gone in had if gone not in has)):
        then, now = had.get(rule), has.get(rule)
        before = then.addresses() if then else Addresses()
        after = now.addresses() if now else Addresses()
        change = Change(
            rule=rule,
            purpose=(now or had[rule]).rule.purpose,
            added=cidrs(beyond(after, before)),
            removed=cidrs(beyond(before, after)),
            before=len(then.ipv4 + then.ipv6) if then else 0,
            after=len(now.ipv4 + now.ipv6) if now else 0,
            rewritten=_rewritten(old, new, rule),
        )
        if change.added or change.removed or change.rewritten:
            lists.append(change)
    names_then, names_now = {d.name for d in old.domains}, {d.name for d in new.domains}
    return Changes(
        region=new.region,
        before=(old.sync_token, old.create_date),
        after=(new.sync_token, new.create_date),
        lists=tuple(lists),
        domains_added=tuple(sorted(names_now - names_then)),
        domains_removed=tuple(sorted(names_then - names_now)),
        differences_added=tuple(d for d in new.differences if d not in old.differences),
        differences_removed=tuple(d for d in old.differences if d not in new.differences),
    )


def _rewritten(old: AllowList, new: AllowList, rule: str) -> str:
    try:
        then, now = old.listed(rule).rule, new.listed(rule).rule
    except KeyError:
        return "the rule is new" if rule in {listed.rule.id for listed in new.lists} else "the rule is gone"
    if (then.protocols, then.ports) == (now.protocols, now.ports):
        return ""
    return f"{then.opening()} became {now.opening()}"


def _counted(changed: tuple[str, ...]) -> str:
    found = networks(changed)
    sizes = [f"{count(found.v4):,} IPv4 addresses"] if found.v4 else []
    sizes += [f"{sum(':' in cidr for cidr in changed)} IPv6 ranges"] if found.v6 else []
    return f"{len(changed)} CIDRs ({', '.join(sizes)})"


def _named(changed: tuple[str, ...]) -> str:
    shown = ", ".join(changed[:SHOWN])
    return shown if len(changed) <= SHOWN else f"{shown} and {len(changed) - SHOWN} more"
