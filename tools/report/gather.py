"""What the report page shows, asked of a copy of the archive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lambda_src.report_page import contents
from lambda_src.report_page.contents import Extent
from tools.query.engine import Archive


def gather(archive: Archive, *, name: str, now: datetime, extent: Extent | None = None) -> dict[str, Any]:
    """The data of a page, as ``docs/report.md`` describes it.

    Args:
        archive: A copy of the archive.
        name: What the page calls it.
        now: When it is asked, in UTC.
        extent: How much of it; by default all.

    Raises:
        QueryError: where the archive cannot be asked.
    """
    return contents.gather(lambda query: _rows(archive, query), name=name, now=now, extent=extent)


def _rows(archive: Archive, query: str) -> list[dict[str, Any]]:
    answer = archive.select(query)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
