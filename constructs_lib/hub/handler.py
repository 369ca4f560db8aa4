"""The function that judges events."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.hub.alerts import Alerts
from constructs_lib.hub.bus import OWN_FINDINGS, HubBus
from constructs_lib.hub.delivery import AccessEventDelivery
from constructs_lib.hub.function import HubFunction
from constructs_lib.hub.key import OperationsKey
from constructs_lib.hub.tables import HubTables
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import hub_roles
from constructs_lib.pseudo_parameters import PARTITION

TIMEOUT_SECONDS: Final = 60
VISIBILITY_SECONDS: Final = 6 * TIMEOUT_SECONDS
"""Six times the timeout, as Lambda advises.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
BATCH: Final = 50
BATCH_WINDOW_SECONDS: Final = 1
CONCURRENCY: Final = 10
REMEMBER_DAYS: Final = 400


class AccessEventHandler(Construct):
    """Takes events from the bus's queue; makes records, findings and alerts of them, each once.

    Args:
        organization_id: In whose members it asks whose WorkSpace it is.
        policy: What the organization allows, as JSON; it travels beside the code, since an environment holds 4 KB.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        policy: str,
        bus: HubBus,
        delivery: AccessEventDelivery,
        alerts: Alerts,
        tables: HubTables,
        key: OperationsKey,
        log_key_use: LogKeyUse,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = HubFunction(
            self,
            "Handler",
            package="access_events",
            name=layout.ACCESS_EVENTS_FUNCTION,
            description="Makes a judged record of each event, and tells what a person must see",
            role_name=layout.ACCESS_EVENTS_ROLE,
            log_group_name=layout.ACCESS_EVENTS_LOG_GROUP,
            log_key_use=log_key_use,
            statements=[
                hub_roles.reads_queue(queue_arn=bus.queue.arn),
                hub_roles.puts_records(stream_arn=delivery.stream_arn),
                hub_roles.publishes_alerts(topic_arn=alerts.topic_arn),
                hub_roles.puts_events(bus_arn=bus.arn, source=OWN_FINDINGS),
                hub_roles.remembers_findings(table_arn=tables.state_arn),
                hub_roles.notes_heartbeats(table_arn=tables.roster_arn),
                hub_roles.takes_member_role(organization_id, partition=PARTITION),
                hub_roles.uses_operations_key(key_arn=key.arn, via=key.via),
            ],
            environment={
                "ALERTS_TOPIC_ARN": alerts.topic_arn,
                "CLAIM_SECONDS": str(2 * TIMEOUT_SECONDS),
                "DELIVERY_STREAM": layout.ACCESS_EVENT_STREAM,
                "FINDINGS_BUS": layout.HUB_BUS,
                "MEMBER_READ_ROLE": layout.HUB_READ_ROLE,
                "REMEMBER_DAYS": str(REMEMBER_DAYS),
                "ROSTER_TABLE": layout.ROSTER_TABLE,
                "STATE_TABLE": layout.STATE_TABLE,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=CONCURRENCY,
            more_files={"policy.json": policy},
        )
        cdk.CfnResource(
            self,
            "Messages",
            type="AWS::Lambda::EventSourceMapping",
            properties={
                "EventSourceArn": bus.queue.arn,
                "FunctionName": self.function.resource.ref,
                "BatchSize": BATCH,
                "MaximumBatchingWindowInSeconds": BATCH_WINDOW_SECONDS,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": CONCURRENCY},
            },
        )
