"""What the access hub lets pass is said rightly in the settings, or the mistake is named with its line."""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from dateutil.zoneinfo import get_zonefile_instance  # type: ignore[import-untyped] # it comes without types

from lambda_src.access_events.networks import Networks
from lambda_src.access_events.rules import RULES
from stacks.access_settings import Access, Exemption, RuleId
from stacks.settings import Settings
from stacks.settings_file import SettingsError, load_settings
from stacks.time_zones import TIME_ZONES
from tests.conftest import ROOT

WITHOUT_ACCESS = (ROOT / "config" / "example.toml").read_text("utf-8").partition("# What the access hub")[0]
FIRST = WITHOUT_ACCESS.count("\n") + 1

FOURTEEN_MISTAKES = """\
[access]
networks = [
  "203.0.113.7/24",
  "2001:db8::/32",
]
failed_sign_ins = 0
silent_after_minutes = 29
alert_emails = ["nobody"]
[access.account_networks]
"3333" = ["198.51.100.0/24"]
"222222222222" = ["198.51.100.0/24", "2001:DB8::/48"]
[access.hours]
timezone = "Mars/Olympus"
start = "25:00"
end = "8:00"
days = ["mon", "someday"]
[[access.exceptions]] # right
owner = "a"
reason = "b"
expires = 2027-01-31
rule = "no-mfa"
[[access.exceptions]]
owner = " "
reason = "b"
expires = "2027-02-30"
rule = "no-mfas"
account = "22"
"""

EXPECTED = {
    (3, "access.networks.0", "203.0.113.7/24"),
    (6, "access.failed_sign_ins", 0),
    (7, "access.silent_after_minutes", 29),
    (8, "access.alert_emails.0", "nobody"),
    (10, "access.account_networks.3333", "3333"),
    (11, "access.account_networks.222222222222.1", "2001:DB8::/48"),
    (13, "access.hours.timezone", "Mars/Olympus"),
    (14, "access.hours.start", "25:00"),
    (15, "access.hours.end", "8:00"),
    (16, "access.hours.days.1", "someday"),
    (23, "access.exceptions.1.owner", " "),
    (25, "access.exceptions.1.expires", "2027-02-30"),
    (26, "access.exceptions.1.rule", "no-mfas"),
    (27, "access.exceptions.1.account", "22"),
}

EXCEPTION = '[[access.exceptions]]\nowner = "a"\nreason = "b"\nexpires = 2027-01-31\n'
HOURS = '[access.hours]\ntimezone = "Asia/Tokyo"\n'


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(WITHOUT_ACCESS + text, "utf-8")
    return load_settings(path)


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_fourteen_mistakes_are_named_each_with_its_line(tmp_path):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, FOURTEEN_MISTAKES)
    found = {
        ((mistake.line or 0) - FIRST + 1, ".".join(map(str, mistake.path)), mistake.value)
        for mistake in caught.value.mistakes
    }
    assert found == EXPECTED
    assert len(caught.value.mistakes) == len(EXPECTED)


@pytest.mark.parametrize(
    ("text", "place", "allowed"),
    [
        ("[access]\nnetworks = []", "2: access.networks", "alert on every login"),
        ('[access.account_networks]\n"222222222222" = []', "2: access.account_networks.222222222222", "every login"),
        ('[access]\nnetworks = ["203.0.113.7"]', "2: access.networks.0", "203.0.113.7/32"),
        ('[access]\nnetworks = ["203.0.113.7/24"]', "2: access.networks.0", "203.0.113.0/24"),
        ('[access]\nnetworks = ["203.0.113.7/24"]', "2: access.networks.0", "203.0.113.7/32"),
        ('[access]\nnetworks = ["2001:db8::7/32"]', "2: access.networks.0", "2001:db8::/32"),
        ('[access]\nnetworks = ["2001:0db8::/32"]', "2: access.networks.0", "is written 2001:db8::/32"),
        ('[access]\nnetworks = ["203.0.113.0/255.255.255.0"]', "2: access.networks.0", "written 203.0.113.0/24"),
        ('[access]\nnetworks = ["::ffff:203.0.113.0/120"]', "2: access.networks.0", "write 203.0.113.0/24"),
        ('[access]\nnetworks = ["fe80::%1/64"]', "2: access.networks.0", "no network"),
        ('[access]\nnetworks = ["203.0.113.0/33"]', "2: access.networks.0", "no network"),
        ("[access]\nnetworks = [3]", "2: access.networks.0", "valid string"),
        ('[access]\nnetworks = ["::/0", "::/0"]', "2: access.networks", "more than once"),
        (
            '[access.account_networks]\n"222222222222" = ["::/0", "::/0"]',
            "2: access.account_networks.222222222222",
            "more than once",
        ),
        ("[access.account_networks]\nproduction = ['::/0']", "2: access.account_networks.production", "12"),
        ('[access]\nalert_emails = ["a@example.com", "a@example.com"]', "2: access.alert_emails", "more than once"),
        ("[access]\nfailed_sign_in_minutes = 1441", "2: access.failed_sign_in_minutes", "1440"),
        ("[access]\ncolour = 1", "2: access.colour", "not a setting"),
        (f'{HOURS}start = "09:00"\nend = "09:00"', "4: access.hours.end", "every login would be outside"),
        (f'{HOURS}start = "24:00"\nend = "09:00"', "3: access.hours.start", "pattern"),
        (f'{HOURS}start = "09:00"\nend = "24:01"', "4: access.hours.end", "pattern"),
        (f'{HOURS}start = "09:00"', "1: access.hours.end", "required"),
        (f'{HOURS}start = "09:00"\nend = "18:00"\ndays = []', "5: access.hours.days", "at least 1"),
        (f'{HOURS}start = "09:00"\nend = "18:00"\ndays = ["mon", "mon"]', "5: access.hours.days", "more than once"),
        (EXCEPTION, "1: access.exceptions.0", "at least one of rule, account, principal"),
        (EXCEPTION.replace('"a"', "3"), "1: access.exceptions.0", "at least one of"),
        (EXCEPTION.replace("2027-01-31", "2027-01-31T08:00:00"), "4: access.exceptions.0.expires", "2027-01-31"),
        (EXCEPTION.replace("2027-01-31", '"20270131"'), "4: access.exceptions.0.expires", "day of the calendar"),
        (EXCEPTION.replace("2027-01-31", "20270131"), "4: access.exceptions.0.expires", "day of the calendar"),
        (EXCEPTION.replace("expires = 2027-01-31\n", ""), "1: access.exceptions.0.expires", "required"),
        (EXCEPTION.replace('reason = "b"\n', ""), "1: access.exceptions.0.reason", "required"),
        (EXCEPTION.replace('"b"', r'"b\nc"'), "3: access.exceptions.0.reason", "in one line"),
        (f'{EXCEPTION}principal = "*"', "5: access.exceptions.0.principal", "at its end alone"),
        (f'{EXCEPTION}principal = "a*b"', "5: access.exceptions.0.principal", "at its end alone"),
        (f'{EXCEPTION}principal = "a**"', "5: access.exceptions.0.principal", "at its end alone"),
        (f'{EXCEPTION}principal = ""', "5: access.exceptions.0.principal", "at its end alone"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_allowed(tmp_path, text, place, allowed):
    line, _, key = place.partition(": ")
    found = mistakes_of(tmp_path, text)
    expected = f"line {int(line) + FIRST - 1}: {key}"
    assert any(expected in mistake and allowed in mistake for mistake in found), (expected, found)


ANYTHING = ("-1", '"x"', "[]", "[-1]", '["", ""]', "[[]]", "{}", "{x = 1}", "{x = [1, 1]}", "[{}, {}]")
EMPTY = {("alert_emails", "[]"), ("exceptions", "[]"), ("account_networks", "{}")}


@pytest.mark.parametrize(
    ("key", "value"), [pair for pair in product(Access.model_fields, ANYTHING) if pair not in EMPTY]
)
def test_a_value_of_another_kind_is_a_mistake_of_its_key(tmp_path, key, value):
    found = mistakes_of(tmp_path, f"[access]\n{key} = {value}")
    assert [mistake for mistake in found if not mistake.startswith(f"line {FIRST + 1}: access.{key}")] == []


def test_without_the_section_no_network_and_no_hour_is_wrong(tmp_path):
    access = read(tmp_path, "").access
    assert (access.networks, access.account_networks, access.hours, access.exceptions) == (None, {}, None, ())
    assert (access.failed_sign_ins, access.failed_sign_in_minutes, access.silent_after_minutes) == (5, 15, 60)


@pytest.mark.parametrize("day", ["2027-01-31", '"2027-01-31"'])
def test_an_expiry_is_a_date_with_or_without_quotes(tmp_path, day):
    text = EXCEPTION.replace("2027-01-31", day) + 'principal = "arn:aws:iam::222222222222:user/build-*"'
    (exception,) = read(tmp_path, text).access.exceptions
    assert exception.expires == date(2027, 1, 31)
    assert Exemption(**dict(exception)) == exception


def test_what_stands_in_comments_in_the_example_is_right(tmp_path):
    section = (ROOT / "config" / "example.toml").read_text("utf-8").removeprefix(WITHOUT_ACCESS)
    commented = re.compile(r"# (\[+(access|security_groups|pipeline)|(\w+|\"\d{12}\") = )")
    lines = [line.removeprefix("# ") if commented.match(line) else line for line in section.splitlines()]
    settings = read(tmp_path, "\n".join(lines))
    access = settings.access
    assert settings.security_groups.enforcement == {"333333333333": "revoke"}
    assert settings.pipeline.github is not None
    assert settings.pipeline.codepipeline is not None
    assert access.hours is not None
    assert access.alert_emails != ()
    assert [(item.rule, item.account) for item in access.exceptions] == [("no-mfa", "222222222222")]


@pytest.mark.parametrize(
    "network",
    ["0.0.0.0/0", "::/0", "203.0.113.7/32", "2001:db8::7/128", "::/64", "2001:db8:ace::/48", "10.0.0.0/8"],
)
def test_the_handler_reads_every_network_that_is_right(tmp_path, network):
    assert read(tmp_path, f'[access]\nnetworks = ["{network}"]').access.networks == (network,)
    Networks([network])


def test_exceptions_know_the_rules_that_the_handler_judges_by():
    assert set(get_args(RuleId)) == set(RULES) | {"silent-member"}


def test_every_time_zone_of_the_installed_database_is_known():
    nowhere = {"Factory", "Asia/Hanoi"}  # no place, and one of the backzone file, which systems leave out
    assert sorted(set(get_zonefile_instance().zones) - TIME_ZONES - nowhere) == []
