"""The project's SQL: tables, views in an order in which each can be made, and questions with their parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlglot import exp

from tools.query.parsing import statement
from tools.query.problems import QueryError
from tools.query.tables import Table, read_table

SQL: Final = Path(__file__).resolve().parents[2] / "sql"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A named query; `parameters` are the names of its question marks, in order."""

    name: str
    about: str
    parameters: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """What `sql/` holds; views by name, in the order in which they can be made, and what each reads."""

    tables: Mapping[str, Table]
    views: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    questions: Mapping[str, Question]

    @property
    def relations(self) -> frozenset[str]:
        """What a query may select from."""
        return frozenset(self.tables) | frozenset(self.views)

    def beneath(self, names: Iterable[str], *, not_through: Iterable[str] = ()) -> frozenset[str]:
        """These tables and views, and all that they read, but what only the views `not_through` read."""
        closed = frozenset(not_through)
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.reads.get(name, frozenset()) if name not in closed else ()
        return frozenset(found)


def read_library(folder: Path = SQL) -> Library:
    """Every file of the folder.

    Raises:
        QueryError: A file is no SQL, or views select from each other in a circle or from what is not there.
    """
    return library_of(
        tables={table.name: table for table in map(read_table, sorted((folder / "tables").glob("*.sql")))},
        views={path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / "views").glob("*.sql"))},
        questions=map(_question, sorted((folder / "questions").glob("*.sql"))),
    )


def library_of(*, tables: Mapping[str, Table], views: Mapping[str, str], questions: Iterable[Question] = ()) -> Library:
    """These tables, views and questions.

    Raises:
        QueryError: A view is no SQL, or views select from each other in a circle or from what is not there.
    """
    reads = {name: selected_from(statement(text)) for name, text in views.items()}
    return Library(
        tables=tables,
        views={name: views[name] for name in _ordered(reads, frozenset(tables))},
        reads=reads,
        questions={question.name: question for question in questions},
    )


def selected_from(query: exp.Expr) -> frozenset[str]:
    """The tables and views that a query names, its own WITH apart, in small letters."""
    own = {each.alias.lower() for each in query.find_all(exp.CTE)}
    return frozenset(table.name.lower() for table in query.find_all(exp.Table)) - own


def _question(path: Path) -> Question:
    text = path.read_text(encoding="utf-8")
    header = [line[3:].strip() for line in text.splitlines() if line.startswith("-- ")]
    parameters = [line for line in header if line.startswith("parameter: ")]
    return Question(
        name=path.stem,
        about=" ".join(line for line in header if line not in parameters),
        parameters=tuple(re.split(r"[, ]", line.removeprefix("parameter: "))[0] for line in parameters),
        text=text,
    )


def _ordered(reads: Mapping[str, frozenset[str]], known: frozenset[str]) -> list[str]:
    ordered: list[str] = []
    while len(ordered) < len(reads):
        there = known.union(ordered)
        ready = [name for name in reads if name not in there and reads[name] <= there]
        if not ready:
            lacking = {name: sorted(reads[name] - there) for name in reads if name not in there}
            raise QueryError(f"Views that cannot be made, and what they lack: {lacking}.")
        ordered += ready
    return ordered
