"""A live rule, as DescribeSecurityGroupRules returns it, turned into what can be judged: ports and addresses."""

from collections.abc import Iterable, Mapping
from socket import AF_INET, AF_INET6
from typing import Any, Final, NamedTuple

from .networks import Addresses, Interval, networks, span
from .ports import ALL_PORTS

EVERY_PROTOCOL: Final = -1
ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMPV6: Final = 58

PROTOCOLS: Final = {
    "-1": EVERY_PROTOCOL,
    "all": EVERY_PROTOCOL,
    "icmp": ICMP,
    "icmpv6": ICMPV6,
    "tcp": TCP,
    "udp": UDP,
}
SOURCES: Final = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo")

PrefixLists = Mapping[str, Iterable[str]]


class Rule(NamedTuple):
    """One rule: through which ports of which protocols it lets whom.

    Attributes:
        protocol: The IP protocol number; -1 stands for all.
        ports: For TCP and UDP, where the rule covers them, the first and the last port. Empty for protocols without.
        sources: Addresses that it names. Empty where it names a group.
        group: The group it refers to, if it does. Its members come and go; no address speaks for them.
    """

    rule_id: str
    egress: bool
    protocol: int
    ports: tuple[tuple[int, Interval], ...]
    sources: Addresses
    group: str = ""


def live_rule(described: Mapping[str, Any], prefix_lists: PrefixLists) -> Rule:
    """The rule that EC2 describes.

    Args:
        described: An element of ``SecurityGroupRules``.
        prefix_lists: The CIDRs of every prefix list that a rule refers to, by id.

    Raises:
        ValueError: where it is no such rule, with the rule's id and the offending value.
    """
    rule_id = described.get("SecurityGroupRuleId")
    if not isinstance(rule_id, str) or not rule_id:
        raise ValueError(f"SecurityGroupRuleId is {rule_id!r} in {dict(described)!r}")
    try:
        egress = described.get("IsEgress")
        if not isinstance(egress, bool):
            raise ValueError(f"IsEgress is {egress!r}, neither true nor false")
        protocol = _protocol(described.get("IpProtocol"))
        ports = _ports(protocol, described.get("FromPort"), described.get("ToPort"))
        return Rule(rule_id, egress, protocol, ports, *_sources(described, prefix_lists))
    except ValueError as error:
        raise ValueError(f"{rule_id}: {error}") from None


def _protocol(value: object) -> int:
    text = str(value).lower() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text in PROTOCOLS:
        return PROTOCOLS[text]
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255:
        return int(text)
    raise ValueError(f"IpProtocol is {value!r}, neither a known name nor a number from -1 to 255")


def _ports(protocol: int, first: object, last: object) -> tuple[tuple[int, Interval], ...]:
    if protocol == EVERY_PROTOCOL:
        return (TCP, ALL_PORTS), (UDP, ALL_PORTS)
    if protocol in (ICMP, ICMPV6):
        _number("FromPort", "ICMP type", first, 255)
        _number("ToPort", "ICMP code", last, 255)
        return ()
    if protocol not in (TCP, UDP):  # EC2 ignores the ports of any other protocol.
        return ()
    start = _number("FromPort", "port", first, ALL_PORTS[1])
    end = _number("ToPort", "port", last, ALL_PORTS[1])
    if start == end == -1:
        return ((protocol, ALL_PORTS),)
    if -1 in (start, end) or start > end:
        raise ValueError(f"FromPort {first!r} to ToPort {last!r} is no range of ports")
    return ((protocol, (start, end)),)


def _number(field: str, meaning: str, value: object, greatest: int) -> int:
    """The number, -1 where none is said."""
    if value is None:
        return -1
    if isinstance(value, int) and not isinstance(value, bool) and -1 <= value <= greatest:
        return value
    raise ValueError(f"{field} is {value!r}, no {meaning} from -1 to {greatest}")


def _sources(described: Mapping[str, Any], prefix_lists: PrefixLists) -> tuple[Addresses, str]:
    said = {name: described[name] for name in SOURCES if described.get(name) is not None}
    if len(said) != 1:
        raise ValueError(f"{said!r} is not one of {', '.join(SOURCES)}")
    [(name, value)] = said.items()
    if name == "ReferencedGroupInfo":
        group = value.get("GroupId") if isinstance(value, Mapping) else None
        if not isinstance(group, str) or not group:
            raise ValueError(f"ReferencedGroupInfo is {value!r}, without a GroupId")
        return Addresses(), group
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}, no text")
    if name == "CidrIpv4":
        return Addresses(v4=(span(value, AF_INET, masked=True),)), ""
    if name == "CidrIpv6":
        return Addresses(v6=(span(value, AF_INET6, masked=True),)), ""
    if value not in prefix_lists:
        raise ValueError(f"PrefixListId is {value!r}, whose entries nobody gave")
    try:
        return networks(prefix_lists[value], masked=True), ""
    except ValueError as error:
        raise ValueError(f"in prefix list {value!r}, {error}") from None
