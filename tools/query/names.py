"""Columns that Athena would not find, though DuckDB does: it takes an alias of the same SELECT for a column."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import MappingSchema, exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify_columns import qualify_columns, validate_qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables

from tools.query.problems import QueryError

_PATH = ("$path", "path_")
"""Athena's hidden column, and a name that stands for it here."""


def check_names(query: exp.Expr, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Nothing, where every column is one of a table or view.

    Args:
        query: One SELECT.
        columns: The columns of every table and view that it reads, with their types in DuckDB.

    Raises:
        QueryError: A column is not, or may be of two tables.
    """
    known: dict[str, object] = {
        table: {name.replace(*_PATH).lower(): kind for name, kind in found.items()} for table, found in columns.items()
    }
    named = query.transform(_without_dollar)
    try:
        named = qualify_tables(normalize_identifiers(named, dialect="athena"), dialect="athena")
        named = qualify_columns(named, schema=MappingSchema(known, dialect="duckdb"), expand_alias_refs=False)
        validate_qualify_columns(named)
    except SqlglotError as error:
        text, _, where = str(error).partition(" Line: ")
        line, column = re.match(r"(\d+), Col: (\d+)", where).groups() if where else ("1", "1")  # type: ignore[union-attr] # sqlglot's own words
        raise QueryError(f"This query is not run.\nline {line}, column {column}: {text}") from None


def _without_dollar(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Identifier) and node.name == _PATH[0]:
        return exp.to_identifier(_PATH[1])
    return node
