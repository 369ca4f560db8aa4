"""The guard as it is deployed: what is done to real groups is judged, told once and, where told to, taken back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from constructs_lib import archive_layout as layout
from tests.lambda_src.access_events.variants import sample
from tests.local.demonstration import ALICES, BOBS, Demonstration
from tests.local.guarding import ENFORCEMENT, JUDGEMENT, Guarding
from tests.local.security_groups import SSH, opened, prefix_list, refusal, rules

WORLD, APPROVED = "0.0.0.0/0", "10.20.0.0/16"
Group = dict[str, Any]


@pytest.fixture(scope="module")
def guarding(demonstration: Demonstration) -> Iterator[Guarding]:
    """The embedded EC2 shows at once what has changed, so nobody waits until it settles."""
    made = Guarding(demonstration)
    with made.configured(SETTLE_SECONDS="0", ACTIONS_PER_HOUR="50"):
        yield made


@pytest.fixture(scope="module")
def alice(guarding: Guarding) -> Any:
    """Her session in a member in which the guard only watches."""
    return guarding.client("ec2", ALICES, role=f"arn:aws:iam::{ALICES}:role/Operations")


@pytest.fixture(scope="module")
def bob(guarding: Guarding) -> Any:
    """His session in a member in which the guard revokes."""
    return guarding.client("ec2", BOBS, role=f"arn:aws:iam::{BOBS}:role/Operations")


def permission(port: int, *networks: str, last: int = 0) -> dict[str, Any]:
    v4 = [{"CidrIp": each} for each in networks if ":" not in each]
    v6 = [{"CidrIpv6": each} for each in networks if ":" in each]
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": last or port, "IpRanges": v4, "Ipv6Ranges": v6}


def ids(ec2: Any, group_id: str, *networks: str) -> list[str]:
    """The ids of the rules that let these networks in, in the order of the group."""
    found = rules(ec2, group_id)
    return [rule["SecurityGroupRuleId"] for rule in found if rule.get("CidrIpv4", rule.get("CidrIpv6")) in networks]


def drawn(guarding: Guarding, name: str, *permissions: dict[str, Any], account: str = ALICES) -> str:
    """A group of a stack, which CloudFormation makes: the embedded AWS records no call for it."""
    ingress = [
        {**{key: each[key] for key in ("IpProtocol", "FromPort", "ToPort")}, **network}
        for each in permissions
        for network in (*each["IpRanges"], *each["Ipv6Ranges"])
    ]
    properties = {"GroupName": name, "GroupDescription": "of a stack", "SecurityGroupIngress": ingress}
    resources = {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}
    cloudformation = guarding.client("cloudformation", account)
    stack = name.replace(" ", "-")
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.1})
    (found,) = guarding.client("ec2", account).describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [name]}]
    )["SecurityGroups"]
    return str(found["GroupId"])


class Day:
    """What people did in the watched member, each thing to a group of its own; made once, judged side by side."""

    def __init__(self, guarding: Guarding, ec2: Any) -> None:
        things: dict[str, Callable[[Any, str], list[str]]] = {
            "one call": self._one_call,
            "the flat form": self._flat_form,
            "many rules": self._many_rules,
            "one rule modified": self._one_modified,
            "several rules modified": self._several_modified,
            "a prefix list widened": partial(self._widened, guarding),
            "nothing but egress": lambda _ec2, _group: [],
            "described anew": self._described_anew,
        }
        self.groups = dict(zip(things, guarding.group(ec2, *things), strict=True))
        self.wanted = {name: do(ec2, self.groups[name]) for name, do in things.items()}
        machine = drawn(guarding, "given to a machine", permission(3389, WORLD))
        ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, SecurityGroupIds=[machine])
        self.groups["given to a machine"], self.wanted["given to a machine"] = machine, ids(ec2, machine, WORLD)
        guarding.comes_to_rest()

    @staticmethod
    def _one_call(ec2: Any, group_id: str) -> list[str]:
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission(22, WORLD, "::/0")])
        return ids(ec2, group_id, WORLD, "::/0")

    @staticmethod
    def _flat_form(ec2: Any, group_id: str) -> list[str]:
        flat = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIp": WORLD}
        ec2.authorize_security_group_ingress(GroupName="the flat form", **flat)
        return ids(ec2, group_id, WORLD)

    @staticmethod
    def _many_rules(ec2: Any, group_id: str) -> list[str]:
        asked = [
            permission(443, WORLD, "::/0"),
            permission(22, APPROVED, "2001:db8:ace::/48", WORLD),
            permission(20, APPROVED, "198.51.100.0/24", last=30),
        ]
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=asked)
        return [
            rule["SecurityGroupRuleId"]
            for rule in rules(ec2, group_id)
            if rule["FromPort"] != 443 and rule.get("CidrIpv4") in (WORLD, "198.51.100.0/24")
        ]

    @staticmethod
    def _one_modified(ec2: Any, group_id: str) -> list[str]:
        first, _second = opened(ec2, group_id, APPROVED, "10.20.8.0/24")
        change = {"SecurityGroupRuleId": first, "SecurityGroupRule": {**SSH, "CidrIpv4": WORLD}}
        ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=[change])
        return [first]

    @staticmethod
    def _several_modified(ec2: Any, group_id: str) -> list[str]:
        made = opened(ec2, group_id, "10.20.1.0/24", "10.20.2.0/24", "10.20.3.0/24")
        wanted = ({"CidrIpv4": WORLD}, {"CidrIpv6": "::/0"}, {"CidrIpv4": "10.20.4.0/24"})
        changes = [
            {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": {**SSH, **source}}
            for rule_id, source in zip(made, wanted, strict=True)
        ]
        ec2.modify_security_group_rules(GroupId=group_id, SecurityGroupRules=changes)
        return made[:2]

    @staticmethod
    def _widened(guarding: Guarding, ec2: Any, group_id: str) -> list[str]:
        list_id = prefix_list(ec2, APPROVED)
        ec2.authorize_security_group_ingress(
            GroupId=group_id, IpPermissions=[{**SSH, "PrefixListIds": [{"PrefixListId": list_id}]}]
        )
        guarding.comes_to_rest()
        ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=[{"Cidr": WORLD}])
        return [rule["SecurityGroupRuleId"] for rule in rules(ec2, group_id)]

    @staticmethod
    def _described_anew(ec2: Any, group_id: str) -> list[str]:
        made = opened(ec2, group_id, WORLD)
        described = [{"SecurityGroupRuleId": made[0], "Description": "for a moment"}]
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group_id, SecurityGroupRuleDescriptions=described)
        return made


@pytest.fixture(scope="module")
def day(guarding: Guarding, alice: Any) -> Day:
    return Day(guarding, alice)


def test_every_way_to_open_a_group_leads_to_the_rules_that_nobody_approved(guarding: Guarding, day: Day) -> None:
    found = {name: guarding.differences(group_id) for name, group_id in day.groups.items()}
    assert found == {name: {("unapproved", rule_id) for rule_id in made} for name, made in day.wanted.items()}
    assert [name for name, made in day.wanted.items() if not made] == ["nothing but egress"]


def test_each_is_told_once_with_who_and_from_where(guarding: Guarding, day: Day, alice: Any) -> None:
    told = {name: len(guarding.alerts(group_id)) for name, group_id in day.groups.items()}
    # A group that was opened by several calls is told of as often as something new was seen.
    assert told == {name: 1 if made else 0 for name, made in day.wanted.items()}
    (said,) = guarding.said(JUDGEMENT, day.groups["one call"])
    assert (said["read"], said["mode"], said["state"], said["account"]) == ("live", "observe", "open", ALICES)
    cause = said["cause"]
    assert (cause["call"], cause["principal"], cause["session"]) == (
        "AuthorizeSecurityGroupIngress",
        f"arn:aws:sts::{ALICES}:assumed-role/Operations/embedded",
        "embedded",
    )
    assert cause["source_ip"] == "127.0.0.1"
    attached = guarding.said(JUDGEMENT, day.groups["given to a machine"])
    assert [each["cause"]["call"] for each in attached] == ["RunInstances"]
    widened = guarding.said(JUDGEMENT, day.groups["a prefix list widened"])
    assert [each["cause"]["call"] for each in widened] == ["ModifyManagedPrefixList"]


def test_the_guard_that_watches_changes_nothing(guarding: Guarding, day: Day, alice: Any) -> None:
    for name, made in day.wanted.items():
        there = {rule["SecurityGroupRuleId"] for rule in rules(alice, day.groups[name])}
        assert set(made) <= there, name
        assert guarding.said(ENFORCEMENT, day.groups[name]) == [], name


def test_the_command_of_the_alert_takes_that_rule_away_and_ends_the_difference(
    guarding: Guarding, day: Day, alice: Any
) -> None:
    group_id, (unapproved,) = day.groups["one rule modified"], day.wanted["one rule modified"]
    (alert,) = guarding.alerts(group_id)
    (command,) = [line for line in alert.message.splitlines() if line.startswith("aws ec2 revoke-")]
    words = shlex.split(command)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert words[:3] == ["aws", "ec2", "revoke-security-group-ingress"]
    assert options == {
        "--region": guarding.home,
        "--group-id": group_id,
        "--security-group-rule-ids": unapproved,
    }
    alice.revoke_security_group_ingress(
        GroupId=options["--group-id"], SecurityGroupRuleIds=[options["--security-group-rule-ids"]]
    )
    guarding.comes_to_rest()
    assert [rule["CidrIpv4"] for rule in rules(alice, group_id)] == ["10.20.8.0/24"]
    opening, closing = guarding.said(JUDGEMENT, group_id)
    assert (closing["state"], closing["alert"], closing["finding"]) == ("closed", False, opening["finding"])
    assert len(guarding.alerts(group_id)) == 1


def test_a_call_that_changed_nothing_is_recorded_and_not_judged(guarding: Guarding, alice: Any) -> None:
    (group_id,) = guarding.group(alice, "unchanged")
    asked = {"GroupId": group_id, "IpPermissions": [permission(22, WORLD)]}
    assert refusal(alice.authorize_security_group_ingress, DryRun=True, **asked)[0] == "DryRunOperation"
    stranger = guarding.client("ec2", ALICES, role=f"arn:aws:iam::{ALICES}:role/Stranger")
    assert refusal(stranger.authorize_security_group_ingress, **asked)[0] == "UnauthorizedOperation"
    guarding.comes_to_rest()
    codes = {call.get("errorCode") for call in guarding.calls(group_id)}
    assert {"Client.DryRunOperation", "Client.UnauthorizedOperation"} <= codes
    assert guarding.said(JUDGEMENT, group_id) == []


SAMPLES: dict[str, set[tuple[str, str]]] = {
    "sg_authorize_ingress": {("unapproved", "sgr-0d28445c956a5d8ac"), ("unapproved", "sgr-0d28445c956a5d8ad")},
    "sg_authorize_denied": set(),
    "sg_create": set(),
    "sg_modify_rules": set(),
    "sg_revoke_ingress": set(),
}


def test_the_samples_of_groups_that_are_gone_are_judged_by_their_record(guarding: Guarding) -> None:
    at = {"account": ALICES, "detail__recipientAccountId": ALICES}
    for name in SAMPLES:
        guarding.tell(sample(name, id=f"id-{name}", detail__eventID=f"gone-{name}", **at), ALICES)
    shell = sample("sg_modify_rules", id="id-shell", detail__eventID="gone-shell", **at)
    rule = shell["detail"]["requestParameters"]["ModifySecurityGroupRulesRequest"]["SecurityGroupRule"]
    rule["SecurityGroupRule"] |= {"FromPort": 22, "ToPort": 22}
    guarding.tell(shell, ALICES)
    guarding.comes_to_rest()
    causes = {f"gone-{name}": differences for name, differences in SAMPLES.items()}
    causes["gone-shell"] = {("unapproved", "sgr-0d28445c956a5d8ac")}
    said = [each for each in guarding.said(JUDGEMENT) if each["cause"] and each["cause"]["event_id"] in causes]
    assert {each["read"] for each in said} == {"record"}
    found = {
        cause: {
            (one["kind"], one["rule_id"])
            for each in said
            if each["cause"]["event_id"] == cause
            for one in each["differences"]
        }
        for cause in causes
    }
    assert found == causes


def test_the_sample_in_the_flat_form_is_about_the_group_of_its_name(guarding: Guarding, alice: Any) -> None:
    default = {"Name": "group-name", "Values": ["default"]}
    (found,) = alice.describe_security_groups(Filters=[default])["SecurityGroups"]
    flat = sample("sg_authorize_legacy_flat_groupname", account=ALICES, detail__recipientAccountId=ALICES)
    asked = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIp": WORLD}
    alice.authorize_security_group_ingress(GroupName="default", **asked)
    guarding.comes_to_rest()
    (opened_rule,) = ids(alice, found["GroupId"], WORLD)
    assert ("unapproved", opened_rule) in guarding.differences(found["GroupId"])
    alerts = len(guarding.alerts(found["GroupId"]))
    guarding.tell(flat, ALICES)
    guarding.comes_to_rest()
    assert len(guarding.alerts(found["GroupId"])) == alerts, "it was known"


def test_an_event_that_comes_again_and_again_alerts_once(guarding: Guarding, alice: Any) -> None:
    group_id = drawn(guarding, "again and again", permission(22, WORLD))
    event = sample("sg_authorize_ingress", account=ALICES, detail__recipientAccountId=ALICES)
    text = json.dumps(event).replace("sg-007c4cf0863811b58", group_id)
    for _ in range(3):
        guarding.tell(json.loads(text), ALICES)
    guarding.comes_to_rest()
    guarding.tell(json.loads(text), ALICES)
    guarding.comes_to_rest()
    assert len(guarding.alerts(group_id)) == 1
    assert {each["finding"] for each in guarding.said(JUDGEMENT, group_id)} == {
        each["finding"] for each in guarding.said(JUDGEMENT, group_id)[:1]
    }


def test_where_it_acts_the_rule_is_revoked_by_its_id_and_its_siblings_stay(guarding: Guarding, bob: Any) -> None:
    (group_id,) = guarding.group(bob, "acted on")
    asked = [permission(22, APPROVED, WORLD, "2001:db8:ace::/48"), permission(443, WORLD)]
    bob.authorize_security_group_ingress(GroupId=group_id, IpPermissions=asked)
    (unapproved,) = [
        rule["SecurityGroupRuleId"]
        for rule in rules(bob, group_id)
        if (rule["FromPort"], rule.get("CidrIpv4")) == (22, WORLD)
    ]
    before = rules(bob, group_id)
    guarding.comes_to_rest()
    assert rules(bob, group_id) == [rule for rule in before if rule["SecurityGroupRuleId"] != unapproved]
    (done,) = guarding.said(ENFORCEMENT, group_id)
    assert (done["outcome"], done["alert"], [each["rule_id"] for each in done["removed"]]) == (
        "done",
        False,
        [unapproved],
    )
    (restore,) = done["restore"]
    assert f"--group-id {group_id}" in restore
    assert WORLD in restore
    own = [call for call in guarding.calls(group_id) if call["eventName"] == "RevokeSecurityGroupIngress"]
    assert [call.get("errorCode") for call in own] == ["Client.DryRunOperation", None]
    role = f"arn:aws:iam::{BOBS}:role/{layout.GUARD_MEMBER_ROLE}"
    assert {call["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] for call in own} == {role}
    assert len(guarding.alerts(group_id)) == 1


def test_whoever_fights_the_guard_gets_a_bounded_number_of_calls_and_one_more_alert(
    guarding: Guarding, bob: Any
) -> None:
    (group_id,) = guarding.group(bob, "fought over")
    with guarding.configured(SETTLE_SECONDS="0", ACTIONS_PER_HOUR="2"):
        for _ in range(4):
            if not ids(bob, group_id, WORLD):
                opened(bob, group_id, WORLD)
            else:
                described = [{"SecurityGroupRuleId": ids(bob, group_id, WORLD)[0], "Description": "mine"}]
                bob.update_security_group_rule_descriptions_ingress(
                    GroupId=group_id, SecurityGroupRuleDescriptions=described
                )
            guarding.comes_to_rest()
    assert [each["outcome"] for each in guarding.said(ENFORCEMENT, group_id)][:2] == ["done", "done"]
    assert {each["outcome"] for each in guarding.said(ENFORCEMENT, group_id)[2:]} == {"bounded"}
    role = f":role/{layout.GUARD_MEMBER_ROLE}"
    own = [
        call
        for call in guarding.calls(group_id)
        if call["userIdentity"].get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "").endswith(role)
    ]
    assert len(own) == 4, "a dry run and a revocation, twice"
    assert len(ids(bob, group_id, WORLD)) == 1
    assert len(guarding.alerts(group_id)) == 2, "that it was opened, and that the guard gives up"


def test_a_revocation_that_fails_alerts_and_ends_with_the_dead_letters(guarding: Guarding, bob: Any) -> None:
    (group_id,) = guarding.group(bob, "kept open")
    iam = guarding.client("iam", BOBS)
    policy = f"arn:aws:iam::{BOBS}:policy/{layout.GUARD_ENFORCEMENT_POLICY}"
    iam.detach_role_policy(RoleName=layout.GUARD_MEMBER_ROLE, PolicyArn=policy)
    try:
        (rule_id,) = opened(bob, group_id, WORLD)
        guarding.fails_to_act_on(group_id)
    finally:
        iam.attach_role_policy(RoleName=layout.GUARD_MEMBER_ROLE, PolicyArn=policy)
    assert ids(bob, group_id, WORLD) == [rule_id]
    failed = guarding.said(ENFORCEMENT, group_id)
    assert {(each["outcome"], each["alert"]) for each in failed} == {("failed", True)}
    assert len({each["finding"] for each in failed}) == 1
    assert "UnauthorizedOperation" in failed[0]["problem"]
    assert len(guarding.alerts(group_id)) == 2, "that it was opened, and that it could not be put right"
    (dead,) = [message for message in guarding.dead_letters() if group_id in json.dumps(message)]
    guarding.tell(dead, BOBS)
    guarding.comes_to_rest()
    assert ids(bob, group_id, WORLD) == [], "once the guard may, the same message puts it right"


def test_a_sweep_finds_what_no_event_told_and_changes_nothing(guarding: Guarding, bob: Any) -> None:
    group_id = drawn(guarding, "older than the guard", permission(3389, WORLD), account=BOBS)
    unapproved = ids(bob, group_id, WORLD)
    report = guarding.sweep("first", account=BOBS, region=guarding.home)
    (said,) = guarding.said(JUDGEMENT, group_id)
    assert guarding.differences(group_id) == {("unapproved", unapproved[0])}
    assert (said["sweep"], said["alert"], said["cause"], said["read"]) == ("first", False, None, "live")
    assert (report["places"], report["unread"], report["alert"]) == (1, [], True)
    assert report["new"] >= 1
    everything = bob.describe_security_groups()["SecurityGroups"]
    assert report["groups"] == len(everything)
    assert report["rules"] == len(bob.describe_security_group_rules()["SecurityGroupRules"])
    again = guarding.sweep("second", account=BOBS, region=guarding.home)
    assert (again["new"], again["alert"], again["differences"]) == (0, False, report["differences"])
    assert ids(bob, group_id, WORLD) == unapproved
    assert guarding.said(ENFORCEMENT, group_id) == []
    assert len(guarding.said(JUDGEMENT, group_id)) == 1


def test_a_sweep_names_the_accounts_that_it_could_not_read(guarding: Guarding) -> None:
    dynamodb = guarding.client("dynamodb")
    gone = {"account": {"S": "200000000083"}, "region": {"S": guarding.home}}
    dynamodb.put_item(TableName=layout.ROSTER_TABLE, Item={**gone, "last_heard": {"N": "1"}})
    try:
        report = guarding.sweep("without a role", account="200000000083")
    finally:
        dynamodb.delete_item(TableName=layout.ROSTER_TABLE, Key=gone)
    assert (report["unread_places"], report["groups"], report["alert"]) == (1, 0, True)
    assert report["unread"] == [
        {"account": "200000000083", "region": guarding.home, "problem": "UnauthorizedOperation"}
    ]
