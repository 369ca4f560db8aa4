"""Reads a rule as baselines and approvals write it, or says where it is wrong and what was written."""

import re
from collections.abc import Collection, Mapping
from socket import AF_INET, AF_INET6
from typing import Any, Final

from .networks import Addresses, span
from .ports import ALL_PORTS
from .rules import ICMP, ICMPV6, TCP, UDP, Rule, covered_ports, icmp_extent, protocol_number

ALL: Final = "all"

_RULE: Final = frozenset({"protocol", "ports", "source", "direction"})
_NAME: Final = re.compile(r"self|pl-[0-9A-Za-z-]+|([0-9]{12}/)?sg-[0-9A-Za-z-]+")
_PORTS: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_ICMP: Final = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?")


def table(value: object, place: str, known: Collection[str], required: Collection[str] = ()) -> Mapping[str, Any]:
    """The value, if it is a table of known keys with the required ones among them.

    Raises:
        ValueError: where it is not.
    """
    if not isinstance(value, dict):
        raise ValueError(f"{place} is {value!r}, no table")
    if unknown := sorted(set(value) - set(known)):
        raise ValueError(f"{place} has {unknown!r}, known are {sorted(known)!r}")
    if missing := sorted(set(required) - set(value)):
        raise ValueError(f"{place} is {value!r}, without {missing!r}")
    return value


def listing(value: object, place: str) -> list[Any]:
    """The value, if it is a list.

    Raises:
        ValueError: where it is not.
    """
    if not isinstance(value, list):
        raise ValueError(f"{place} is {value!r}, no list")
    return value


def text(value: object, place: str) -> str:
    """The value, if it is text that says something.

    Raises:
        ValueError: where it is not.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place} is {value!r}, no text")
    return value


def rule(value: object, place: str) -> Rule:
    """The rule; its id is its text, for people.

    A source that is no CIDR stands in ``group`` or ``prefix_list`` as it was written.

    Raises:
        ValueError: where it is no rule, with the place and the value.
    """
    data = table(value, place, _RULE, {"protocol", "source"})
    direction = data.get("direction", "ingress")
    if direction not in ("ingress", "egress"):
        raise ValueError(f"{place}.direction is {direction!r}, neither 'ingress' nor 'egress'")
    try:
        protocol = protocol_number(data["protocol"])
    except ValueError:
        given = data["protocol"]
        raise ValueError(f"{place}.protocol is {given!r}, neither a known name nor a number from -1 to 255") from None
    extent = _extent(protocol, data, place)
    source = text(data["source"], f"{place}.source")
    egress = direction == "egress"
    ports = f" {data['ports']}" if data.get("ports", ALL) != ALL else ""
    described = f"{data['protocol']}{ports} {'to' if egress else 'from'} {source}"
    sources, group, prefix_list = _source(source, place)
    opened = covered_ports(protocol, extent)
    return Rule(described, egress, protocol, opened, sources, group, prefix_list=prefix_list, extent=extent)


def _extent(protocol: int, data: Mapping[str, Any], place: str) -> tuple[int, int]:
    numbered = protocol in (TCP, UDP, ICMP, ICMPV6)
    if numbered and "ports" not in data:
        raise ValueError(f"{place} is {dict(data)!r}, without ['ports']")
    ports = data.get("ports", ALL)
    if ports == ALL:
        return ALL_PORTS
    if not numbered:
        raise ValueError(f"{place}.ports is {ports!r}, but protocol {data['protocol']!r} has 'all' alone")
    if protocol in (ICMP, ICMPV6):
        if isinstance(ports, str) and (found := _ICMP.fullmatch(ports)):
            kind, code = int(found[1]), int(found[2] or -1)
            if kind <= 255 and code <= 255:
                return icmp_extent(kind, code)
        raise ValueError(f"{place}.ports is {ports!r}, neither an ICMP type nor type/code nor 'all'")
    if isinstance(ports, str) and (found := _PORTS.fullmatch(ports)):
        first, last = int(found[1]), int(found[2] or found[1])
        if first <= last <= ALL_PORTS[1]:
            return first, last
    raise ValueError(f"{place}.ports is {ports!r}, neither a port nor a range nor 'all'")


def _source(source: str, place: str) -> tuple[Addresses, str, str]:
    if _NAME.fullmatch(source):
        return (Addresses(), "", source) if source.startswith("pl-") else (Addresses(), source, "")
    try:
        if ":" in source:
            return Addresses(v6=(span(source, AF_INET6, masked=True),)), "", ""
        return Addresses(v4=(span(source, AF_INET, masked=True),)), "", ""
    except ValueError as error:
        raise ValueError(f"{place}.source is {source!r}, no CIDR, prefix list, group or 'self': {error}") from None
