"""`make cost` prints a bill, takes every volume from an option or a file, and the documents quote what it prints."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import ROOT
from tools.cost.__main__ import main
from tools.cost.document import DOCUMENT, table_of
from tools.cost.volumes import defaults, names

WORLDS = "10,100,1000"


@pytest.fixture
def printed(assembly, capsys):
    """What the command prints for the example settings."""

    def of(*arguments: str) -> str:
        assert main(["--assembly", str(assembly.directory), *arguments]) == 0
        return str(capsys.readouterr().out)

    return of


def test_the_document_quotes_what_the_command_prints(printed):
    """`python -m tools.cost --accounts 10,100,1000 --write` writes it anew."""
    assert table_of(DOCUMENT.read_text("utf-8")) == printed("--accounts", WORLDS, "--format", "markdown")


def test_the_readme_quotes_the_sums_of_the_document_wherever_it_gives_sums():
    readme = (ROOT / "README.md").read_text("utf-8")
    row = re.compile(r"^\| \*\*all of it\*\* \|.*$", re.MULTILINE)
    (sums,) = row.findall(table_of(DOCUMENT.read_text("utf-8")))
    assert [found for found in row.findall(readme) if found != sums] == []


def test_the_table_names_services_sums_and_the_day_of_the_prices(printed):
    text = printed("--accounts", "10")
    for words in ("CloudWatch Logs", "all of it", "one more account", "looked up on 20"):
        assert words in text, words


def test_the_accounts_are_those_of_the_settings_unless_told(printed):
    assert json.loads(printed("--format", "json"))["bills"][0]["accounts"] == 3
    bills = json.loads(printed("--format", "json", "--accounts", WORLDS))["bills"]
    assert [bill["accounts"] for bill in bills] == [10, 100, 1000]


def test_an_option_overrides_the_file_which_overrides_the_default(printed, tmp_path):
    file = tmp_path / "volumes.toml"
    file.write_text("sessions = 7\nrecordings = 0\n")
    volumes = json.loads(printed("--format", "json", "--volumes", str(file), "--sessions", "8"))["volumes"]
    assert (volumes["sessions"], volumes["recordings"], volumes["sign_ins"]) == (8, 0, defaults()["sign_ins"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("session = 1", "session is no volume"),
        ("sessions = -1", "sessions must be a number from 0"),
        ('sessions = "many"', "sessions must be a number from 0"),
        ("sessions = true", "sessions must be a number from 0"),
        ("sessions = ", "Invalid"),
    ],
)
def test_a_mistake_in_a_file_of_volumes_is_told(tmp_path, capsys, text, words):
    file = tmp_path / "volumes.toml"
    file.write_text(text)
    assert main(["--volumes", str(file)]) == 2
    assert words in capsys.readouterr().err


def test_mistakes_in_the_settings_are_told(tmp_path, capsys):
    file = tmp_path / "mine.toml"
    file.write_text("[organization]\n")
    assert main(["--config", str(file)]) == 2
    assert "regions" in capsys.readouterr().err


def test_every_default_that_the_document_states_is_the_default():
    text = DOCUMENT.read_text("utf-8")
    stated = {
        "sessions": "200 shell sessions",
        "transcripts_gb": "0.5 GB",
        "recordings": "50 RDP recordings",
        "recordings_gb": "of 5 GB in all",
        "management_events": "a million management events",
        "sign_ins": "500 console sign-ins",
        "workspaces_logins": "1,000 WorkSpaces logins",
        "security_group_changes": "50 security-group changes",
        "queries": "300 queries",
        "query_gb": "queries of 2 GB",
    }
    values = {name: 1_000_000 if "million" in words else _number(words) for name, words in stated.items()}
    assert values == {name: defaults()[name] for name in stated}
    assert [words for words in stated.values() if words not in text] == []
    assert set(stated) <= set(names())


def _number(words):
    return float(re.findall(r"[\d,.]*\d", words)[0].replace(",", ""))
