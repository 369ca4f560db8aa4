"""What has expired is named with its place and its owner, and stops nobody."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.conftest import ROOT
from tools.exceptions import expired, main

EXAMPLE = (ROOT / "config" / "example.toml").read_text("utf-8")
EXCEPTIONS = """
[[access.exceptions]]
owner = "Platform"
reason = "no role yet"
expires = 2026-04-30
rule = "no-mfa"

[[access.exceptions]]
owner = "Network"
reason = "a move"
expires = "2026-05-01"
account = "222222222222"
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(EXAMPLE + EXCEPTIONS, "utf-8")
    return path


@pytest.mark.parametrize(
    ("today", "owners"),
    [
        ("2026-04-30", []),
        ("2026-05-01", ["Platform"]),
        ("2026-05-02", ["Platform", "Network"]),
    ],
)
def test_an_exception_has_expired_when_its_day_is_over(config, today, owners):
    lines = expired(config, date.fromisoformat(today))
    assert [re.findall(r"exception of (\w+)", line) for line in lines] == [[owner] for owner in owners]


def test_it_is_named_with_file_line_owner_reason_and_day_and_stops_nobody(config, capsys):
    assert main([str(config), "--today", "2026-05-02"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    line = EXAMPLE.count("\n") + 2
    assert first.startswith(f"{config}:{line}: the exception of Platform (no role yet) expired on 2026-04-30")
    assert second.startswith(f"{config}:{line + 6}: the exception of Network (a move) expired on 2026-05-01")


def test_the_example_has_no_expired_exception_on_any_day():
    assert expired(ROOT / "config" / "example.toml", date.max) == []


def test_a_bad_file_is_not_passed_over_in_silence(config, capsys):
    config.write_text(EXAMPLE + EXCEPTIONS.replace("2026-04-30", '"2026-04-31"'), "utf-8")
    assert main([str(config)]) == 1
    assert "access.exceptions.0.expires" in capsys.readouterr().err


def test_lint_asks():
    (recipe,) = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert '-m tools.exceptions "$(CONFIG)"' in recipe
