"""A function reads two queues, a message may wait, a batch may be sent, and a table counts up to a bound."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.local.events import messages
from tests.local.world import World, allow, role

TELLS = """
import boto3, json, os

def handle(event, context):
    failed = []
    for record in event["Records"]:
        queue = record["eventSourceARN"].rsplit(":", 1)[-1]
        if record["body"] == "fail":
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        sqs = boto3.client("sqs")
        url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
        said = json.dumps([queue, record["body"], len(event["Records"])])
        sqs.send_message(QueueUrl=url, MessageBody=said)
    return {"batchItemFailures": failed}
"""


def mapping(name: str, *, batch: int, at_once: int) -> dict[str, Any]:
    properties = {
        "EventSourceArn": {"Fn::GetAtt": [name, "Arn"]},
        "FunctionName": {"Ref": "Function"},
        "BatchSize": batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": at_once},
    }
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


def test_a_function_reads_two_queues_each_in_its_own_measure(world: World) -> None:
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 1}
    queues = {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name.lower(), **more}}
        for name, more in (("Dead", {}), ("Told", {}), ("Changes", {"RedrivePolicy": dead}), ("Places", {}))
    }
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "reader",
            "Code": {"ZipFile": TELLS},
            "Handler": "index.handle",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.13",
            "Timeout": 30,
        },
    }
    world.deploy(
        world.member,
        {
            **queues,
            "Role": role("reader", service="lambda.amazonaws.com", statements=[allow("sqs:*")]),
            "Function": function,
            "ChangeMessages": mapping("Changes", batch=10, at_once=3),
            "PlaceMessages": mapping("Places", batch=1, at_once=2),
        },
    )
    mappings = world.client("lambda", world.member).list_event_source_mappings(FunctionName="reader")
    shown = {
        each["EventSourceArn"].rsplit(":", 1)[-1]: (each["BatchSize"], each["ScalingConfig"]["MaximumConcurrency"])
        for each in mappings["EventSourceMappings"]
    }
    assert shown == {"changes": (10, 3), "places": (1, 2)}
    sqs = world.client("sqs", world.member)
    changes, places = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in ("changes", "places"))
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(3)]
    assert not sqs.send_message_batch(QueueUrl=places, Entries=entries).get("Failed")
    sqs.send_message(QueueUrl=changes, MessageBody="one")
    sqs.send_message(QueueUrl=changes, MessageBody="fail")
    told: list[str] = []
    while len(told) < 4:
        told += [message["Body"] for message in messages(world, world.member, "told", wait=20)]
    assert {said.rsplit(",", 1)[0] for said in told} == {
        *(f'["places", "{number}"' for number in range(3)),
        '["changes", "one"',
    }
    assert all(said.endswith(", 1]") for said in told if "places" in said), told
    world.server.let_visibility_time_out(account=world.member, region=sqs.meta.region_name, queue="changes")
    assert [message["Body"] for message in messages(world, world.member, "dead", wait=20)] == ["fail"]


def test_a_message_waits_as_long_as_it_is_told(world: World) -> None:
    sqs = world.client("sqs", world.member)
    url = sqs.create_queue(QueueName="waits")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    sqs.send_message(QueueUrl=url, MessageBody="now")
    assert [message["Body"] for message in messages(world, world.member, "waits")] == ["now"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert (attributes[names[0]], attributes[names[1]]) == ("0", "1")


def test_a_table_counts_up_to_a_bound_and_keeps_what_was_there_first(world: World) -> None:
    dynamodb = world.client("dynamodb", world.member)
    dynamodb.create_table(
        TableName="counts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )

    def count() -> str:
        answer = dynamodb.update_item(
            TableName="counts",
            Key={"id": {"S": "a"}},
            UpdateExpression="SET first_seen = if_not_exists(first_seen, :at) ADD actions :one, places :place",
            ConditionExpression="attribute_not_exists(actions) OR actions < :most",
            ExpressionAttributeValues={
                ":at": {"N": str(time.time_ns())},
                ":one": {"N": "1"},
                ":place": {"SS": ["a/b"]},
                ":most": {"N": "2"},
            },
            ReturnValues="ALL_NEW",
        )["Attributes"]
        assert answer["places"] == {"SS": ["a/b"]}
        return f"{answer['actions']['N']} {answer['first_seen']['N']}"

    first, second = count(), count()
    assert [first[0], second[0]] == ["1", "2"]
    assert first[1:] == second[1:], "what was there first stays"
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        count()
