"""The bus on which the events of all members arrive, and the queue into which they go."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib import event_patterns
from constructs_lib.event_patterns import OURS
from constructs_lib.message_queue import MessageQueue
from constructs_lib.policies import forwarding, hub
from constructs_lib.policies.statement import Statement
from constructs_lib.pseudo_parameters import PARTITION

RULE: Final = f"{OURS}access-events"
OWN_FINDINGS: Final = "access-evidence.hub"
"""The source of the findings that the handler puts on the bus for others; itself it need not hear them."""


class HubBus(Construct):
    """A bus that takes the members' events alone, keeps them to be replayed, and fills the handler's queue.

    Args:
        organization_id: Whose accounts may put events.
        account: The archive account.
        region: The home Region.
        key_arn: The key of the queues.
        replay_days: How long events can be replayed.
        visibility_seconds: How long the handler may take for a message.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        account: str,
        region: str,
        key_arn: str,
        replay_days: int,
        visibility_seconds: int,
    ) -> None:
        super().__init__(scope, construct_id)
        bus = cdk.CfnResource(self, "Bus", type="AWS::Events::EventBus", properties={"Name": layout.HUB_BUS})
        self.arn = layout.bus_arn(partition=PARTITION, region=region, account=account)
        admitted = hub.members_forward_events(
            organization_id,
            partition=PARTITION,
            bus_arn=self.arn,
            sources=event_patterns.sources(),
            detail_types=event_patterns.detail_types(),
        )
        policy = cdk.CfnResource(
            self,
            "Policy",
            type="AWS::Events::EventBusPolicy",
            properties={"EventBusName": layout.HUB_BUS, "StatementId": admitted["Sid"], "Statement": admitted},
        )
        policy.add_resource_dependency(bus)
        archive = cdk.CfnResource(
            self,
            "Archive",
            type="AWS::Events::Archive",
            properties={"ArchiveName": layout.HUB_ARCHIVE, "SourceArn": self.arn, "RetentionDays": replay_days},
        )
        archive.add_resource_dependency(bus)
        self.queue, self.dead_letters, self.undelivered = self._queues(
            account=account,
            rule_arn=f"arn:{PARTITION}:events:{region}:{account}:rule/{layout.HUB_BUS}/{RULE}",
            key_arn=key_arn,
            visibility_seconds=visibility_seconds,
        )
        rule = cdk.CfnResource(
            self,
            "Rule",
            type="AWS::Events::Rule",
            properties={
                "Name": RULE,
                "EventBusName": layout.HUB_BUS,
                "State": "ENABLED",
                "EventPattern": {"source": [{"anything-but": [OWN_FINDINGS]}]},
                "Targets": [
                    {
                        "Id": "Queue",
                        "Arn": self.queue.arn,
                        "DeadLetterConfig": {"Arn": self.undelivered.arn},
                    }
                ],
            },
        )
        rule.add_resource_dependency(bus)
        rule.add_resource_dependency(self.queue.policy)
        rule.add_resource_dependency(self.undelivered.policy)

    def _queues(
        self, *, account: str, rule_arn: str, key_arn: str, visibility_seconds: int
    ) -> tuple[MessageQueue, MessageQueue, MessageQueue]:
        def filled_by_rule(queue_arn: str) -> list[Statement]:
            return [hub.rule_fills_queue(queue_arn=queue_arn, account=account, rule_arn=rule_arn)]

        def kept_by_rule(queue_arn: str) -> list[Statement]:
            return [forwarding.keeps_dead_letters(queue_arn=queue_arn, account=account, rule_arn=rule_arn)]

        dead_letters = MessageQueue(self, "DeadLetters", name=layout.HUB_DEAD_LETTERS, key_arn=key_arn)
        queue = MessageQueue(
            self,
            "Queue",
            name=layout.HUB_QUEUE,
            key_arn=key_arn,
            statements=filled_by_rule,
            visibility_seconds=visibility_seconds,
            dead_letters=dead_letters,
        )
        undelivered = MessageQueue(
            self, "Undelivered", name=layout.HUB_UNDELIVERED, key_arn=key_arn, statements=kept_by_rule
        )
        return queue, dead_letters, undelivered
