"""Brings the events of one account and Region onto the hub's bus, and keeps what does not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_patterns import OURS, Pattern
from constructs_lib.message_queue import KEEP_SECONDS
from constructs_lib.policies import forwarding
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION

PERIOD_SECONDS: Final = 300


class EventForwarding(Construct):
    """A rule for each pattern, a queue for what EventBridge gave up on, and an alarm when there is any.

    EventBridge tries for a day before it gives up; `make replay` brings what lies in the queue to the hub.
    The queue takes SSE-SQS, since a Region of rules alone has no key.

    Args:
        hub_bus_arn: Where events go.
        role_arn: The role as which they go there.
        patterns: What is forwarded: the end of a rule's name, and its pattern.
        dead_letters: The name of the queue and of its alarm.
        heartbeat: Whether a rule says every 15 minutes that this account and Region are there.
        more_targets: Further targets of some of the rules.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        hub_bus_arn: str,
        role_arn: str,
        patterns: Mapping[str, Pattern],
        dead_letters: str = layout.FORWARDING_DEAD_LETTERS,
        heartbeat: bool = True,
        more_targets: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        queue_arn = self._queue(dead_letters)
        hub = {"Id": "Hub", "Arn": hub_bus_arn, "RoleArn": role_arn}
        dead_letter_config = {"DeadLetterConfig": {"Arn": queue_arn}}
        for name, pattern in patterns.items():
            targets = [hub, more_targets[name]] if more_targets and name in more_targets else [hub]
            self._rule(name, {"EventPattern": pattern}, [{**target, **dead_letter_config} for target in targets])
        if heartbeat:
            schedule = {"ScheduleExpression": f"rate({layout.HEARTBEAT_MINUTES} minutes)"}
            self._rule("heartbeat", schedule, [{**hub, **dead_letter_config}])

    def _rule(self, name: str, when: Mapping[str, Any], targets: list[dict[str, Any]]) -> None:
        # Untyped: there are many of them, and a typed class costs a third more of each.
        cdk.CfnResource(
            self,
            "".join(word.capitalize() for word in name.split("-")),
            type="AWS::Events::Rule",
            properties={"Name": f"{OURS}{name}", "State": "ENABLED", **when, "Targets": targets},
        )

    def _queue(self, name: str) -> str:
        queue = cdk.CfnResource(
            self,
            "DeadLetters",
            type="AWS::SQS::Queue",
            properties={"QueueName": name, "SqsManagedSseEnabled": True, "MessageRetentionPeriod": KEEP_SECONDS},
        )
        queue_arn = queue.get_att("Arn").to_string()
        rules = f"arn:{PARTITION}:events:{REGION}:{ACCOUNT_ID}:rule/{OURS}*"
        statements = [
            forwarding.queue_takes_tls_alone(queue_arn=queue_arn),
            forwarding.keeps_dead_letters(queue_arn=queue_arn, account=ACCOUNT_ID, rule_arn=rules),
        ]
        cdk.CfnResource(
            self,
            "DeadLettersPolicy",
            type="AWS::SQS::QueuePolicy",
            properties={"Queues": [queue.ref], "PolicyDocument": document(statements)},
        )
        cdk.CfnResource(
            self,
            "DeadLettersAlarm",
            type="AWS::CloudWatch::Alarm",
            properties={
                "AlarmName": name,
                "AlarmDescription": "Events did not reach the access hub; they wait here for `make replay`",
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": name}],
                "Statistic": "Maximum",
                "Period": PERIOD_SECONDS,
                "EvaluationPeriods": 1,
                "Threshold": 0,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
            },
        )
        return queue_arn
