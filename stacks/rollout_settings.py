"""Which accounts the StackSets reach, and how fast."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stacks.section import AccountId, Section

OrganizationalUnit = Annotated[
    str,
    StringConstraints(pattern=r"^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$"),
    Field(description="The id of an organizational unit, or of the root: all of the organization."),
]


class Rollout(Section):
    """Service-managed StackSets carry the member templates to every account of these organizational units.

    Without `organizational_units` there are no StackSets.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
    """

    organizational_units: tuple[OrganizationalUnit, ...] = ()
    canary_units: tuple[OrganizationalUnit, ...] = ()
    include_accounts: tuple[AccountId, ...] = ()
    exclude_accounts: tuple[AccountId, ...] = ()
    administrator: AccountId | None = None
    max_concurrent_percent: Annotated[int, Field(ge=1, le=100)] = 10
    failure_tolerance_percent: Annotated[int, Field(ge=0, le=100)] = 5
    region_concurrency: Literal["sequential", "parallel"] = "sequential"
