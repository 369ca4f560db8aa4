"""A security group as it is judged, and whom a baseline or an approval is for."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .rules import SELF, Rule


class Group(NamedTuple):
    """A live security group and where it lies."""

    group_id: str
    name: str
    account: str
    region: str
    tags: Mapping[str, str]


class Selector(NamedTuple):
    """Which groups are meant; what is empty matches all.

    ``name`` may hold ``*`` for any text, also none; nothing else in it is special.
    """

    account: str = ""
    region: str = ""
    group_id: str = ""
    name: str = ""
    tag: tuple[str, str] | None = None

    def matches(self, group: Group) -> bool:
        """Whether the group is one of them."""
        return (
            self.group_id in ("", group.group_id)
            and self.account in ("", group.account)
            and self.region in ("", group.region)
            and (self.tag is None or group.tags.get(self.tag[0]) == self.tag[1])
            and (not self.name or _pattern(self.name).fullmatch(group.name) is not None)
        )

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """The smaller, the more specific: by id, tag, name pattern; within each with account, then with Region."""
        kind = 0 if self.group_id else 1 if self.tag else 2
        return kind, not self.account, not self.region


def names(rule: Rule, group: Group) -> tuple[str, ...]:
    """What the source of a live rule of a group goes by in baselines and approvals, beside its addresses.

    A group in the judged group's own account goes by its id alone too, and the judged group itself by "self" too.
    """
    if rule.prefix_list:
        return (rule.prefix_list,)
    if not rule.group:
        return ()
    account = rule.account or group.account
    own = account == group.account and rule.group in (SELF, group.group_id)
    group_id = group.group_id if own else rule.group
    return (f"{account}/{group_id}", *((group_id,) if account == group.account else ()), *((SELF,) if own else ()))


def written_names(rule: Rule) -> tuple[str, ...]:
    """What the source of a rule of a baseline or an approval goes by, beside its addresses: what was written."""
    return tuple(filter(None, (rule.group, rule.prefix_list)))


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, name.split("*"))), re.DOTALL)
