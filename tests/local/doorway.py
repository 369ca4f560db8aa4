"""The event handler in an environment like Lambda's, and the places where its records, findings and alerts arrive."""

from __future__ import annotations

import json
import types
from typing import Any

from lambda_src.access_events import handler
from tests.lambda_src.access_events.variants import text
from tests.local.world import REGION, World, allow, role

CONTEXT = types.SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:{REGION}:1:function:f")


def batch(*events: Any, name: str = "") -> dict[str, Any]:
    """Events as Lambda gives them to a function from a queue; their ids are their numbers, after a name."""
    return {"Records": [{"messageId": f"{name}{number}", "body": text(event)} for number, event in enumerate(events)]}


def make_tables(world: World) -> Any:
    """A client of the account that now has the tables `state` and `roster`."""
    client = world.client("dynamodb", world.archive)
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


class Doorway:
    """Topic, bus, stream and archive of an account; all of it is read from the embedded AWS itself.

    Args:
        world: Whose archive account it is.
        dynamodb: From ``make_tables``.
    """

    def __init__(self, world: World, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self._bucket = f"archive-{world.archive}"
        self._sqs, self._s3 = (world.client(service, world.archive) for service in ("sqs", "s3"))
        sns, events, firehose = (world.client(service, world.archive) for service in ("sns", "events", "firehose"))
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["QueueArn"])
        events.create_event_bus(Name="hub")
        self._s3.create_bucket(Bucket=self._bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        delivery = role("delivery", service="firehose.amazonaws.com", statements=[allow("s3:PutObject")])
        world.deploy(world.archive, {"Role": delivery})
        firehose.create_delivery_stream(
            DeliveryStreamName="events",
            ExtendedS3DestinationConfiguration={
                "RoleARN": f"arn:aws:iam::{world.archive}:role/delivery",
                "BucketARN": f"arn:aws:s3:::{self._bucket}",
            },
        )
        self.environment = {
            **world.server.environment(account=world.archive, region=REGION),
            "DELIVERY_STREAM": "events",
            "ALERTS_TOPIC_ARN": topic,
            "FINDINGS_BUS": "hub",
            "STATE_TABLE": "state",
            "ROSTER_TABLE": "roster",
            "POLICY": "{}",
        }

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that have arrived since this was asked last, as SNS wraps them."""
        found = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the archive."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        return [
            json.loads(line)
            for page in pages
            for item in page.get("Contents", [])
            for line in self._s3.get_object(Bucket=self._bucket, Key=item["Key"])["Body"].read().splitlines()
        ]


def forget() -> None:
    """The handler is as in a process that has just started."""
    for cached in (handler._client, handler._policy, handler._table, handler._owners):
        cached.cache_clear()
