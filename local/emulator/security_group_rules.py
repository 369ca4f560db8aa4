"""The calls on the rules of security groups; MiniStack revokes every sibling of a rule and drops prefix lists.

As on AWS: a call does all or nothing; what is revoked by its properties and is not there is an unknown permission in
the default VPC and an error in others. A member that ModifySecurityGroupRules does not name stays as it is.
An empty description does not reach the handlers, and so takes none away.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from ministack.core.responses import get_account_id
from ministack.services import ec2

from local.emulator.answers import RefusalError
from local.emulator.ec2_wire import Handler, Members, handled
from local.emulator.hooks import add_entry, replace_entry
from local.emulator.security_group_permissions import (
    SOURCES,
    Permission,
    identity,
    kind_and_source,
    merged,
    rules_of,
    split,
)
from local.emulator.security_group_search import page
from local.emulator.security_group_view import described, permission_element, selected

Group = dict[str, Any]
_FLAT: Final = ("IpProtocol", "FromPort", "ToPort")
_CHANGEABLE: Final = {
    "CidrIpv4": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "PrefixListId": ("PrefixListIds", "PrefixListId"),
    "ReferencedGroupId": ("UserIdGroupPairs", "GroupId"),
}


def install() -> None:
    """Takes the calls over; the rules stay in MiniStack's own groups."""
    for egress, direction in ((False, "Ingress"), (True, "Egress")):
        _take(f"AuthorizeSecurityGroup{direction}", partial(authorize, egress=egress))
        _take(f"RevokeSecurityGroup{direction}", partial(revoke, egress=egress))
        action = f"UpdateSecurityGroupRuleDescriptions{direction}"
        add_entry(ec2._ACTION_MAP, action, handled(action, partial(_describe_anew, egress=egress)))
    _take("ModifySecurityGroupRules", _modify)
    _take("DescribeSecurityGroupRules", _describe)


def _take(action: str, handler: Handler) -> None:
    replace_entry(ec2._ACTION_MAP, action, lambda _original: handled(action, handler))


def authorize(asked: Members, *, egress: bool) -> Members:
    """The answer to AuthorizeSecurityGroupIngress, or …Egress.

    Raises:
        RefusalError: As AWS refuses; nothing has changed.
    """
    group = _group(asked)
    rules = rules_of(group, egress=egress)
    added = list(_asked_rules(asked))
    there = {identity(rule) for rule in rules}
    for rule in added:
        _require_source(rule)
        if identity(rule) in there:
            raise RefusalError("InvalidPermission.Duplicate", f"the specified rule {_spoken(rule)} already exists")
    if len({identity(rule) for rule in added}) < len(added):
        raise RefusalError("InvalidParameterValue", "The same permission must not appear multiple times")
    first = len(rules)
    rules.extend(added)
    made = rules_of(group, egress=egress)[first:]
    tags = [
        {"Key": tag["Key"], "Value": tag.get("Value", "")}
        for given in asked.get("TagSpecifications", [])
        if given.get("ResourceType") == "security-group-rule"
        for tag in given.get("Tags", [])
    ]
    for rule in made if tags else ():
        ec2._tags[rule["SecurityGroupRuleId"]] = list(tags)
    return {"return": True, "securityGroupRuleSet": [described(group, rule, egress=egress) for rule in made]}


def revoke(asked: Members, *, egress: bool) -> Members:
    """The answer to RevokeSecurityGroupIngress, or …Egress.

    Raises:
        RefusalError: As AWS refuses; nothing has changed.
    """
    group = _group(asked)
    rules = rules_of(group, egress=egress)
    unknown: list[Permission] = []
    if ids := asked.get("SecurityGroupRuleIds"):
        if asked.get("IpPermissions") or asked.get("IpProtocol"):
            raise RefusalError(
                "InvalidParameterCombination",
                "The parameter securityGroupRuleIds may not be used in combination with ipPermissions",
            )
        gone = [_by_id(rules, rule_id) for rule_id in dict.fromkeys(ids)]
    else:
        wanted = {identity(rule): rule for rule in _asked_rules(asked)}
        gone = [rule for rule in rules if identity(rule) in wanted]
        there = {identity(rule) for rule in gone}
        unknown = [rule for name, rule in wanted.items() if name not in there]
        if unknown and group["VpcId"] != ec2._DEFAULT_VPC_ID:
            raise RefusalError(
                "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
            )
    revoked = [described(group, rule, egress=egress, revoked=True) for rule in gone]
    rules[:] = [rule for rule in rules if rule not in gone]
    for rule in gone:
        ec2._tags.pop(rule["SecurityGroupRuleId"], None)
    return {
        "return": True,
        "unknownIpPermissionSet": [permission_element(permission) for permission in merged(unknown)] or None,
        "revokedSecurityGroupRuleSet": revoked,
    }


def _modify(asked: Members) -> Members:
    group = _group(asked)
    lists = {egress: list(rules_of(group, egress=egress)) for egress in (False, True)}
    for change in asked.get("SecurityGroupRules") or _missing("SecurityGroupRules"):
        old = _by_id([*lists[False], *lists[True]], change["SecurityGroupRuleId"])
        rules = lists[old in lists[True]]
        rules[rules.index(old)] = _changed(old, change.get("SecurityGroupRule", {}))
    for rules in lists.values():
        twice = [rule for rule in rules if [identity(other) for other in rules].count(identity(rule)) > 1]
        if twice:
            raise RefusalError("InvalidPermission.Duplicate", f"the specified rule {_spoken(twice[0])} already exists")
    for egress, rules in lists.items():
        rules_of(group, egress=egress)[:] = rules
    return {"return": True}


def _changed(old: Permission, wanted: Members) -> Permission:
    kind, source = kind_and_source(old)
    named = [member for member in _CHANGEABLE if member in wanted]
    if len(named) > 1:
        raise RefusalError("InvalidParameterCombination", f"Only one of {', '.join(named)} may be specified")
    description = wanted.get("Description") or source.get("Description")
    if named:
        kind, member = _CHANGEABLE[named[0]]
        source = {member: wanted[named[0]]}
    if description:
        source = {**source, "Description": description}
    flat: Permission = {
        **{name: old[name] for name in _FLAT if name in old},
        **{name: wanted[name] for name in _FLAT if name in wanted},
    }
    (rule,) = split({**flat, kind: [source]})
    _require_source(rule)
    return {**rule, "SecurityGroupRuleId": old["SecurityGroupRuleId"]}


def _describe_anew(asked: Members, *, egress: bool) -> Members:
    rules = rules_of(_group(asked), egress=egress)
    anew: list[tuple[Permission, str]] = [
        (_by_id(rules, given["SecurityGroupRuleId"]), given.get("Description", ""))
        for given in asked.get("SecurityGroupRuleDescriptions", [])
    ]
    for wanted in _asked_rules(asked) if not anew else ():
        found = next((rule for rule in rules if identity(rule) == identity(wanted)), None)
        if found is None:
            raise RefusalError(
                "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
            )
        anew.append((found, kind_and_source(wanted)[1].get("Description", "")))
    for rule, description in anew:
        _kind, source = kind_and_source(rule)
        source.pop("Description", None)
        source.update({"Description": description} if description else {})
    return {"return": True}


def _describe(asked: Members) -> Members:
    elements = [
        described(group, rule, egress=egress)
        for group in list(ec2._security_groups.values())
        for egress in (False, True)
        for rule in rules_of(group, egress=egress)
    ]
    ids = asked.get("SecurityGroupRuleIds")
    if ids and asked.get("MaxResults"):
        raise RefusalError(
            "InvalidParameterCombination",
            "The parameter securityGroupRuleIds may not be used in combination with maxResults",
        )
    for rule_id in ids or ():
        _known(rule_id, (element["securityGroupRuleId"] for element in elements))
    filters = {given["Name"]: given.get("Values", []) for given in asked.get("Filters", [])}
    found = [
        element
        for element in elements
        if (not ids or element["securityGroupRuleId"] in ids) and selected(element, filters)
    ]
    part = page(asked, of=len(found))
    return {"securityGroupRuleSet": found[part.start : part.end], "nextToken": part.more}


def _group(asked: Members) -> Group:
    named = asked.get("GroupId") or asked.get("GroupName") or _missing("GroupId")
    for group in ec2._security_groups.values():
        if named == group["GroupId"] or (
            not asked.get("GroupId") and named == group["GroupName"] and group["VpcId"] == ec2._DEFAULT_VPC_ID
        ):
            found: Group = group
            return found
    raise RefusalError("InvalidGroup.NotFound", f"The security group '{named}' does not exist")


def _asked_rules(asked: Members) -> Iterator[Permission]:
    """The rules that a request means, also in the flat form of old clients."""
    permissions = list(asked.get("IpPermissions", []))
    if not permissions and ("IpProtocol" in asked or "SourceSecurityGroupName" in asked):
        flat = {name: asked[name] for name in _FLAT if name in asked}
        ranges = [{"CidrIp": asked["CidrIp"]}] if "CidrIp" in asked else []
        pairs = [{"GroupName": asked["SourceSecurityGroupName"]}] if "SourceSecurityGroupName" in asked else []
        permissions = [{"IpProtocol": "-1", **flat, "IpRanges": ranges, "UserIdGroupPairs": pairs}]
    for permission in permissions or _missing("ipPermissions"):
        rules = list(split({"IpProtocol": "-1", **permission}))
        yield from rules or _missing("source")


def _require_source(rule: Permission) -> None:
    """A prefix list of the account or of AWS, and a group of the account, exist; others' groups are not looked for."""
    kind, source = kind_and_source(rule)
    value = source.get(SOURCES[kind], "")
    if kind == "PrefixListIds" and value not in ec2._prefix_lists and not ec2._resolve_aws_pl_by_id(value):
        raise RefusalError("InvalidPrefixListID.NotFound", f"The prefix list ID '{value}' does not exist")
    own = kind == "UserIdGroupPairs" and source["UserId"] == get_account_id()
    if own and value not in ec2._security_groups:
        named = value or source.get("GroupName", "")
        raise RefusalError("InvalidGroup.NotFound", f"The security group '{named}' does not exist")


def _by_id(rules: Iterable[Permission], rule_id: str) -> Permission:
    found = {rule["SecurityGroupRuleId"]: rule for rule in rules}
    _known(rule_id, found)
    return found[rule_id]


def _known(rule_id: str, ids: Iterable[str]) -> None:
    if not re.fullmatch(r"sgr-[0-9a-f]{8}([0-9a-f]{9})?", rule_id):
        raise RefusalError(
            "InvalidSecurityGroupRuleId.Malformed", f"The security group rule ID '{rule_id}' is malformed"
        )
    if rule_id not in set(ids):
        raise RefusalError(
            "InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist"
        )


def _spoken(rule: Permission) -> str:
    kind, source = kind_and_source(rule)
    ports = f"from port: {rule['FromPort']}, to port: {rule['ToPort']}, " if "FromPort" in rule else ""
    protocol = "ALL" if rule["IpProtocol"] == "-1" else rule["IpProtocol"].upper()
    return f'"peer: {source.get(SOURCES[kind])}, {protocol}, {ports}ALLOW"'


def _missing(parameter: str) -> Any:
    raise RefusalError("MissingParameter", f"The request must contain the parameter {parameter}")
