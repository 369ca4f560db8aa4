"""An alarm's change reaches rules, and topics whose policy and key admit CloudWatch."""

from __future__ import annotations

import json

import pytest

from tests.local.events import EVENTS, heard, queue, rule, to_queue
from tests.local.world import REGION, World, policy, statement

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey*"]


def make_alarm(world: World, *, publish, encrypt) -> None:
    """An alarm on an encrypted topic, a queue `told` behind it, and a rule that puts changes into `heard`."""
    account = {"StringEquals": {"aws:SourceAccount": world.member}}
    root = statement("Account", "Allow", {"AWS": f"arn:aws:iam::{world.member}:root"}, "kms:*", "*")
    key = policy(root, statement("Encrypt", "Allow", encrypt, ACTIONS, "*", **account))
    publishing = policy(statement("Publish", "Allow", publish, "sns:Publish", "*", **account))
    told = queue("Told")
    fan_out = statement("Fan", "Allow", {"Service": "sns.amazonaws.com"}, "sqs:SendMessage", "*")
    told["ToldPolicy"]["Properties"]["PolicyDocument"] = policy(fan_out)
    subscription = {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": ["Told", "Arn"]},
        "RawMessageDelivery": True,
    }
    alarm = {
        "AlarmName": "dead-letters",
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": "lost"}],
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [{"Ref": "Topic"}],
    }
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "ours", "KmsMasterKeyId": {"Ref": "Key"}}},
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": publishing},
        },
        **told,
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
        **queue("Heard"),
        "Listen": rule("listen", to_queue("Heard"), EventPattern={"source": ["aws.cloudwatch"]}),
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm, "DependsOn": ["TopicPolicy"]},
    }
    world.deploy(world.member, resources)


@pytest.mark.parametrize(
    ("publish", "encrypt", "told"),
    [(CLOUDWATCH, CLOUDWATCH, True), (CLOUDWATCH, EVENTS, False), (EVENTS, CLOUDWATCH, False)],
)
def test_an_alarm_is_told_where_topic_and_key_admit_it_and_heard_by_rules_anyway(world, publish, encrypt, told):
    make_alarm(world, publish=publish, encrypt=encrypt)
    cloudwatch = world.client("cloudwatch", world.member)
    cloudwatch.set_alarm_state(AlarmName="dead-letters", StateValue="ALARM", StateReason="one is there")
    (event,) = heard(world, world.member, "heard")
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [f"arn:aws:cloudwatch:{REGION}:{world.member}:alarm:dead-letters"]
    detail = event["detail"]
    assert (detail["alarmName"], detail["state"]["value"], detail["state"]["reason"]) == (
        "dead-letters",
        "ALARM",
        "one is there",
    )
    assert detail["previousState"] == {"value": "INSUFFICIENT_DATA"}
    metric = detail["configuration"]["metrics"][0]["metricStat"]["metric"]
    assert metric["dimensions"] == {"QueueName": "lost"}
    messages = heard(world, world.member, "told", wait=5 if told else 0)
    assert [message["NewStateValue"] for message in messages] == (["ALARM"] if told else [])
    refused = world.decisions(principal="cloudwatch.amazonaws.com", account=world.member, allowed=False)
    assert len(refused) == (not told), json.dumps(refused)
