"""Which stacks there are, and which comes before which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import aws_cdk as cdk

from stacks.access_hub_stack import AccessHubStack
from stacks.guard_settings import Mode
from stacks.guardrails_stack import GuardrailsStack
from stacks.log_archive_stack import LogArchiveStack
from stacks.member_account_stack import MemberAccountStack
from stacks.member_enforcement_stack import MemberEnforcementStack
from stacks.member_region_stack import MemberRegionStack
from stacks.member_sign_in_stack import MemberSignInStack
from stacks.pipelines import add_pipelines
from stacks.query_stack import QueryStack
from stacks.rollout_stack import RolloutStack
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

MEMBER_ACCOUNT: Final = "MemberAccount"
MEMBER_REGION: Final = "MemberRegion"
MEMBER_REGION_WITHOUT_RECORDING: Final = "MemberRegionWithoutRecording"
MEMBER_SIGN_IN: Final = "MemberSignIn"
MEMBER_ENFORCEMENT: Final[Mapping[Mode, str]] = {
    "revoke": "MemberEnforcementRevoke",
    "restore": "MemberEnforcementRestore",
}
MEMBER_TEMPLATES: Final = (
    MEMBER_ACCOUNT,
    MEMBER_REGION,
    MEMBER_REGION_WITHOUT_RECORDING,
    MEMBER_SIGN_IN,
    *MEMBER_ENFORCEMENT.values(),
)
ACCESS_HUB: Final = "AccessHub"
QUERY: Final = "Query"
GUARDRAILS: Final = "Guardrails"


def member_region_template(settings: Settings, region: str) -> str:
    """Which of the two Region templates a governed Region takes."""
    return MEMBER_REGION if settings.records_in(region) else MEMBER_REGION_WITHOUT_RECORDING


def log_archive_id(region: str) -> str:
    """The id of a Region's archive stack."""
    return f"LogArchive-{region}"


def sign_in_regions(settings: Settings) -> list[str]:
    """The Regions of members where people only sign in."""
    return [region for region in settings.regions.sign_in if region not in settings.regions.governed]


def add_stacks(app: cdk.App, settings: Settings, approved: SecurityGroups) -> None:
    """Add the archives, the hub, the query layer, the member templates, the roll-out, the guardrails, who deploys."""
    regions = settings.regions
    home = LogArchiveStack(app, log_archive_id(regions.home), settings=settings, region=regions.home)
    hub = AccessHubStack(app, ACCESS_HUB, settings=settings, approved=approved)
    hub.add_stack_dependency(home)
    QueryStack(app, QUERY, settings=settings).add_stack_dependency(hub)
    for region in regions.governed:
        if region != regions.home:
            LogArchiveStack(app, log_archive_id(region), settings=settings, region=region).add_stack_dependency(hub)
    MemberAccountStack(app, MEMBER_ACCOUNT, settings=settings)
    for template in sorted({member_region_template(settings, region) for region in regions.governed}):
        MemberRegionStack(app, template, settings=settings, records=template == MEMBER_REGION)
    if sign_in_regions(settings):
        MemberSignInStack(app, MEMBER_SIGN_IN, settings=settings)
    for mode in sorted(set(settings.security_groups.enforcement.values())):
        MemberEnforcementStack(app, MEMBER_ENFORCEMENT[mode], mode=mode)
    if settings.trail.mode == "organization":
        RolloutStack(app, "Rollout", settings=settings).add_stack_dependency(home)
    if settings.guardrails.enabled:
        GuardrailsStack(app, GUARDRAILS, settings=settings).add_stack_dependency(hub)
    add_pipelines(app, settings, approved)
