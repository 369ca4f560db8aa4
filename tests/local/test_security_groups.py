"""Security groups and prefix lists of the embedded AWS answer, change and are recorded as on AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.events import heard, queue, rule, to_queue
from tests.local.security_groups import SSH, group, prefix_list, refusal, rules
from tests.local.trails import archive_of, trail
from tests.local.world import World, hire

GOLDEN = Path(__file__).parents[1] / "golden/MemberRegion.template.json"
TWO = [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "192.0.2.0/24"}]}]
NOWHERE = "sgr-00000000000000000"


def permissions(ec2: Any, group_id: str, *, egress: bool = False) -> Any:
    (found,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return found["IpPermissionsEgress" if egress else "IpPermissions"]


def cidrs(ec2: Any, list_id: str, **more: Any) -> list[str]:
    return [entry["Cidr"] for entry in ec2.get_managed_prefix_list_entries(PrefixListId=list_id, **more)["Entries"]]


def test_a_dry_run_changes_nothing_and_says_so(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]
    before = (permissions(ec2, group_id), permissions(ec2, group_id, egress=True), rules(ec2, group_id))
    (out,) = rules(ec2, group_id, egress=True)
    other = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}]
    change = [{"SecurityGroupRuleId": made[0]["SecurityGroupRuleId"], "SecurityGroupRule": {"CidrIpv4": "0.0.0.0/0"}}]
    list_id = prefix_list(ec2, "10.0.0.0/8")
    calls: list[tuple[Any, dict[str, Any]]] = [
        (ec2.authorize_security_group_ingress, {"GroupId": group_id, "IpPermissions": other}),
        (ec2.authorize_security_group_egress, {"GroupId": group_id, "IpPermissions": other}),
        (ec2.revoke_security_group_ingress, {"GroupId": group_id, "IpPermissions": TWO}),
        (
            ec2.revoke_security_group_ingress,
            {"GroupId": group_id, "SecurityGroupRuleIds": [made[0]["SecurityGroupRuleId"]]},
        ),
        (ec2.revoke_security_group_egress, {"GroupId": group_id, "SecurityGroupRuleIds": [out["SecurityGroupRuleId"]]}),
        (ec2.modify_security_group_rules, {"GroupId": group_id, "SecurityGroupRules": change}),
        (ec2.delete_security_group, {"GroupId": group_id}),
        (ec2.modify_managed_prefix_list, {"PrefixListId": list_id, "RemoveEntries": [{"Cidr": "10.0.0.0/8"}]}),
    ]
    for call, members in calls:
        said = refusal(call, DryRun=True, **members)
        assert said == ("DryRunOperation", "Request would have succeeded, but DryRun flag is set."), members
    assert (permissions(ec2, group_id), permissions(ec2, group_id, egress=True), rules(ec2, group_id)) == before
    assert cidrs(ec2, list_id) == ["10.0.0.0/8"]


def test_every_source_of_a_call_is_a_rule_that_outlives_its_siblings(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id, peer = group(ec2), group(ec2, "peer")
    list_id = prefix_list(ec2, "10.0.0.0/8")
    permission = {
        **SSH,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "192.0.2.0/24"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", "Description": "six"}],
        "PrefixListIds": [{"PrefixListId": list_id, "Description": "offices"}],
        "UserIdGroupPairs": [{"GroupId": peer}, {"GroupId": peer, "UserId": world.other}],
    }
    tags = [{"Key": "owner", "Value": "team"}]
    answer = ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[permission],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )
    shown = rules(ec2, group_id)
    assert answer["SecurityGroupRules"] == shown
    assert len({rule["SecurityGroupRuleId"] for rule in shown}) == 6
    shared = {"GroupId": group_id, "GroupOwnerId": world.member, "IsEgress": False, **SSH, "Tags": tags}
    assert [
        {name: value for name, value in each.items() if name not in ("SecurityGroupRuleId", "SecurityGroupRuleArn")}
        for each in shown
    ] == [
        {**shared, "CidrIpv4": "10.0.0.0/8", "Description": "inside"},
        {**shared, "CidrIpv4": "192.0.2.0/24"},
        {**shared, "CidrIpv6": "2001:db8::/32", "Description": "six"},
        {**shared, "PrefixListId": list_id, "Description": "offices"},
        {**shared, "ReferencedGroupInfo": {"GroupId": peer, "UserId": world.member}},
        {**shared, "ReferencedGroupInfo": {"GroupId": peer, "UserId": world.other}},
    ]
    (merged,) = permissions(ec2, group_id)
    pairs = [{"GroupId": peer, "UserId": world.member}, permission["UserIdGroupPairs"][1]]
    assert merged == {**permission, "UserIdGroupPairs": pairs}

    remaining = list(shown)
    while remaining:
        gone = remaining.pop(len(remaining) // 2)
        answer = ec2.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=[gone["SecurityGroupRuleId"]])
        (revoked,) = answer["RevokedSecurityGroupRules"]
        assert revoked["SecurityGroupRuleId"] == gone["SecurityGroupRuleId"]
        assert rules(ec2, group_id) == remaining
    assert permissions(ec2, group_id) == []


def test_a_rule_that_is_not_there_is_not_revoked_by_its_id(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id, peer = group(ec2), group(ec2, "peer")
    first, _second = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]
    (foreign,) = rules(ec2, peer, egress=True)
    (out,) = rules(ec2, group_id, egress=True)
    before = rules(ec2, group_id)
    for unknown in (NOWHERE, foreign["SecurityGroupRuleId"], out["SecurityGroupRuleId"]):
        ids = [first["SecurityGroupRuleId"], unknown]
        code, message = refusal(ec2.revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=ids)
        assert (code, unknown in message) == ("InvalidSecurityGroupRuleId.NotFound", True)
    code, _message = refusal(ec2.describe_security_group_rules, SecurityGroupRuleIds=[NOWHERE])
    assert code == "InvalidSecurityGroupRuleId.NotFound"
    assert rules(ec2, group_id) == before


def test_a_revocation_by_properties_takes_the_sources_that_it_names(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)
    there, absent = {"CidrIp": "10.0.0.0/8"}, {"CidrIp": "203.0.113.0/24"}
    answer = ec2.revoke_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[{**SSH, "IpRanges": [there, absent]}, {**SSH, "ToPort": 23, "IpRanges": [there]}],
    )
    assert answer["Return"]
    assert [each["CidrIpv4"] for each in answer["RevokedSecurityGroupRules"]] == ["10.0.0.0/8"]
    unknown = [(each["FromPort"], each["ToPort"], each["IpRanges"]) for each in answer["UnknownIpPermissions"]]
    assert unknown == [(22, 22, [absent]), (22, 23, [there])]
    assert [each["CidrIpv4"] for each in rules(ec2, group_id)] == ["192.0.2.0/24"]


def test_outside_the_default_vpc_an_unknown_permission_is_an_error(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group_id = group(ec2, VpcId=vpc)
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)
    wanted = [*TWO, {**SSH, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}]
    code, _message = refusal(ec2.revoke_security_group_ingress, GroupId=group_id, IpPermissions=wanted)
    assert code == "InvalidPermission.NotFound"
    assert len(rules(ec2, group_id)) == 2


def test_an_authorization_is_all_or_nothing(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)
    fresh = {**SSH, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}
    for wrong, code in [
        ({**SSH, "IpProtocol": "6", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, "InvalidPermission.Duplicate"),
        ({**SSH, "PrefixListIds": [{"PrefixListId": "pl-0123456789abcdef0"}]}, "InvalidPrefixListID.NotFound"),
        ({**SSH, "UserIdGroupPairs": [{"GroupId": "sg-0123456789abcdef0"}]}, "InvalidGroup.NotFound"),
        ({**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/33"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, "InvalidParameterValue"),
    ]:
        found = refusal(ec2.authorize_security_group_ingress, GroupId=group_id, IpPermissions=[fresh, wrong])
        assert found[0] == code, found
    assert [each["CidrIpv4"] for each in rules(ec2, group_id)] == ["10.0.0.0/8", "192.0.2.0/24"]


def test_rules_are_found_by_id_by_group_and_page_by_page(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id, other = group(ec2), group(ec2, "other")
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=TWO)
    ids = [each["SecurityGroupRuleId"] for each in made]
    assert ec2.describe_security_group_rules(SecurityGroupRuleIds=ids[1:])["SecurityGroupRules"] == made[1:]
    filters = [{"Name": "security-group-rule-id", "Values": ids[:1]}]
    assert ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"] == made[:1]
    pages = list(ec2.get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 5}))
    sizes = [len(page["SecurityGroupRules"]) for page in pages]
    assert (max(sizes), len(sizes) > 1) == (5, True)
    everything = [each["SecurityGroupRuleId"] for page in pages for each in page["SecurityGroupRules"]]
    assert set(ids) < set(everything)
    assert len(everything) == len(set(everything))
    found = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [other]}])["SecurityGroups"]
    assert [each["GroupId"] for each in found] == [other]


def test_all_protocols_have_no_ports_in_a_group_and_minus_one_in_a_rule(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    (out,) = rules(ec2, group_id, egress=True)
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"], out["CidrIpv4"]) == ("-1", -1, -1, "0.0.0.0/0")
    (permission,) = permissions(ec2, group_id, egress=True)
    assert "FromPort" not in permission
    assert rules(ec2, group_id, egress=True) == [out], "the id of a rule that nobody made is its id from then on"
    made = ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]
    gone = [each["SecurityGroupRuleId"] for each in (out, made[0])]
    ec2.revoke_security_group_egress(GroupId=group_id, SecurityGroupRuleIds=gone)
    assert [each["CidrIpv4"] for each in rules(ec2, group_id, egress=True)] == ["192.0.2.0/24"]
    assert rules(ec2, group_id) == []


def test_a_modified_rule_keeps_its_id_and_its_siblings(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    list_id = prefix_list(ec2, "10.0.0.0/8")
    first, second = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]

    def modify(rule_id: str, **members: Any) -> None:
        change = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": members}
        ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=[change])

    modify(first["SecurityGroupRuleId"], CidrIpv4="0.0.0.0/0", FromPort=443, ToPort=444)
    changed = {**first, "CidrIpv4": "0.0.0.0/0", "FromPort": 443, "ToPort": 444}
    assert rules(ec2, group_id) == [changed, second]
    modify(second["SecurityGroupRuleId"], PrefixListId=list_id, Description="offices")
    expected = {name: value for name, value in second.items() if name != "CidrIpv4"}
    assert rules(ec2, group_id) == [changed, {**expected, "PrefixListId": list_id, "Description": "offices"}]
    modify(second["SecurityGroupRuleId"], ReferencedGroupId=group_id, IpProtocol="-1")
    _first, moved = rules(ec2, group_id)
    assert moved["ReferencedGroupInfo"] == {"GroupId": group_id, "UserId": world.member}
    assert (moved["SecurityGroupRuleId"], moved["IpProtocol"], moved["FromPort"]) == (
        second["SecurityGroupRuleId"],
        "-1",
        -1,
    )
    before = rules(ec2, group_id)
    changes = [
        {"SecurityGroupRuleId": second["SecurityGroupRuleId"], "SecurityGroupRule": {"CidrIpv6": "::/0"}},
        {"SecurityGroupRuleId": NOWHERE, "SecurityGroupRule": {"CidrIpv6": "::/0"}},
    ]
    code, _message = refusal(ec2.modify_security_group_rules, GroupId=group_id, SecurityGroupRules=changes)
    assert code == "InvalidSecurityGroupRuleId.NotFound"
    same = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 444, "CidrIpv4": "0.0.0.0/0"}
    changes = [{"SecurityGroupRuleId": second["SecurityGroupRuleId"], "SecurityGroupRule": same}]
    code, _message = refusal(ec2.modify_security_group_rules, GroupId=group_id, SecurityGroupRules=changes)
    assert code == "InvalidPermission.Duplicate"
    assert rules(ec2, group_id) == before


def test_descriptions_change_by_id_and_by_properties(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    first, second = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=TWO)["SecurityGroupRules"]
    given = [{"SecurityGroupRuleId": second["SecurityGroupRuleId"], "Description": "by id"}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group_id, SecurityGroupRuleDescriptions=given)
    named = [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "by properties"}]}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group_id, IpPermissions=named)
    assert rules(ec2, group_id) == [{**first, "Description": "by properties"}, {**second, "Description": "by id"}]


def test_the_rules_of_a_template_keep_their_ids_over_an_update(world: World) -> None:
    def resources(*given: dict[str, Any]) -> dict[str, Any]:
        properties = {"GroupDescription": "of a stack", "SecurityGroupIngress": list(given)}
        return {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}

    ec2 = world.client("ec2", world.member)
    list_id = prefix_list(ec2, "10.0.0.0/8")
    stays = {**SSH, "IpProtocol": "6", "SourcePrefixListId": list_id}
    gone, comes = ({**SSH, "CidrIp": cidr} for cidr in ("10.0.0.0/8", "192.0.2.0/24"))
    group_id = world.deploy(world.member, resources(gone, stays))["GroupRef"]
    group_id = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]["GroupId"]
    before = {each.get("PrefixListId", each.get("CidrIpv4")): each for each in rules(ec2, group_id)}
    assert set(before) == {list_id, "10.0.0.0/8"}
    world.deploy(world.member, resources(stays, comes))
    after = {each.get("PrefixListId", each.get("CidrIpv4")): each for each in rules(ec2, group_id)}
    assert set(after) == {list_id, "192.0.2.0/24"}
    assert after[list_id] == before[list_id]


def test_a_prefix_list_changes_from_the_version_that_the_caller_knows(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    tags = [{"ResourceType": "prefix-list", "Tags": [{"Key": "owner", "Value": "team"}]}]
    list_id = prefix_list(ec2, "10.0.0.0/8", TagSpecifications=tags)
    (described,) = ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"]
    assert (described["Version"], described["MaxEntries"], described["Tags"]) == (1, 2, tags[0]["Tags"])
    added = [{"Cidr": "192.0.2.0/24", "Description": "new"}]
    changed = ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=added)
    assert changed["PrefixList"]["Version"] == 2
    assert cidrs(ec2, list_id) == ["10.0.0.0/8", "192.0.2.0/24"]
    assert cidrs(ec2, list_id, TargetVersion=1) == ["10.0.0.0/8"]
    removed = [{"Cidr": "10.0.0.0/8"}]
    code, _message = refusal(
        ec2.modify_managed_prefix_list, PrefixListId=list_id, CurrentVersion=1, RemoveEntries=removed
    )
    assert code == "PrefixListVersionMismatch"
    assert cidrs(ec2, list_id) == ["10.0.0.0/8", "192.0.2.0/24"]
    renamed = ec2.modify_managed_prefix_list(PrefixListId=list_id, PrefixListName="sites")["PrefixList"]
    assert (renamed["Version"], renamed["PrefixListName"]) == (2, "sites")
    restored = ec2.restore_managed_prefix_list_version(PrefixListId=list_id, PreviousVersion=1, CurrentVersion=2)
    assert restored["PrefixList"]["Version"] == 3
    assert cidrs(ec2, list_id) == ["10.0.0.0/8"]


def test_a_prefix_list_holds_no_more_entries_than_its_size(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    with pytest.raises(ClientError, match="PrefixListMaxEntriesExceeded"):
        prefix_list(ec2, "10.0.0.0/8", "192.0.2.0/24", size=1)
    list_id = prefix_list(ec2, "10.0.0.0/8", "192.0.2.0/24", size=2)
    more: dict[str, Any] = {"PrefixListId": list_id, "CurrentVersion": 1}
    third = [{"Cidr": "203.0.113.0/24"}]
    assert refusal(ec2.modify_managed_prefix_list, AddEntries=third, **more)[0] == "PrefixListMaxEntriesExceeded"
    assert refusal(ec2.modify_managed_prefix_list, MaxEntries=1, **more)[0] == "PrefixListMaxEntriesExceeded"
    both = refusal(ec2.modify_managed_prefix_list, AddEntries=third, MaxEntries=3, **more)
    assert both[0] == "InvalidParameterCombination"
    assert cidrs(ec2, list_id) == ["10.0.0.0/8", "192.0.2.0/24"]
    assert ec2.modify_managed_prefix_list(MaxEntries=3, **more)["PrefixList"]["MaxEntries"] == 3
    assert ec2.modify_managed_prefix_list(AddEntries=third, **more)["PrefixList"]["Version"] == 2


def network_changes() -> dict[str, Any]:
    """The event pattern of the members' rule, as it is deployed."""
    resources = json.loads(GOLDEN.read_text())["Resources"].values()
    (pattern,) = [
        each["Properties"]["EventPattern"]
        for each in resources
        if each["Properties"].get("Name") == "evidence-network-changes"
    ]
    found: dict[str, Any] = pattern
    return found


def test_the_members_rule_hears_changes_in_the_shape_that_cloudtrail_gives_them(world: World) -> None:
    resources = {**queue("Heard"), "Listen": rule("listen", to_queue("Heard"), EventPattern=network_changes())}
    world.deploy(world.member, {**resources, "Trail": trail(archive_of(world))})
    ec2 = world.client("ec2", world.member, role=hire(world, world.member, "Ops", "ec2:*"))

    def said() -> dict[str, Any]:
        (event,) = heard(world, world.member, "heard")
        detail = event["detail"]
        assert (event["source"], detail["eventSource"]) == ("aws.ec2", "ec2.amazonaws.com")
        assert detail["userIdentity"]["arn"] == f"arn:aws:sts::{world.member}:assumed-role/Ops/alice"
        assert (detail["readOnly"], detail["managementEvent"]) == (False, True)
        if answered := detail["responseElements"]:
            (inner,) = answered.values() if len(answered) == 1 else [answered]
            assert inner.pop("requestId") == detail["requestID"]
        found: dict[str, Any] = detail
        return found

    group_id = group(ec2, TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b"}]}])
    detail = said()
    assert detail["requestParameters"] == {
        "groupName": "front",
        "groupDescription": "front",
        "tagSpecificationSet": {
            "items": [{"resourceType": "security-group", "tags": [{"key": "a", "value": "b"}]}],
        },
    }
    assert detail["responseElements"]["groupId"] == group_id

    list_id = prefix_list(ec2, "10.0.0.0/8")
    detail = said()
    asked = detail["requestParameters"]["CreateManagedPrefixListRequest"]
    assert asked["Entry"] == {"Cidr": "10.0.0.0/8", "Description": "10.0.0.0/8", "tag": 1}
    answered = detail["responseElements"]["CreateManagedPrefixListResponse"]["prefixList"]
    assert (answered["prefixListId"], answered["version"]) == (list_id, 1)

    permission = {
        **SSH,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "x"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [{"PrefixListId": list_id}],
        "UserIdGroupPairs": [{"GroupId": group_id, "UserId": world.member}],
    }
    (v4, v6, listed, self) = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])[
        "SecurityGroupRules"
    ]
    detail = said()
    port = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
    assert (detail["eventName"], detail["requestParameters"]) == (
        "AuthorizeSecurityGroupIngress",
        {
            "groupId": group_id,
            "ipPermissions": {
                "items": [
                    {
                        **port,
                        "groups": {"items": [{"groupId": group_id, "userId": world.member}]},
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "x"}]},
                        "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]},
                        "prefixListIds": {"items": [{"prefixListId": list_id}]},
                    }
                ]
            },
        },
    )
    shared = {"groupOwnerId": world.member, "groupId": group_id, "isEgress": False, **port}
    expected = [
        {
            **shared,
            **more,
            "securityGroupRuleId": made["SecurityGroupRuleId"],
            "securityGroupRuleArn": made["SecurityGroupRuleArn"],
        }
        for made, more in [
            (v4, {"cidrIpv4": "0.0.0.0/0", "description": "x"}),
            (v6, {"cidrIpv6": "::/0"}),
            (listed, {"prefixListId": list_id}),
            (self, {"referencedGroupId": group_id}),
        ]
    ]
    assert detail["responseElements"] == {"_return": True, "securityGroupRuleSet": {"items": expected}}

    members = {"CidrIpv4": "10.0.0.0/8", "FromPort": 443, "ToPort": 443, "IpProtocol": "tcp"}
    change = {"SecurityGroupRuleId": v4["SecurityGroupRuleId"], "SecurityGroupRule": members}
    ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=[change])
    detail = said()
    assert detail["requestParameters"] == {
        "ModifySecurityGroupRulesRequest": {"GroupId": group_id, "SecurityGroupRule": {**change, "tag": 1}}
    }
    assert detail["responseElements"] == {
        "ModifySecurityGroupRulesResponse": {"xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", "return": True}
    }

    flat = {"GroupId": group_id, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
    ec2.authorize_security_group_ingress(**flat)
    detail = said()
    asked = {"groupId": group_id, "ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "cidrIp": "0.0.0.0/0"}
    assert detail["requestParameters"] == {**asked, "ipPermissions": {}}

    ec2.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=[listed["SecurityGroupRuleId"]])
    (revoked,) = said()["responseElements"]["revokedSecurityGroupRuleSet"]["items"]
    assert (revoked["securityGroupRuleId"], revoked["prefixListId"]) == (listed["SecurityGroupRuleId"], list_id)

    narrow = [{**SSH, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    refusal(ec2.revoke_security_group_ingress, DryRun=True, GroupId=group_id, IpPermissions=narrow)
    detail = said()
    ranges = {"items": [{"cidrIp": "10.0.0.0/8"}]}
    item = {**port, "groups": {}, "ipRanges": ranges, "ipv6Ranges": {}, "prefixListIds": {}}
    asked = {"groupId": group_id, "ipPermissions": {"items": [item]}, "dryRun": True}
    assert detail["requestParameters"] == asked
    assert (detail["errorCode"], detail["responseElements"]) == ("Client.DryRunOperation", None)
    assert detail["errorMessage"] == "Request would have succeeded, but DryRun flag is set."
    refusal(ec2.authorize_security_group_ingress, **flat)
    detail = said()
    assert detail["errorCode"] == "Client.InvalidPermission.Duplicate"
    assert '"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW"' in detail["errorMessage"]
    rules(ec2, group_id)
    assert heard(world, world.member, "heard") == [], "a read call is no change"
