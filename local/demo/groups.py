"""Security groups at work: a port is opened, the guard finds it and, where it is to act, takes that rule alone back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from constructs_lib.archive_layout import GUARD_QUEUE, SWEEP_QUEUE
from local.demo.evidence import Evidence
from local.demo.happenings import Expected
from local.demo.hub import Hub
from local.demo.people import session_arn
from local.demo.records import Record
from local.demo.setting import Setting
from local.embedded_aws import EmbeddedAws

ANYWHERE: Final = "0.0.0.0/0"
APPROVED: Final = "10.20.0.0/16"
"""From there the example's approvals let administrators in."""
FORGOTTEN: Final = "forgotten"
"""The name of a group that nobody has looked at since before there was a guard."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A group in which one call opened port 22 to everybody and to an approved network.

    Args:
        account: Whose group it is.
        region: Its Region.
        actor: Who opened it.
        group_id: The group.
        everybody: The id of the rule that nobody approved.
        approved: The id of its sibling.
    """

    account: str
    region: str
    actor: str
    group_id: str
    everybody: str
    approved: str


def forget_a_group(aws: EmbeddedAws, *, account: str, region: str) -> str:
    """A group is open to everybody before the guard is there to hear of it; its id."""
    ec2 = aws.client("ec2", account=account, region=region)
    group_id = str(ec2.create_security_group(GroupName=FORGOTTEN, Description="of a former colleague")["GroupId"])
    ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[_permission(3389, ANYWHERE)])
    return group_id


def make_group(aws: EmbeddedAws, *, role_arn: str, region: str) -> str:
    """A group of which everything is as approved; its id."""
    ec2 = aws.client("ec2", account=role_arn.split(":")[4], region=region, role=role_arn)
    return str(ec2.create_security_group(GroupName="jump-host", Description="for administrators")["GroupId"])


def open_port(aws: EmbeddedAws, *, role_arn: str, person: str, region: str, group_id: str) -> Opened:
    """A person opens port 22 of a group, to an approved network and to more than that."""
    account = role_arn.split(":")[4]
    ec2 = aws.client("ec2", account=account, region=region, role=role_arn, session=person)
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[_permission(22, ANYWHERE, APPROVED)])[
        "SecurityGroupRules"
    ]
    ids = {rule["CidrIpv4"]: rule["SecurityGroupRuleId"] for rule in made}
    return Opened(
        account=account,
        region=region,
        actor=session_arn(role_arn, person),
        group_id=group_id,
        everybody=ids[ANYWHERE],
        approved=ids[APPROVED],
    )


class Watch:
    """What the guard made of groups, read from the archive, the alerts and the groups themselves."""

    def __init__(self, aws: EmbeddedAws, setting: Setting, *, hub: Hub) -> None:
        self._aws = aws
        self._setting = setting
        self._hub = hub

    def open_ports(self, people: Mapping[str, str]) -> list[Opened]:
        """People, by the ARN of their role, open a port each, of a group that the guard has seen before."""
        region = self._setting.home
        groups = [make_group(self._aws, role_arn=role_arn, region=region) for role_arn in people]
        self._hub.comes_to_rest(GUARD_QUEUE)
        return [
            open_port(self._aws, role_arn=role_arn, person=person, region=region, group_id=group_id)
            for (role_arn, person), group_id in zip(people.items(), groups, strict=True)
        ]

    def have_been_judged(self, opened: Sequence[Opened]) -> None:
        """Waits until the archive holds the judgements."""
        for each in opened:
            self._hub.knows(_judgement(each.group_id))

    def found(self, opened: Opened) -> Evidence:
        """Where the guard only watches, it tells once and changes nothing."""
        evidence = self._told(opened)
        target = f"open port 22 of {opened.group_id} to {ANYWHERE}: found, and left open"
        kept = self._rules(opened) == {opened.everybody, opened.approved}
        return _checked(replace(evidence, target=target), kept, "the guard changed a group that it was only to watch")

    def revoked(self, opened: Opened) -> Evidence:
        """Where the guard acts, the rule that nobody approved is gone, its sibling stays, and one alert was enough."""

        def is_enforcement(record: Record) -> bool:
            return _is(record, "security_group_enforcement", opened.group_id)

        self._hub.knows(is_enforcement)
        done = self._hub.told(is_enforcement)
        removed = [rule["rule_id"] for rule in done.get("removed", ())]
        restore = " && ".join(done.get("restore", ()))
        target = f"open port 22 of {opened.group_id} to {ANYWHERE}: revoked by rule id; its approved sibling stays"
        evidence = replace(self._told(opened), target=target, command=restore)
        left = self._rules(opened)
        right = removed == [opened.everybody] and left == {opened.approved}
        return _checked(evidence, right, f"the guard says that it removed {removed}, and {left} are left")

    def swept(self, *, account: str, region: str, group_id: str) -> list[Evidence]:
        """A sweep on demand finds, everywhere that was heard of, what no event told; it reports and alerts once."""
        place: dict[str, Any] = {"account": self._setting.archive, "region": self._setting.home}
        sqs = self._aws.client("sqs", **place)
        url = sqs.get_queue_url(QueueName=SWEEP_QUEUE)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"sweep": "start"}))
        self._hub.knows(lambda record: _kind(record) == "security_group_sweep")
        old = Expected(account=account, region=region, verdict="clear", copies=1)
        found, _lines = self._hub.of_a_group(old, _judgement(group_id))
        everywhere = Expected(**place, verdict="alert", reasons=("security-group-sweep",), alerts=1, copies=1)
        report, _lines = self._hub.of_a_group(everywhere, lambda record: _kind(record) == "security_group_sweep")
        return [
            replace(found, target=f"{group_id} ({FORGOTTEN}), open on port 3389 since before the guard"),
            replace(report, target="sweep of every group"),
        ]

    def _told(self, opened: Opened) -> Evidence:
        expected = Expected(
            account=opened.account,
            region=opened.region,
            verdict="alert",
            reasons=("security-group-difference",),
            alerts=1,
            copies=1,
        )
        evidence, lines = self._hub.of_a_group(expected, _judgement(opened.group_id))
        commands = [line.strip() for line in lines if line.strip().startswith("aws ec2 revoke-")]
        right = len(commands) == 1 and opened.everybody in commands[0] and opened.approved not in commands[0]
        told = _checked(evidence, right, f"the alert says to run {commands}")
        told = _checked(told, told.actor == opened.actor, f"{told.actor} is said to have done it")
        return replace(told, command=commands[0] if commands else "")

    def _rules(self, opened: Opened) -> set[str]:
        """The ids of the rules that let somebody in now."""
        ec2 = self._aws.client("ec2", account=opened.account, region=opened.region)
        filters = [{"Name": "group-id", "Values": [opened.group_id]}]
        found = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        return {rule["SecurityGroupRuleId"] for rule in found if not rule["IsEgress"]}


def _checked(evidence: Evidence, right: bool, otherwise: str) -> Evidence:
    return evidence if right or evidence.outcome != "stored" else replace(evidence, outcome=otherwise)


def _judgement(group_id: str) -> Callable[[Record], bool]:
    return lambda record: _is(record, "security_group_judgement", group_id)


def _is(record: Record, kind: str, group_id: str) -> bool:
    return (_kind(record), record.content["unmapped"].get("group_id")) == (kind, group_id)


def _kind(record: Record) -> str:
    return str(record.content["unmapped"].get("kind", ""))


def _permission(port: int, *networks: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": each} for each in networks]}
