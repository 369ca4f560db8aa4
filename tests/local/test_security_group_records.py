"""What the embedded CloudTrail says of calls on groups is what the guard reads: where to look, who acted, any error."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_src.security_group_guard.trigger import Trigger, trigger
from tests.local.events import heard, queue, rule, to_queue
from tests.local.security_groups import SSH, group, opened, prefix_list, refusal
from tests.local.trails import archive_of, trail
from tests.local.world import World, hire

CALLS = {"source": ["aws.ec2"], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"readOnly": [False]}}
NAME = "security-group-guard"


class Listener:
    """An account whose EC2 calls are heard."""

    def __init__(self, world: World) -> None:
        self._world = world
        resources = {**queue("Heard"), "Listen": rule("listen", to_queue("Heard"), EventPattern=CALLS)}
        world.deploy(world.member, {**resources, "Trail": trail(archive_of(world))})

    def said(self) -> list[dict[str, Any]]:
        """The events since this was asked last."""
        return heard(self._world, self._world.member, "heard")

    def looked_at(self) -> Trigger:
        """What the guard makes of the one event since this was asked last."""
        (event,) = self.said()
        found = trigger(event)
        assert found is not None, event
        assert (found.account, found.unread) == (self._world.member, ()), event
        return found


@pytest.fixture
def listener(world: World) -> Listener:
    return Listener(world)


def test_a_call_through_a_role_that_a_role_has_taken_is_the_role_s_own(world: World, listener: Listener) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    (rule_id,) = opened(ec2, group_id, "0.0.0.0/0")
    member_role = hire(world, world.member, "evidence-security-groups", "ec2:*")
    hub_role = hire(world, world.archive, "hub", "sts:AssumeRole")
    hub = world.client("sts", world.archive, role=hub_role)
    taken = hub.assume_role(RoleArn=member_role, RoleSessionName=NAME)
    session = f"arn:aws:sts::{world.member}:assumed-role/evidence-security-groups/{NAME}"
    assert taken["AssumedRoleUser"]["Arn"] == session
    acting = world.client("ec2", world.member, role=member_role, session=NAME)
    listener.said()
    acting.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=[rule_id])
    (event,) = listener.said()
    identity = event["detail"]["userIdentity"]
    assert (identity["type"], identity["arn"], identity["accountId"]) == ("AssumedRole", session, world.member)
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["arn"], issuer["userName"]) == (member_role, "evidence-security-groups")
    found = trigger(event)
    assert found is not None
    assert (found.actor.arn, found.actor.issuer, found.account) == (session, member_role, world.member)
    assert (found.groups, found.rules, found.changed) == ((group_id,), (rule_id,), True)


def test_what_changed_nothing_says_why(world: World, listener: Listener) -> None:
    ec2 = world.client("ec2", world.member)
    group_id = group(ec2)
    rule_ids = opened(ec2, group_id, "0.0.0.0/0")
    reader = world.client("ec2", world.member, role=hire(world, world.member, "Reader", "ec2:Describe*"))
    listener.said()
    for client, dry, error in ((ec2, True, "Client.DryRunOperation"), (reader, False, "Client.UnauthorizedOperation")):
        refusal(client.revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=rule_ids, DryRun=dry)
        (event,) = listener.said()
        assert event["detail"]["responseElements"] is None
        found = trigger(event)
        assert found is not None
        assert (found.changed, found.error, found.groups) == (False, error, (group_id,))


def test_every_change_of_rules_leads_to_its_group_and_its_rules(world: World, listener: Listener) -> None:
    ops = hire(world, world.member, "Ops", "ec2:*")
    ec2 = world.client("ec2", world.member, role=ops)
    group_id, peer = group(ec2), group(ec2, "peer")
    created = [trigger(event) for event in listener.said()]
    assert [found.groups for found in created if found] == [(group_id,), (peer,)]

    rule_ids = opened(ec2, group_id, "10.0.0.0/8", "192.0.2.0/24")
    found = listener.looked_at()
    assert (found.groups, found.rules, found.direction) == ((group_id,), tuple(rule_ids), "ingress")
    session = f"arn:aws:sts::{world.member}:assumed-role/Ops/alice"
    assert (found.actor.arn, found.actor.issuer, found.actor.source_ip) == (session, ops, "127.0.0.1")
    assert "Boto3" in found.actor.user_agent

    for members in rule_ids[:1], rule_ids:
        changes = [
            {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**SSH, "CidrIpv4": f"10.{number}.0.0/16"}}
            for number, rule_id in enumerate(members, start=len(members) * 10)
        ]
        ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=changes)
        found = listener.looked_at()
        assert (found.groups, found.rules) == ((group_id,), tuple(members))

    described = [{"SecurityGroupRuleId": rule_id, "Description": "x"} for rule_id in rule_ids]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group_id, SecurityGroupRuleDescriptions=described)
    assert (found := listener.looked_at()).groups == (group_id,)
    assert found.rules == tuple(rule_ids)

    flat: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}
    ec2.authorize_security_group_ingress(GroupName="front", **flat)
    found = listener.looked_at()
    assert (found.groups, len(found.rules)) == ((group_id,), 1), "the answer holds the id that the request lacks"
    ec2.revoke_security_group_ingress(GroupName="front", **flat)
    found = listener.looked_at()
    assert (found.groups, found.names) in (((group_id,), ()), ((), ("front",)))

    pair = [{**SSH, "UserIdGroupPairs": [{"GroupId": peer}]}]
    ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=pair)
    found = listener.looked_at()
    assert (found.groups, found.direction) == ((group_id,), "egress"), "a group that a rule names has not changed"
    ec2.delete_security_group(GroupId=peer)
    assert listener.looked_at().groups == (peer,)


def test_every_change_of_a_prefix_list_leads_to_it(world: World, listener: Listener) -> None:
    ec2 = world.client("ec2", world.member)
    list_id = prefix_list(ec2, "10.0.0.0/8")
    assert listener.looked_at().prefix_lists == (list_id,)
    ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=[{"Cidr": "0.0.0.0/0"}])
    assert listener.looked_at().prefix_lists == (list_id,)
    ec2.restore_managed_prefix_list_version(PrefixListId=list_id, PreviousVersion=1, CurrentVersion=2)
    assert listener.looked_at().prefix_lists == (list_id,)
    ec2.delete_managed_prefix_list(PrefixListId=list_id)
    assert listener.looked_at().prefix_lists == (list_id,)


def test_giving_groups_to_machines_leads_to_the_groups(world: World, listener: Listener) -> None:
    ec2 = world.client("ec2", world.member)
    first, second = group(ec2), group(ec2, "second")
    listener.said()
    machine: dict[str, Any] = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1}
    launched = ec2.run_instances(SecurityGroupIds=[first], **machine)
    (instance,) = launched["Instances"]
    (event,) = listener.said()
    asked = event["detail"]["requestParameters"]
    assert asked["groupSet"] == {"items": [{"groupId": first}]}
    assert asked["instancesSet"] == {"items": [{"imageId": "ami-12345678", "minCount": 1, "maxCount": 1}]}
    found = trigger(event)
    assert found is not None
    assert (first in found.groups, instance["InstanceId"] in found.attached) == (True, True)

    interface = ec2.create_network_interface(SubnetId=instance["SubnetId"], Groups=[first])["NetworkInterface"]
    found = listener.looked_at()
    assert (found.groups, found.attached) == ((first,), (interface["NetworkInterfaceId"],))

    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=[first, second])
    (event,) = listener.said()
    assert event["detail"]["requestParameters"] == {
        "networkInterfaceId": interface["NetworkInterfaceId"],
        "groupSet": {"items": [{"groupId": first}, {"groupId": second}]},
    }
    assert event["detail"]["responseElements"] == {"requestId": event["detail"]["requestID"], "_return": True}
    shown = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface["NetworkInterfaceId"]])
    assert [each["GroupId"] for each in shown["NetworkInterfaces"][0]["Groups"]] == [first, second]

    ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], Groups=[second])
    found = listener.looked_at()
    assert (found.groups, found.attached) == ((second,), (instance["InstanceId"],))
    (shown,) = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"]
    assert [each["GroupId"] for each in shown["Instances"][0]["SecurityGroups"]] == [second]
    gone = refusal(ec2.modify_instance_attribute, InstanceId=instance["InstanceId"], Groups=["sg-0123456789abcdef0"])
    assert gone[0] == "InvalidGroup.NotFound"
