"""How evidence is asked: by whom, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from stacks.section import AccountId, RoleArn, Section

MOST_AUDITORS: Final = 20
"""Each has a sentence in the policy of the derived bucket, which may be 20 KB long."""

AuditorName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$")]


class Query(Section):
    """Auditors who ask in Athena, and what a query may cost."""

    auditors: Mapping[AuditorName, RoleArn] = Field(
        default={}, max_length=MOST_AUDITORS, json_schema_extra={"additionalProperties": False}
    )
    scan_limit_gb: Annotated[int, Field(ge=1, le=100_000)] = 200
    days: Annotated[int, Field(ge=1, le=36500)] | None = None
    accounts: tuple[AccountId, ...] = ()
