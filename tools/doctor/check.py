"""What a check is, and what all of them ask first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from constructs_lib.archive_layout import SESSION_LOG_GROUP
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that is looked at.

    Attributes:
        name: What it is called in the table.
        places: Where it is looked at.
        look: Reads one place, and decides.
    """

    name: str
    places: Callable[[Expected], Iterable[Place]]
    look: Callable[[Eyes, Expected, Place], Iterable[Verdict]]


def session_log_group(eyes: Eyes, place: Place) -> dict[str, object] | None:
    """The log group of session transcripts; None where the place is not enrolled."""

    def read() -> dict[str, object] | None:
        found = eyes.pages(place, "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=SESSION_LOG_GROUP)
        return next((group for group in found if group["logGroupName"] == SESSION_LOG_GROUP), None)

    return eyes.once(("session log group", place), read)


def is_enrolled(eyes: Eyes, place: Place) -> bool:
    """Whether the Region template stands at a place."""
    return session_log_group(eyes, place) is not None
