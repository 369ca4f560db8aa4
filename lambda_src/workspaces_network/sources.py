"""Where the addresses of a rule come from, each source by itself, and where two sources disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .addresses import Addresses, beyond, cidrs, merged, networks, union
from .ip_ranges import IpRanges
from .rules import Region, Rule, RuleError, Rules

GATEWAYS = "WORKSPACES_GATEWAYS"


class Source(NamedTuple):
    """One reason for addresses.

    Args:
        name: For people, as ``ip-ranges.json AMAZON us-east-1``.
        addresses: What it gives.
    """

    name: str
    addresses: Addresses


class Tables(NamedTuple):
    """What both sides say of one Region, worked out once.

    Args:
        pcoip: The sources of PCoIP gateways.
        dcv: The sources of DCV gateways.
        health_checks: The documented health check servers that lie in the Region.
        global_accelerator: The documented addresses of Global Accelerator.
        differences: Where documentation and ip-ranges.json disagree, one sentence each.
    """

    pcoip: tuple[Source, ...]
    dcv: tuple[Source, ...]
    health_checks: Source
    global_accelerator: Source
    differences: tuple[str, ...]


def tables(ranges: IpRanges, rules: Rules, region: str) -> Tables:
    """The gateways and health check servers of a Region.

    Gateways are the union of what AWS documents and what it publishes. ip-ranges.json does not say which protocol a
    gateway speaks: what is published and not documented counts for every protocol that the Region has.

    Raises:
        RuleError: where either side does not know the Region.
    """
    documented = rules.region(region)
    amazon = ranges.subset("AMAZON", region)
    if not amazon:
        raise RuleError(f"ip-ranges.json of {ranges.create_date} has no AMAZON prefix of Region {region!r}")
    pcoip, dcv = networks(documented.pcoip_gateways), networks(documented.dcv_gateways)
    both = union((pcoip, dcv))
    published = ranges.subset(GATEWAYS, region)
    undocumented = Source(f"ip-ranges.json {GATEWAYS} {region}, not documented", beyond(published, both))
    page = f"documentation of {rules.read}"
    checks = networks(documented.health_checks)
    astray = beyond(checks, amazon)
    return Tables(
        pcoip=(Source(f"{page}: PCoIP gateways of {region}", pcoip), *((undocumented,) if pcoip else ())),
        dcv=(Source(f"{page}: DCV gateways of {region}", dcv), *((undocumented,) if dcv else ())),
        health_checks=Source(f"{page}: health check servers of {region}", beyond(checks, astray)),
        global_accelerator=Source(
            f"{page}: Global Accelerator for DCV of {region}", networks(documented.global_accelerator)
        ),
        differences=(
            *_differences(ranges, documented, published, undocumented.addresses, astray, region),
            *rules.defects.get(region, ()),
        ),
    )


def sources_of(rule: Rule, ranges: IpRanges, region: str, known: Tables) -> tuple[Source, ...]:
    """Every source of a rule, in the rule's order.

    Raises:
        RuleError: where ip-ranges.json has none of a subset that the rule needs.
    """
    return tuple(source for name in rule.sources for source in _named(name, ranges, region, known))


def _named(name: str, ranges: IpRanges, region: str, known: Tables) -> tuple[Source, ...]:
    kind, _, value = name.partition(":")
    if kind == "gateways":
        return known.pcoip if value == "pcoip" else known.dcv
    if kind == "health-checks":
        return (known.health_checks,)
    if kind == "global-accelerator":
        return (known.global_accelerator,)
    service, _, place = value.replace("{region}", region).partition("/")
    subset = ranges.subset(service, place)
    if not subset:
        raise RuleError(f"ip-ranges.json of {ranges.create_date} has no prefix of {service} in {place}")
    return (Source(f"ip-ranges.json {service} {place}", subset),)


def _differences(
    ranges: IpRanges,
    documented: Region,
    published: Addresses,
    undocumented: Addresses,
    astray: Addresses,
    region: str,
) -> Iterator[str]:
    accelerator = ranges.subset("GLOBALACCELERATOR", "GLOBAL")
    for what, listed in (("PCoIP", documented.pcoip_gateways), ("DCV", documented.dcv_gateways)):
        for cidr in listed:
            missing = beyond(networks((cidr,)), published)
            if missing:
                yield f"{region}: documented as {what} gateways, not in {GATEWAYS}: {', '.join(cidrs(missing))} (kept)"
    for cidr in cidrs(undocumented):
        yield f"{region}: in {GATEWAYS}, not documented: {cidr} (kept)"
    for cidr in cidrs(astray):
        yield (
            f"{region}: documented as health check server, but of {_whereabouts(ranges, cidr)} in ip-ranges.json: "
            f"{cidr} (left out)"
        )
    for cidr in cidrs(beyond(networks(documented.global_accelerator), accelerator)):
        yield f"{region}: documented for Global Accelerator, not in GLOBALACCELERATOR of GLOBAL: {cidr} (kept)"


def _whereabouts(ranges: IpRanges, cidr: str) -> str:
    """The Regions that a CIDR lies in, by AMAZON; it is no address of AWS where there is none."""
    wanted = networks((cidr,))
    side = ranges.v4 if wanted.v4 else ranges.v6
    ((first, last),) = wanted.v4 or wanted.v6
    found = sorted(
        region
        for (service, region), intervals in side.items()
        if service == "AMAZON" and any(start <= first and last <= end for start, end in merged(intervals))
    )
    return " and ".join(found) or "no Region"
