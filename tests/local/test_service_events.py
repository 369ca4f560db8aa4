"""What AWS's own services say: events, recorded calls, sign-ins and schedules, each to the rules that listen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ministack.core.responses import request_scope
from ministack.services import eventbridge

from local.server import EmbeddedAwsError
from tests.local.events import EVERYTHING, LOGIN, forward, forwarder, heard, make_hub, of_organization, queue, rule
from tests.local.trails import archive_of, trail
from tests.local.world import REGION, World

CALL = "AWS API Call via CloudTrail"
SIGNIN: dict[str, Any] = {
    "source": "aws.signin",
    "detail-type": "AWS Console Sign In via CloudTrail",
    "detail": {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn",
        "readOnly": False,
        "managementEvent": True,
    },
}


def listen(world: World, account: str, *, region: str = REGION, name: str = "listen", **more) -> None:
    """A rule that puts everything it hears into the queue `heard`."""
    given = {"EventPattern": EVERYTHING, **more}
    target = {"Id": "Heard", "Arn": {"Fn::GetAtt": ["Heard", "Arn"]}}
    world.deploy(account, {**queue("Heard"), "Listen": rule(name, target, **given)}, region=region, name="listen")


def say(world: World, event, **more) -> str:
    return world.server.emit_service_event(account=world.member, region=REGION, event={**event, **more})


def test_a_service_speaks_on_the_default_bus_in_the_accounts_own_name(world):
    listen(world, world.member)
    forged = say(world, LOGIN, account=world.other, region="us-east-1")
    fresh = say(world, {name: value for name, value in LOGIN.items() if name not in ("id", "time")})
    events = heard(world, world.member, "heard")
    assert [event["id"] for event in events] == [forged, fresh] == [LOGIN["id"], fresh]
    assert {(event["account"], event["region"]) for event in events} == {(world.member, REGION)}
    assert events[0]["time"] == LOGIN["time"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"source": "ours"}, "no service says 'ours'"),
        ({"detail": "text"}, "a detail-type and a detail"),
        ({"time": "soon"}, "no time: 'soon'"),
    ],
)
def test_what_no_service_says_is_not_said(world, change, complaint):
    listen(world, world.member)
    with pytest.raises(EmbeddedAwsError, match=complaint):
        say(world, LOGIN, **change)
    assert heard(world, world.member, "heard") == []


def test_nobody_else_says_what_services_say(world):
    listen(world, world.member)
    entry = {"Source": "aws.workspaces", "DetailType": "WorkSpaces Access", "Detail": "{}"}
    answer = world.client("events", world.member).put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert heard(world, world.member, "heard") == []


def test_a_rule_hears_read_only_calls_only_if_it_asks_for_them(world):
    reads = {**SIGNIN, "detail-type": CALL, "detail": {**SIGNIN["detail"], "eventName": "GetFoo", "readOnly": True}}
    listen(world, world.member)
    say(world, SIGNIN)
    say(world, reads)
    assert [event["detail"]["eventName"] for event in heard(world, world.member, "heard")] == ["ConsoleLogin"]
    listen(world, world.member, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", EventPattern=EVERYTHING)
    say(world, SIGNIN)
    say(world, reads)
    assert [event["detail"]["eventName"] for event in heard(world, world.member, "heard")] == ["ConsoleLogin", "GetFoo"]
    listen(world, world.member, State="DISABLED", EventPattern=EVERYTHING)
    say(world, SIGNIN)
    assert heard(world, world.member, "heard") == []


def test_calls_reach_the_bus_of_their_region_while_a_trail_logs(world):
    listen(world, world.member, EventPattern={"source": ["aws.ssm"], "detail-type": [CALL]})
    listen(world, world.member, region="us-east-1", EventPattern={"source": ["aws.iam"]})
    ops = world.client("ssm", world.member, role=f"arn:aws:iam::{world.member}:role/Ops")
    ops.start_session(Target="i-0123456789abcdef0")
    assert heard(world, world.member, "heard") == [], "no trail logs yet"
    world.deploy(world.member, {"Trail": trail(archive_of(world))}, name="trail")
    session = ops.start_session(Target="i-0123456789abcdef0")["SessionId"]
    ops.describe_instance_information()
    (event,) = heard(world, world.member, "heard")
    assert (event["source"], event["account"], event["region"]) == ("aws.ssm", world.member, REGION)
    detail = event["detail"]
    assert (detail["eventName"], detail["responseElements"]["sessionId"]) == ("StartSession", session)
    assert detail["userIdentity"]["arn"] == f"arn:aws:sts::{world.member}:assumed-role/Ops/alice"
    (found,) = world.client("cloudtrail", world.member).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": detail["eventID"]}]
    )["Events"]
    assert json.loads(found["CloudTrailEvent"]) == detail

    world.client("iam", world.member).create_role(RoleName="new", AssumeRolePolicyDocument="{}")
    said = [event["detail"]["eventName"] for event in heard(world, world.member, "heard", region="us-east-1")]
    assert said == ["CreateRole"]
    world.server.record_connection(
        account=world.member, region=REGION, instance_id="i-0", user_arn=f"arn:aws:iam::{world.member}:root"
    )
    world.client("cloudtrail", world.member).stop_logging(Name="evidence")
    ops.start_session(Target="i-0123456789abcdef0")
    assert heard(world, world.member, "heard") == []


def test_stopping_the_trail_is_the_last_that_is_heard_of_it(world):
    listen(world, world.member, EventPattern={"source": ["aws.cloudtrail", "aws.events", "aws.ssm-guiconnect"]})
    world.deploy(world.member, {"Trail": trail(archive_of(world))}, name="trail")
    world.server.record_connection(
        account=world.member, region=REGION, instance_id="i-0", user_arn=f"arn:aws:iam::{world.member}:root"
    )
    world.client("events", world.member).disable_rule(Name="listen")
    world.client("events", world.member).enable_rule(Name="listen")
    world.client("cloudtrail", world.member).stop_logging(Name="evidence")
    said = [(event["source"], event["detail"]["eventName"]) for event in heard(world, world.member, "heard")]
    assert ("aws.ssm-guiconnect", "StartConnection") in said
    assert ("aws.events", "DisableRule") not in said, "a disabled rule cannot forward its own disabling"
    assert ("aws.events", "EnableRule") in said


def test_a_schedule_fires_when_it_is_told_to_across_the_account_boundary(world):
    make_hub(world, of_organization(**{"events:source": "aws.events"}))
    schedule = {"ScheduleExpression": "rate(15 minutes)"}
    resources = {"Forward": forwarder(world), **queue("Lost"), "Beat": rule("beat", forward(world), **schedule)}
    world.deploy(world.member, resources)
    said = world.server.fire_schedule(account=world.member, region=REGION, rule="beat")
    (event,) = heard(world, world.archive, "heard")
    arn = f"arn:aws:events:{REGION}:{world.member}:rule/beat"
    assert (event["id"], event["source"], event["detail-type"]) == (said, "aws.events", "Scheduled Event")
    assert (event["account"], event["resources"], event["detail"]) == (world.member, [arn], {})
    earlier = datetime(2026, 4, 5, 16, 13, 59, tzinfo=UTC)
    world.server.fire_schedule(account=world.member, region=REGION, rule="beat", at=earlier)
    (event,) = heard(world, world.archive, "heard")
    assert event["time"] == "2026-04-05T16:13:59Z"
    world.client("events", world.member).disable_rule(Name="beat")
    with pytest.raises(EmbeddedAwsError, match="is disabled"):
        world.server.fire_schedule(account=world.member, region=REGION, rule="beat")
    with pytest.raises(EmbeddedAwsError, match="does not exist"):
        world.server.fire_schedule(account=world.other, region=REGION, rule="beat")


def test_schedules_fire_when_they_are_due_and_not_before(monkeypatch):
    """MiniStack's own clockwork, here without a server, so that nobody waits for it."""
    fired = []
    monkeypatch.setattr(eventbridge, "_invoke_target", lambda _target, _event, rule, _view: fired.append(rule["Name"]))
    start = 1_800_000_000
    with request_scope("111111111111", REGION):
        monkeypatch.setattr(eventbridge, "_now_ts", lambda: start)
        eventbridge._ensure_default_bus()
        for name, expression in (("rate", "rate(15 minutes)"), ("cron", "cron(0/30 * * * ? *)")):
            eventbridge._put_rule({"Name": name, "ScheduleExpression": expression})
            eventbridge._put_targets({"Rule": name, "Targets": [{"Id": "a", "Arn": "arn:aws:sqs:eu-west-1:1:q"}]})
    try:
        for minutes, expected in ((0, []), (14, []), (15, ["rate"]), (31, ["rate", "rate", "cron"])):
            monkeypatch.setattr(eventbridge, "_now_ts", lambda minutes=minutes: start + 60 * minutes)
            eventbridge._tick_scheduled_rules()
            assert sorted(fired) == sorted(expected), f"after {minutes} minutes"
    finally:
        eventbridge.reset()
