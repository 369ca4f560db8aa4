"""The event handler at work: its memory in DynamoDB, and a batch from the doorway to topic, bus and stream."""

from __future__ import annotations

import json
import os
import time
import types

import boto3
import pytest

from lambda_src.access_events import handler
from lambda_src.access_events.effects import Table, note_heartbeat
from tests.lambda_src.access_events.variants import EVENTS, changed, text
from tests.local.world import allow, role

REGION = "eu-west-1"
ROOT = EVENTS["signin_root_success_nomfa"]


@pytest.fixture
def dynamodb(world):
    client = world.server.client("dynamodb", account=world.archive, region=REGION)
    for name, keys in (("state", ["id"]), ("roster", ["account", "region"])):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )
    return client


@pytest.fixture
def table(dynamodb):
    def at(seconds):
        return Table(dynamodb, "state", now=lambda: seconds, claim_seconds=60, keep_seconds=1000)

    return at


def test_a_claim_is_one_holders_until_it_is_told_released_or_too_old(table):
    assert table(100).claim("a") == ("ours", 1)
    assert table(159).claim("a").state == "busy"
    assert table(161).claim("a") == ("ours", 2)
    table(161).release("a")
    assert table(162).claim("a") == ("ours", 3)
    table(162).confirm("a")
    assert table(9999).claim("a").state == "done"
    assert table(100).claim("b") == ("ours", 1)


def test_what_is_remembered_ends(table, dynamodb):
    table(100).claim("a")
    table(200).count("k", "e")
    found = dynamodb.scan(TableName="state")["Items"]
    assert {item["id"]["S"]: item["expires"]["N"] for item in found} == {"finding#a": "1100", "count#k": "1200"}


def test_different_ids_are_counted_once_each_and_no_further_than_an_item_holds(table, monkeypatch):
    memory = table(100)
    assert [memory.count("k", uid) for uid in ("a", "b", "a", "c")] == [1, 2, 2, 3]
    assert memory.count("other", "a") == 1
    monkeypatch.setattr(Table, "MOST_IDS", 3)
    assert memory.count("k", "d") == 3
    assert (
        len(memory._dynamodb.get_item(TableName="state", Key={"id": {"S": "count#k"}})["Item"]["event_ids"]["SS"]) == 3
    )


def test_the_roster_keeps_the_latest_heartbeat(dynamodb):
    for moment in (5, 9, 7):
        note_heartbeat("222222222222", "r", moment, dynamodb=dynamodb, table="roster")
    assert dynamodb.scan(TableName="roster")["Items"] == [
        {"account": {"S": "222222222222"}, "region": {"S": "r"}, "last_heard": {"N": "9"}}
    ]


@pytest.fixture
def doorway(world, dynamodb, monkeypatch):
    """The handler in an environment like Lambda's, and where its alerts and findings arrive."""

    def client(service):
        return world.server.client(service, account=world.archive, region=REGION)

    sqs, sns, events = client("sqs"), client("sns"), client("events")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events.create_event_bus(Name="hub")
    client("s3").create_bucket(
        Bucket=f"archive-{world.archive}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    world.deploy(
        world.archive, {"Role": role("delivery", service="firehose.amazonaws.com", statements=[allow("s3:PutObject")])}
    )
    client("firehose").create_delivery_stream(
        DeliveryStreamName="events",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{world.archive}:role/delivery",
            "BucketARN": f"arn:aws:s3:::archive-{world.archive}",
        },
    )
    environment = {
        **world.server.environment(account=world.archive, region=REGION),
        "DELIVERY_STREAM": "events",
        "ALERTS_TOPIC_ARN": topic,
        "FINDINGS_BUS": "hub",
        "STATE_TABLE": "state",
        "ROSTER_TABLE": "roster",
        "POLICY": "{}",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials of the test before
    _forget()

    def alerts():
        found = []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def lines():
        s3, bucket = client("s3"), f"archive-{world.archive}"
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return [
            json.loads(line)
            for key in keys
            for line in s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
        ]

    yield types.SimpleNamespace(alerts=alerts, dynamodb=dynamodb, lines=lines)
    _forget()


def _forget():
    for cached in (handler._client, handler._policy, handler._table, handler._owners):
        cached.cache_clear()


CONTEXT = types.SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:{REGION}:1:function:f")


def batch(*events):
    return {"Records": [{"messageId": str(number), "body": text(event)} for number, event in enumerate(events)]}


def test_a_batch_that_comes_twice_alerts_once(doorway):
    federated = changed(EVENTS["signin_federated_success"], detail__eventID="federated")
    events = [ROOT, changed(EVENTS["heartbeat by rule"], id="beat"), federated]
    assert handler.handle(batch(*events, *events), CONTEXT) == {"batchItemFailures": []}
    assert handler.handle(batch(*events), CONTEXT) == {"batchItemFailures": []}
    (alert,) = doorway.alerts()
    assert alert["Subject"].startswith("[CRITICAL] Root sign-in: root in ")
    uids = {line["metadata"]["uid"] for line in doorway.lines() if line["class_uid"] != 2004}
    assert uids == {ROOT["detail"]["eventID"], "beat", "federated"}
    assert sum(line["class_uid"] == 2004 for line in doorway.lines()) == 1
    assert len(doorway.dynamodb.scan(TableName="roster")["Items"]) == 1


def test_one_event_may_be_given_to_the_function_itself(doorway, monkeypatch):
    assert handler.handle(ROOT, CONTEXT) == {"batchItemFailures": []}
    assert len(doorway.alerts()) == 1
    monkeypatch.setenv("DELIVERY_STREAM", "gone")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with pytest.raises(RuntimeError, match="again"):
        handler.handle(ROOT, CONTEXT)


def test_a_topic_that_is_gone_leaves_the_finding_to_be_told(doorway, monkeypatch):
    topic = os.environ["ALERTS_TOPIC_ARN"]
    monkeypatch.setenv("ALERTS_TOPIC_ARN", f"{topic}-gone")
    assert handler.handle(batch(ROOT), CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    monkeypatch.setenv("ALERTS_TOPIC_ARN", topic)
    assert handler.handle(batch(ROOT), CONTEXT) == {"batchItemFailures": []}
    (alert,) = doorway.alerts()
    assert "Attempt 2" in alert["Message"]


def test_a_login_is_recorded_though_nobody_may_be_asked_whose_it_is(doorway, monkeypatch):
    monkeypatch.setenv("MEMBER_READ_ROLE", "no-such-role")
    assert handler.handle(batch(EVENTS["workspaces_access"]), CONTEXT) == {"batchItemFailures": []}
    (record,) = doorway.lines()
    assert record["unmapped"]["enrichment"] == "failed"
    assert record["src_endpoint"] == {"ip": "192.0.2.3"}


def test_the_policy_may_be_a_file(tmp_path, monkeypatch):
    (tmp_path / "policy.json").write_text('{"failed_sign_ins": {"threshold": 9}}', "utf-8")
    monkeypatch.delenv("POLICY", raising=False)
    monkeypatch.setenv("POLICY_FILE", str(tmp_path / "policy.json"))
    _forget()
    assert handler._policy().failed_threshold == 9
    _forget()
