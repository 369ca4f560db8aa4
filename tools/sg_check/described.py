"""Reads what ``aws ec2 describe-security-groups`` and ``describe-security-group-rules`` printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lambda_src.security_group_guard.groups import Group
from tools.sg_check.subjects import CheckError, Reading, Subject

Json = dict[str, Any]

# Where a permission names sources, what each is called there, and what DescribeSecurityGroupRules calls it.
SOURCES: Final = (
    ("IpRanges", "CidrIp", "CidrIpv4"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "PrefixListId"),
)

# The rules alone tell neither name nor tags of their groups.
UNKNOWN: Final = frozenset({"group_name", "tag"})


def read_groups(file: str, document: Json, *, account: str, region: str) -> Reading:
    """The groups of ``describe-security-groups``."""
    reading = Reading(file=file)
    _read_to_the_end(reading, document)
    for index, group in enumerate(_objects(document["SecurityGroups"], "SecurityGroups")):
        group_id = str(group.get("GroupId") or f"SecurityGroups[{index}]")
        identity = Group(
            group_id,
            str(group.get("GroupName") or ""),
            str(group.get("OwnerId") or account),
            _region(group.get("SecurityGroupArn")) or region,
            {str(tag.get("Key")): str(tag.get("Value")) for tag in _objects(group.get("Tags", []), "Tags")},
        )
        rules = [*_permissions(group, "IpPermissions", False), *_permissions(group, "IpPermissionsEgress", True)]
        shown = f"{group_id} ({identity.name})" if identity.name else group_id
        reading.subjects.append(
            Subject(
                group=identity,
                shown=shown,
                rules=[{**rule, "SecurityGroupRuleId": f"{group_id}.{rule['SecurityGroupRuleId']}"} for rule in rules],
            )
        )
    return reading


def read_rules(file: str, document: Json, *, account: str, region: str) -> Reading:
    """The groups that the rules of ``describe-security-group-rules`` belong to; their names and tags are unknown."""
    reading = Reading(file=file)
    _read_to_the_end(reading, document)
    subjects: dict[str, Subject] = {}
    for index, rule in enumerate(_objects(document["SecurityGroupRules"], "SecurityGroupRules")):
        group_id = rule.get("GroupId")
        if not isinstance(group_id, str) or not group_id:
            reading.cannot(f"SecurityGroupRules[{index}]", f"GroupId is {group_id!r}")
            continue
        owner = str(rule.get("GroupOwnerId") or account)
        where = _region(rule.get("SecurityGroupRuleArn")) or region
        made = Subject(group=Group(group_id, "", owner, where, {}), shown=group_id, unknown=UNKNOWN)
        subjects.setdefault(group_id, made).rules.append(rule)
    reading.subjects += subjects.values()
    return reading


def _read_to_the_end(reading: Reading, document: Json) -> None:
    if document.get("NextToken"):
        reading.cannot(
            "NextToken", "the file holds the first page alone; describe without --max-items or --no-paginate"
        )


def _permissions(group: Json, name: str, egress: bool) -> Iterator[Json]:
    """A rule for each source of each permission, as EC2 counts rules."""
    for number, permission in enumerate(_objects(group.get(name, []), name)):
        common: Json = {key: permission[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in permission}
        place = f"{name}[{number}]"
        named: list[tuple[str, Json]] = [
            (f"{place}.{sources}[{index}]", {field: source.get(called)})
            for sources, called, field in SOURCES
            for index, source in enumerate(_objects(permission.get(sources, []), f"{place}.{sources}"))
        ]
        named += [
            (f"{place}.UserIdGroupPairs[{index}]", {"ReferencedGroupInfo": pair})
            for index, pair in enumerate(_objects(permission.get("UserIdGroupPairs", []), f"{place}.UserIdGroupPairs"))
        ]
        for rule_place, source in named:
            yield {"SecurityGroupRuleId": rule_place, "IsEgress": egress, **common, **source}


def _objects(value: object, place: str) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CheckError(f"{place} is no list of objects")
    return value


def _region(arn: object) -> str:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) > 3 else ""
