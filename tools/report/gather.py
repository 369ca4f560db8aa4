"""What the report page shows, asked of a copy of the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tools.query.engine import Archive

ITEMS: Final = "SELECT * FROM access_timeline ORDER BY time, event_id"
FINDINGS: Final = """
SELECT
  time, array_join(reasons, ', ') AS rule, severity, title, account, region, person, what AS text, evidence,
  finding_id AS event_id
FROM findings
ORDER BY time, finding_id
"""
UNREADABLE: Final = """
SELECT source, CAST(sum(records) AS bigint) AS count FROM unreadable GROUP BY source ORDER BY source
"""


def gather(archive: Archive, *, name: str, now: datetime) -> dict[str, Any]:
    """The data of a page, as ``docs/report.md`` describes it.

    Args:
        archive: A copy of the archive.
        name: What the page calls it.
        now: When it is asked, in UTC.

    Raises:
        QueryError: where the archive cannot be asked.
    """
    items = _rows(archive, ITEMS)
    times = [one["time"] for one in items if one["time"] is not None]
    return {
        "generated": now,
        "archive": name,
        "range": {"from": min(times, default=now), "until": max(times, default=now)},
        # Findings have a list of their own.
        "items": [one for one in items if one["kind"] != "finding"],
        "findings": _rows(archive, FINDINGS),
        "unreadable": _rows(archive, UNREADABLE),
    }


def _rows(archive: Archive, query: str) -> list[dict[str, Any]]:
    answer = archive.select(query)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
