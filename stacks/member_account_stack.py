"""What a member account has once, in its home Region."""

from __future__ import annotations

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.evidence_trail import EvidenceTrail
from constructs_lib.existing_trail import ExistingTrail
from constructs_lib.member_roles import AccessHubRoles, SessionPreferencesRole, TranscriptRoles
from constructs_lib.session_hosts import HostManagementRole, SessionHostPolicy
from stacks.member_settings import archive_in, channel_key_arn_of, hub_bus_arn_of
from stacks.member_stack import MemberStack
from stacks.settings import Settings


class MemberAccountStack(MemberStack):
    """The roles that the account's Regions share, the host policy, and the account's trail."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            stack_name="evidence-member-account",
            description="Evidence of who was on which machine: what a member account has once",
        )
        TranscriptRoles(self, "TranscriptRoles", archive=self.every_archive, log_key_use=self.log_key_use)
        AccessHubRoles(
            self, "AccessHub", hub_bus_arn=hub_bus_arn_of(settings), archive_account=settings.archive.account
        )
        if settings.session_manager.document == "upsert":
            SessionPreferencesRole(self, "SessionPreferencesRole", log_key_use=self.log_key_use)
        host_policy = SessionHostPolicy(
            self,
            "SessionHosts",
            log_key_use=self.log_key_use,
            channel_key_arn=channel_key_arn_of(settings, "*"),
            roles=settings.members.host_roles,
        )
        if settings.members.default_host_management:
            HostManagementRole(self, "HostManagement", host_policy=host_policy)
        if settings.trail.mode == "member":
            EvidenceTrail(
                self,
                "Trail",
                trail_name=layout.MEMBER_TRAIL,
                archive=archive_in(settings, self.key_id, settings.regions.home),
                log_group_name=layout.TRAIL_LOG_GROUP,
                log_retention_days=settings.trail.log_retention_days,
                log_key_arn=self.log_key_arn,
                log_key_use=self.log_key_use,
                role_name=layout.TRAIL_LOGS_ROLE,
            )
        if settings.trail.mode == "existing":
            ExistingTrail(self, "ExistingTrail", log_key_arn=self.log_key_arn, log_key_use=self.log_key_use)
