"""What a member account has in each governed Region."""

from __future__ import annotations

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_forwarding import EventForwarding
from constructs_lib.event_patterns import FORWARDED
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.service_role import role_arn
from constructs_lib.session_hosts import DefaultHostManagement
from constructs_lib.session_preferences import DeclaredSessionPreferences, SessionPreferences
from constructs_lib.session_recordings import SessionRecordings
from constructs_lib.transcript_delivery import TranscriptDelivery
from constructs_lib.workspaces_logins import WorkSpacesLogins
from stacks.member_settings import hub_bus_arn_of, session_rules_of
from stacks.member_stack import MemberStack
from stacks.settings import Settings


class MemberRegionStack(MemberStack):
    """Session logging, its delivery to the archive, RDP recording, and the rules that forward events to the hub.

    Args:
        records: Whether RDP connections are recorded. CloudFormation refuses a template that names a type its Region
            lacks, under a condition too, so Regions without the type take a template without it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, records: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            stack_name="evidence-member-region",
            description="Evidence of who was on which machine: what a member account has in each Region",
        )
        sessions = EvidenceLogGroup(
            self,
            "Sessions",
            name=layout.SESSION_LOG_GROUP,
            retention_days=settings.session_manager.log_retention_days,
            key_arn=self.log_key_arn,
        )
        delivery = TranscriptDelivery(
            self,
            "Delivery",
            source=sessions,
            archive=self.archive,
            delivery_role_arn=role_arn(layout.DELIVERY_ROLE),
            subscription_role_arn=role_arn(layout.SUBSCRIPTION_ROLE),
            log_key_arn=self.log_key_arn,
            log_retention_days=settings.session_manager.log_retention_days,
        )
        logins = WorkSpacesLogins(
            self,
            "WorkSpacesLogins",
            retention_days=settings.session_manager.log_retention_days,
            key_arn=self.log_key_arn,
        )
        EventForwarding(
            self,
            "Events",
            hub_bus_arn=hub_bus_arn_of(settings),
            role_arn=role_arn(layout.FORWARD_ROLE),
            patterns={name: pattern() for name, pattern in FORWARDED.items()},
            more_targets={"workspaces-logins": logins.target},
        )
        preferences = self._session_preferences(settings)
        # Sessions point at the log group only when its way to the archive stands.
        preferences.resource.node.add_dependency(delivery)
        if settings.members.default_host_management:
            DefaultHostManagement(self, "DefaultHostManagement")
        if records:
            SessionRecordings(self, "Recordings", archive=self.archive)

    def _session_preferences(self, settings: Settings) -> SessionPreferences | DeclaredSessionPreferences:
        rules = session_rules_of(settings)
        if settings.session_manager.document == "declarative":
            return DeclaredSessionPreferences(
                self, "SessionPreferences", rules=rules, log_group_name=layout.SESSION_LOG_GROUP
            )
        return SessionPreferences(
            self,
            "SessionPreferences",
            rules=rules,
            log_group_name=layout.SESSION_LOG_GROUP,
            role_arn=role_arn(layout.SESSION_PREFERENCES_ROLE),
            log_key_arn=self.log_key_arn,
        )
