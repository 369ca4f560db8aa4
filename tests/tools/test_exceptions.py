"""What has expired is named with its place and its owner, and stops nobody."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.conftest import ROOT
from tools.exceptions import expired, expired_approvals, main

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

APPROVALS = """\
organization = {approved_networks = []}

[[approvals]]
owner = "Supplier"
reason = "a robot"
expires = 2026-04-30
rule = {protocol = "tcp", ports = 22, source = "203.0.113.0/24"}

[[approvals]]
owner = "Database"
reason = "a move"
expires = "2026-05-01"
rule = {protocol = "tcp", ports = 5432, source = "self"}
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


@pytest.fixture
def approvals(config):
    path = config.with_name("security_groups.toml")
    path.write_text(APPROVALS, "utf-8")
    return path


@pytest.mark.parametrize(
    ("today", "owners"),
    [
        ("2026-04-30", []),
        ("2026-05-01", ["Supplier"]),
        ("2026-05-02", ["Supplier", "Database"]),
    ],
)
def test_an_approval_has_expired_when_its_day_is_over(approvals, today, owners):
    lines = expired_approvals(approvals, date.fromisoformat(today))
    assert [re.findall(r"approval of (\w+)", line) for line in lines] == [[owner] for owner in owners]


def test_an_approval_beside_the_settings_is_named_after_their_exceptions_and_stops_nobody(config, approvals, capsys):
    assert main([str(config), "--today", "2026-05-02"]) == 0
    *exceptions, first, second = capsys.readouterr().out.splitlines()
    assert ["the exception of" in line for line in exceptions] == [True, True]
    assert first.startswith(f"{approvals}:3: the approval of Supplier (a robot) expired on 2026-04-30; renew it")
    assert second.startswith(f"{approvals}:9: the approval of Database (a move) expired on 2026-05-01; renew it")


def test_the_file_of_approvals_is_the_one_that_the_settings_name(config, approvals, capsys):
    config.write_text(EXAMPLE.replace('"security_groups.toml"', '"elsewhere.toml"'), "utf-8")
    elsewhere = approvals.rename(approvals.with_name("elsewhere.toml"))
    assert main([str(config), "--today", "2026-05-01"]) == 0
    assert capsys.readouterr().out.startswith(f"{elsewhere}:3: the approval of Supplier")


def test_bad_approvals_are_not_passed_over_in_silence_and_hide_no_exception(config, approvals, capsys):
    approvals.write_text(APPROVALS.replace('"self"', '"selves"'), "utf-8")
    assert main([str(config), "--today", "2026-05-01"]) == 1
    said = capsys.readouterr()
    assert "approvals.1.rule.source = 'selves'" in said.err
    assert "the exception of Platform" in said.out


def test_bad_settings_hide_no_approval(config, approvals, capsys):
    config.write_text("", "utf-8")
    assert main([str(config), "--today", "2026-05-01"]) == 1
    assert "the approval of Supplier" in capsys.readouterr().out


def test_the_example_has_no_expired_approval_on_any_day():
    assert expired_approvals(ROOT / "config" / "security_groups.toml", date.max) == []


def test_lint_asks():
    (recipe,) = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert '-m tools.exceptions "$(CONFIG)"' in recipe
