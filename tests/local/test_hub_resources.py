"""What the hub is made of reads back as its template says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.events import queue
from tests.local.world import REGION, policy, statement

TABLE = {
    "TableName": "seen",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "KEY"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
}


def table(**change):
    return {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, **change}}}


def test_a_table_keeps_its_expiry_its_key_and_its_backups(world):
    key = world.client("kms", world.member).create_key()["KeyMetadata"]["Arn"]
    encrypted = {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
    world.deploy(world.member, table(**encrypted))
    dynamodb = world.client("dynamodb", world.member)
    expiry = dynamodb.describe_time_to_live(TableName="seen")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    sse = dynamodb.describe_table(TableName="seen")["Table"]["SSEDescription"]
    assert (sse["Status"], sse["KMSMasterKeyArn"]) == ("ENABLED", key)
    backups = dynamodb.describe_continuous_backups(TableName="seen")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    dynamodb.put_item(TableName="seen", Item={"id": {"S": "1"}}, ConditionExpression="attribute_not_exists(id)")
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="seen", Item={"id": {"S": "1"}}, ConditionExpression="attribute_not_exists(id)")
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}
    world.deploy(world.member, table(**encrypted, **recovery))
    backups = dynamodb.describe_continuous_backups(TableName="seen")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert dynamodb.get_item(TableName="seen", Key={"id": {"S": "1"}})["Item"] == {"id": {"S": "1"}}


def test_what_is_not_modelled_of_a_table_fails_its_stack(world):
    with pytest.raises(AssertionError, match="does not model ResourcePolicy"):
        world.deploy(world.member, table(ResourcePolicy={}))


def test_a_queue_keeps_its_key_its_redrive_and_its_policy(world):
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{world.member}:dead", "maxReceiveCount": 5}
    settings: dict[str, Any] = {
        "KmsMasterKeyId": "alias/ours",
        "MessageRetentionPeriod": 1209600,
        "VisibilityTimeout": 90,
        "RedrivePolicy": redrive,
    }
    world.deploy(world.member, {**queue("Dead"), **queue("Work", **settings)})
    sqs = world.client("sqs", world.member)
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    read = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert {name: read[name] for name in settings if name != "RedrivePolicy"} == {
        name: str(value) for name, value in settings.items() if name != "RedrivePolicy"
    }
    assert json.loads(read["RedrivePolicy"]) == redrive
    assert json.loads(read["Policy"])["Statement"][0]["Sid"] == "Events"


def test_a_topic_policy_is_the_topics_whole_policy(world):
    publish = statement("Alarms", "Allow", {"Service": "cloudwatch.amazonaws.com"}, "sns:Publish", "*")
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts", "DisplayName": "Alerts"}},
        "Policy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": policy(publish)},
        },
    }
    made = world.deploy(world.member, resources)
    attributes = world.client("sns", world.member).get_topic_attributes(TopicArn=made["TopicRef"])["Attributes"]
    assert json.loads(attributes["Policy"]) == policy(publish)
    assert attributes["DisplayName"] == "Alerts"


def test_a_dashboard_reads_back(world):
    body = {"widgets": [{"type": "text", "properties": {"markdown": "# Access"}}]}
    properties = {"DashboardName": "access", "DashboardBody": json.dumps(body)}
    world.deploy(world.member, {"Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}})
    read = world.client("cloudwatch", world.member).get_dashboard(DashboardName="access")
    assert json.loads(read["DashboardBody"]) == body


def test_a_schedule_reads_back(world):
    target = {
        "Arn": f"arn:aws:lambda:{REGION}:{world.member}:function:handler",
        "RoleArn": f"arn:aws:iam::{world.member}:role/scheduler",
        "Input": "{}",
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{world.member}:dead"},
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
    }
    properties = {
        "Name": "silence",
        "ScheduleExpression": "rate(15 minutes)",
        "ScheduleExpressionTimezone": "Asia/Tokyo",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target,
        "State": "ENABLED",
    }
    world.deploy(world.member, {"Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}})
    read = world.client("scheduler", world.member).get_schedule(Name="silence")
    assert {name: read[name] for name in properties} == properties
