"""Whatever somebody types, one SELECT over the archive is run, and nothing else is read or written."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.tools.query.copies import Copy, shown, sql
from tools.query.engine import Archive
from tools.query.problems import QueryError


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    copy = Copy(folder / "copy")
    copy.show(shown("s-1", "$ id", at="2026-05-01T12:00:01Z"))
    (folder / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return copy.archive()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "One statement is wanted, not 0"),
        ("SELECT 1; SELECT 2", "One statement is wanted, not 2"),
        ("SELECT 1; DROP VIEW events", "One statement is wanted, not 2"),
        ("selec 1", "line 1, column"),
        ("SELECT time,\n  person,,\nFROM events", "line 2, column 9: a comma with nothing after it"),
        ("SELECT 'a", "no SQL that Athena understands"),
        ("SELECT nothere FROM events", "line 1, column"),
        ("SELECT host || 'x' AS b, b || 'y' AS c FROM events", "'b' could not be resolved"),
        ("SELECT 1 FROM nothere", "there is no table or view 'nothere'"),
        ("SELECT 7/2 FROM events", "line 1, column 8: 7/2 is 3 in Athena"),
        *(
            (text, "Only one SELECT")
            for text in (
                "COPY (SELECT 1) TO 'x.csv'",
                "CREATE TABLE t AS SELECT 1",
                "CREATE VIEW v AS SELECT 1",
                "INSERT INTO events SELECT 1",
                "DELETE FROM events",
                "UPDATE events SET a = 1",
                "DROP VIEW events",
                "PRAGMA version",
                "SET lock_configuration = false",
                "INSTALL httpfs",
                "VALUES (1)",
                "TABLE events",
                "FROM events",
                "SHOW TABLES",
                "UNLOAD (SELECT 1) TO 's3://x/y'",
                "EXPLAIN SELECT 1",
            )
        ),
        ("ATTACH 'x.db'", "no SQL that Athena understands"),
        ("SELECT * FROM read_csv('../secret.csv')", "not among"),
        ("SELECT * FROM read_text('/etc/passwd')", "not among"),
        ("SELECT * FROM '../secret.csv'", "no name of a table"),
        ('SELECT * FROM "https://example.com/x.csv"', "no name of a table"),
        ("SELECT * FROM duckdb_settings()", "not among"),
        ("SELECT * FROM duckdb_settings", "there is no table or view"),
        ("SELECT * FROM information_schema.tables", "without a database"),
        ("SELECT getenv('HOME')", "not among"),
        ("WITH gone AS (DELETE FROM events) SELECT 1", "not among"),
        ("SELECT (SELECT count(*) FROM glob('/*'))", "no SQL"),
    ],
)
def test_anything_else_is_refused_and_told_why(archive, text, said):
    with pytest.raises(QueryError) as refused:
        archive.select(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT session_id FROM shell_sessions",
        "-- a comment\nSELECT session_id FROM shell_sessions",
        "WITH s AS (SELECT session_id FROM shell_sessions) SELECT s.session_id FROM s",
        "SELECT session_id FROM shell_sessions UNION ALL SELECT person FROM shell_sessions WHERE person = 'x';",
        "SELECT sessionId FROM TRANSCRIPTS",
    ],
)
def test_a_select_over_the_archive_is_run(archive, text):
    assert archive.select(text).rows == [("s-1",)]


def test_beneath_the_check_duckdb_is_locked_as_well(archive, tmp_path):
    connection = archive._connection
    outside = Path(archive._root).parent / "secret.csv"
    for text in (
        f"SELECT * FROM read_csv('{outside}')",
        f"SELECT * FROM '{outside}'",
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY (SELECT 1) TO '{tmp_path / 'x.csv'}'",
        f"ATTACH '{tmp_path / 'x.db'}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET TimeZone = 'Asia/Tokyo'",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
        "SELECT * FROM text",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(text)
    assert list(tmp_path.iterdir()) == []


def test_asking_leaves_the_folder_as_it_was(archive):
    def files() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in Path(archive._root).rglob("*"))

    before = files()
    for question in sql().questions.values():
        archive.ask(question, ["2026-05-01"] * len(question.parameters))
    assert files() == before


def test_a_question_wants_its_words(archive):
    with pytest.raises(QueryError, match="who-was-on-host wants <host> after it, not 2 words"):
        archive.ask(sql().questions["who-was-on-host"], ["a", "b"])


def test_words_are_values_and_not_sql(archive):
    assert archive.ask(sql().questions["who-was-on-host"], ["' OR '1' = '1"]).rows == []


@pytest.mark.parametrize(("name", "said"), [("nowhere", "is no folder"), ("a*", "rename it"), ("a[1]", "rename it")])
def test_a_folder_that_cannot_be_read_is_told(tmp_path, name, said):
    if name != "nowhere":
        (tmp_path / name).mkdir()
    with pytest.raises(QueryError, match=said):
        Archive(sql(), tmp_path / name)
