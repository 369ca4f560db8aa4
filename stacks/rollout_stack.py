"""What the management account has, or its delegated administrator: StackSets, and the organization's trail."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.evidence_trail import EvidenceTrail
from constructs_lib.member_stack_sets import MemberStackSets
from stacks.archive_key import archive_key_id
from stacks.carried_templates import add_enforcement, carried_templates, pace_of, reach_of
from stacks.member_settings import archive_in, log_key_arn_of, log_key_use_of
from stacks.member_templates import member_templates
from stacks.settings import Settings


def has_rollout(settings: Settings) -> bool:
    """Whether the management account has anything to hold."""
    return settings.trail.mode == "organization" or (settings.rolls_out and settings.rollout.administrator is None)


def has_member_rollout(settings: Settings) -> bool:
    """Whether a delegated administrator holds the StackSets."""
    return settings.rolls_out and settings.rollout.administrator is not None


class RolloutStack(cdk.Stack):
    """The organization's one trail, which members can neither change nor stop; StackSets that enrol the members."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        home = settings.regions.home
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-rollout",
            description="Evidence of who was on which machine: the organization's trail, and how members are enrolled",
            env=cdk.Environment(account=settings.organization.management_account, region=home),
            termination_protection=True,
        )
        key_id = archive_key_id(self, settings)
        if settings.trail.mode == "organization":
            archive = archive_in(settings, key_id, home)
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
        if settings.rolls_out and settings.rollout.administrator is None:
            _add_stack_sets(self, settings, key_id)


class MemberRolloutStack(cdk.Stack):
    """The same StackSets, where a delegated administrator holds them."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-rollout-members",
            description="Evidence of who was on which machine: how members are enrolled",
            env=cdk.Environment(account=settings.rollout_account, region=settings.regions.home),
            termination_protection=True,
        )
        _add_stack_sets(self, settings, archive_key_id(self, settings))


def _add_stack_sets(stack: cdk.Stack, settings: Settings, key_id: str) -> None:
    """The canary units first; then, if nothing failed there, the others; at last what lets the guard act."""
    templates = member_templates(settings)
    rollout = settings.rollout
    canary = None
    if rollout.canary_units:
        canary = MemberStackSets(
            stack,
            "Canary",
            carried=carried_templates(settings, templates, key_id=key_id, canary=True),
            reach=reach_of(settings, rollout.canary_units),
            **pace_of(settings),
        )
    members = MemberStackSets(
        stack,
        "Members",
        carried=carried_templates(settings, templates, key_id=key_id),
        reach=reach_of(settings, rollout.organizational_units),
        after=canary,
        **pace_of(settings),
    )
    add_enforcement(stack, settings, templates, after=members)
