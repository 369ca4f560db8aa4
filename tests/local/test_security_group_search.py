"""Groups, rules and entries of prefix lists are found as on AWS: by filters, page by page, by whom a policy permits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.security_groups import SSH, group, opened, prefix_list, refusal
from tests.local.world import World, hire

NOBODY = "sg-0a1b2c3d4e5f60718"


def named(ec2: Any, **filters: str | list[str]) -> list[str]:
    asked = [
        {"Name": name.replace("__", ".").replace("_", "-"), "Values": [values] if isinstance(values, str) else values}
        for name, values in filters.items()
    ]
    return [found["GroupId"] for found in ec2.describe_security_groups(Filters=asked)["SecurityGroups"]]


def test_groups_are_found_by_their_name_and_by_the_prefix_lists_of_their_rules(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    inward, outward, neither = (group(ec2, name) for name in ("in", "out", "neither"))
    list_id, other = prefix_list(ec2, "10.0.0.0/8"), prefix_list(ec2, "192.0.2.0/24")
    listed = [{**SSH, "PrefixListIds": [{"PrefixListId": list_id}]}]
    ec2.authorize_security_group_ingress(GroupId=inward, IpPermissions=listed)
    ec2.authorize_security_group_egress(GroupId=outward, IpPermissions=listed)
    ec2.authorize_security_group_ingress(
        GroupId=neither, IpPermissions=[{**SSH, "PrefixListIds": [{"PrefixListId": other}]}]
    )
    assert named(ec2, ip_permission__prefix_list_id=list_id) == [inward]
    assert named(ec2, egress__ip_permission__prefix_list_id=list_id) == [outward]
    assert named(ec2, ip_permission__prefix_list_id=[list_id, other]) == [inward, neither]
    assert named(ec2, group_name="neither") == [neither]
    assert named(ec2, group_name=["in", "o*"], ip_permission__prefix_list_id=list_id) == [inward]
    assert named(ec2, group_name="nobody") == []


def test_a_filter_that_is_not_known_is_refused_instead_of_passed_over(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    for call in (ec2.describe_security_groups, ec2.describe_security_group_rules):
        code, message = refusal(call, Filters=[{"Name": "no-such-filter", "Values": ["x"]}])
        assert (code, "no-such-filter" in message) == ("InvalidParameterValue", True)


def test_a_group_that_is_gone_is_named_in_the_error(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    for asked in ({"GroupIds": [NOBODY]}, {"GroupNames": ["nobody"]}):
        code, message = refusal(ec2.describe_security_groups, **asked)
        assert (code, next(iter(asked.values()))[0] in message) == ("InvalidGroup.NotFound", True)
    group_id = group(ec2)
    ec2.delete_security_group(GroupId=group_id)
    assert refusal(ec2.describe_security_groups, GroupIds=[group_id])[0] == "InvalidGroup.NotFound"
    assert refusal(ec2.revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=["sgr-0123456789abcdef0"])[
        0
    ] == ("InvalidGroup.NotFound")


def test_groups_come_page_by_page_and_each_once(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    made = {group(ec2, f"front-{number}") for number in range(12)}
    pages = list(ec2.get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 5}))
    found = [each["GroupId"] for page in pages for each in page["SecurityGroups"]]
    assert [len(page["SecurityGroups"]) for page in pages[:-1]] == [5] * (len(pages) - 1)
    assert (len(pages), len(found), made <= set(found)) == (3, len(set(found)), True)
    assert refusal(ec2.describe_security_groups, MaxResults=1001)[0] == "InvalidParameterValue"
    both = refusal(ec2.describe_security_groups, MaxResults=5, GroupIds=sorted(made)[:1])
    assert both[0] == "InvalidParameterCombination"


def test_the_rules_of_several_groups_come_page_by_page(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    asked, other = [group(ec2, f"front-{number}") for number in range(3)], group(ec2, "other")
    made = [
        rule_id
        for group_id in (*asked, other)
        for rule_id in opened(ec2, group_id, "10.0.0.0/8", "192.0.2.0/24", "203.0.113.0/24")
    ]
    filters = [{"Name": "group-id", "Values": asked}]
    paginator = ec2.get_paginator("describe_security_group_rules")
    pages = list(paginator.paginate(Filters=filters, PaginationConfig={"PageSize": 5}))
    found = [rule for page in pages for rule in page["SecurityGroupRules"]]
    assert [len(page["SecurityGroupRules"]) for page in pages] == [5, 5, 2], "three rules in and one out of each"
    assert {rule["GroupId"] for rule in found} == set(asked)
    assert [rule["SecurityGroupRuleId"] for rule in found if not rule["IsEgress"]] == made[:9]
    ids = refusal(ec2.describe_security_group_rules, SecurityGroupRuleIds=made[:1], MaxResults=5)
    assert ids[0] == "InvalidParameterCombination"


def test_the_entries_of_a_prefix_list_come_page_by_page(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    wanted = [f"10.{number}.0.0/16" for number in range(120)]
    list_id = prefix_list(ec2, *wanted[:60], size=120)
    more = [{"Cidr": cidr} for cidr in wanted[60:]]
    ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=more)
    assert len(ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"]) == 100
    paginator = ec2.get_paginator("get_managed_prefix_list_entries")
    pages = list(paginator.paginate(PrefixListId=list_id, PaginationConfig={"PageSize": 50}))
    assert [len(page["Entries"]) for page in pages] == [50, 50, 20]
    assert [entry["Cidr"] for page in pages for entry in page["Entries"]] == wanted
    unknown = refusal(ec2.get_managed_prefix_list_entries, PrefixListId="pl-0123456789abcdef0")
    assert unknown[0] == "InvalidPrefixListID.NotFound"


def test_a_role_does_with_groups_what_its_policies_say_and_a_dry_run_tells(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    (rule_id,) = opened(ec2, group_id, "0.0.0.0/0")
    reader = hire(world, world.member, "Reader", "ec2:DescribeSecurityGroups")
    revoker = hire(world, world.member, "Revoker", "ec2:RevokeSecurityGroupIngress")
    reading, revoking, nobody = (
        world.client("ec2", world.member, role=role)
        for role in (reader, revoker, f"arn:aws:iam::{world.member}:role/Nobody")
    )
    assert named(reading, group_id=group_id) == [group_id]
    asked: dict[str, Any] = {"GroupId": group_id, "SecurityGroupRuleIds": [rule_id]}
    for client in (reading, nobody):
        for dry in (True, False):
            code, message = refusal(client.revoke_security_group_ingress, DryRun=dry, **asked)
            assert (code, "ec2:RevokeSecurityGroupIngress" in message) == ("UnauthorizedOperation", True)
    assert refusal(nobody.describe_security_groups)[0] == "UnauthorizedOperation"
    assert refusal(revoking.revoke_security_group_ingress, DryRun=True, **asked)[0] == "DryRunOperation"
    assert revoking.revoke_security_group_ingress(**asked)["Return"]


@pytest.mark.parametrize("narrow", [True, False])
def test_a_policy_may_name_the_group(world: World, narrow: bool) -> None:
    ec2 = world.client("ec2", world.member)
    ours, theirs = group(ec2), group(ec2, "theirs")
    role = hire(world, world.member, "Revoker", "ec2:DescribeSecurityGroups")
    arn = f"arn:aws:ec2:*:{world.member}:security-group/{ours if narrow else '*'}"
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:DeleteSecurityGroup", '
        f'"Resource": "{arn}"}}}}'
    )
    world.client("iam", world.member).put_role_policy(RoleName="Revoker", PolicyName="one", PolicyDocument=document)
    acting = world.client("ec2", world.member, role=role)
    acting.delete_security_group(GroupId=ours)
    if narrow:
        assert refusal(acting.delete_security_group, GroupId=theirs)[0] == "UnauthorizedOperation"
    else:
        acting.delete_security_group(GroupId=theirs)
