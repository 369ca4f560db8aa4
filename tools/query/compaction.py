"""Which days a view reads from Parquet instead of a table's JSON files, as its text says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_COMBINES: Final = re.compile(
    r"FROM compacted_(\w+)\n"
    r"WHERE verified = 'yes' AND day >= '([^']*)' AND day < '([^']*)'\n"
    r"UNION ALL\n(?:.*\n)+?"
    r"FROM uncompacted_\1\nWHERE day < '\2' OR day >= '\3'\s*\Z"
)


class Window(NamedTuple):
    """The view that combines both, and its days of Parquet: from the first to the one before ``until``."""

    view: str
    first: str
    until: str

    def covers(self, day: str) -> bool:
        """The view reads this day from Parquet."""
        return self.first <= day < self.until


def windows(views: Mapping[str, str]) -> dict[str, Window]:
    """By table, the window of the view that combines its JSON files with Parquet."""
    found = ((name, _COMBINES.search(text)) for name, text in views.items())
    return {match[1]: Window(name, match[2], match[3]) for name, match in found if match}
