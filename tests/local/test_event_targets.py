"""Queues, topics, functions and log groups get a rule's events where their own policies and keys let them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.events import EVENTS, EVERYTHING, LOGIN, heard, messages, queue, rule, rule_arn, to_queue
from tests.local.world import REGION, World, allow, policy, role, statement

GROUP = "/evidence/logins"
DEAD = {"DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}}}
WRITERS = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
ECHO = "import json\n\ndef handler(event, context):\n    print(json.dumps(event))\n"
FAILING = "def handler(event, context):\n    raise RuntimeError('no')\n"


def say(world: World) -> None:
    world.server.emit_service_event(account=world.member, region=REGION, event=LOGIN)


def lost(world: World, **more) -> list[dict[str, str]]:
    """The codes and reasons of the dead letters, each of them the whole event."""
    found = messages(world, world.member, "lost", **more)
    assert [json.loads(message["Body"])["detail"] for message in found] == [LOGIN["detail"]] * len(found)
    return [{name: value["StringValue"] for name, value in m["MessageAttributes"].items()} for m in found]


def with_target(world: World, resources, target):
    lost_queue = queue("Lost", rule=rule_arn(world.member, "say"))
    made = rule("say", {"Id": "Target", **DEAD, **target}, EventPattern=EVERYTHING)
    return world.deploy(world.member, {**lost_queue, **resources, "Say": made})


def test_a_queue_that_names_the_rule_gets_the_event(world):
    with_target(world, queue("Heard", rule=rule_arn(world.member, "say")), to_queue("Heard"))
    say(world)
    (event,) = heard(world, world.member, "heard")
    assert (event["id"], event["detail"]) == (LOGIN["id"], LOGIN["detail"])
    (decision,) = world.decisions(action="sqs:SendMessage", account=world.member)
    assert (decision["principal"], decision["sid"]) == ("events.amazonaws.com", "Events")


def test_a_queue_that_names_another_rule_refuses_and_the_dead_letter_says_so(world):
    with_target(world, queue("Heard", rule=rule_arn(world.member, "another")), to_queue("Heard"))
    say(world)
    assert heard(world, world.member, "heard") == []
    (told,) = lost(world)
    assert (told["ERROR_CODE"], told["RULE_ARN"]) == ("NO_PERMISSIONS", rule_arn(world.member, "say"))
    assert told["TARGET_ARN"] == f"arn:aws:sqs:{REGION}:{world.member}:heard"
    assert "no statement of the queue policy allows sqs:SendMessage" in told["ERROR_MESSAGE"]


def test_a_dead_letter_queue_without_a_policy_loses_the_event(world):
    resources = queue("Heard", rule=rule_arn(world.member, "another"))
    lonely = {"Lost": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "lost"}}}
    made = rule("say", {**to_queue("Heard"), **DEAD}, EventPattern=EVERYTHING)
    world.deploy(world.member, {**resources, **lonely, "Say": made})
    say(world)
    assert messages(world, world.member, "lost") == []
    refused = [entry["resource"].rsplit(":", 1)[-1] for entry in world.decisions(account=world.member, allowed=False)]
    assert refused == ["heard", "lost"]


def test_a_target_that_is_not_there_is_a_dead_letter(world):
    nowhere = {"Arn": f"arn:aws:sqs:{REGION}:{world.member}:nowhere"}
    with_target(world, {}, nowhere)
    say(world)
    assert [told["ERROR_CODE"] for told in lost(world)] == ["NO_RESOURCE"]


def key_of(world: World, *statements):
    root = statement("Account", "Allow", {"AWS": f"arn:aws:iam::{world.member}:root"}, "kms:*", "*")
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy(root, *statements)}}


@pytest.mark.parametrize("serves", [True, False])
def test_a_queues_key_must_serve_eventbridge(world, serves):
    served = [statement("Events", "Allow", EVENTS, ["kms:GenerateDataKey*", "kms:Decrypt"], "*")] if serves else []
    resources = {"Key": key_of(world, *served), **queue("Heard", KmsMasterKeyId={"Ref": "Key"})}
    with_target(world, resources, to_queue("Heard"))
    say(world)
    assert len(heard(world, world.member, "heard")) == serves
    assert len(lost(world)) == (not serves)
    stored = world.client("sqs", world.member)
    url = stored.get_queue_url(QueueName="heard")["QueueUrl"]
    attributes = stored.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["KmsMasterKeyId"]
    assert "Policy" in attributes


@pytest.mark.parametrize(("key", "admitted"), [("ours", True), ("ours", False), ("alias/aws/sns", True)])
def test_a_topic_with_our_key_publishes_and_one_with_the_services_own_does_not(world, key, admitted):
    publish = statement("Events", "Allow", EVENTS, "sns:Publish", {"Ref": "Topic"})
    fan_out = statement("Fan", "Allow", {"Service": "sns.amazonaws.com"}, "sqs:SendMessage", "*")
    resources = {
        "Key": key_of(world, statement("Events", "Allow", EVENTS, ["kms:GenerateDataKey*", "kms:Decrypt"], "*")),
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": "alerts", "KmsMasterKeyId": {"Ref": "Key"} if key == "ours" else key},
        },
        **queue("Heard"),
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Heard", "Arn"]},
                "RawMessageDelivery": True,
            },
        },
    }
    resources["HeardPolicy"]["Properties"]["PolicyDocument"]["Statement"].append(fan_out)
    if admitted:
        inline = {"TopicArn": {"Ref": "Topic"}, "PolicyDocument": policy(publish)}
        resources["Inline"] = {"Type": "AWS::SNS::TopicInlinePolicy", "Properties": inline}
    made = with_target(world, resources, {"Arn": {"Ref": "Topic"}})
    topic = f"arn:aws:sns:{REGION}:{world.member}:alerts"
    attributes = world.client("sns", world.member).get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"] == (made["KeyRef"] if key == "ours" else key)
    say(world)
    lands = admitted and key == "ours"
    assert len(heard(world, world.member, "heard", wait=5 if lands else 0)) == lands
    assert len(lost(world)) == (not lands)


def log_policy(*statements):
    return {
        "Type": "AWS::Logs::ResourcePolicy",
        "Properties": {"PolicyName": "events", "PolicyDocument": json.dumps(policy(*statements))},
    }


@pytest.mark.parametrize("principal", [WRITERS, EVENTS])
def test_a_log_group_gets_the_event_where_its_policy_names_both_services(world, principal):
    arn = f"arn:aws:logs:{REGION}:{world.member}:log-group:{GROUP}:*"
    resources = {
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": GROUP}},
        "Policy": log_policy(
            statement("Create", "Allow", principal, "logs:CreateLogStream", arn),
            statement(
                "Put", "Allow", principal, "logs:PutLogEvents", arn, ArnEquals=_source(rule_arn(world.member, "say"))
            ),
        ),
    }
    with_target(world, resources, {"Arn": arn.removesuffix(":*")})
    logs = world.client("logs", world.member)
    (stored,) = logs.describe_resource_policies()["resourcePolicies"]
    assert json.loads(stored["policyDocument"])["Statement"][0]["Principal"] == principal
    say(world)
    written = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName=GROUP)["events"]]
    assert [event["id"] for event in written] == ([LOGIN["id"]] if principal == WRITERS else [])
    assert len(lost(world)) == (principal != WRITERS)


def _source(arn):
    return {"aws:SourceArn": arn}


def function(code: str, **more):
    properties = {
        "FunctionName": "handler",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": code},
        "Role": {"Fn::GetAtt": ["HandlerRole", "Arn"]},
        **more,
    }
    return {
        "HandlerRole": role("handler", service="lambda.amazonaws.com", statements=[allow("logs:*")]),
        "Handler": {"Type": "AWS::Lambda::Function", "Properties": properties},
    }


def permission(world: World, rule_name: str):
    properties = {
        "FunctionName": {"Ref": "Handler"},
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": rule_arn(world.member, rule_name),
    }
    return {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}


def test_a_function_without_a_permission_for_the_rule_is_not_invoked(world):
    target = {"Arn": {"Fn::GetAtt": ["Handler", "Arn"]}}
    with_target(world, {**function(ECHO), **permission(world, "another")}, target)
    say(world)
    (told,) = lost(world)
    assert "no statement of the function policy allows lambda:InvokeFunction" in told["ERROR_MESSAGE"]


def test_a_function_that_keeps_failing_leaves_the_event_in_its_own_dead_letters(world):
    settings = {
        "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}},
        "ReservedConcurrentExecutions": 2,
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/evidence/handler"},
    }
    target = {"Arn": {"Fn::GetAtt": ["Handler", "Arn"]}}
    resources = {**queue("Failed"), **function(FAILING, **settings), **permission(world, "say")}
    with_target(world, resources, target)
    client = world.client("lambda", world.member)
    read = client.get_function_configuration(FunctionName="handler")
    assert read["DeadLetterConfig"] == {"TargetArn": f"arn:aws:sqs:{REGION}:{world.member}:failed"}
    assert read["LoggingConfig"] == settings["LoggingConfig"]
    assert client.get_function_concurrency(FunctionName="handler")["ReservedConcurrentExecutions"] == 2
    say(world)
    (failed,) = heard(world, world.member, "failed", wait=30)
    assert failed["requestPayload"]["id"] == LOGIN["id"]
    assert lost(world) == []
    del settings["DeadLetterConfig"], settings["ReservedConcurrentExecutions"]
    with_target(world, {**queue("Failed"), **function(FAILING, **settings), **permission(world, "say")}, target)
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName="handler")
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="handler")


HALF = """
def handler(event, context):
    failed = [r["messageId"] for r in event["Records"] if r["body"] == "poison"]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
"""


def test_of_a_batch_only_what_failed_comes_back_and_ends_in_the_dead_letters(world):
    dead: dict[str, Any] = {
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Poison", "Arn"]}, "maxReceiveCount": 2}
    }
    resources = {
        **queue("Poison"),
        **queue("Work", VisibilityTimeout=1, **dead),
        **function(HALF, Timeout=1),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Handler"},
                "EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]},
                "BatchSize": 10,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        },
    }
    world.deploy(world.member, resources)
    (mapping,) = world.client("lambda", world.member).list_event_source_mappings()["EventSourceMappings"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    sqs = world.client("sqs", world.member)
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    entries = [{"Id": body, "MessageBody": body} for body in ("one", "poison", "two")]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [message["Body"] for message in messages(world, world.member, "poison", wait=30)] == ["poison"]
    assert messages(world, world.member, "work") == []
