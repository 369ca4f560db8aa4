"""Which rule, port and source allows an address, or why nothing does."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from .addresses import holds, merged
from .ip_ranges import IpRanges
from .rules import DEFAULT_VARIANTS, Rule, RuleError, Rules, documented
from .sources import sources_of, tables


class Ground(NamedTuple):
    """Why an address is allowed.

    Args:
        rule: That allows it.
        source: Where the rule has the address from.
    """

    rule: Rule
    source: str

    def sentence(self) -> str:
        """For people."""
        return f"{self.rule.id}: {self.rule.opening()} for {self.rule.purpose} (from {self.source})"


class Explanation(NamedTuple):
    """The answer for one address.

    Args:
        address: As it is written canonically.
        region: Where the WorkSpaces are.
        grounds: Each rule and source that allows it; empty where nothing does.
        subsets: Every service and Region that ip-ranges.json gives it.
        otherwise: The rules that would allow it with another variant.
    """

    address: str
    region: str
    grounds: tuple[Ground, ...]
    subsets: tuple[tuple[str, str], ...]
    otherwise: tuple[Ground, ...]

    def text(self) -> str:
        """For people."""
        if self.grounds:
            lines = [f"{self.address} is allowed for WorkSpaces in {self.region}:"]
            lines += [f"  {ground.sentence()}" for ground in self.grounds]
        else:
            lines = [f"{self.address} is not allowed for WorkSpaces in {self.region}: no rule has it."]
        for ground in self.otherwise:
            lines.append(f"  with variant {' or '.join(sorted(ground.rule.variants))}: {ground.sentence()}")
        if self.subsets:
            listed = ", ".join(f"{service} of {region}" for service, region in self.subsets)
            lines.append(f"ip-ranges.json has it as {listed}.")
        else:
            lines.append("ip-ranges.json does not have it: it is no address that AWS publishes.")
        return "\n".join(lines) + "\n"


def explain(
    ranges: IpRanges,
    region: str,
    address: str,
    variants: Collection[str] = DEFAULT_VARIANTS,
    *,
    rules: Rules | None = None,
) -> Explanation:
    """Why clients of the WorkSpaces of a Region may reach an address.

    Args:
        ranges: ip-ranges.json.
        region: Where the WorkSpaces are.
        address: IPv4 or IPv6.
        variants: What is in use, of ``rules.VARIANTS``.
        rules: What AWS documents; by default the tables of this package.

    Raises:
        RuleError: for what is no address, or an unknown Region or variant.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        raise RuleError(f"{address!r} is no IPv4 or IPv6 address") from None
    if isinstance(parsed, IPv6Address) and parsed.scope_id is not None:
        raise RuleError(f"{address!r} is no IPv4 or IPv6 address that is the same everywhere")
    rules = rules or documented()
    known = tables(ranges, rules, region)
    applying = rules.applying(variants)
    number = int(parsed)
    v4 = parsed.version == 4

    def grounds(rule: Rule) -> list[Ground]:
        return [
            Ground(rule, source.name)
            for source in sources_of(rule, ranges, region, known)
            if holds(source.addresses.v4 if v4 else source.addresses.v6, number)
        ]

    side = ranges.v4 if v4 else ranges.v6
    return Explanation(
        address=str(parsed),
        region=region,
        grounds=tuple(ground for rule in applying for ground in grounds(rule)),
        subsets=tuple(sorted(key for key, intervals in side.items() if holds(merged(intervals), number))),
        otherwise=tuple(ground for rule in rules.rules if rule not in applying for ground in grounds(rule)),
    )
