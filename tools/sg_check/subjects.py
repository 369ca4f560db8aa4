"""What a file holds to be judged: groups with their rules, and what cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lambda_src.security_group_guard.groups import Group


class CheckError(Exception):
    """Nothing can be judged; the message says why."""


class Unjudged(NamedTuple):
    """A place in a file that cannot be judged, and why."""

    file: str
    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.why}"


class Unresolved(NamedTuple):
    """A rule that only deployment knows in whole."""

    place: str
    why: str
    egress: bool


@dataclass(kw_only=True)
class Subject:
    """A group as a file tells of it.

    Args:
        group: The group itself; what the file does not say is empty.
        shown: What to call it.
        rules: Its rules, each in the shape of an element of DescribeSecurityGroupRules. The id is its place in the
            file, or AWS's own where the file has it.
        unresolved: Its rules that cannot be brought into that shape.
        whole: Whether these are all rules of the group; of rules for a group that lies elsewhere, they are not.
        unknown: What a baseline may select the group by and the file does not tell: ``group``, ``group_name``, ``tag``.
    """

    group: Group
    shown: str
    rules: list[dict[str, Any]] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    whole: bool = True
    unknown: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Reading:
    """What was read from one file.

    Args:
        prefix_lists: The CIDRs of the prefix lists that the file itself makes, by the name that its rules use.
    """

    file: str
    subjects: list[Subject] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    prefix_lists: dict[str, list[str]] = field(default_factory=dict)

    def cannot(self, place: str, why: str) -> None:
        """Notes a place that cannot be judged."""
        self.unjudged.append(Unjudged(self.file, place, why))
