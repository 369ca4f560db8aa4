"""What the security-group guard goes by, beside the file that says what groups may let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stacks.section import AccountId, Section

Mode = Literal["revoke", "restore"]
"""What the guard does about a rule that nobody approved: take it out, or also put back what a baseline demands."""


def _file_name(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise ValueError("must be the path of a file, as seen from this one")
    return name


class SecurityGroupGuard(Section):
    """How often the guard looks, what it goes by, and where it acts; without any of this it tells and never acts."""

    approvals: Annotated[str, AfterValidator(_file_name), Field(json_schema_extra={"pattern": r"\S"})] | None = None
    # An alarm waits for a sweep that does not come, and CloudWatch looks back a week at most.
    sweep_hours: Annotated[int, Field(ge=1, le=144)] = 24
    actions_per_hour: Annotated[int, Field(ge=1, le=1000)] = 5
    enforcement: Mapping[AccountId, Mode] = Field(default={}, json_schema_extra={"additionalProperties": False})
