"""What StackSets carry, where to and how fast, in the words of their construct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypedDict

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.member_stack_sets import Carried, MemberStackSets, Pace, Reach
from stacks.member_templates import (
    MEMBER_ACCOUNT,
    MEMBER_ENFORCEMENT,
    MEMBER_REGION,
    MEMBER_REGION_WITHOUT_RECORDING,
    MEMBER_SIGN_IN,
    member_region_template,
    sign_in_regions,
)
from stacks.settings import Settings

STACK_SET_OF: Final[Mapping[str, str]] = dict(
    zip(
        (MEMBER_ACCOUNT, MEMBER_SIGN_IN, MEMBER_REGION_WITHOUT_RECORDING, MEMBER_REGION),
        layout.MEMBER_STACK_SETS,
        strict=True,
    )
)
"""The StackSet that carries each template."""


class Manner(TypedDict):
    """How a StackSet works, whatever it carries."""

    pace: Pace
    management_account: str
    call_as: Literal["SELF", "DELEGATED_ADMIN"]


def carried_templates(
    settings: Settings, templates: Mapping[str, str], *, key_id: str, canary: bool = False
) -> dict[str, Carried]:
    """Every template that some Region takes, in the order of deployment."""
    return {
        template: Carried(
            stack_set_name=layout.canary_stack_set(name) if canary else name,
            body=templates[template],
            regions=regions,
            parameters={} if template == MEMBER_SIGN_IN else {layout.KEY_ID_PARAMETER: key_id},
        )
        for template, name in STACK_SET_OF.items()
        if (regions := _regions_of(settings, template))
    }


def reach_of(settings: Settings, units: Sequence[str]) -> Reach:
    """Of these units the included accounts, or all but the excluded and those that are deployed to directly."""
    rollout = settings.rollout
    if rollout.include_accounts:
        return Reach(organizational_units=units, included=rollout.include_accounts)
    left_out = sorted({*rollout.exclude_accounts, *settings.members.direct})
    return Reach(organizational_units=units, excluded=left_out)


def pace_of(settings: Settings) -> Manner:
    """How fast, and on whose behalf."""
    rollout = settings.rollout
    return Manner(
        pace=Pace(
            max_concurrent_percent=rollout.max_concurrent_percent,
            failure_tolerance_percent=rollout.failure_tolerance_percent,
            regions_in_parallel=rollout.region_concurrency == "parallel",
        ),
        management_account=settings.organization.management_account,
        call_as="SELF" if rollout.administrator is None else "DELEGATED_ADMIN",
    )


def add_enforcement(
    scope: Construct, settings: Settings, templates: Mapping[str, str], *, after: MemberStackSets
) -> None:
    """Add what lets the guard act, in the accounts that the settings name and `cdk deploy` does not reach."""
    direct = {*settings.members.direct}
    units = (*settings.rollout.canary_units, *settings.rollout.organizational_units)
    for mode, template in MEMBER_ENFORCEMENT.items():
        accounts = sorted(
            account
            for account, wanted in settings.security_groups.enforcement.items()
            if wanted == mode and account not in direct
        )
        if accounts:
            carried = Carried(
                stack_set_name=layout.enforcement_stack_set(mode),
                body=templates[template],
                regions=[settings.regions.home],
            )
            MemberStackSets(
                scope,
                f"Enforcement{mode.capitalize()}",
                carried={template: carried},
                reach=Reach(organizational_units=units, included=accounts),
                after=after,
                **pace_of(settings),
            )


def _regions_of(settings: Settings, template: str) -> list[str]:
    if template == MEMBER_ACCOUNT:
        return [settings.regions.home]
    if template == MEMBER_SIGN_IN:
        return sign_in_regions(settings)
    return [region for region in settings.regions.governed if member_region_template(settings, region) == template]
