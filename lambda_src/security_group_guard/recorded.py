"""The rules that a recorded call opened, for where the group itself cannot be read.

Pure, and it raises nothing. A part of no known shape becomes a rule without a source, which nobody can judge:
it is told, and does not hide behind its siblings.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .trigger import Json

OPENING: Final = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules")
_RANGES: Final = {
    "ipRanges": ("cidrIp", "CidrIpv4"),
    "ipv6Ranges": ("cidrIpv6", "CidrIpv6"),
    "prefixListIds": ("prefixListId", "PrefixListId"),
}


def recorded_rules(record: object) -> list[dict[str, Any]]:
    """The rules of a call that authorized or modified some, in the shape of ``DescribeSecurityGroupRules``.

    A rule without an id in the record has one made of its place there. A modified rule says no direction and counts as
    ingress.

    Args:
        record: A record of CloudTrail, bare or in the envelope of EventBridge.
    """
    outer = _object(record)
    inner = _object(outer.get("detail")) or outer
    call = inner.get("eventName")
    if call not in OPENING:
        return []
    request = _unwrapped(inner.get("requestParameters"), f"{call}Request")
    if call == "ModifySecurityGroupRules":
        return [
            {"SecurityGroupRuleId": _text(one, "securityGroupRuleId") or f"rule {number}", **_rule(changed, False)}
            for number, one in enumerate(_items(request, "securityGroupRule"))
            for changed in [_object(_field(one, "securityGroupRule"))]
        ]
    egress = call.endswith("Egress")
    response = _unwrapped(inner.get("responseElements"), f"{call}Response")
    answered = _items(response, "securityGroupRuleSet")
    made = [
        {"SecurityGroupRuleId": _text(one, "securityGroupRuleId") or f"rule {number}", **_rule(one, egress)}
        for number, one in enumerate(answered)
    ]
    asked = [one for permission in _items(request, "ipPermissions") for one in _permission(permission)]
    if not asked and "ipProtocol" in {name[:1].lower() + name[1:] for name in request}:
        asked = list(_permission(request))
    if made and (all(answered) or not asked):
        return made
    return [{"SecurityGroupRuleId": f"rule {number}", "IsEgress": egress, **one} for number, one in enumerate(asked)]


def _permission(permission: Json) -> Iterator[dict[str, Any]]:
    """The rules of a permission: one for each of its ranges, lists and groups; the flat form holds one in itself."""
    shape = _shape(permission)
    rules = list(_sources(permission))
    yield from ({**shape, **source} for source in rules or [{}])


def _sources(permission: Json) -> Iterator[dict[str, Any]]:
    for name, (key, described) in _RANGES.items():
        for one in _items(permission, name):
            yield {described: _text(one, key)}
    for one in _items(permission, "groups"):
        yield {"ReferencedGroupInfo": _referenced(one)}
    for key, described in _RANGES.values():
        if value := _text(permission, key):
            yield {described: value}
    if name := _text(permission, "sourceSecurityGroupName"):
        yield {"ReferencedGroupInfo": {"GroupId": name}}


def _rule(one: Json, egress: bool) -> dict[str, Any]:
    sources: dict[str, Any] = {
        name: value for name in ("CidrIpv4", "CidrIpv6", "PrefixListId") if (value := _text(one, name))
    }
    referenced = _object(_field(one, "referencedGroupInfo")) or one
    if _text(referenced, "referencedGroupId") or (referenced is not one and _text(referenced, "groupId")):
        sources["ReferencedGroupInfo"] = _referenced(referenced)
    said = _field(one, "isEgress")
    return {"IsEgress": said if isinstance(said, bool) else egress, **_shape(one), **sources}


def _referenced(one: Json) -> dict[str, str]:
    account = _text(one, "userId")
    group = _text(one, "referencedGroupId") or _text(one, "groupId") or _text(one, "groupName")
    return {"GroupId": group, **({"UserId": account} if account else {})}


def _shape(one: Json) -> dict[str, Any]:
    ports = {name: _field(one, name) for name in ("fromPort", "toPort")}
    return {
        "IpProtocol": _field(one, "ipProtocol"),
        **{f"{name[0].upper()}{name[1:]}": value for name, value in ports.items() if value is not None},
    }


def _unwrapped(value: object, wrapper: str) -> Json:
    outer = _object(value)
    return _object(outer.get(wrapper)) or outer


def _items(parent: Json, name: str) -> list[Json]:
    value = _field(parent, name)
    for wrapper in ("items", "item"):
        if isinstance(value, Mapping) and wrapper in value:
            value = value[wrapper]
    members = value if isinstance(value, list) else [value]
    return [_object(member) for member in members if member is not None and member != {}]


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _text(parent: Json, name: str) -> str:
    value = _field(parent, name)
    return value if isinstance(value, str) else ""


def _field(parent: Json, name: str) -> Any:
    """A field, whose first letter may be a capital or not."""
    value = parent.get(name[0].lower() + name[1:])
    return parent.get(name[0].upper() + name[1:]) if value is None else value
