"""The guardrails of the organization as the simulation attaches them: the archive needs none, and works with all.

What the resource policies promise holds without them, and they break no writer, reader or deployment. What they add,
the rules of :mod:`tools.simulate.rules.guardrails` say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from constructs_lib.policies.guardrails import (
    STACK_SETS_ROLE,
    archive_guardrail,
    member_guardrail,
    perimeter_guardrail,
)
from tools.simulate.world import World

Document = dict[str, Any]

_FULL_ACCESS: Final[Document] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""What AWS attaches to every account; without it a service control policy that denies would leave nothing allowed."""


@dataclass(frozen=True)
class OrganizationPolicies:
    """Three documents and whom they bind.

    Args:
        archive: The service control policy of the archive account alone.
        member: The one of every member; the archive account is a member too.
        perimeter: The resource control policy of every member.
        archive_account: Its id.
    """

    archive: Document
    member: Document
    perimeter: Document
    archive_account: str

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every document by the name under which it is attached."""
        return {
            "FullAWSAccess": _FULL_ACCESS,
            "ArchiveGuardrail": self.archive,
            "MemberGuardrail": self.member,
            "PerimeterGuardrail": self.perimeter,
        }

    def service_control(self, account: str) -> tuple[str, ...]:
        """The names of the service control policies that bind an account."""
        everywhere = ("FullAWSAccess", "MemberGuardrail")
        return (*everywhere, "ArchiveGuardrail") if account == self.archive_account else everywhere

    @property
    def resource_control(self) -> tuple[str, ...]:
        """The names of the resource control policies of every account."""
        return ("PerimeterGuardrail",)


def organization_policies(world: World) -> OrganizationPolicies:
    """The guardrails as the settings shape them."""
    deployment = [
        world.role_arn(world.archive, name) for region in world.regions for name in world.execution_roles(region)
    ]
    forms = world.settings.archive.cloudformation_execution_roles
    names = [form.replace("{account}", "*").replace("{region}", "*") for form in forms]
    return OrganizationPolicies(
        archive=archive_guardrail(partition=world.partition, account=world.archive, execution_role_arns=deployment),
        member=member_guardrail(partition=world.partition, deployment_roles=[STACK_SETS_ROLE, *names]),
        perimeter=perimeter_guardrail(world.organization),
        archive_account=world.archive,
    )
