"""Keeps the table of a document between two marks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.synthesis import ROOT

DOCUMENT: Final = ROOT / "docs" / "cost.md"
BEGIN: Final = "<!-- make cost: begin -->\n"
END: Final = "<!-- make cost: end -->\n"


def table_of(text: str) -> str:
    """What stands between the marks.

    Raises:
        ValueError: The marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    table, end, _ = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no marks in {before[:40]!r}…")
    return table


def rewrite(path: Path, table: str) -> None:
    """Put a table between the marks of a document."""
    text = path.read_text("utf-8")
    path.write_text(text.replace(BEGIN + table_of(text) + END, BEGIN + table + END), "utf-8")
