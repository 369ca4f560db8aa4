"""The access hub: what members forward becomes judged records, and wakes a person where it must."""

from __future__ import annotations

import json

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_reference import ArchivePlace
from constructs_lib.endpoints import via
from constructs_lib.event_patterns import FORWARDED_AT_HOME
from constructs_lib.hub.alarms import HubAlarms
from constructs_lib.hub.alerts import Alerts
from constructs_lib.hub.bus import HubBus
from constructs_lib.hub.dashboard import HubDashboard
from constructs_lib.hub.delivery import AccessEventDelivery
from constructs_lib.hub.handler import VISIBILITY_SECONDS, AccessEventHandler
from constructs_lib.hub.key import OperationsKey
from constructs_lib.hub.roster_check import RosterCheck
from constructs_lib.hub.security_group_guard import SecurityGroupGuard
from constructs_lib.hub.tables import HubTables
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import forwarding
from constructs_lib.pseudo_parameters import PARTITION
from constructs_lib.recording_notices import RecordingNotices
from constructs_lib.service_role import ServiceRole
from stacks.access_policy import access_policy
from stacks.archive_key import archive_key_id
from stacks.member_settings import archive_in
from stacks.security_groups import SecurityGroups, guard_document
from stacks.settings import Settings

REPLAY_DAYS = 90


class AccessHubStack(cdk.Stack):
    """Bus, queues, handler, guard, alerts and delivery, at home in the archive account.

    Args:
        approved: What security groups may let through.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, approved: SecurityGroups) -> None:
        region, account = settings.regions.home, settings.archive.account
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-access-hub",
            description="Evidence of who was on which machine: events of all members become judged records",
            env=cdk.Environment(account=account, region=region),
            termination_protection=True,
        )
        archive = archive_in(settings, archive_key_id(self, settings), region)
        place = {"organization_id": settings.organization.id, "account": account, "region": region}
        key = OperationsKey(
            self,
            "Key",
            **place,
            execution_role_arns=[
                f"arn:{PARTITION}:iam::{account}:role/{name}" for name in settings.archive.execution_roles(region)
            ],
        )
        log_key_use = LogKeyUse(key.arn, via("logs", region))
        alerts = Alerts(self, "Alerts", key_arn=key.arn, emails=settings.access.alert_emails)
        bus = HubBus(
            self,
            "Bus",
            **place,
            key_arn=key.arn,
            replay_days=REPLAY_DAYS,
            visibility_seconds=VISIBILITY_SECONDS,
        )
        tables = HubTables(self, "Tables", key_arn=key.arn)
        delivery = AccessEventDelivery(self, "Delivery", archive=archive, log_key_use=log_key_use)
        handler = AccessEventHandler(
            self,
            "AccessEvents",
            organization_id=settings.organization.id,
            policy=json.dumps(access_policy(settings), indent=1, sort_keys=True),
            bus=bus,
            delivery=delivery,
            alerts=alerts,
            tables=tables,
            key=key,
            log_key_use=log_key_use,
        )
        roster = RosterCheck(
            self,
            "RosterCheck",
            silent_after_minutes=settings.access.silent_after_minutes,
            bus=bus,
            tables=tables,
            key=key,
            log_key_use=log_key_use,
        )
        guard = SecurityGroupGuard(
            self,
            "SecurityGroups",
            **place,
            approvals=guard_document(approved),
            enforcement=settings.security_groups.enforcement,
            actions_per_hour=settings.security_groups.actions_per_hour,
            sweep_hours=settings.security_groups.sweep_hours,
            bus=bus,
            tables=tables,
            key=key,
            log_key_use=log_key_use,
        )
        alarms = HubAlarms(
            self,
            "Alarms",
            topic_arn=alerts.topic_arn,
            bus=bus,
            functions=[handler.function.name, roster.function.name, guard.function.name],
            scheduled=roster.function.name,
            guard=guard,
            sweep_hours=settings.security_groups.sweep_hours,
        )
        HubDashboard(self, "Dashboard", alarms=alarms.names)
        self._recording_notices(bus, ArchivePlace(account=account, region=region))

    def _recording_notices(self, bus: HubBus, archive: ArchivePlace) -> None:
        """The role for every Region's archive, and the home's own rules: a rule needs its bus to be there.

        They tell of changes to the catalog as well, which is at home alone.
        """
        role = ServiceRole(
            self,
            "RecordingNoticeRole",
            role_name=layout.RECORDING_NOTICE_ROLE,
            trust=forwarding.forward_trust(partition=PARTITION, account=archive.account),
            statements=[forwarding.forwards_events(hub_bus_arn=bus.arn)],
        )
        notices = RecordingNotices(
            self,
            "RecordingNotices",
            archive=archive,
            hub_bus_arn=bus.arn,
            role_arn=role.arn,
            more_patterns={name: pattern() for name, pattern in FORWARDED_AT_HOME.items()},
        )
        notices.node.add_dependency(bus)
