"""What CloudTrail writes of EC2's calls on security groups, prefix lists and attachments; no other call is recorded.

Old actions have their members with a small letter and lists as `items`; younger ones stand wrapped under the action's
name, as on the wire, each element of a list with its number as `tag`.
Not confirmed by a record of AWS: the ids in a revocation, the wrapped updates of descriptions, `dryRun`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree  # nosec B405 # for answers of this process alone

from local.emulator.answers import RefusalError
from local.emulator.ec2_wire import operation, read, wire_name

_PLAIN: Final = frozenset(
    {
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
    }
)
_WRAPPED: Final = frozenset(
    {
        "CreateManagedPrefixList",
        "DeleteManagedPrefixList",
        "DescribeManagedPrefixLists",
        "DescribeSecurityGroupRules",
        "GetManagedPrefixListEntries",
        "ModifyManagedPrefixList",
        "ModifySecurityGroupRules",
        "RestoreManagedPrefixListVersion",
        "UpdateSecurityGroupRuleDescriptionsEgress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    }
)
_ATTACHING: Final = frozenset(
    {"CreateNetworkInterface", "ModifyInstanceAttribute", "ModifyNetworkInterfaceAttribute", "RunInstances"}
)
RECORDED: Final = _PLAIN | _WRAPPED | _ATTACHING
_OF_INSTANCES: Final = frozenset({"ImageId", "KeyName", "MaxCount", "MinCount"})
_GROUP_LISTS: Final = frozenset({"Groups", "SecurityGroupIds"})
_NUMBERS: Final = frozenset({"fromPort", "toPort", "maxEntries", "version"})
_NAMESPACE: Final = "http://ec2.amazonaws.com/doc/2016-11-15/"
_PLAIN_NAMES: Final = {
    "TagSpecifications": "tagSpecificationSet",
    "Tags": "tags",
    "SecurityGroupRuleIds": "securityGroupRuleIds",
    "UserIdGroupPairs": "groups",
    "Description": "description",
}


def request(action: str, fields: Mapping[str, Any]) -> Any:
    """The record's `requestParameters`."""
    try:
        members = read(action, {name: value for name, value in fields.items() if name not in ("Action", "Version")})
    except RefusalError:
        return None
    shape: Any = operation(action).input_shape
    if action in _WRAPPED:
        return {f"{action}Request": _wrapped(shape, members)}
    if action in _ATTACHING:
        return _attaching(members, runs=action == "RunInstances")
    plain = _plain(shape, members)
    if action == "CreateSecurityGroup":
        plain["groupDescription"] = plain.pop("description", None)
    if "IpPermissions" in shape.members and "IpPermissions" not in members:
        plain["ipPermissions"] = {}
    return plain


def response(action: str, body: bytes, *, request_id: str) -> dict[str, Any]:
    """The record's `responseElements` of a call that succeeded."""
    # It is the embedded AWS's own answer.
    root = ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", body))  # nosec B314 # see the line above
    if action in _WRAPPED:
        answered = {element.tag: _content(element) for element in root if element.tag != "requestId"}
        return {f"{action}Response": {"xmlns": _NAMESPACE, "requestId": request_id, **answered}}
    answered = {
        "_return" if element.tag == "return" else element.tag: _items(element)
        for element in root
        if element.tag != "requestId"
    }
    return {"requestId": request_id, **answered}


def _attaching(members: Mapping[str, Any], *, runs: bool = False) -> dict[str, Any]:
    """Groups as a set of ids, here and in the interfaces of a launch; what makes an instance stands in one of its own.

    Other lists and structures are left out.
    """
    made: dict[str, Any] = {"instancesSet": {"items": [{}]}} if runs else {}
    for name, value in members.items():
        lowered = name[:1].lower() + name[1:]
        if runs and name in _OF_INSTANCES:
            made["instancesSet"]["items"][0][lowered] = value
        elif name in _GROUP_LISTS:
            made["groupSet"] = {"items": [{"groupId": group_id} for group_id in value]}
        elif name == "NetworkInterfaces":
            made["networkInterfaceSet"] = {"items": [_attaching(each) for each in value]}
        elif not isinstance(value, dict | list):
            made[lowered] = value
    return made


def _plain(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        named = {name: _PLAIN_NAMES.get(name, name[:1].lower() + name[1:]) for name in shape.members}
        inner = shape.name == "IpPermission"
        return {
            named[name]: _plain(member, value.get(name, []))
            for name, member in shape.members.items()
            if name in value or (inner and member.type_name == "list")
        }
    if shape.type_name != "list":
        return value
    if shape.member.type_name == "string":
        return {"items": [{"securityGroupRuleId": member} for member in value]}
    if shape.member.name == "Tag":
        return [_plain(shape.member, member) for member in value]
    return {"items": [_plain(shape.member, member) for member in value]} if value else {}


def _wrapped(shape: Any, value: Any) -> Any:
    if shape.type_name != "structure":
        return value
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name not in value:
            continue
        if member.type_name == "list":
            elements = [_numbered(member.member, each, number) for number, each in enumerate(value[name], start=1)]
            made[wire_name(name, member)] = elements[0] if len(elements) == 1 else elements
        else:
            made[wire_name(name, member)] = _wrapped(member, value[name])
    return made


def _numbered(shape: Any, value: Any, number: int) -> dict[str, Any]:
    content = _wrapped(shape, value)
    return {**content, "tag": number} if isinstance(content, dict) else {"tag": number, "content": content}


def _items(element: ElementTree.Element) -> Any:
    """An answer's element, a list as `items`; a referenced group stands as its id, as in records."""
    if element.tag.endswith("Set") or element.tag in ("ipPermissions", "groups", "ipRanges", "ipv6Ranges"):
        return {"items": [_members(item) for item in element]} if len(element) else {}
    return _members(element) if len(element) else _scalar(element)


def _members(element: ElementTree.Element) -> dict[str, Any]:
    made = {inner.tag: _items(inner) for inner in element}
    if "referencedGroupInfo" in made:
        made["referencedGroupId"] = made.pop("referencedGroupInfo")["groupId"]
    return made


def _content(element: ElementTree.Element) -> Any:
    """An answer's element as it is turned from XML: an only element of a list stands alone."""
    if not len(element):
        return _scalar(element)
    made: dict[str, Any] = {}
    for inner in element:
        content = _content(inner)
        if inner.tag in made:
            before = made[inner.tag]
            made[inner.tag] = [*(before if isinstance(before, list) else [before]), content]
        else:
            made[inner.tag] = content
    return made


def _scalar(element: ElementTree.Element) -> Any:
    text = (element.text or "").strip()
    if text in ("true", "false"):
        return text == "true"
    return int(text) if element.tag in _NUMBERS and re.fullmatch(r"-?\d+", text) else text
