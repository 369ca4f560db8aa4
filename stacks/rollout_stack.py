"""What the management account has: for now the organization trail, where the settings ask for one."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.evidence_trail import EvidenceTrail
from stacks.archive_key import archive_key_id
from stacks.member_settings import archive_in, log_key_arn_of, log_key_use_of
from stacks.settings import Settings


class RolloutStack(cdk.Stack):
    """The organization's one trail, which members can neither change nor stop."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        home = settings.regions.home
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-rollout",
            description="Evidence of who was on which machine: the organization's trail",
            env=cdk.Environment(account=settings.organization.management_account, region=home),
            termination_protection=True,
        )
        archive = archive_in(settings, archive_key_id(self, settings), home)
        EvidenceTrail(
            self,
            "Trail",
            trail_name=layout.ORGANIZATION_TRAIL,
            archive=archive,
            log_group_name=layout.ORGANIZATION_TRAIL_LOG_GROUP,
            log_retention_days=settings.trail.log_retention_days,
            log_key_arn=log_key_arn_of(self, settings, archive),
            log_key_use=log_key_use_of(settings, archive),
            role_name=layout.ORGANIZATION_TRAIL_LOGS_ROLE,
            organization_wide=True,
        )
