"""What the embedded AWS does with the time of queues: windows are kept, and timeouts run out when told to."""

from __future__ import annotations

import json

import pytest

from local.embedded_aws import EmbeddedAwsError
from tests.local.events import messages, queue
from tests.local.test_event_targets import function
from tests.local.world import REGION

ECHO = """
import boto3, json, os

def handler(event, context):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps([record["body"] for record in event["Records"]]))
"""


def test_messages_in_flight_come_again_when_their_time_is_said_to_be_up(world):
    sqs = world.client("sqs", world.member)
    url = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "3600"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="taken")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    sqs.send_message(QueueUrl=url, MessageBody="not due", DelaySeconds=600)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    place = {"account": world.member, "region": REGION}
    assert world.server.let_visibility_time_out(**place, queue="work") == 1
    (again,) = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])["Messages"]
    assert (again["Body"], again["Attributes"]["ApproximateReceiveCount"]) == ("taken", "2")
    with pytest.raises(EmbeddedAwsError, match="there is no queue elsewhere"):
        world.server.let_visibility_time_out(**place, queue="elsewhere")


def test_a_mapping_with_a_window_gathers_a_burst_into_one_batch_beyond_ten(world):
    mapping = {
        "FunctionName": {"Ref": "Handler"},
        "EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]},
        "BatchSize": 50,
        "MaximumBatchingWindowInSeconds": 2,
    }
    resources = {
        **queue("Work", VisibilityTimeout=60),
        **queue("Seen"),
        **function(ECHO, Timeout=10),
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }
    world.deploy(world.member, resources)
    sqs = world.client("sqs", world.member)
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    said = [str(number) for number in range(12)]
    for some in (said[:10], said[10:]):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": body, "MessageBody": body} for body in some])
    (batch,) = messages(world, world.member, "seen", wait=30)
    assert json.loads(batch["Body"]) == said
