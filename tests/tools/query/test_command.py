"""`make query`: tables for people, JSON and CSV for programs, and an exit code that says whether it was answered."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from tests.conftest import ROOT
from tests.tools.query.copies import Copy, session, shown, sql
from tools.query.__main__ import main
from tools.query.engine import Answer
from tools.query.page import as_csv, as_json, print_table


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    filled = Copy(tmp_path_factory.mktemp("archive"))
    filled.hear(session("e-1", "alice-1", at="2026-05-01T12:00:00Z"))
    filled.show(shown("alice-1", "$ id", at="2026-05-01T12:00:01Z"))
    return filled


def test_without_a_question_the_questions_are_listed_with_their_words(capsys):
    assert main([]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "what-did-person-do <person> <day>" in printed
    assert [line for line in printed if line.startswith("    ") and line.rstrip()[-1] not in "?."] == []
    assert len([line for line in printed if not line.startswith(" ")]) == len(sql().questions)


def test_a_question_is_answered_as_table_json_and_csv(copy, capsys):
    asked = ["--from", str(copy.folder), "--question", "who-was-on-host i-0123456789abcdef0", "--format"]
    assert main([*asked, "table"]) == 0
    table = capsys.readouterr().out
    assert "alice" in table
    assert "2026-05-01 12:00:00 " in table
    assert "1 row; times are UTC." in table
    assert main([*asked, "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["person"], row["time"], row["match"]) == ("alice", "2026-05-01T12:00:00.000Z", "exact")
    assert main([*asked, "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["person"], row["time"], row["evidence"][:5]) == ("alice", "2026-05-01T12:00:00.000Z", "s3://")


def test_a_select_is_answered(copy, capsys):
    assert main(["--from", str(copy.folder), "--sql", "SELECT count(*) AS n FROM events", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"n": 1}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--question", "who-killed-laura-palmer"],
            "There is no question 'who-killed-laura-palmer'; there are around-",
        ),
        (["--question", "who-was-on-host"], "who-was-on-host wants <host> after it"),
        (["--question", "who-was-on-host 'i"], "No closing quotation"),
        (["--question", "what-did-person-do alice Friday"], "'Friday' is no day"),
        (["--sql", "SELECT 7/2"], "line 1, column 8"),
    ],
)
def test_what_is_not_answered_ends_with_2_and_says_why(copy, capsys, arguments, said):
    assert main(["--from", str(copy.folder), *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_a_folder_without_an_archive_is_told_apart_from_no_rows(tmp_path, capsys):
    assert main(["--from", str(tmp_path), "--question", "root-use"]) == 2
    assert "holds neither access-events/" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "ago"), [("today", 0), ("yesterday", 1)])
def test_days_have_names(tmp_path, capsys, word, ago):
    day = (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%d")
    copy = Copy(tmp_path)
    copy.hear(session("e-1", "s-1", at=f"{day}T12:00:00Z"))
    asked = ["--question", f"what-did-person-do alice {word}", "--format", "json"]
    assert main(["--from", str(tmp_path), *asked]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys):
    copy = Copy(tmp_path)
    copy.put("access-events/day=2026-05-01/x.json.gz", b"no gzip")
    assert main(["--from", str(tmp_path), "--question", "what-could-not-be-read", "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert [row["problem"] for row in json.loads(printed.out)] == ["no record"]
    assert "x.json.gz" in printed.err


def test_what_a_terminal_showed_cannot_command_the_auditors():
    hostile = "\x1b[2J\x07\u202e[bold]gone[/]"
    answer = Answer(("shown", "empty"), ("VARCHAR", "VARCHAR"), [(f"a\n{hostile}", None)])
    printed = io.StringIO()
    print_table(Console(file=printed, force_terminal=False, width=80), answer)
    assert [each for each in printed.getvalue() if not each.isprintable() and each != "\n"] == []
    assert "[bold]gone[/]" in printed.getvalue()
    assert "empty" not in printed.getvalue()


def test_values_of_every_type_are_written():
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    answer = Answer(("a", "b", "c", "d", "e"), ("",) * 5, [(moment, moment.date(), ["x", 1], None, True)])
    assert json.loads(as_json(answer)) == [
        {"a": "2026-05-01T12:00:00.000Z", "b": "2026-05-01", "c": ["x", 1], "d": None, "e": True}
    ]
    assert as_csv(answer) == 'a,b,c,d,e\n2026-05-01T12:00:00.000Z,2026-05-01,"[""x"", 1]",,True\n'


@pytest.mark.parametrize(
    "given", ["Q=who-was-on-host 'i-1 \"x'", "SQL=SELECT person FROM events WHERE person = 'a\"b'"]
)
def test_the_makefile_passes_words_on_as_they_are(copy, given):
    printed = subprocess.run(
        ["make", "-n", "query", given, f"FROM={copy.folder}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (line,) = [line for line in printed.replace("\\\n", "").splitlines() if "tools.query" in line]
    name, _, value = given.partition("=")
    show = line.replace(".venv/bin/python -m tools.query", "printf '%s\\n'")
    environment = {**os.environ, f"ASKED_{name}": value}
    words = subprocess.run(["sh", "-c", show], env=environment, capture_output=True, text=True, check=True).stdout
    assert words.splitlines() == ["--from", str(copy.folder), f"--{'question' if name == 'Q' else 'sql'}", value]
