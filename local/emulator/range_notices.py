"""AWS's own topic of new address ranges, and subscriptions to a topic of another account and Region.

MiniStack finds no topic beside the stack's own account and Region, and calls no function there. On AWS a subscription
is made where the topic is, and the function's policy says whether the topic may call it.
https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, request_scope
from ministack.services import sns
from ministack.services.cloudformation import provisioners

from local.emulator.cloudformation_types import Created, Properties
from local.emulator.hooks import EmulatorMovedError, replace, replace_entry
from local.emulator.principals import service_principal
from local.emulator.target_policies import judge_function

OWNER: Final = "806199016981"
REGION: Final = "us-east-1"
TOPIC: Final = f"arn:aws:sns:{REGION}:{OWNER}:AmazonIpSpaceChanged"
"""https://docs.aws.amazon.com/vpc/latest/userguide/subscribe-notifications.html"""
_TYPE: Final = "AWS::SNS::Subscription"


def install() -> None:
    """Makes the topic and takes over what crosses accounts and Regions."""
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    replace_entry(handlers, "create", _where_the_topic_is)
    replace_entry(handlers, "delete", _ended_where_the_topic_is)
    replace(sns, "_deliver_to_lambda", _where_the_function_is)
    make_topic()


def make_topic() -> None:
    """The topic, as it is there before anybody subscribes."""
    with request_scope(OWNER, REGION):
        status, _, body = sns._create_topic({"Name": TOPIC.rsplit(":", 1)[-1]})
    if status != HTTPStatus.OK:
        raise EmulatorMovedError(f"the topic of address ranges could not be made: {body!r}")


def publish(*, sync_token: str, md5: str) -> None:
    """AWS tells of a release."""
    message = {
        "create-time": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
        "synctoken": sync_token,
        "md5": md5,
        "url": "https://ip-ranges.amazonaws.com/ip-ranges.json",
    }
    with request_scope(OWNER, REGION):
        sns.publish_internal(TOPIC, json.dumps(message), "IP Space Changed")


def _where_the_topic_is(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        region = properties.get("Region")
        if not region:
            created: Created = original(logical_id, properties, stack)
            return created
        with request_scope(get_account_id(), region):
            status, _, body = sns._subscribe({name: properties[name] for name in ("TopicArn", "Protocol", "Endpoint")})
        if status != 200:
            raise ValueError(f"{_TYPE}: {body!r}")
        text = body.decode() if isinstance(body, bytes) else str(body)
        arn = text.partition("<SubscriptionArn>")[2].partition("</SubscriptionArn>")[0]
        return arn, {"Arn": arn}

    return create


def _ended_where_the_topic_is(original: Callable[..., Any]) -> Callable[..., Any]:
    def delete(physical_id: str, properties: Properties) -> None:
        region = properties.get("Region")
        if not region:
            original(physical_id, properties)
            return
        topic_arn = properties["TopicArn"]
        topic = sns._topics.get_scoped(parse_arn(topic_arn).account_id, region, topic_arn)
        topic["subscriptions"] = [each for each in topic["subscriptions"] if each["arn"] != physical_id]

    return delete


def _where_the_function_is(original: Callable[..., Any]) -> Callable[..., Any]:
    def deliver(endpoint: str, envelope: str, topic_arn: str, *more: Any) -> None:
        function, topic = parse_arn(endpoint), parse_arn(topic_arn)
        service = service_principal("sns.amazonaws.com", account=topic.account_id, source_arn=topic_arn)
        with request_scope(function.account_id, function.region):
            if judge_function(service, function_arn=endpoint).allowed:
                original(endpoint, envelope, topic_arn, *more)

    return deliver
