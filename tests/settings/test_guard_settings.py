"""What the guard goes by is said rightly, and every mistake of settings and approvals is told at once."""

from __future__ import annotations

import pytest

from stacks.guard_settings import SecurityGroupGuard
from stacks.security_groups import EXAMPLE_FILE, NOTHING_APPROVED, guard_document, load_security_groups
from stacks.settings_file import SettingsError, load_decided, load_settings
from tests.conftest import ROOT

EXAMPLE_SETTINGS = ROOT / "config" / "example.toml"
WITHOUT_GUARD = EXAMPLE_SETTINGS.read_text("utf-8").partition("# What the guard judges")[0]
FIRST = WITHOUT_GUARD.count("\n") + 1
APPROVALS = "organization = {approved_networks = []}\n"


@pytest.fixture
def settings_of(tmp_path):
    def written(section: str, approvals: str | None = APPROVALS):
        path = tmp_path / "settings.toml"
        path.write_text(WITHOUT_GUARD + section, "utf-8")
        if approvals is not None:
            (tmp_path / "approved.toml").write_text(approvals, "utf-8")
        return path

    return written


def mistakes_of(path):
    with pytest.raises(SettingsError) as caught:
        load_decided(path)
    return caught.value


def test_without_a_section_the_guard_tells_and_never_acts_and_nothing_is_approved(settings_of):
    decided = load_decided(settings_of("", None))
    assert decided.settings.security_groups == SecurityGroupGuard()
    assert decided.settings.security_groups.enforcement == {}
    assert decided.approved == NOTHING_APPROVED
    assert guard_document(decided.approved) == {
        "organization": {"approved_networks": [], "world_ports": [80, 443]},
        "baselines": [],
        "approvals": [],
    }


def test_the_example_names_the_example_and_acts_nowhere():
    decided = load_decided(EXAMPLE_SETTINGS)
    assert decided.approved == load_security_groups(EXAMPLE_FILE)
    assert decided.settings.security_groups == SecurityGroupGuard(approvals="security_groups.toml")


def test_the_file_of_approvals_is_seen_from_the_settings(settings_of, monkeypatch, tmp_path):
    path = settings_of('[security_groups]\napprovals = "approved.toml"')
    monkeypatch.chdir(tmp_path.parent)
    assert load_decided(path).approved == NOTHING_APPROVED
    path.with_name("approved.toml").write_text(APPROVALS.replace("[]", '["10.0.0.0/8"]'), "utf-8")
    assert load_decided(path).approved.organization.approved_networks == ("10.0.0.0/8",)


@pytest.mark.parametrize(
    ("section", "place", "allowed"),
    [
        ("sweep_hours = 0", "2: security_groups.sweep_hours = 0", "greater"),
        ("sweep_hours = 145", "2: security_groups.sweep_hours = 145", "144"),
        ("actions_per_hour = 0", "2: security_groups.actions_per_hour = 0", "greater"),
        ('approvals = " "', "2: security_groups.approvals = ' '", "path of a file"),
        ('approvals = "nowhere.toml"', "2: security_groups.approvals = 'nowhere.toml'", "names no file"),
        ('approvals = "approved.toml"\nenforcement = {"22" = "revoke"}', "3: security_groups.enforcement.22", "match"),
        (
            'approvals = "approved.toml"\nenforcement = {"222222222222" = "observe"}',
            "3: security_groups.enforcement.222222222222 = 'observe'",
            "'revoke' or 'restore'",
        ),
        ('enforcement = {"222222222222" = "revoke"}', "2: security_groups.enforcement", "nobody could approve"),
        ("colour = 1", "2: security_groups.colour = 1", "is not a setting"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(settings_of, section, place, allowed):
    (mistake,) = mistakes_of(settings_of(f"[security_groups]\n{section}")).mistakes
    relative = str(mistake).replace(f"line {mistake.line}", str((mistake.line or 0) - FIRST + 1))
    assert relative.startswith(place)
    assert allowed in relative


def test_the_mistakes_of_both_files_are_told_together_each_under_its_file(settings_of):
    section = '[security_groups]\napprovals = "approved.toml"\nsweep_hours = 0\n'
    path = settings_of(section, 'organization = {approved_networks = ["10.0.0.1/8"], world_ports = [70000]}\n')
    error = mistakes_of(path)
    assert str(error).splitlines() == [
        f"{path}: 1 mistake",
        f"  line {FIRST + 2}: security_groups.sweep_hours = 0: Input should be greater than or equal to 1",
        f"{path.with_name('approved.toml')}: 2 mistakes",
        "  line 1: organization.approved_networks.0 = '10.0.0.1/8': has bits beyond its prefix; the network is "
        "10.0.0.0/8, the address alone is 10.0.0.1/32",
        "  line 1: organization.world_ports.0 = 70000: Input should be less than or equal to 65535",
    ]
    assert len(error.mistakes) == 3


def test_a_bad_file_of_approvals_alone_stops_synthesis_and_not_who_asks_of_the_settings_alone(settings_of):
    path = settings_of('[security_groups]\napprovals = "approved.toml"', "organization = {}\n")
    assert str(mistakes_of(path)).startswith(f"{path.with_name('approved.toml')}: 1 mistake")
    assert load_settings(path).security_groups.approvals == "approved.toml"
