"""An answer for a person, a program or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.query.engine import Answer


def print_table(console: Console, answer: Answer) -> None:
    """A table, without the columns that no row fills; what evidence holds can neither move the cursor nor colour."""
    filled = [place for place in range(len(answer.columns)) if any(row[place] is not None for row in answer.rows)]
    table = Table(header_style="bold", box=None, pad_edge=False)
    for place in filled:
        is_time = answer.types[place].startswith("TIMESTAMP")
        table.add_column(Text(answer.columns[place]), overflow="fold", no_wrap=is_time)
    for row in answer.rows:
        table.add_row(*(Text(_shown(row[place])) for place in filled))
    if answer.rows:
        console.print(table)
    counted = f"{len(answer.rows)} row{'' if len(answer.rows) == 1 else 's'}"
    console.print(Text(f"{counted}; times are UTC.", style="dim"))


def as_json(answer: Answer) -> str:
    """A list of objects; times in ISO 8601, UTC."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return json.dumps(rows, indent=2, default=_plain)


def as_csv(answer: Answer) -> str:
    """A header and a line for each row; NULL is empty."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_text(value) for value in row] for row in answer.rows)
    return written.getvalue()


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    lines = _text(value).splitlines()
    return "\n".join("".join(each if each.isprintable() else "�" for each in line) for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, default=_plain)
    return str(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='milliseconds')}Z"
    return value.isoformat() if isinstance(value, date) else value
