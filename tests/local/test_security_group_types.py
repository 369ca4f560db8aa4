"""Prefix lists and single rules of a template are what they would be on AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.security_groups import group, rules
from tests.local.world import World


def listed(*cidrs: str, size: int = 3) -> dict[str, Any]:
    properties = {
        "PrefixListName": "offices",
        "AddressFamily": "IPv4",
        "MaxEntries": size,
        "Entries": [{"Cidr": cidr} for cidr in cidrs],
        "Tags": [{"Key": "owner", "Value": "team"}],
    }
    return {"Type": "AWS::EC2::PrefixList", "Properties": properties}


def single(kind: str, group_id: Any, **properties: Any) -> dict[str, Any]:
    shared = {"GroupId": group_id, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    return {"Type": f"AWS::EC2::SecurityGroup{kind}", "Properties": {**shared, **properties}}


def test_a_template_s_prefix_list_changes_in_place(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    list_id = world.deploy(world.member, {"List": listed("10.0.0.0/8", "192.0.2.0/24")})["ListRef"]

    def entries() -> set[str]:
        return {each["Cidr"] for each in ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"]}

    (shown,) = ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"]
    assert (shown["PrefixListName"], shown["MaxEntries"], shown["Tags"]) == (
        "offices",
        3,
        [{"Key": "owner", "Value": "team"}],
    )
    assert entries() == {"10.0.0.0/8", "192.0.2.0/24"}
    wanted = ["10.0.0.0/8", "198.51.100.0/24", "203.0.113.0/24", "203.0.114.0/24"]
    assert world.deploy(world.member, {"List": listed(*wanted, size=4)})["ListRef"] == list_id
    assert entries() == set(wanted)
    with pytest.raises(AssertionError, match="PrefixListMaxEntriesExceeded"):
        world.deploy(world.member, {"List": listed("10.0.0.0/8", "192.0.2.0/24", size=1)})


def test_a_template_s_single_rules_are_rules_of_the_group(world: World) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    resources = {
        "List": listed("10.0.0.0/8"),
        "In": single("Ingress", group_id, SourcePrefixListId={"Ref": "List"}),
        "Out": single("Egress", group_id, CidrIpv6="2001:db8::/32", Description="six"),
    }
    made = world.deploy(world.member, resources)
    (inward,) = rules(ec2, group_id)
    assert (inward["SecurityGroupRuleId"], inward["PrefixListId"]) == (made["InRef"], made["ListRef"])
    outward = {each["SecurityGroupRuleId"]: each for each in rules(ec2, group_id, egress=True)}
    assert (outward[made["OutRef"]]["CidrIpv6"], outward[made["OutRef"]]["Description"]) == ("2001:db8::/32", "six")
    world.deploy(world.member, {**resources, "In": single("Ingress", group_id, CidrIp="192.0.2.0/24")})
    assert [each.get("CidrIpv4") for each in rules(ec2, group_id)] == ["192.0.2.0/24"]
    described = single("Ingress", group_id, CidrIp="192.0.2.0/24", Description="a site")
    world.deploy(world.member, {**resources, "In": described})
    assert [each.get("Description") for each in rules(ec2, group_id)] == ["a site"]
    world.client("cloudformation", world.member).delete_stack(StackName="stack")
    world.client("cloudformation", world.member).get_waiter("stack_delete_complete").wait(
        StackName="stack", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    assert rules(ec2, group_id) == []
    assert len(rules(ec2, group_id, egress=True)) == 1
