"""Rules, buses, queues and the policies between them, as the tests of events write them."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.local.world import ORGANIZATION, REGION, World, allow, policy, role, statement

HUB = "hub"
EVENTS = {"Service": "events.amazonaws.com"}
LOGIN = {
    "id": "64ca0eda-9751-dc55-c41a-1bd50b4fc9b7",
    "source": "aws.workspaces",
    "detail-type": "WorkSpaces Access",
    "time": "2026-04-05T16:13:59Z",
    "resources": [],
    "detail": {"actionType": "successfulLogin", "clientIpAddress": "192.0.2.3"},
}
EVERYTHING = {"source": [{"prefix": ""}]}


def bus_arn(account: str, *, region: str = REGION, name: str = HUB) -> str:
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"


def rule_arn(account: str, rule: str, *, region: str = REGION) -> str:
    return f"arn:aws:events:{region}:{account}:rule/{rule}"


def queue(name: str, *, rule: str = "arn:aws:events:*:*:rule/*", **more: Any) -> dict[str, Any]:
    """A queue into which EventBridge may put what rules whose ARN is like `rule` have to say."""
    admitted = statement("Events", "Allow", EVENTS, "sqs:SendMessage", "*", ArnLike={"aws:SourceArn": rule})
    return {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name.lower(), **more}},
        f"{name}Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": name}], "PolicyDocument": policy(admitted)},
        },
    }


def rule(name: str, *targets: dict[str, Any], bus: str = "default", **more: Any) -> dict[str, Any]:
    given = more or {"EventPattern": EVERYTHING}
    properties = {"Name": name, "EventBusName": bus, "Targets": list(targets), **given}
    return {"Type": "AWS::Events::Rule", "Properties": properties, "DependsOn": more.pop("DependsOn", [])}


def to_queue(name: str, **more: Any) -> dict[str, Any]:
    return {"Id": name, "Arn": {"Fn::GetAtt": [name, "Arn"]}, **more}


def forward(world: World, **more: Any) -> dict[str, Any]:
    """A target: the hub's bus, as the role `forward`, with the dead letters in the queue `Lost`."""
    return {
        "Id": "Hub",
        "Arn": bus_arn(world.archive),
        "RoleArn": {"Fn::GetAtt": ["Forward", "Arn"]},
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}},
        **more,
    }


def forwarder(world: World, *, bus: str = "") -> dict[str, Any]:
    return role("forward", service="events.amazonaws.com", statements=[allow("events:PutEvents", bus or "*")])


def make_hub(world: World, *statements: dict[str, Any]) -> None:
    """The hub's bus with a policy of these statements (its name is `BUS`), a queue `heard` and an archive."""
    guards = {
        f"Guard{each['Sid']}": {
            "Type": "AWS::Events::EventBusPolicy",
            "Properties": {
                "EventBusName": {"Ref": "Bus"},
                "StatementId": each["Sid"],
                "Statement": json.loads(json.dumps(each).replace("BUS", bus_arn(world.archive))),
            },
        }
        for each in statements
    }
    resources = {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": HUB}},
        **guards,
        **queue("Heard"),
        "Hear": rule("hear", to_queue("Heard"), bus=HUB) | {"DependsOn": ["Bus"]},
        "Archive": {
            "Type": "AWS::Events::Archive",
            "Properties": {"ArchiveName": "kept", "SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}, "RetentionDays": 7},
        },
    }
    world.deploy(world.archive, resources, name="hub")


def of_organization(sid: str = "Members", **more: Any) -> dict[str, Any]:
    condition = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION, **more}}
    return statement(sid, "Allow", "*", "events:PutEvents", "BUS", **condition)


def messages(world: World, account: str, name: str, *, region: str = REGION, wait: float = 0) -> list[dict[str, Any]]:
    """Every message of a queue, gone from it; `wait` bounds how long the first is waited for, in seconds."""
    sqs = world.client("sqs", account, region=region)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found: list[dict[str, Any]] = []
    until = time.monotonic() + wait
    while True:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        read = got.get("Messages", [])
        for message in read:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += read
        if not read and (found or time.monotonic() >= until):
            return found
        if not read:
            time.sleep(0.1)


def heard(world: World, account: str, name: str, **more: Any) -> list[dict[str, Any]]:
    """The bodies of `messages`, as JSON."""
    return [json.loads(message["Body"]) for message in messages(world, account, name, **more)]
