"""Hears the alerts, as any team does that subscribes a queue of its own to the topic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from constructs_lib.archive_layout import ALERTS_TOPIC
from local.demo.setting import Setting
from local.embedded_aws import EmbeddedAws

QUEUE: Final = "on-call"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One message of the topic."""

    finding_id: str
    subject: str
    message: str = ""


class Subscriber:
    """A queue in the archive account; what came before it was subscribed is never heard."""

    def __init__(self, aws: EmbeddedAws, setting: Setting, *, queue: str = QUEUE) -> None:
        place = {"account": setting.archive, "region": setting.home}
        self._sqs = aws.client("sqs", **place)
        self._heard: list[Alert] = []
        topic = f"arn:aws:sns:{setting.home}:{setting.archive}:{ALERTS_TOPIC}"
        arn = f"arn:aws:sqs:{setting.home}:{setting.archive}:{queue}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._url = self._sqs.create_queue(QueueName=queue, Attributes={"Policy": policy})["QueueUrl"]
        aws.client("sns", **place).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def heard(self) -> list[Alert]:
        """Every alert so far, oldest first."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            self._heard += [_alert(json.loads(message["Body"])) for message in messages]
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return list(self._heard)


def _alert(envelope: dict[str, Any]) -> Alert:
    """An alarm of CloudWatch comes over the same topic and names no finding."""
    finding = envelope.get("MessageAttributes", {}).get("finding_id", {}).get("Value", "")
    return Alert(finding_id=finding, subject=envelope["Subject"], message=envelope["Message"])
