"""Which stacks there are, and which comes before which."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk

from stacks.access_hub_stack import AccessHubStack
from stacks.log_archive_stack import LogArchiveStack
from stacks.member_templates import add_member_stacks
from stacks.pipelines import add_pipelines
from stacks.query_stack import QueryStack
from stacks.rollout_stack import MemberRolloutStack, RolloutStack, has_member_rollout, has_rollout
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

ACCESS_HUB: Final = "AccessHub"
QUERY: Final = "Query"
ROLLOUT: Final = "Rollout"
MEMBER_ROLLOUT: Final = "RolloutMembers"


def log_archive_id(region: str) -> str:
    """The id of a Region's archive stack."""
    return f"LogArchive-{region}"


def add_stacks(app: cdk.App, settings: Settings, approved: SecurityGroups) -> None:
    """Add the archives, the hub, the query layer, the member templates, the roll-out, who deploys."""
    regions = settings.regions
    home = LogArchiveStack(app, log_archive_id(regions.home), settings=settings, region=regions.home)
    hub = AccessHubStack(app, ACCESS_HUB, settings=settings, approved=approved)
    hub.add_stack_dependency(home)
    QueryStack(app, QUERY, settings=settings).add_stack_dependency(hub)
    central: list[cdk.Stack] = [home, hub]
    for region in regions.governed:
        if region != regions.home:
            archive = LogArchiveStack(app, log_archive_id(region), settings=settings, region=region)
            archive.add_stack_dependency(hub)
            central.append(archive)
    add_member_stacks(app, settings)
    if has_rollout(settings):
        rollout = RolloutStack(app, ROLLOUT, settings=settings)
        for stack in central if settings.rolls_out else [home]:
            rollout.add_stack_dependency(stack)
    if has_member_rollout(settings):
        member_rollout = MemberRolloutStack(app, MEMBER_ROLLOUT, settings=settings)
        for stack in central:
            member_rollout.add_stack_dependency(stack)
    add_pipelines(app, settings, approved)
