"""The function that judges what security groups let through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_patterns import API_CALL, SWEEP_SCHEDULE
from constructs_lib.hub.bus import HubBus
from constructs_lib.hub.function import HubFunction
from constructs_lib.hub.key import OperationsKey
from constructs_lib.hub.tables import HubTables
from constructs_lib.log_key import LogKeyUse
from constructs_lib.message_queue import MessageQueue
from constructs_lib.policies import forwarding, hub, hub_roles
from constructs_lib.policies.statement import Statement
from constructs_lib.pseudo_parameters import PARTITION

RULE: Final = layout.GUARD_QUEUE
"""The rule on the hub's bus bears the name of the queue that it fills."""
JUDGEMENTS: Final = "access-evidence.security-groups"
"""The source of the events that tell what it found and did."""
SWEEP_START: Final = json.dumps({"sweep": "start"})

TIMEOUT_SECONDS: Final = 120
VISIBILITY_SECONDS: Final = 6 * TIMEOUT_SECONDS
"""Six times the timeout, as Lambda advises.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
SETTLE_SECONDS: Final = 10
BATCH: Final = 10
CHANGES_AT_ONCE: Final = 3
SWEEPS_AT_ONCE: Final = 2
CONCURRENCY: Final = CHANGES_AT_ONCE + SWEEPS_AT_ONCE
"""A sweep leaves room for changes, and the other way about."""


class SecurityGroupGuard(Construct):
    """Takes changes off the bus and places of a sweep off a queue; reads the live groups, judges, and says so.

    What could not be brought into a queue waits with what could not be handled: the same message, for the same queue.

    Args:
        organization_id: In whose members it reads groups.
        account: The archive account.
        region: The home Region.
        approvals: What groups may let through, as ``lambda_src/security_group_guard/approvals.py`` reads it.
        enforcement: What it does about a rule that nobody approved, by account; elsewhere it only tells.
        actions_per_hour: How often it acts on one group before it only alerts.
        sweep_hours: How often every group is judged.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        account: str,
        region: str,
        approvals: Mapping[str, Any],
        enforcement: Mapping[str, str],
        actions_per_hour: int,
        sweep_hours: int,
        bus: HubBus,
        tables: HubTables,
        key: OperationsKey,
        log_key_use: LogKeyUse,
    ) -> None:
        super().__init__(scope, construct_id)
        rules = f"arn:{PARTITION}:events:{region}:{account}:rule/"
        changes_rule, sweep_rule = f"{rules}{layout.HUB_BUS}/{RULE}", f"{rules}{SWEEP_SCHEDULE}"
        self.changes, self.dead_letters = self._queues("Changes", layout.GUARD_QUEUE, account, changes_rule, key)
        self.sweep, self.sweep_dead_letters = self._queues("Sweep", layout.SWEEP_QUEUE, account, sweep_rule, key)
        self.function = HubFunction(
            self,
            "Guard",
            package="security_group_guard",
            name=layout.GUARD_FUNCTION,
            description="Judges what security groups let through, and takes back what nobody approved where told to",
            role_name=layout.GUARD_ROLE,
            log_group_name=layout.GUARD_LOG_GROUP,
            log_key_use=log_key_use,
            statements=[
                hub_roles.reads_queues(queue_arns=[self.changes.arn, self.sweep.arn]),
                hub_roles.sends_sweep_steps(queue_arn=self.sweep.arn),
                hub_roles.puts_events(bus_arn=bus.arn, source=JUDGEMENTS),
                hub_roles.remembers_differences(table_arn=tables.guard_arn),
                hub_roles.lists_places(table_arn=tables.roster_arn),
                hub_roles.guard_takes_member_role(
                    organization_id,
                    partition=PARTITION,
                    function_arn=f"arn:{PARTITION}:lambda:{region}:{account}:function:{layout.GUARD_FUNCTION}",
                ),
                hub_roles.uses_operations_key(key_arn=key.arn, via=key.via),
            ],
            environment={
                "ACTIONS_PER_HOUR": str(actions_per_hour),
                "GUARD_TABLE": layout.GUARD_TABLE,
                "HUB_BUS": layout.HUB_BUS,
                "MEMBER_ROLE": layout.GUARD_MEMBER_ROLE,
                "ROSTER_TABLE": layout.ROSTER_TABLE,
                "SETTLE_SECONDS": str(SETTLE_SECONDS),
                "SWEEP_QUEUE_URL": self.sweep.url,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=CONCURRENCY,
            more_files={"guard.json": _guard_file(approvals, enforcement)},
        )
        self._mapping("ChangeMessages", self.changes, batch=BATCH, at_once=CHANGES_AT_ONCE)
        self._mapping("SweepMessages", self.sweep, batch=1, at_once=SWEEPS_AT_ONCE)
        on_the_bus = {
            "EventBusName": layout.HUB_BUS,
            "EventPattern": {"source": ["aws.ec2"], "detail-type": [API_CALL]},
        }
        rule = self._rule("Rule", RULE, on_the_bus, {"Arn": self.changes.arn}, self.changes, self.dead_letters)
        rule.node.add_dependency(bus)
        schedule = {"ScheduleExpression": f"rate({sweep_hours} hour{'' if sweep_hours == 1 else 's'})"}
        start = {"Arn": self.sweep.arn, "Input": SWEEP_START}
        self._rule("SweepSchedule", SWEEP_SCHEDULE, schedule, start, self.sweep, self.sweep_dead_letters)

    def _queues(
        self, construct_id: str, name: str, account: str, rule_arn: str, key: OperationsKey
    ) -> tuple[MessageQueue, MessageQueue]:
        def kept_by_rule(queue_arn: str) -> list[Statement]:
            return [forwarding.keeps_dead_letters(queue_arn=queue_arn, account=account, rule_arn=rule_arn)]

        def filled_by_rule(queue_arn: str) -> list[Statement]:
            return [hub.rule_fills_queue(queue_arn=queue_arn, account=account, rule_arn=rule_arn)]

        dead_letters = MessageQueue(
            self,
            f"{construct_id}DeadLetters",
            name=f"{name}-dead-letters",
            key_arn=key.arn,
            statements=kept_by_rule,
        )
        queue = MessageQueue(
            self,
            construct_id,
            name=name,
            key_arn=key.arn,
            statements=filled_by_rule,
            visibility_seconds=VISIBILITY_SECONDS,
            dead_letters=dead_letters,
        )
        return queue, dead_letters

    def _mapping(self, construct_id: str, queue: MessageQueue, *, batch: int, at_once: int) -> None:
        cdk.CfnResource(
            self,
            construct_id,
            type="AWS::Lambda::EventSourceMapping",
            properties={
                "EventSourceArn": queue.arn,
                "FunctionName": self.function.resource.ref,
                "BatchSize": batch,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": at_once},
            },
        )

    def _rule(
        self,
        construct_id: str,
        name: str,
        when: Mapping[str, Any],
        target: Mapping[str, Any],
        *queues: MessageQueue,
    ) -> cdk.CfnResource:
        """A rule that fills the first queue and leaves in the second what it could not bring there."""
        rule = cdk.CfnResource(
            self,
            construct_id,
            type="AWS::Events::Rule",
            properties={
                "Name": name,
                "State": "ENABLED",
                **when,
                "Targets": [{"Id": "Queue", **target, "DeadLetterConfig": {"Arn": queues[-1].arn}}],
            },
        )
        for queue in queues:
            rule.add_resource_dependency(queue.policy)
        return rule


def _guard_file(approvals: Mapping[str, Any], enforcement: Mapping[str, str]) -> str:
    """What the function reads beside its code, since an environment holds 4 KB."""
    return json.dumps({"approvals": approvals, "enforcement": dict(enforcement)}, indent=1, sort_keys=True)
