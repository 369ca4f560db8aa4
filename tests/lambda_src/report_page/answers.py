"""Athena as the function meets it, over a copy of the archive: DuckDB answers, in Athena's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tools.query.engine import Archive

TYPES = {"TIMESTAMP": "timestamp", "BIGINT": "bigint", "VARCHAR": "varchar"}
PAGE = 3
"""Rows of one answer, few, so that there are several."""


class AthenaOverCopy:
    """A client of Athena whose tables are a copy of the archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.asked: list[dict[str, Any]] = []

    def start_query_execution(self, **asked: Any) -> dict[str, str]:
        self.asked.append(asked)
        return {"QueryExecutionId": str(len(self.asked) - 1)}

    def get_query_execution(self, *, QueryExecutionId: str) -> dict[str, Any]:
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_query_results(self, *, QueryExecutionId: str, NextToken: str = "0") -> dict[str, Any]:
        answer = self._archive.select(self.asked[int(QueryExecutionId)]["QueryString"])
        rows: list[list[str | None]] = [list(answer.columns)]
        rows += [[_written(value) for value in row] for row in answer.rows]
        start = int(NextToken)
        more = {"NextToken": str(start + PAGE)} if start + PAGE < len(rows) else {}
        return {
            "ResultSet": {
                "ResultSetMetadata": {
                    "ColumnInfo": [
                        {"Name": name, "Type": TYPES[kind.partition("_")[0]]}
                        for name, kind in zip(answer.columns, answer.types, strict=True)
                    ]
                },
                "Rows": [
                    {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
                    for row in rows[start : start + PAGE]
                ],
            },
            **more,
        }


def _written(value: Any) -> str | None:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}"
    return None if value is None else str(value)
