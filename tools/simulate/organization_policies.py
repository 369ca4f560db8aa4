"""The guardrails of the organization as the simulation attaches them: the archive needs none, and works with all.

What the resource policies promise holds without them, and they break no writer, reader or deployment. What they add,
the rules of :mod:`tools.simulate.rules.guardrails` say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stacks.guardrail_documents import guardrail_documents
from tools.simulate.world import World

Document = dict[str, Any]

_FULL_ACCESS: Final[Document] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
"""What AWS attaches to every account; without it a service control policy that denies would leave nothing allowed."""


@dataclass(frozen=True)
class OrganizationPolicies:
    """Four documents and whom they bind.

    Args:
        archive: The service control policy of the archive account alone.
        member: The one of every member; the archive account is a member too.
        sessions: The one of every member in which sessions shall be logged.
        perimeter: The resource control policy of every member.
        archive_account: Its id.
    """

    archive: Document
    member: Document
    sessions: Document
    perimeter: Document
    archive_account: str

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every document by the name under which it is attached."""
        return {
            "FullAWSAccess": _FULL_ACCESS,
            "ArchiveGuardrail": self.archive,
            "MemberGuardrail": self.member,
            "SessionGuardrail": self.sessions,
            "PerimeterGuardrail": self.perimeter,
        }

    def service_control(self, account: str) -> tuple[str, ...]:
        """The names of the service control policies that bind an account."""
        everywhere = ("FullAWSAccess", "MemberGuardrail", "SessionGuardrail")
        return (*everywhere, "ArchiveGuardrail") if account == self.archive_account else everywhere

    @property
    def resource_control(self) -> tuple[str, ...]:
        """The names of the resource control policies of every account."""
        return ("PerimeterGuardrail",)


def organization_policies(world: World) -> OrganizationPolicies:
    """The guardrails as the settings shape them, whether or not they attach them."""
    documents = guardrail_documents(world.settings, partition=world.partition)
    return OrganizationPolicies(
        archive=documents["archive"],
        member=documents["members"],
        sessions=documents["sessions"],
        perimeter=documents["perimeter"],
        archive_account=world.archive,
    )
