"""Which stacks there are, and which comes before which."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk

from stacks.log_archive_stack import LogArchiveStack
from stacks.member_account_stack import MemberAccountStack
from stacks.member_region_stack import MemberRegionStack
from stacks.rollout_stack import RolloutStack
from stacks.settings import Settings

MEMBER_ACCOUNT: Final = "MemberAccount"
MEMBER_REGION: Final = "MemberRegion"
MEMBER_REGION_WITHOUT_RECORDING: Final = "MemberRegionWithoutRecording"
MEMBER_TEMPLATES: Final = (MEMBER_ACCOUNT, MEMBER_REGION, MEMBER_REGION_WITHOUT_RECORDING)


def member_region_template(settings: Settings, region: str) -> str:
    """Which of the two Region templates a governed Region takes."""
    return MEMBER_REGION if settings.records_in(region) else MEMBER_REGION_WITHOUT_RECORDING


def log_archive_id(region: str) -> str:
    """The id of a Region's archive stack."""
    return f"LogArchive-{region}"


def add_stacks(app: cdk.App, settings: Settings) -> None:
    """Add one archive per governed Region, the member templates that these Regions need, and the roll-out."""
    regions = settings.regions
    home = LogArchiveStack(app, log_archive_id(regions.home), settings=settings, region=regions.home)
    for region in regions.governed:
        if region != regions.home:
            LogArchiveStack(app, log_archive_id(region), settings=settings, region=region).add_stack_dependency(home)
    MemberAccountStack(app, MEMBER_ACCOUNT, settings=settings)
    for template in sorted({member_region_template(settings, region) for region in regions.governed}):
        MemberRegionStack(app, template, settings=settings, records=template == MEMBER_REGION)
    if settings.trail.mode == "organization":
        RolloutStack(app, "Rollout", settings=settings).add_stack_dependency(home)
