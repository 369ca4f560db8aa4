"""A queue of the access hub, under its own key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.policies import forwarding
from constructs_lib.policies.statement import Statement, document

KEEP_SECONDS: Final = 14 * 86_400
"""The most that SQS keeps a message.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
GIVE_UP_AFTER: Final = 5


class MessageQueue(Construct):
    """Keeps messages for 14 days, takes them from named senders over TLS alone.

    Args:
        name: The queue's name.
        key_arn: The key that encrypts it.
        statements: Who sends, given the queue's ARN; nobody by default.
        visibility_seconds: How long a message that somebody received stays away from others.
        dead_letters: Where a message goes that was received five times in vain; by default it comes again until it
            expires.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key_arn: str,
        statements: Callable[[str], Sequence[Statement]] = lambda _arn: (),
        visibility_seconds: int = 30,
        dead_letters: MessageQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name
        properties: dict[str, Any] = {
            "QueueName": name,
            "KmsMasterKeyId": key_arn,
            "MessageRetentionPeriod": KEEP_SECONDS,
            "VisibilityTimeout": visibility_seconds,
        }
        if dead_letters is not None:
            properties["RedrivePolicy"] = {
                "deadLetterTargetArn": dead_letters.arn,
                "maxReceiveCount": GIVE_UP_AFTER,
            }
        resource = cdk.CfnResource(self, "Queue", type="AWS::SQS::Queue", properties=properties)
        self.url: str = resource.ref
        self.arn: str = resource.get_att("Arn").to_string()
        self.policy = cdk.CfnResource(
            self,
            "Policy",
            type="AWS::SQS::QueuePolicy",
            properties={
                "Queues": [resource.ref],
                "PolicyDocument": document(
                    [forwarding.queue_takes_tls_alone(queue_arn=self.arn), *statements(self.arn)]
                ),
            },
        )
