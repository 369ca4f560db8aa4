"""What AWS documents of the network of WorkSpaces clients: ports, subsets of ip-ranges.json, gateways and names.

The tables stand in ``rules.json`` beside this file, with their page and the day they were read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

VARIANTS: Final = ("pcoip", "dcv", "global-accelerator", "web-access", "smart-card", "privatelink")
"""What an organization may or may not use of WorkSpaces."""

DEFAULT_VARIANTS: Final = ("pcoip", "dcv")


class RuleError(ValueError):
    """Something was asked for that the tables do not know; the message says what they know."""


class Rule(NamedTuple):
    """What must be open, and why.

    Args:
        id: A name that stays, as ``client-https``; also that of its file.
        purpose: A few words.
        protocols: Of ``tcp`` and ``udp``.
        ports: First and last port of each range at the far end.
        variants: The rule applies where one of these is in use; without any, always.
        sources: Where the addresses come from: ``ip-ranges:SERVICE/REGION``, ``gateways:pcoip``, ``gateways:dcv``,
            ``health-checks``, ``global-accelerator``. ``{region}`` stands for the WorkSpace's Region.
        to: Whom else it must reach, where no list of addresses says so.
        proxy: Whether a proxy can carry it.
        reason: A sentence.
    """

    id: str
    purpose: str
    protocols: tuple[str, ...]
    ports: tuple[tuple[int, int], ...]
    variants: frozenset[str]
    sources: tuple[str, ...]
    to: str
    proxy: str
    reason: str

    def opening(self) -> str:
        """Protocols and ports for people, as ``TCP and UDP 443``."""
        protocols = " and ".join(protocol.upper() for protocol in self.protocols)
        return f"{protocols} {' and '.join(ports_text(ports) for ports in self.ports)}"


class Domain(NamedTuple):
    """A name that clients ask for; ``*.`` in front stands for every name below it."""

    name: str
    purpose: str


class Region(NamedTuple):
    """What AWS documents for one Region, as CIDRs and names."""

    pcoip_gateways: tuple[str, ...]
    dcv_gateways: tuple[str, ...]
    global_accelerator: tuple[str, ...]
    health_checks: tuple[str, ...]
    health_check_hosts: tuple[str, ...]
    dcv_gateway_domains: tuple[str, ...]


class DomainRule(NamedTuple):
    """A name with the variants and Regions that it is limited to; none stands for all."""

    domain: Domain
    variants: frozenset[str]
    regions: frozenset[str]


class Rules(NamedTuple):
    """The tables.

    Args:
        page: Where they were read.
        read: The day, as YYYY-MM-DD.
        return_ports: First and last port that answers come back to.
        rules: In the order in which lists are written.
        regions: By name.
        defects: What is known to be wrong with the page, by Region.
        names: ``{region}`` and ``{directory}`` stand for those of the WorkSpace.
    """

    page: str
    read: str
    return_ports: tuple[int, int]
    rules: tuple[Rule, ...]
    regions: Mapping[str, Region]
    defects: Mapping[str, tuple[str, ...]]
    names: tuple[DomainRule, ...]

    def region(self, name: str) -> Region:
        """The tables of a Region.

        Raises:
            RuleError: where the page does not list it.
        """
        if name not in self.regions:
            near = get_close_matches(name, self.regions, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"they have {', '.join(self.regions)}"
            raise RuleError(f"Region {name!r} is not in AWS's tables of WorkSpaces gateways of {self.read}: {hint}")
        return self.regions[name]

    def applying(self, variants: Collection[str]) -> tuple[Rule, ...]:
        """The rules that apply where these variants are in use.

        Raises:
            RuleError: for a variant that there is none of.
        """
        unknown = [variant for variant in variants if variant not in VARIANTS]
        if unknown:
            raise RuleError(f"variant {unknown[0]!r} is none of {', '.join(VARIANTS)}")
        return tuple(rule for rule in self.rules if not rule.variants or not rule.variants.isdisjoint(variants))

    def domains(self, region: str, variants: Collection[str], directories: Collection[str] = ()) -> tuple[Domain, ...]:
        """The names for proxies and firewalls that filter by name, sorted.

        Args:
            region: Where the WorkSpaces are.
            variants: What is in use of them.
            directories: The ids or aliases of the directories; without any, every directory's page is named.

        Raises:
            RuleError: for an unknown Region.
        """
        tables = self.region(region)
        found: dict[str, str] = {}
        for domain, only_variants, only_regions in self.names:
            if only_variants and only_variants.isdisjoint(variants):
                continue
            if only_regions and region not in only_regions:
                continue
            for directory in directories or ("*",):
                name = domain.name.replace("{region}", region).replace("{directory}", directory)
                found.setdefault(name, domain.purpose)
        for host in tables.health_check_hosts:
            found.setdefault(host, "health check servers")
        if not {"dcv", "web-access"}.isdisjoint(variants):
            for name in tables.dcv_gateway_domains:
                found.setdefault(name, "DCV gateways")
        return tuple(Domain(name, found[name]) for name in sorted(found))


def ports_text(ports: tuple[int, int]) -> str:
    """One port or a range, as ``443`` or ``49152-65535``."""
    first, last = ports
    return str(first) if first == last else f"{first}-{last}"


@cache
def documented() -> Rules:
    """The tables of this package."""
    return _rules(json.loads(Path(__file__).with_name("rules.json").read_text("utf-8")))


def _rules(document: dict[str, Any]) -> Rules:
    defects: dict[str, tuple[str, ...]] = {}
    for defect in document["defects"]:
        for region in defect["regions"]:
            defects[region] = (*defects.get(region, ()), f"{region}: {defect['what']}")
    first, last = document["return_ports"]["range"]
    return Rules(
        page=document["source"],
        read=document["read"],
        return_ports=(first, last),
        rules=tuple(rule(written) for written in document["rules"]),
        regions={name: _region(region) for name, region in document["regions"].items()},
        defects=defects,
        names=tuple(
            DomainRule(
                Domain(domain["name"], domain["purpose"]),
                frozenset(domain.get("variants", ())),
                frozenset(domain.get("regions", ())),
            )
            for domain in document["domains"]
        ),
    )


def rule(written: Mapping[str, Any]) -> Rule:
    """A rule from JSON, as the tables and the artefacts hold it."""
    return Rule(
        id=written["id"],
        purpose=written["purpose"],
        protocols=tuple(written["protocols"]),
        ports=tuple((first, last) for first, last in written["ports"]),
        variants=frozenset(written["variants"]),
        sources=tuple(written["sources"]),
        to=written["to"],
        proxy=written["proxy"],
        reason=written["reason"],
    )


def _region(region: Mapping[str, Any]) -> Region:
    return Region(
        pcoip_gateways=tuple(region["pcoip_gateways"]),
        dcv_gateways=tuple(region["dcv_gateways"]),
        global_accelerator=tuple(region["global_accelerator"]),
        health_checks=tuple(region["health_checks"]["addresses"]),
        health_check_hosts=tuple(region["health_checks"]["hosts"]),
        dcv_gateway_domains=tuple(region["dcv_gateway_domains"]),
    )
