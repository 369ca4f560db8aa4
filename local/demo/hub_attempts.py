"""What must be refused at the hub's bus: events that no forwarding rule of a member brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from constructs_lib.archive_layout import FORWARD_ROLE, HUB_BUS, bus_arn
from local.demo.attempt import Attempt
from local.demo.people import allow_everything, session_arn
from local.demo.setting import OUTSIDER, Setting
from local.embedded_aws import EmbeddedAws

_RULE: Final = "forged-heartbeat"
_OWN_ROLE: Final = "Forwarding"


def attempts_on_hub(aws: EmbeddedAws, setting: Setting, *, roles: dict[str, str]) -> Iterator[Attempt]:
    """By PutEvents, and by a rule that forwards a heartbeat, which is of a kind that the bus takes.

    The outsider's rule acts as a role of the very name that the bus admits, the member's as one of another name.
    """
    member = setting.two_members[1]
    bus = bus_arn(partition="aws", region=setting.home, account=setting.archive)

    def put(account: str, role: str = "") -> None:
        events = aws.client("events", account=account, region=setting.home, role=role, session="mallory")
        detail = json.dumps({"account": member, "region": setting.home})
        entry = {"Source": "access-evidence.roster", "DetailType": "Member Silent", "Detail": detail}
        (answer,) = events.put_events(Entries=[{**entry, "EventBusName": bus}])["Entries"]
        if "ErrorCode" in answer:
            raise ClientError({"Error": {"Code": answer["ErrorCode"], "Message": answer["ErrorMessage"]}}, "PutEvents")

    def forward(role_arn: str) -> None:
        account = role_arn.split(":")[4]
        _may_forward(aws, role_arn, setting.home)
        events = aws.client("events", account=account, region=setting.home)
        events.put_rule(Name=_RULE, ScheduleExpression="rate(1 day)")
        events.put_targets(Rule=_RULE, Targets=[{"Id": "Hub", "Arn": bus, "RoleArn": role_arn}])
        before = len(aws.decisions())
        aws.fire_schedule(account=account, region=setting.home, rule=_RULE)
        # EventBridge tells nobody that it was refused, so the journal of decisions is asked.
        refused = [each for each in aws.decisions()[before:] if each["resource"] == bus and not each["allowed"]]
        if refused:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": refused[0]["reason"]}}, "PutEvents")

    def attempt(account: str, actor: str, target: str, call: Any) -> Attempt:
        return Attempt(account=account, region=setting.home, actor=actor, target=target, call=call)

    outsider = f"arn:aws:iam::{OUTSIDER}:root"
    same_name, other_name = f"arn:aws:iam::{OUTSIDER}:role/{FORWARD_ROLE}", f"arn:aws:iam::{member}:role/{_OWN_ROLE}"
    yield attempt(OUTSIDER, outsider, f"tell {HUB_BUS} of a silence", lambda: put(OUTSIDER))
    yield attempt(
        OUTSIDER,
        session_arn(same_name, "rule"),
        f"forward a heartbeat to {HUB_BUS}",
        lambda: forward(same_name),
    )
    yield attempt(
        member,
        session_arn(roles[member], "mallory"),
        f"tell {HUB_BUS} of a silence",
        lambda: put(member, roles[member]),
    )
    yield attempt(
        member,
        session_arn(other_name, "rule"),
        f"forward a heartbeat to {HUB_BUS} without the forwarding role",
        lambda: forward(other_name),
    )


def _may_forward(aws: EmbeddedAws, role_arn: str, region: str) -> None:
    """A role that EventBridge may take and that may do everything its account can allow."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    iam = aws.client("iam", account=role_arn.split(":")[4], region=region)
    iam.create_role(RoleName=role_arn.rsplit("/", 1)[-1], AssumeRolePolicyDocument=json.dumps(trust))
    allow_everything(aws, role_arn, region)
