"""How evidence is asked: by whom, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from constructs_lib.archive_layout import NO_AUDITOR_NAMES
from stacks.section import AccountId, RoleArn, Section

MOST_AUDITORS: Final = 19
"""Each has a sentence in the policy of the derived bucket, which may be 20 KB long."""


def _no_function(name: str) -> str:
    if name in NO_AUDITOR_NAMES:
        raise ValueError("is what a function is called that asks; an auditor needs another name")
    return name


AuditorName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$"), AfterValidator(_no_function)]


class Query(Section):
    """Auditors who ask in Athena, and what a query may cost."""

    auditors: Mapping[AuditorName, RoleArn] = Field(
        default={}, max_length=MOST_AUDITORS, json_schema_extra={"additionalProperties": False}
    )
    scan_limit_gb: Annotated[int, Field(ge=1, le=100_000)] = 200
    days: Annotated[int, Field(ge=1, le=36500)] | None = None
    accounts: tuple[AccountId, ...] = ()
    grace_minutes: Annotated[int, Field(ge=30, le=10080)] = 120
    compaction_after_days: Annotated[int, Field(ge=1, le=30)] = 2
    compaction_days: Annotated[int, Field(ge=1, le=400)] = 14
    report_days: Annotated[int, Field(ge=1, le=366)] = 7
    report_hour: Annotated[int, Field(ge=0, le=23)] = 3
