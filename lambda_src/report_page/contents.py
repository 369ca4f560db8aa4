"""What a report page shows: the questions, in Athena's SQL, and the data that their answers make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

Row = dict[str, Any]
Ask = Callable[[str], Iterable[Row]]

MOST_ITEMS: Final = 20_000
"""A page of so many opens in a browser; one of a million does not."""
MOST_FINDINGS: Final = 5_000

_ITEMS: Final = "SELECT * FROM access_timeline"
_FINDINGS: Final = """SELECT
  time, array_join(reasons, ', ') AS rule, severity, title, account, region, person, what AS text, evidence,
  finding_id AS event_id
FROM findings"""
_UNREADABLE: Final = "SELECT source, CAST(sum(records) AS bigint) AS count\nFROM unreadable"
_BY_SOURCE: Final = "GROUP BY source\nORDER BY source"


class Extent(NamedTuple):
    """How much of the archive a page shows.

    Attributes:
        days: Items that went on within so many days before now, and files that arrived then.
        most_items: Of these, without findings, so many, the newest; the page says how many it leaves out.
        most_findings: The same of findings.
    """

    days: int
    most_items: int = MOST_ITEMS
    most_findings: int = MOST_FINDINGS


def gather(ask: Ask, *, name: str, now: datetime, extent: Extent | None = None) -> dict[str, Any]:
    """The data of a page, as ``docs/report.md`` describes it.

    Args:
        ask: Answers a query: times as datetimes, numbers as numbers.
        name: What the page calls the archive.
        now: When it is asked, in UTC.
        extent: How much of the archive; by default all of it.
    """
    unreadable = _UNREADABLE
    if extent is None:
        # Findings have a list of their own.
        items = [one for one in ask(f"{_ITEMS}\nORDER BY time, event_id") if one["kind"] != "finding"]
        findings = list(ask(f"{_FINDINGS}\nORDER BY time, finding_id"))
        times = [one["time"] for one in items + findings if one["time"] is not None]
        start, end, left_out = min(times, default=now), max(times, default=now), {}
    else:
        start, end = now - timedelta(days=extent.days), now
        unreadable += f"\nWHERE replace(day, '/', '-') >= '{start.astimezone(UTC):%Y-%m-%d}'"
        since = f"{start.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        items, more_items = _newest(
            ask,
            f"{_ITEMS}\nWHERE kind <> 'finding' AND coalesce(until, time) >= TIMESTAMP '{since}'",
            "event_id",
            extent.most_items,
        )
        findings, more_findings = _newest(
            ask, f"{_FINDINGS}\nWHERE time >= TIMESTAMP '{since}'", "event_id", extent.most_findings
        )
        left_out = {"items": more_items, "findings": more_findings}
    return {
        "generated": now,
        "archive": name,
        "range": {"from": start, "until": end},
        "items": items,
        "findings": findings,
        "unreadable": list(ask(f"{unreadable}\n{_BY_SOURCE}")),
        **({"left_out": left_out} if left_out else {}),
    }


def _newest(ask: Ask, query: str, uid: str, most: int) -> tuple[list[Row], int]:
    """The newest rows of a query, oldest first, and how many more there are."""
    # Both texts are this module's own: nobody else's words come into them.
    counted = f"SELECT shown.*, count(*) OVER () AS found FROM (\n{query}\n) AS shown"  # nosec B608
    rows = list(ask(f"{counted}\nORDER BY time DESC, {uid} DESC\nLIMIT {most}"))
    found = max((row.pop("found") for row in rows), default=0)
    return rows[::-1], found - len(rows)
