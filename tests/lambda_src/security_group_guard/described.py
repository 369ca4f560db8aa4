"""Rules as DescribeSecurityGroupRules returns them, and a slow second opinion on what they open."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from hypothesis import strategies as st

from lambda_src.security_group_guard.networks import outside
from lambda_src.security_group_guard.policy import ADMINISTRATION, WORLD
from lambda_src.security_group_guard.rules import TCP, UDP

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Described = dict[str, Any]

APPROVED = ("10.20.0.0/16", "10.21.0.0/16", "192.0.2.128/25", "2001:db8:20::/48")
INSIDE = ("10.0.0.0/8", "fd00::/8")
WEB = (80, 443)
ADMINISTRATIVE = (22, 1433, 1521, 3306, 3389, 5432, 5433)

PREFIX_LISTS = {
    "pl-empty": [],
    "pl-office": ["10.20.0.0/16", "2001:db8:20:1::/64"],
    "pl-widened": ["10.20.0.0/16", "198.51.100.7/32"],
    "pl-world": ["0.0.0.0/1", "128.0.0.0/1", "::/0"],
    "pl-six": ["2001:db8:20::/47"],
}
CIDRS: tuple[str, ...] = (
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "10.20.0.0/15",
    "10.20.0.0/14",
    "10.20.3.0/24",
    "10.21.255.255/32",
    "10.22.0.0/32",
    "192.0.2.0/24",
    "192.0.2.127/32",
    "192.0.2.128/25",
    "255.255.255.255/32",
    "::/0",
    "::ffff:10.20.0.0/112",
    "2001:db8:20::/48",
    "2001:db8:20::/47",
    "2001:db8:1f:ffff:ffff:ffff:ffff:ffff/128",
    "2001:db8:20:ffff::/64",
    "fc00::/7",
)
EDGES = (0, 1, 21, 22, 23, 79, 80, 81, 442, 443, 444, 3388, 3389, 3390, 5431, 5432, 5433, 5434, 65534, 65535)


def described(source: str = "0.0.0.0/0", ports: tuple[int, int] = (22, 22), **more: Any) -> Described:
    """A rule for TCP from a CIDR, a prefix list or a group, unless told otherwise."""
    rule = {
        "SecurityGroupRuleId": "sgr-1",
        "IsEgress": False,
        "IpProtocol": "tcp",
        "FromPort": ports[0],
        "ToPort": ports[1],
        **_source(source),
        **more,
    }
    return {name: value for name, value in rule.items() if value is not None}


def _source(source: str) -> Described:
    if source.startswith("pl-"):
        return {"PrefixListId": source}
    if source.startswith("sg-"):
        return {"ReferencedGroupInfo": {"GroupId": source}}
    return {"CidrIpv6" if ":" in source else "CidrIpv4": source}


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Described]:
    """Some rules with edges where mistakes hide, each with an id of its own."""
    rules = []
    for number in range(draw(st.integers(0, 5))):
        protocol = draw(st.sampled_from(["tcp", "6", 6, "udp", "17", "TCP", "-1", -1, "icmp", "icmpv6", "58", "47"]))
        ports = sorted((draw(st.sampled_from(EDGES)), draw(st.sampled_from(EDGES))))
        if str(protocol) in ("-1", "icmp", "icmpv6", "58"):
            ports = [-1, -1]
        source = draw(st.sampled_from((*CIDRS, *PREFIX_LISTS, "sg-1")))
        egress = draw(st.integers(0, 9)) == 0
        more = {"SecurityGroupRuleId": f"sgr-{number}", "IpProtocol": protocol, "IsEgress": egress}
        rules.append(described(source, (ports[0], ports[1]), **more))
    return rules


def written(rule: Described) -> Described:
    """The same rule as a baseline or an approval writes it."""
    first, last = rule["FromPort"], rule["ToPort"]
    numbered = str(rule["IpProtocol"]).lower() in ("tcp", "6", "udp", "17")
    referenced = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    source = referenced or rule.get("PrefixListId") or rule.get("CidrIpv4") or rule.get("CidrIpv6")
    return {
        "protocol": str(rule["IpProtocol"]),
        "ports": f"{first}-{last}" if numbered else "all",
        "source": source,
        "direction": "egress" if rule["IsEgress"] else "ingress",
    }


def networks_of(rule: Described) -> list[Network]:
    """The networks that a rule names, itself or in its prefix list."""
    listed = PREFIX_LISTS.get(rule.get("PrefixListId", ""), [])
    return [ip_network(cidr) for cidr in (*listed, *(rule[n] for n in ("CidrIpv4", "CidrIpv6") if n in rule))]


def lets_in(rule: Described, protocol: str, port: int, address: Address) -> bool:
    """Whether a packet from this address to this port passes this one rule."""
    spoken = {"6": "tcp", "17": "udp", "-1": "all"}.get(str(rule["IpProtocol"]), str(rule["IpProtocol"]).lower())
    opens = spoken == "all" or (spoken == protocol and rule["FromPort"] <= port <= rule["ToPort"])
    return not rule["IsEgress"] and opens and any(address in network for network in networks_of(rule))


def forbidden(port: int, address: Address) -> tuple[bool, bool]:
    """Whether the first and the second organization-wide rule keep this address from this port."""
    approved = any(address in ip_network(cidr) for cidr in APPROVED)
    inside = approved or any(address in ip_network(cidr) for cidr in INSIDE)
    return port not in WEB and not inside, port in ADMINISTRATIVE and not approved


def sampled_ports() -> list[int]:
    """Both sides of every edge of the rules and of the policy."""
    return sorted({p + d for p in (*EDGES, *ADMINISTRATIVE, *WEB) for d in (-1, 0, 1) if 0 <= p + d <= 65535})


def sampled_addresses() -> list[Address]:
    """Both sides of every edge of every network that occurs."""
    listed = {*CIDRS, *APPROVED, *INSIDE, *(cidr for content in PREFIX_LISTS.values() for cidr in content)}
    return sorted({a for cidr in listed for a in _edges(ip_network(cidr))}, key=lambda a: (a.version, int(a)))


def _edges(network: Network) -> Iterator[Address]:
    last = 2**network.max_prefixlen - 1
    kind = type(ip_address(str(network.network_address)))
    for edge in (int(network.network_address), int(network.broadcast_address)):
        yield from (kind(n) for n in (edge - 1, edge, edge + 1) if 0 <= n <= last)


PORTS = sampled_ports()
ADDRESSES = sampled_addresses()
FORBIDDEN = {(port, address): forbidden(port, address) for port in PORTS for address in ADDRESSES}


def points(exposures):
    """The sampled ports and addresses that lie in exposures."""
    return {
        (one.breaks, one.protocol, port, address)
        for one in exposures
        for port in PORTS
        if one.first_port <= port <= one.last_port
        for address in ADDRESSES
        if not outside(((int(address), int(address)),), one.sources.v4 if address.version == 4 else one.sources.v6)
    }


def tried(rules):
    """The same, by asking of every sampled packet whether a rule lets it in that the policy keeps out."""
    return {
        (name, number, port, address)
        for rule in rules
        for address in ADDRESSES
        if any(address in network for network in networks_of(rule))
        for port in PORTS
        for number, protocol in ((TCP, "tcp"), (UDP, "udp"))
        if lets_in(rule, protocol, port, address)
        for name, kept_out in zip((WORLD, ADMINISTRATION), FORBIDDEN[port, address], strict=True)
        if kept_out
    }


def cut(draw, rule):
    """The same rule as several: its ports cut in two, or its network in halves, or both protocols of `-1`."""
    ways = [[rule]]
    first, last = rule["FromPort"], rule["ToPort"]
    if str(rule["IpProtocol"]).lower() in ("tcp", "6", "udp", "17") and first < last:
        middle = draw(st.integers(first, last - 1))
        ways.append([{**rule, "ToPort": middle}, {**rule, "FromPort": middle + 1}])
    if str(rule["IpProtocol"]) == "-1":
        ways.append([{**rule, "IpProtocol": name, "FromPort": 0, "ToPort": 65535} for name in ("tcp", "17")])
    for field in ("CidrIpv4", "CidrIpv6"):
        if field in rule and (network := ip_network(rule[field])).prefixlen < network.max_prefixlen:
            ways.append([{**rule, field: str(half)} for half in network.subnets()])
    return draw(st.sampled_from(ways))
