"""Joins what AWS documents and what it publishes into one list for one Region."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from .addresses import Addresses, networks, union, v4_cidrs, v6_cidrs
from .ip_ranges import IpRanges
from .rules import DEFAULT_VARIANTS, VARIANTS, Domain, Rule, Rules, documented
from .sources import sources_of, tables

STREAMING: Final = (
    "pcoip-streaming",
    "pcoip-client-ports",
    "dcv-streaming",
    "dcv-accelerator",
    "web-access-streaming",
)
"""The rules of the few ranges that desktops are streamed from: what fits a prefix list and a security group."""


class Listed(NamedTuple):
    """One rule with its addresses, collapsed to the fewest CIDRs, in ascending order.

    Args:
        rule: What must be open, and why.
        sources: Where the addresses come from, for people.
        ipv4: CIDRs.
        ipv6: CIDRs.
    """

    rule: Rule
    sources: tuple[str, ...]
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]

    def addresses(self) -> Addresses:
        """The addresses as intervals."""
        return networks(self.ipv4 + self.ipv6)


class AllowList(NamedTuple):
    """What clients of the WorkSpaces of one Region must reach.

    Args:
        region: Where the WorkSpaces are.
        variants: What is in use of them, in the order of ``rules.VARIANTS``.
        sync_token: The version of ip-ranges.json; a larger one is newer.
        create_date: The same for people, in UTC.
        page: Where AWS documents the rules.
        read: The day they were read.
        return_ports: First and last port that answers come back to, for firewalls that keep no state.
        lists: One for each rule that applies.
        domains: Names, sorted.
        differences: Where documentation and ip-ranges.json disagree, one sentence each.
    """

    region: str
    variants: tuple[str, ...]
    sync_token: int
    create_date: str
    page: str
    read: str
    return_ports: tuple[int, int]
    lists: tuple[Listed, ...]
    domains: tuple[Domain, ...]
    differences: tuple[str, ...]

    def listed(self, rule: str) -> Listed:
        """The list of one rule.

        Raises:
            KeyError: where the rule does not apply.
        """
        for found in self.lists:
            if found.rule.id == rule:
                return found
        raise KeyError(rule)


def compute(
    ranges: IpRanges,
    region: str,
    variants: Collection[str] = DEFAULT_VARIANTS,
    *,
    directories: Collection[str] = (),
    rules: Rules | None = None,
) -> AllowList:
    """The allow-list of a Region.

    Args:
        ranges: ip-ranges.json.
        region: Where the WorkSpaces are.
        variants: What is in use, of ``rules.VARIANTS``.
        directories: The ids or aliases of directories, for the names of their sign-in pages.
        rules: What AWS documents; by default the tables of this package.

    Raises:
        RuleError: for an unknown Region or variant, or where ip-ranges.json lacks what a rule needs.
    """
    rules = rules or documented()
    known = tables(ranges, rules, region)
    lists = []
    for rule in rules.applying(variants):
        sources = sources_of(rule, ranges, region, known)
        found = union(source.addresses for source in sources)
        names = tuple(source.name for source in sources if source.addresses)
        lists.append(Listed(rule, names, v4_cidrs(found.v4), v6_cidrs(found.v6)))
    return AllowList(
        region=region,
        variants=tuple(variant for variant in VARIANTS if variant in variants),
        sync_token=ranges.sync_token,
        create_date=ranges.create_date,
        page=rules.page,
        read=rules.read,
        return_ports=rules.return_ports,
        lists=tuple(lists),
        domains=rules.domains(region, variants, directories),
        differences=known.differences,
    )


def streaming(allow_list: AllowList) -> Addresses:
    """The addresses that desktops are streamed from, health check servers among them."""
    return union(listed.addresses() for listed in allow_list.lists if listed.rule.id in STREAMING)
