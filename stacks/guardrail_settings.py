"""Which guardrails of the organization are attached, and to whom; by default none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from stacks.section import Section

Target = Annotated[
    str,
    StringConstraints(pattern=r"^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|\d{12})$"),
    Field(description="The id of the root, of an organizational unit or of an account."),
]
DocumentName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,128}$"),
    Field(description="A session document whose sessions are logged."),
]
RolePattern = Annotated[
    str,
    StringConstraints(pattern=r"^[\w+=,.@/-]{3,64}\*?$"),
    Field(description="An IAM role name, with its path if it has one; * may stand at its end."),
]


class Guardrails(Section):
    """To which roots, units and accounts each policy is attached, and what it leaves open.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
    """

    archive: tuple[Target, ...] = ()
    members: tuple[Target, ...] = ()
    sessions: tuple[Target, ...] = ()
    perimeter: tuple[Target, ...] = ()
    deployment_roles: tuple[RolePattern, ...] = ()
    session_documents: tuple[DocumentName, ...] = ()
    read_organization: bool = False

    @property
    def targets(self) -> Mapping[str, Sequence[str]]:
        """The targets of each policy by its kind, those that have none left out."""
        every = {name: getattr(self, name) for name in GUARDRAILS}
        return {name: targets for name, targets in every.items() if targets}

    @property
    def enabled(self) -> bool:
        """Whether anything is deployed at all."""
        return bool(self.targets) or self.read_organization


GUARDRAILS = ("archive", "members", "sessions", "perimeter")
"""The lists of targets; their order is that in which policies are attached."""
