"""The AWS CLI commands that take a rule away or put it there, and the permissions that they hold. Pure.

https://docs.aws.amazon.com/cli/latest/reference/ec2/revoke-security-group-ingress.html
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from .networks import Addresses, cidrs
from .rules import ICMP, ICMPV6, TCP, UDP, Rule

Json = dict[str, Any]


def revoke(group_id: str, rule_ids: Iterable[str], *, egress: bool, region: str) -> str:
    """Removes rules by their ids."""
    return _command("revoke", egress, region, group_id, "--security-group-rule-ids", *sorted(rule_ids))


def authorize(group_id: str, permissions: list[Json], *, egress: bool, region: str) -> str:
    """Puts rules there."""
    compact = json.dumps(permissions, separators=(",", ":"), sort_keys=True)
    return _command("authorize", egress, region, group_id, "--ip-permissions", compact)


def described_permission(rule: Mapping[str, Any]) -> Json:
    """The permission that makes a rule again, as EC2 described it, description included."""
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    ports = {name: rule[name] for name in ("FromPort", "ToPort") if rule.get(name) is not None}
    permission: Json = {"IpProtocol": str(rule.get("IpProtocol")), **ports}
    if rule.get("CidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": rule["CidrIpv4"], **described}]
    elif rule.get("CidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    elif rule.get("PrefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": rule["PrefixListId"], **described}]
    else:
        referenced = rule.get("ReferencedGroupInfo") or {}
        pair = {name: referenced[name] for name in ("GroupId", "UserId") if referenced.get(name)}
        permission["UserIdGroupPairs"] = [{**pair, **described}]
    return permission


def wanted_permission(rule: Rule, group_id: str) -> Json:
    """The permission that makes a rule of a baseline."""
    permission: Json = {"IpProtocol": str(rule.protocol)}
    first, last = rule.extent
    if rule.protocol in (TCP, UDP):
        permission |= {"FromPort": first, "ToPort": last}
    elif rule.protocol in (ICMP, ICMPV6):
        every_type, every_code = last - first > 256, first != last
        permission |= {"FromPort": -1 if every_type else first // 256, "ToPort": -1 if every_code else first % 256}
    if rule.prefix_list:
        permission["PrefixListIds"] = [{"PrefixListId": rule.prefix_list}]
    elif rule.group:
        account, _, group = rule.group.rpartition("/")
        group = group_id if group == "self" else group
        permission["UserIdGroupPairs"] = [{"GroupId": group, **({"UserId": account} if account else {})}]
    else:
        permission |= _ranges(rule.sources)
    return permission


def _ranges(sources: Addresses) -> Json:
    listed = cidrs(sources)
    v4 = [{"CidrIp": cidr} for cidr in listed if ":" not in cidr]
    v6 = [{"CidrIpv6": cidr} for cidr in listed if ":" in cidr]
    return {**({"IpRanges": v4} if v4 else {}), **({"Ipv6Ranges": v6} if v6 else {})}


def _command(verb: str, egress: bool, region: str, group_id: str, option: str, *values: str) -> str:
    direction = "egress" if egress else "ingress"
    words = ["aws", "ec2", f"{verb}-security-group-{direction}", "--region", region, "--group-id", group_id]
    return shlex.join([*words, option, *values])
