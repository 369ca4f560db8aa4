"""One rule of a security group is one permission with one source, under an id that it keeps.

MiniStack keeps the permissions of a call together under one id made of their content.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any, Final

from ministack.core.responses import get_account_id
from ministack.services import ec2

from local.emulator.answers import RefusalError

Permission = dict[str, Any]
Identity = tuple[str, int, int, str, str, str]

SOURCES: Final = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
DIRECTIONS: Final = {False: "IpPermissions", True: "IpPermissionsEgress"}
_NAMES: Final = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


def rules_of(group: dict[str, Any], *, egress: bool) -> list[Permission]:
    """The group's own list, with one rule an entry, each with its id."""
    kept: list[Permission] = group.setdefault(DIRECTIONS[egress], [])
    kept[:] = [
        {**rule, "SecurityGroupRuleId": permission.get("SecurityGroupRuleId", "")}
        for permission in kept
        for rule in split(permission)
    ]
    seen: set[str] = {""}
    for rule in kept:
        if rule["SecurityGroupRuleId"] in seen:
            rule["SecurityGroupRuleId"] = f"sgr-0{secrets.token_hex(8)}"
        seen.add(rule["SecurityGroupRuleId"])
    return kept


def split(permission: Permission) -> Iterator[Permission]:
    """A permission for each source, in AWS's spelling.

    Raises:
        RefusalError: The protocol, its ports or a source is none.
    """
    shared: Permission = {"IpProtocol": _protocol(permission), **_ports(permission)}
    for kind in SOURCES:
        for source in permission.get(kind) or []:
            yield {**shared, **{other: [] for other in SOURCES}, kind: [_source(kind, source)]}


def kind_and_source(rule: Permission) -> tuple[str, dict[str, str]]:
    """Where a rule's source stands, and the source."""
    return next((kind, rule[kind][0]) for kind in SOURCES if rule[kind])


def identity(rule: Permission) -> Identity:
    """What no two rules of a group and direction share; the description is no part of it."""
    kind, source = kind_and_source(rule)
    named = source.get(SOURCES[kind]) or source.get("GroupName", "")
    return (
        rule["IpProtocol"],
        rule.get("FromPort", -1),
        rule.get("ToPort", -1),
        kind,
        named,
        source.get("UserId", ""),
    )


def merged(rules: Iterable[Permission]) -> list[Permission]:
    """The rules as DescribeSecurityGroups has them: one permission for a protocol and its ports."""
    permissions: dict[Any, Permission] = {}
    for rule in rules:
        kind, source = kind_and_source(rule)
        shared: Permission = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
        permission = permissions.setdefault(tuple(shared.values()), {**shared, **{other: [] for other in SOURCES}})
        permission[kind].append(source)
    return list(permissions.values())


def _protocol(permission: Permission) -> str:
    named = str(permission["IpProtocol"]).lower()
    protocol = _NAMES.get(named, named)
    if protocol not in (*_NAMES.values(), "-1") and not (protocol.isdecimal() and int(protocol) < 256):
        raise RefusalError("InvalidParameterValue", f"Invalid value '{named}' for IP protocol. Unknown protocol.")
    return protocol


def _ports(permission: Permission) -> dict[str, int]:
    protocol = _protocol(permission)
    given = {name: int(permission[name]) for name in ("FromPort", "ToPort") if permission.get(name) is not None}
    if protocol in ("tcp", "udp"):
        if len(given) < 2:
            raise RefusalError(
                "InvalidParameterValue",
                "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
            )
        if not 0 <= given["FromPort"] <= given["ToPort"] <= 65535:
            raise RefusalError(
                "InvalidParameterValue", f"Invalid value '{given['FromPort']}-{given['ToPort']}' for portRange."
            )
        return given
    return {"FromPort": -1, "ToPort": -1, **given} if protocol in ("icmp", "icmpv6") else {}


def _source(kind: str, given: dict[str, str]) -> dict[str, str]:
    source = dict(given)
    if kind in ("IpRanges", "Ipv6Ranges"):
        source[SOURCES[kind]] = _network(source[SOURCES[kind]], version=4 if kind == "IpRanges" else 6)
    if kind == "UserIdGroupPairs":
        source["UserId"] = source.get("UserId") or get_account_id()
        if not source.get("GroupId"):
            source["GroupId"] = next(
                (
                    found["GroupId"]
                    for found in ec2._security_groups.values()
                    if found["GroupName"] == source["GroupName"]
                ),
                "",
            )
    return source


def _network(cidr: str, *, version: int) -> str:
    try:
        network = ip_network(cidr, strict=False)
    except ValueError as wrong:
        raise RefusalError("InvalidParameterValue", f"CIDR block {cidr} is malformed") from wrong
    if network.version != version or "/" not in cidr:
        raise RefusalError("InvalidParameterValue", f"CIDR block {cidr} is malformed")
    return str(network)
