"""The project's SQL keeps to what Athena and DuckDB answer alike, and what they do not is refused with its place."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from tests.tools.query.copies import sql
from tools.query.library import SQL
from tools.query.parsing import statement
from tools.query.problems import QueryError
from tools.query.subset import problems
from tools.query.translate import MACROS, translate

FILES = sorted(path.relative_to(SQL) for path in SQL.rglob("*.sql"))
QUERIES = [path for path in FILES if path.parts[0] != "tables"]


def test_there_are_tables_views_and_the_ten_questions():
    others = {str(path.relative_to(SQL)) for path in SQL.rglob("*") if path.is_file()} - set(map(str, FILES))
    assert others == {"schema.json"}
    tables = {"transcripts", "access_events", "cloudtrail"}
    assert set(sql().tables) == tables | {f"compacted_{table}" for table in tables}
    assert {
        *("shell_sessions", "rdp_connections", "workspaces_logins", "console_sign_ins"),
        *("security_group_changes", "findings", "access_timeline"),
    } <= set(sql().views)
    assert len(sql().questions) == 10


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_file_is_one_statement_of_athena_named_as_the_file(path):
    text = (SQL / path).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if len(line) > 120] == []
    assert text.startswith("-- ")
    assert text.endswith("\n")
    read = statement(text)
    if path.parts[0] == "tables":
        assert (read.key, read.this.this.name) == ("create", path.stem)
    else:
        assert read.key in ("select", "union")


@pytest.mark.parametrize("path", QUERIES, ids=str)
def test_every_query_keeps_to_the_subset(path):
    assert problems(statement((SQL / path).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("question", sql().questions)
def test_every_question_says_what_its_question_marks_are(question):
    asked = sql().questions[question]
    assert len(asked.parameters) == asked.text.partition("SELECT")[2].count("?")
    assert asked.about.endswith("?") or "? " in asked.about


# What DuckDB answers to it, and what Athena does, by the documentation of Trino's functions.
DIFFERENT = [
    ("7/2", "3.5", "3"),
    ("upper('ß')", "ẞ", "ß"),
    ("length(trim('a' || chr(9)))", "2", "1"),
    ("substr('abc', 0, 2)", "a", ""),
    ("NOT contains(ARRAY['a', NULL], 'b')", "True", "NULL"),
    ("regexp_extract('a', '[0-9]+')", "", "NULL"),
    ("nullif(regexp_extract('a' || chr(10), '[a-z]$'), '')", "None", "a"),
    ("regexp_replace('ab', '(a)', '$1$1')", "$1$1b", "aab"),
    ("split_part('a,b', ',', 3)", "", "NULL"),
    ("ARRAY[1, 2][3]", "None", "an error"),
    ("sequence(1, 0)", "[]", "[1, 0]"),
    ("date_diff('hour', TIMESTAMP '2026-01-01 00:59:00', TIMESTAMP '2026-01-01 01:01:00')", "1", "0"),
    ("CAST(TIMESTAMP '2026-01-01 00:00:00' AS varchar)", "2026-01-01 00:00:00", "2026-01-01 00:00:00.000"),
    ("CAST(1.5E0 AS varchar)", "1.5", "1.5E0"),
    ("TRY_CAST('1.5' AS bigint)", "2", "NULL"),
]


@pytest.mark.parametrize(("expression", "duckdbs", "athenas"), DIFFERENT)
def test_what_the_two_answer_differently_is_refused(expression, duckdbs, athenas):
    text = f"SELECT {expression}"
    translated = sqlglot.transpile(text, read="athena", write="duckdb")[0]
    with duckdb.connect() as connection:
        (answer,) = connection.execute(translated).fetchone() or ()
    assert str(answer) == duckdbs
    assert duckdbs != athenas
    assert problems(statement(text)) != []


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("parse_datetime(a, 'yyyy')", "parse_datetime() is not among"),
        ("to_iso8601(a)", "to_iso8601() is not among"),
        ("any_match(a, x -> x = 1)", "any_match() is not among"),
        ("reduce(a, 0, (s, x) -> s + x, s -> s)", "reduce() is not among"),
        ("now()", "give the time as a parameter"),
        ("array_agg(a)", "array_agg(x ORDER BY"),
        ("row_number() OVER (PARTITION BY a)", "row_number() without ORDER BY"),
        ("arbitrary(a)", "write min() or max()"),
        ("approx_distinct(a)", "is not among"),
        ("json_extract_scalar(a, b)", "a JSON path must be written out"),
        ("json_extract_scalar(a, '$.*')", "a JSON path must be written out"),
        ("regexp_like(a, b)", "a pattern must be written out"),
        ("regexp_like(a, 'a.b')", "'.' in a pattern"),
        ("regexp_like(a, '(?=x)')", "'(?' in a pattern"),
        ("regexp_like(a, '\\d')", "in a pattern"),
        ("regexp_like(a, 'a++')", "'++' in a pattern"),
        ("regexp_like(a, '[[]')", "'[' in a pattern"),
        ("regexp_like(a, '[]a]')", "'[' in a pattern"),
        ("regexp_like(a, '[a&&b]')", "'[' in a pattern"),
        ("regexp_like(a, 'a$')", "'$' in a pattern"),
        ("CAST(a AS timestamp)", "write timestamp(3)"),
        ("CAST(a AS integer)", "a cast to integer"),
        ("concat_ws(',', a, b)", "write a || b"),
        ("a ILIKE 'x'", "Athena has no ILIKE"),
        ("(SELECT b FROM t LIMIT 1)", "LIMIT without ORDER BY"),
        ("read_text('/etc/passwd')", "read_text() is not among"),
        ("getenv('HOME')", "getenv() is not among"),
    ],
)
def test_what_is_not_named_is_refused_with_its_place(expression, sentence):
    found = problems(statement(f"SELECT\n  1,\n  {expression}\nFROM t"))
    assert [problem for problem in found if sentence in problem.sentence] != []
    assert [problem for problem in found if problem.line != 3 or not 3 <= problem.column <= 3 + len(expression)] == []


@pytest.mark.parametrize(
    "source",
    [
        "t CROSS JOIN UNNEST(a, b) AS u (x, y)",
        "t CROSS JOIN UNNEST(a) WITH ORDINALITY AS u (x, n)",
        "t TABLESAMPLE BERNOULLI (10)",
        "read_csv('x')",
        "read_text('x')",
        "'x.csv'",
        "other.t",
    ],
)
def test_other_sources_are_refused(source):
    assert problems(statement(f"SELECT 1 FROM {source}")) != []


@pytest.mark.parametrize("operator", ["INTERSECT", "EXCEPT"])
def test_only_unions_join_queries(operator):
    with pytest.raises(QueryError):
        translate(f"SELECT 1 {operator} SELECT 2", relations=frozenset())


@pytest.mark.parametrize(
    ("document", "path", "answer"),
    [
        ('{"a": {"b": [1, "x"]}}', "$.a.b[1]", "x"),
        ('{"a": 1.50}', "$.a", "1.50"),
        ('{"a": true}', "$.a", "true"),
        ('{"a": {"b": 1}}', "$.a", None),
        ('{"a": [1]}', "$.a", None),
        ('{"a": null}', "$.a", None),
        ("{}", "$.a", None),
        ("no json", "$.a", None),
        (None, "$.a", None),
    ],
)
def test_json_scalars_are_as_athena_has_them(document, path, answer):
    translated = translate(f"SELECT json_extract_scalar(d, '{path}') FROM t", relations=frozenset({"t"}))
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        connection.execute("CREATE TABLE t AS SELECT CAST(? AS varchar) AS d", [document])
        found = connection.execute(translated.text).fetchall()
    if answer == "1.50":
        answer, found = 1.5, [(float(found[0][0]),)]
    assert found == [(answer,)]
