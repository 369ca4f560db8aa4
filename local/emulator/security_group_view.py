"""How the rules of security groups read: each by its id, or merged into the permissions of the group.

MiniStack leaves prefix lists out of the rules, calls every referenced group one of the caller's and gives siblings one
id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from local.emulator.answers import RefusalError
from local.emulator.hooks import replace
from local.emulator.security_group_permissions import (
    DIRECTIONS,
    Permission,
    identity,
    kind_and_source,
    merged,
    rules_of,
    split,
)

_ELEMENTS: Final = {
    "IpRanges": ("ipRanges", {"CidrIp": "cidrIp"}),
    "Ipv6Ranges": ("ipv6Ranges", {"CidrIpv6": "cidrIpv6"}),
    "PrefixListIds": ("prefixListIds", {"PrefixListId": "prefixListId"}),
    "UserIdGroupPairs": (
        "groups",
        {"UserId": "userId", "GroupId": "groupId", "GroupName": "groupName", "VpcId": "vpcId"},
    ),
}
_FILTERS: Final = {"group-id": "groupId", "security-group-rule-id": "securityGroupRuleId"}
_CIDRS: Final = {"IpRanges": ("CidrIp", "cidrIpv4"), "Ipv6Ranges": ("CidrIpv6", "cidrIpv6")}


def install() -> None:
    """Groups show the rules that they have, and a template's rules become rules of their own."""
    replace(ec2, "_sg_xml", _with_merged_rules)
    replace(provisioners, "_ec2_sg_permissions", _one_by_one)
    replace(provisioners, "_ec2_sg_reconcile", lambda _original: _reconcile)


def described(group: Mapping[str, Any], rule: Permission, *, egress: bool, revoked: bool = False) -> dict[str, Any]:
    """A rule as DescribeSecurityGroupRules has it; the answer to a revocation has less."""
    kind, source = kind_and_source(rule)
    rule_id = rule["SecurityGroupRuleId"]
    element: dict[str, Any] = {
        "securityGroupRuleId": rule_id,
        "groupId": group["GroupId"],
        "groupOwnerId": None if revoked else group["OwnerId"],
        "isEgress": egress,
        "ipProtocol": rule["IpProtocol"],
        "fromPort": rule.get("FromPort", -1),
        "toPort": rule.get("ToPort", -1),
    }
    if kind in _CIDRS:
        given, shown = _CIDRS[kind]
        element[shown] = source[given]
    elif kind == "PrefixListIds":
        element["prefixListId"] = source["PrefixListId"]
    elif revoked:
        element["referencedGroupId"] = source["GroupId"]
    else:
        element["referencedGroupInfo"] = {"groupId": source["GroupId"], "userId": source["UserId"]}
    element["description"] = source.get("Description")
    if not revoked:
        element["securityGroupRuleArn"] = ec2._sg_rule_arn(rule_id)
        tags = [{"key": tag["Key"], "value": tag.get("Value", "")} for tag in ec2._tags.get(rule_id) or []]
        element["tagSet"] = tags or None
    return element


def permission_element(permission: Permission) -> dict[str, Any]:
    """A permission under the names on the wire."""
    element: dict[str, Any] = {
        "ipProtocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort"),
        "toPort": permission.get("ToPort"),
    }
    for kind, (name, members) in _ELEMENTS.items():
        shown = {**members, "Description": "description"}
        element[name] = [{wire: source.get(given) for given, wire in shown.items()} for source in permission[kind]]
    return element


def selected(element: Mapping[str, Any], filters: Mapping[str, list[str]]) -> bool:
    """Whether a described rule fits the filters that AWS has for rules."""
    tags = {tag["key"]: tag["value"] for tag in element["tagSet"] or []}
    for name, values in filters.items():
        if name.startswith("tag:"):
            candidates = [tags[name[4:]]] if name[4:] in tags else []
        elif name == "tag-key":
            candidates = list(tags)
        elif name in _FILTERS:
            candidates = [element[_FILTERS[name]]]
        else:
            raise RefusalError("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not any(fnmatchcase(candidate, value) for candidate in candidates for value in values):
            return False
    return True


def _with_merged_rules(original: Callable[..., str]) -> Callable[..., str]:
    def show(group: dict[str, Any]) -> str:
        return original(
            {**group, **{list_: merged(rules_of(group, egress=egress)) for egress, list_ in DIRECTIONS.items()}}
        )

    return show


def _one_by_one(original: Callable[..., list[Permission]]) -> Callable[..., list[Permission]]:
    def permissions(rules: Any) -> list[Permission]:
        return [rule for permission in original(rules) for rule in split(permission)]

    return permissions


def _reconcile(store: list[Permission], old: list[Permission], new: list[Permission]) -> None:
    """A stack's update takes away and adds what changed: the rules that stay keep their ids."""
    wanted = {identity(rule): rule for permission in new for rule in split(permission)}
    dropped = {identity(rule) for permission in old for rule in split(permission)} - set(wanted)
    kept = {
        identity(rule): {**rule, "SecurityGroupRuleId": permission.get("SecurityGroupRuleId", "")}
        for permission in store
        for rule in split(permission)
        if identity(rule) not in dropped
    }
    for name, rule in wanted.items():
        kept[name] = {**kept.get(name, {}), **rule}
    store[:] = list(kept.values())
