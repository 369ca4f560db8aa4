"""What the catalog holds, read from `sql/schema.json`, which is written from the SQL beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SCHEMA_FILE: Final = Path(__file__).parent.parent.parent / "sql" / "schema.json"
_PLACEHOLDER: Final = re.compile(r"\{\{(\w+)\}\}")

Column = tuple[str, str]
"""Name and type."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Files of the archive as rows; types are Hive's."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    serde: str
    serde_parameters: Mapping[str, str]
    input_format: str
    output_format: str
    location: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class View:
    """One SELECT; types are those of Athena's engine."""

    name: str
    comment: str
    text: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A named query."""

    name: str
    about: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Schema:
    """All of it."""

    tables: tuple[Table, ...]
    views: tuple[View, ...]
    questions: tuple[Question, ...]


def read_schema(places: Mapping[str, str], file: Path = SCHEMA_FILE) -> Schema:
    """The schema with the places of one organization filled in.

    Args:
        places: What stands for each `{{placeholder}}` of a table.
        file: The schema.

    Raises:
        ValueError: A table names a placeholder that has no value.
    """
    content = json.loads(file.read_text(encoding="utf-8"))
    return Schema(
        tables=tuple(_table(name, _filled(item, places)) for name, item in content["tables"].items()),
        views=tuple(
            View(name=name, comment=item["comment"], text=item["text"], columns=_columns(item["columns"]))
            for name, item in content["views"].items()
        ),
        questions=tuple(
            Question(name=name, about=item["about"], text=item["text"]) for name, item in content["questions"].items()
        ),
    )


def _table(name: str, item: dict[str, Any]) -> Table:
    return Table(
        name=name,
        **{**item, "columns": _columns(item["columns"]), "partition_keys": _columns(item["partition_keys"])},
    )


def _columns(listed: list[dict[str, str]]) -> tuple[Column, ...]:
    return tuple((column["name"], column["type"]) for column in listed)


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, places) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, places) for item in value]
    return _PLACEHOLDER.sub(lambda found: _place(found.group(1), places), value)


def _place(name: str, places: Mapping[str, str]) -> str:
    if name not in places:
        raise ValueError(f"sql/tables name {{{{{name}}}}}, for which there is no value")
    return places[name]
