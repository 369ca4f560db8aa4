"""DescribeSecurityGroups finds groups by what AWS's filters ask for, page by page.

MiniStack knows four filters, lets any other pass unseen, and has neither pages nor names of groups.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from ministack.services import ec2

from local.emulator.answers import Answer, RefusalError
from local.emulator.ec2_wire import refused
from local.emulator.hooks import replace_entry
from local.emulator.security_group_permissions import SOURCES, rules_of

Group = dict[str, Any]
Filters = dict[str, list[str]]

FEWEST, MOST = 5, 1000
"""What `MaxResults` of the calls on groups and rules may be."""

_OF_GROUPS: Final = {
    "description": "Description",
    "group-id": "GroupId",
    "group-name": "GroupName",
    "owner-id": "OwnerId",
    "vpc-id": "VpcId",
}
_OF_SOURCES: Final = {
    "cidr": "IpRanges",
    "group-id": "UserIdGroupPairs",
    "ipv6-cidr": "Ipv6Ranges",
    "prefix-list-id": "PrefixListIds",
}
_EGRESS: Final = "egress."
_PERMISSION: Final = "ip-permission."


class Page(NamedTuple):
    """Where an answer begins and ends, and what asks for the next one."""

    start: int
    end: int
    more: str | None


def install() -> None:
    """Takes the call over; how a group reads stays as it is."""
    replace_entry(ec2._ACTION_MAP, "DescribeSecurityGroups", lambda _original: _describe)


def page(asked: Mapping[str, Any], *, of: int, fewest: int = FEWEST) -> Page:
    """The part of a list that `MaxResults` and `NextToken` mean.

    Raises:
        RefusalError: They are none.
    """
    size = int(asked.get("MaxResults") or 0) or of
    if asked.get("MaxResults") and not fewest <= size <= MOST:
        raise RefusalError("InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid")
    token = asked.get("NextToken") or "0"
    if not str(token).isdecimal():
        raise RefusalError("InvalidPaginationToken", f"The pagination token '{token}' is invalid")
    start = int(token)
    return Page(start, start + size, str(start + size) if start + size < of else None)


def _describe(fields: Mapping[str, Any]) -> Answer:
    try:
        found = _found(fields)
        asked = {name: ec2._p(fields, name) for name in ("MaxResults", "NextToken")}
        part = page(asked, of=len(found))
    except RefusalError as refusal:
        return refused(refusal.code, refusal.message, status=refusal.status)
    shown = "".join(ec2._sg_xml(group) for group in found[part.start : part.end])
    token = f"<nextToken>{part.more}</nextToken>" if part.more else ""
    answer: Answer = ec2._xml(
        200, "DescribeSecurityGroupsResponse", f"<securityGroupInfo>{shown}</securityGroupInfo>{token}"
    )
    return answer


def _found(fields: Mapping[str, Any]) -> list[Group]:
    groups: dict[str, Group] = dict(ec2._security_groups.items())
    ids, names = (ec2._parse_member_list(fields, member) for member in ("GroupId", "GroupName"))
    if ids and ec2._p(fields, "MaxResults"):
        raise RefusalError(
            "InvalidParameterCombination", "The parameter GroupIds may not be used in combination with maxResults"
        )
    for group_id in ids:
        if ec2._is_malformed_security_group_id(group_id):
            raise RefusalError("InvalidGroupId.Malformed", f'Invalid id: "{group_id}"')
        if group_id not in groups:
            raise RefusalError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    own_names = {group["GroupName"] for group in groups.values()}
    for name in names:
        if name not in own_names:
            raise RefusalError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    filters: Filters = ec2._parse_filters(fields)
    return [
        group
        for group_id, group in groups.items()
        if (not ids or group_id in ids) and (not names or group["GroupName"] in names) and _fits(group, filters)
    ]


def _fits(group: Group, filters: Filters) -> bool:
    tags = {name: values for name, values in filters.items() if name.startswith("tag")}
    if not ec2._resource_matches_tag_filters(group["GroupId"], tags):
        return False
    return all(
        any(fnmatchcase(candidate, value) for candidate in _candidates(group, name) for value in values)
        for name, values in filters.items()
        if name not in tags
    )


def _candidates(group: Group, name: str) -> list[str]:
    """What of a group a filter compares."""
    if name in _OF_GROUPS:
        return [group.get(_OF_GROUPS[name], "")]
    egress = name.startswith(_EGRESS)
    place, _dot, source = name.removeprefix(_EGRESS).rpartition(".")
    kind = _OF_SOURCES.get(source) if f"{place}." == _PERMISSION else None
    if kind is None:
        raise RefusalError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [source.get(SOURCES[kind], "") for rule in rules_of(group, egress=egress) for source in rule[kind]]
