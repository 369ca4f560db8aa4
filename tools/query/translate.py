"""One query of Athena as DuckDB runs it: the same rows."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

from sqlglot import exp

from tools.query.library import selected_from
from tools.query.parsing import first_word, place, statement
from tools.query.problems import Problem, QueryError
from tools.query.subset import ROOTS, json_path, problems

MACROS: Final = (
    # In Athena what is no JSON, or no scalar, is NULL; DuckDB raises, or gives the text of the object.
    "CREATE MACRO json_scalar(document, path) AS CASE WHEN json_valid(document) THEN "
    "CASE WHEN json_type(document, path) NOT IN ('OBJECT', 'ARRAY', 'NULL') "
    "THEN json_extract_string(document, path) END END",
)


class Translated(NamedTuple):
    """A query in DuckDB's words, and the tables and views that it reads."""

    text: str
    reads: frozenset[str]


@functools.lru_cache(maxsize=256)
def translate(text: str, *, relations: frozenset[str]) -> Translated:
    """The same query for DuckDB.

    Args:
        text: One SELECT in Athena's SQL.
        relations: The tables and views that it may read.

    Raises:
        QueryError: It is no SQL, more than one SELECT, reads something else, or is one that the two engines would
            answer differently.
    """
    query = statement(text)
    if not isinstance(query, ROOTS) or first_word(text) not in ("SELECT", "WITH"):
        raise QueryError("Only one SELECT over the archive's tables and views is run, and nothing else.")
    found = problems(query) + _unknown(query, relations)
    if found:
        listed = "\n".join(str(each) for each in sorted(set(found)))
        raise QueryError(f"This query is not run.\n{listed}")
    return Translated(query.transform(_agree).sql("duckdb"), selected_from(query))


def _unknown(query: exp.Expr, relations: frozenset[str]) -> list[Problem]:
    strangers = selected_from(query) - relations
    return [
        Problem(*place(table), f"there is no table or view {table.name!r}; there are {', '.join(sorted(relations))}.")
        for table in query.find_all(exp.Table)
        if table.name.lower() in strangers and not isinstance(table.this, exp.Func)
    ]


def _agree(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.JSONExtractScalar):
        return exp.Anonymous(
            this="json_scalar", expressions=[node.this, exp.Literal.string(json_path(node.expression))]
        )
    return node
