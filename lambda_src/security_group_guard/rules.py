"""A live rule, as DescribeSecurityGroupRules returns it, turned into what can be judged: ports and addresses."""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
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
SELF: Final = "self"

PrefixLists = Mapping[str, Iterable[str]]
Ports = tuple[tuple[int, Interval], ...]


class Rule(NamedTuple):
    """One rule: through which ports of which protocols it lets whom.

    Attributes:
        protocol: The IP protocol number; -1 stands for all.
        ports: For TCP and UDP, where the rule covers them, the first and the last port. Empty for protocols without.
        sources: Addresses that it names, itself or in its prefix list. Empty where it names a group.
        group: The group it refers to, if it does, "self" if that is its own. Its members come and go; no address
            speaks for them.
        account: The account of that group, where it is said.
        prefix_list: The prefix list it refers to, if it does.
        extent: How far it reaches within its protocol, as one interval: the ports of TCP and UDP; type times 256
            plus code of ICMP; everything, which is 0 to 65535, for any other.
    """

    rule_id: str
    egress: bool
    protocol: int
    ports: Ports
    sources: Addresses
    group: str = ""
    account: str = ""
    prefix_list: str = ""
    extent: Interval = ALL_PORTS


# Rule(…) without its detour over a function in Python: rules come by the thousand.
_rule = partial(tuple.__new__, Rule)


def live_rule(described: Mapping[str, Any], prefix_lists: PrefixLists) -> Rule:
    """The rule that EC2 describes.

    Args:
        described: An element of ``SecurityGroupRules``.
        prefix_lists: The CIDRs of every prefix list that a rule refers to, by id.

    Raises:
        ValueError: where it is no such rule, with the rule's id and the offending value.
    """
    get = described.get
    rule_id = get("SecurityGroupRuleId")
    if not isinstance(rule_id, str) or not rule_id:
        raise ValueError(f"SecurityGroupRuleId is {rule_id!r} in {dict(described)!r}")
    try:
        egress = get("IsEgress")
        if egress is not True and egress is not False:
            raise ValueError(f"IsEgress is {egress!r}, neither true nor false")
        said, first, last = get("IpProtocol"), get("FromPort"), get("ToPort")
        try:
            protocol, ports, extent = _shape(said, first, last)
        except TypeError:  # what cannot be hashed is not cached, but refused by its text all the same
            protocol, ports, extent = _shape.__wrapped__(said, first, last)
        if "PrefixListId" not in described and "ReferencedGroupInfo" not in described:  # nearly all: in short
            v4, v6 = get("CidrIpv4"), get("CidrIpv6")
            if v6 is None and isinstance(v4, str):
                return _rule((rule_id, egress, protocol, ports, _v4(v4), "", "", "", extent))
            if v4 is None and isinstance(v6, str):
                return _rule((rule_id, egress, protocol, ports, _v6(v6), "", "", "", extent))
        sources, group, account, prefix_list = _sources(described, prefix_lists)
        return Rule(rule_id, egress, protocol, ports, sources, group, account, prefix_list, extent)
    except ValueError as error:
        raise ValueError(f"{rule_id}: {error}") from None


# Typed: True is no 1 here.
@lru_cache(maxsize=1024, typed=True)
def _shape(protocol: object, first: object, last: object) -> tuple[int, Ports, Interval]:
    number = protocol_number(protocol)
    if number == EVERY_PROTOCOL:
        return number, covered_ports(number, ALL_PORTS), ALL_PORTS
    if number in (ICMP, ICMPV6):
        kind = _number("FromPort", "ICMP type", first, 255)
        code = _number("ToPort", "ICMP code", last, 255)
        return number, (), icmp_extent(kind, code)
    if number not in (TCP, UDP):  # EC2 ignores the ports of any other protocol.
        return number, (), ALL_PORTS
    start = _number("FromPort", "port", first, ALL_PORTS[1])
    end = _number("ToPort", "port", last, ALL_PORTS[1])
    if start == end == -1:
        start, end = ALL_PORTS
    if -1 in (start, end) or start > end:
        raise ValueError(f"FromPort {first!r} to ToPort {last!r} is no range of ports")
    return number, covered_ports(number, (start, end)), (start, end)


def protocol_number(value: object) -> int:
    """The number of a protocol that is given by name or number, -1 for all.

    Raises:
        ValueError: where it is none.
    """
    text = str(value).lower() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text in PROTOCOLS:
        return PROTOCOLS[text]
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255:
        return int(text)
    raise ValueError(f"IpProtocol is {value!r}, neither a known name nor a number from -1 to 255")


def covered_ports(protocol: int, extent: Interval) -> Ports:
    """The ports of TCP and UDP that a protocol's extent covers."""
    if protocol == EVERY_PROTOCOL:
        return (TCP, ALL_PORTS), (UDP, ALL_PORTS)
    return ((protocol, extent),) if protocol in (TCP, UDP) else ()


def icmp_extent(kind: int, code: int) -> Interval:
    """An ICMP type and code as an extent; -1 stands for all, and all types have all codes."""
    if kind == -1:
        return ALL_PORTS
    return (kind * 256, kind * 256 + 255) if code == -1 else (kind * 256 + code, kind * 256 + code)


def _number(field: str, meaning: str, value: object, greatest: int) -> int:
    """The number, -1 where none is said."""
    if value is None:
        return -1
    if isinstance(value, int) and not isinstance(value, bool) and -1 <= value <= greatest:
        return value
    raise ValueError(f"{field} is {value!r}, no {meaning} from -1 to {greatest}")


def _sources(described: Mapping[str, Any], prefix_lists: PrefixLists) -> tuple[Addresses, str, str, str]:
    said = {name: described[name] for name in SOURCES if described.get(name) is not None}
    if len(said) != 1:
        raise ValueError(f"{said!r} is not one of {', '.join(SOURCES)}")
    [(name, value)] = said.items()
    if name == "ReferencedGroupInfo":
        return Addresses(), *_referenced(described, value), ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}, no text")
    if value not in prefix_lists:
        raise ValueError(f"PrefixListId is {value!r}, whose entries nobody gave")
    try:
        return networks(prefix_lists[value], masked=True), "", "", value
    except ValueError as error:
        raise ValueError(f"in prefix list {value!r}, {error}") from None


@lru_cache(maxsize=1024)
def _v4(cidr: str) -> Addresses:
    return Addresses((span(cidr, AF_INET, masked=True),), ())


@lru_cache(maxsize=1024)
def _v6(cidr: str) -> Addresses:
    return Addresses((), (span(cidr, AF_INET6, masked=True),))


def _referenced(described: Mapping[str, Any], referenced: object) -> tuple[str, str]:
    """The group, "self" if it is the rule's own, and its account where it is said."""
    group = referenced.get("GroupId") if isinstance(referenced, Mapping) else None
    if not isinstance(group, str) or not group:
        raise ValueError(f"ReferencedGroupInfo is {referenced!r}, without a GroupId")
    account = referenced.get("UserId") or "" if isinstance(referenced, Mapping) else ""
    if not isinstance(account, str):
        raise ValueError(f"ReferencedGroupInfo is {referenced!r}, whose UserId is no text")
    own = described.get("GroupOwnerId") or account
    return (SELF if group == described.get("GroupId") and account in ("", own) else group), account
