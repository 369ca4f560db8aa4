"""Events cross from one account's bus to another's where the role, its policy and the bus agree, and not else."""

from __future__ import annotations

import json
import time

import pytest

from tests.local.events import (
    EVENTS,
    EVERYTHING,
    HUB,
    LOGIN,
    bus_arn,
    forward,
    forwarder,
    heard,
    make_hub,
    messages,
    of_organization,
    queue,
    rule,
    rule_arn,
    to_queue,
)
from tests.local.world import ORGANIZATION, REGION, policy, statement

ELSEWHERE = "us-east-1"


def member(world, account, *, region=REGION, **roles):
    world.deploy(
        account,
        {
            "Forward": roles.get("role") or forwarder(world),
            **queue("Lost", rule=rule_arn(account, "forward", region=region)),
            "Rule": rule("forward", forward(world)),
        },
        region=region,
        name="member",
    )


def say(world, account, *, region=REGION, **more):
    return world.server.emit_service_event(account=account, region=region, event={**LOGIN, **more})


def put(world, account, *, bus, region=REGION, **more):
    entry = {"Source": "ours", "DetailType": "Said", "Detail": '{"a":1}', "EventBusName": bus, **more}
    return world.client("events", account, region=region).put_events(Entries=[entry])


@pytest.mark.parametrize("region", [REGION, ELSEWHERE])
def test_a_members_event_reaches_the_hub_as_it_was_said(world, region):
    make_hub(world, of_organization(**{"events:source": "aws.workspaces"}))
    member(world, world.member, region=region)
    assert say(world, world.member, region=region) == LOGIN["id"]
    (event,) = heard(world, world.archive, "heard")
    assert event == {**LOGIN, "version": "0", "account": world.member, "region": region}
    (decision,) = world.decisions(action="events:PutEvents", account=world.member)
    assert (decision["allowed"], decision["sid"], decision["policy"]) == (True, "Members", "bus")
    assert decision["principal"] == f"arn:aws:iam::{world.member}:role/forward"
    assert messages(world, world.member, "lost", region=region) == []


def test_a_foreign_organizations_event_is_refused_kept_and_told(world):
    make_hub(world, of_organization())
    member(world, world.outsider)
    say(world, world.outsider)
    assert heard(world, world.archive, "heard") == []
    (lost,) = messages(world, world.outsider, "lost")
    assert json.loads(lost["Body"])["id"] == LOGIN["id"]
    told = {name: value["StringValue"] for name, value in lost["MessageAttributes"].items()}
    assert (told["ERROR_CODE"], told["RULE_ARN"]) == ("NO_PERMISSIONS", rule_arn(world.outsider, "forward"))
    assert told["TARGET_ARN"] == bus_arn(world.archive)
    (decision,) = world.decisions(action="events:PutEvents", account=world.outsider)
    assert (decision["allowed"], decision["policy"]) == (False, "bus")


def test_a_source_that_the_bus_does_not_name_is_refused(world):
    make_hub(world, of_organization(**{"events:source": "aws.workspaces", "events:detail-type": "WorkSpaces Access"}))
    member(world, world.member)
    say(world, world.member, source="aws.ec2")
    say(world, world.member, **{"detail-type": "Another"})
    assert heard(world, world.archive, "heard") == []
    assert len(messages(world, world.member, "lost")) == 2


def test_a_role_that_may_not_put_there_is_refused(world):
    make_hub(world, of_organization())
    member(world, world.member, role=forwarder(world, bus=bus_arn(world.archive, name="another")))
    say(world, world.member)
    assert heard(world, world.archive, "heard") == []
    (decision,) = world.decisions(action="events:PutEvents", account=world.member)
    assert (decision["allowed"], decision["policy"]) == (False, "role")


def test_a_role_that_eventbridge_may_not_assume_is_refused(world):
    make_hub(world, of_organization())
    foreign = forwarder(world)
    foreign["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
    member(world, world.member, role=foreign)
    say(world, world.member)
    assert heard(world, world.archive, "heard") == []
    (decision,) = world.decisions(action="sts:AssumeRole", account=world.member)
    assert (decision["allowed"], decision["policy"]) == (False, "trust")


def test_a_bus_may_admit_one_rule_alone(world):
    named = statement(
        "OneRule",
        "Allow",
        {"AWS": f"arn:aws:iam::{world.member}:root"},
        "events:PutEvents",
        "BUS",
        ArnEquals={"aws:SourceArn": rule_arn(world.member, "forward")},
    )
    make_hub(world, named)
    member(world, world.member)
    say(world, world.member)
    assert [event["id"] for event in heard(world, world.archive, "heard")] == [LOGIN["id"]]
    answer = put(world, world.member, bus=bus_arn(world.archive))
    assert answer["Entries"][0]["ErrorCode"] == "AccessDeniedException"


def test_putting_events_onto_anothers_bus_is_judged_by_its_policy(world):
    make_hub(world, of_organization(), statement("NoForgery", "Deny", "*", "events:PutEvents", "BUS", **FORGED))
    assert put(world, world.member, bus=bus_arn(world.archive))["FailedEntryCount"] == 0
    (event,) = heard(world, world.archive, "heard")
    assert (event["account"], event["region"], event["source"]) == (world.member, REGION, "ours")
    refused = put(world, world.outsider, bus=bus_arn(world.archive))
    assert (refused["FailedEntryCount"], refused["Entries"][0]["ErrorCode"]) == (1, "AccessDeniedException")
    refused = put(world, world.member, bus=bus_arn(world.archive), DetailType="Forged")
    assert "NoForgery" in refused["Entries"][0]["ErrorMessage"]
    refused = put(world, world.member, bus=bus_arn(world.archive), Source="aws.workspaces")
    assert refused["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    refused = put(world, world.member, bus=bus_arn(world.archive), region=ELSEWHERE)
    assert refused["Entries"][0]["ErrorCode"] == "InvalidArgument"
    assert heard(world, world.archive, "heard") == []


FORGED = {"StringEquals": {"events:detail-type": "Forged", "aws:PrincipalOrgID": ORGANIZATION}}


def test_on_ones_own_bus_a_role_needs_a_policy_that_says_so(world):
    make_hub(world)
    assert put(world, world.archive, bus=HUB)["FailedEntryCount"] == 0
    said = [event["account"] for event in heard(world, world.archive, "heard")]
    assert said == [world.archive]
    entry = {"Source": "ours", "DetailType": "Said", "Detail": "{}", "EventBusName": bus_arn(world.archive)}
    nobody = world.client("events", world.archive, role=f"arn:aws:iam::{world.archive}:role/Nobody")
    assert nobody.put_events(Entries=[entry])["Entries"][0]["ErrorCode"] == "AccessDeniedException"
    world.deploy(world.archive, {"Role": forwarder(world, bus=bus_arn(world.archive))}, name="role")
    handler = world.client("events", world.archive, role=f"arn:aws:iam::{world.archive}:role/forward")
    assert handler.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert len(heard(world, world.archive, "heard")) == 1
    other = put(world, world.archive, bus="another")
    assert other["Entries"][0]["ErrorCode"] == "ResourceNotFoundException"


def test_the_archive_keeps_what_came_from_elsewhere_and_replays_it(world):
    make_hub(world, of_organization())
    member(world, world.member)
    say(world, world.member)
    (first,) = heard(world, world.archive, "heard")
    events = world.client("events", world.archive)
    kept = events.describe_archive(ArchiveName="kept")
    assert (kept["EventCount"], kept["RetentionDays"]) == (1, 7)
    events.start_replay(
        ReplayName="again",
        EventSourceArn=kept["ArchiveArn"],
        EventStartTime=0,
        EventEndTime=time.time(),
        Destination={"Arn": bus_arn(world.archive)},
    )
    (again,) = heard(world, world.archive, "heard", wait=10)
    assert again == {**first, "replay-name": "again"}


@pytest.mark.parametrize("chosen", ["hear", "another"])
def test_a_replay_goes_to_the_rules_that_it_names(world, chosen):
    make_hub(world, of_organization())
    put(world, world.archive, bus=HUB)
    assert len(heard(world, world.archive, "heard")) == 1
    events = world.client("events", world.archive)
    events.start_replay(
        ReplayName="some",
        EventSourceArn=events.describe_archive(ArchiveName="kept")["ArchiveArn"],
        EventStartTime=0,
        EventEndTime=time.time(),
        Destination={"Arn": bus_arn(world.archive), "FilterArns": [rule_arn(world.archive, f"{HUB}/{chosen}")]},
    )
    deadline = time.monotonic() + 10
    while events.describe_replay(ReplayName="some")["State"] != "COMPLETED" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(heard(world, world.archive, "heard")) == (chosen == "hear")


def test_a_bus_reads_back_with_its_key_its_dead_letters_and_every_statement(world):
    make_hub(world, of_organization(), of_organization("More", **{"events:source": "ours"}))
    dead = f"arn:aws:sqs:{REGION}:{world.archive}:dead"
    key = f"arn:aws:kms:{REGION}:{world.archive}:key/1"
    properties = {"Name": "second", "DeadLetterConfig": {"Arn": dead}, "KmsKeyIdentifier": key, "Description": "two"}
    world.deploy(world.archive, {"Second": {"Type": "AWS::Events::EventBus", "Properties": properties}}, name="second")
    events = world.client("events", world.archive)
    read = events.describe_event_bus(Name="second")
    assert {name: read[name] for name in properties} == properties
    stored = json.loads(events.describe_event_bus(Name=HUB)["Policy"])
    assert {each["Sid"] for each in stored["Statement"]} == {"Members", "More"}
    events.put_permission(EventBusName=HUB, StatementId="One", Principal=world.member, Action="events:PutEvents")
    stored = json.loads(events.describe_event_bus(Name=HUB)["Policy"])["Statement"]
    assert stored[-1]["Principal"] == {"AWS": f"arn:aws:iam::{world.member}:root"}
    cloudformation = world.client("cloudformation", world.archive)
    cloudformation.delete_stack(StackName="hub")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="hub", WaiterConfig={"Delay": 0.1})
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "second"]


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"EventPattern": {"source": "aws.ec2"}}, "Event pattern is not valid"),
        ({"ScheduleExpression": "rate(soon)"}, "ScheduleExpression is not valid"),
        ({"EventPattern": EVERYTHING, "EventBusName": "nowhere"}, "Event bus nowhere does not exist"),
        (
            {"EventPattern": EVERYTHING, "Targets": [{"Id": "a", "Arn": bus_arn("300000000099")}]},
            "RoleArn is required",
        ),
        (
            {"EventPattern": EVERYTHING, "Targets": [{"Id": "a", "Arn": "arn:aws:sqs:eu-west-1:1:q", "RoleArn": "r"}]},
            "does not model a role on a target of sqs",
        ),
        (
            {"ScheduleExpression": "rate(1 hour)", "EventBusName": "custom"},
            "Event bus custom does not exist",
        ),
    ],
)
def test_a_rule_that_aws_would_refuse_fails_its_stack(world, properties, complaint):
    with pytest.raises(AssertionError, match=complaint):
        world.deploy(world.member, {"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}})


def test_a_statement_on_a_bus_that_is_not_there_fails_its_stack(world):
    properties = {"EventBusName": "nowhere", "StatementId": "s", "Statement": of_organization()}
    with pytest.raises(AssertionError, match="Event bus nowhere does not exist"):
        world.deploy(world.archive, {"P": {"Type": "AWS::Events::EventBusPolicy", "Properties": properties}})


@pytest.mark.parametrize("serves", [True, False])
def test_a_bus_whose_key_does_not_serve_it_keeps_custom_events_as_dead_letters(world, serves):
    root = statement("Account", "Allow", {"AWS": f"arn:aws:iam::{world.archive}:root"}, "kms:*", "*")
    bound = {
        "kms:EncryptionContext:aws:events:event-bus:arn": bus_arn(world.archive),
        "aws:SourceArn": bus_arn(world.archive),
    }
    serve = statement("Bus", "Allow", EVENTS, ["kms:GenerateDataKey", "kms:Decrypt"], "*", StringEquals=bound)
    key = {"KeyPolicy": policy(root, *([serve] if serves else []))}
    bus = {
        "Name": HUB,
        "KmsKeyIdentifier": {"Fn::GetAtt": ["Key", "Arn"]},
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}},
    }
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": key},
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": bus},
        **queue("Heard"),
        **queue("Lost", rule=bus_arn(world.archive)),
        "Hear": rule("hear", to_queue("Heard"), bus=HUB) | {"DependsOn": ["Bus"]},
    }
    world.deploy(world.archive, resources)
    assert put(world, world.archive, bus=HUB)["FailedEntryCount"] == 0
    assert len(heard(world, world.archive, "heard")) == serves
    lost = messages(world, world.archive, "lost")
    assert [message["MessageAttributes"]["EVENT_BUS_ARN"]["StringValue"] for message in lost] == (
        [] if serves else [bus_arn(world.archive)]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [({"Detail": "{"}, "MalformedDetail"), ({"Detail": "[]"}, "MalformedDetail"), ({"Source": ""}, "InvalidArgument")],
)
def test_a_malformed_entry_is_refused_and_its_neighbour_is_not(world, change, code):
    make_hub(world)
    entry = {"Source": "ours", "DetailType": "Said", "Detail": "{}", "EventBusName": HUB}
    answer = world.client("events", world.archive).put_events(Entries=[{**entry, **change}, entry])
    assert (answer["FailedEntryCount"], answer["Entries"][0]["ErrorCode"]) == (1, code)
    assert [event["id"] for event in heard(world, world.archive, "heard")] == [answer["Entries"][1]["EventId"]]
