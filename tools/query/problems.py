"""Why a query is not run, and where in its text the reason stands."""

from __future__ import annotations

from typing import NamedTuple


class QueryError(Exception):
    """The query is not run; the message says why, for the person who wrote it."""


class Problem(NamedTuple):
    """Something in a query that Athena and DuckDB would answer differently, or that is not allowed."""

    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        """``line 3, column 14: …``."""
        return f"line {self.line}, column {self.column}: {self.sentence}"
