"""Auditors who ask in Athena: one role for each, in the right partition, and no two that fit the same role."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.query_settings import MOST_AUDITORS
from stacks.settings_file import SettingsError, load_settings

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "example.toml"
ROLE = "arn:aws:iam::222222222222:role"


def load(folder: Path, query: str):
    """The example with another table of queries."""
    text = EXAMPLE.read_text("utf-8")
    file = folder / "settings.toml"
    file.write_text(f"{text[: text.index('[query]')]}{query}", encoding="utf-8")
    return load_settings(file)


def auditors(**named: str) -> str:
    return "[query.auditors]\n" + "\n".join(f'{name} = "{arn}"' for name, arn in named.items())


def test_nobody_asks_unless_the_settings_say_so(tmp_path):
    settings = load(tmp_path, "")
    assert settings.query.auditors == {}
    assert settings.query.scan_limit_gb == 200
    assert settings.evidence_readers == ["evidence-auditor", "evidence-check", "evidence-compaction"]


def test_an_auditor_has_a_name_and_a_role(tmp_path):
    settings = load(tmp_path, auditors(one=f"{ROLE}/One", two=f"{ROLE}/Two*"))
    assert settings.query.auditors == {"one": f"{ROLE}/One", "two": f"{ROLE}/Two*"}


@pytest.mark.parametrize(
    ("query", "place", "what"),
    [
        (auditors(One=f"{ROLE}/One"), "query.auditors.One", "should match pattern"),
        (auditors(**{"a-b": f"{ROLE}/One"}), "query.auditors.a-b", "should match pattern"),
        (auditors(one="arn:aws:iam::222222222222:user/One"), "query.auditors.one", "should match pattern"),
        (auditors(one="arn:aws-cn:iam::222222222222:role/One"), "query.auditors.one", "is not in aws"),
        ("[query]\nscan_limit_gb = 0", "query.scan_limit_gb", "greater than or equal to 1"),
        (auditors(report=f"{ROLE}/One"), "query.auditors.report", "is what a function is called that asks"),
        ("[query]\ngrace_minutes = 29", "query.grace_minutes", "greater than or equal to 30"),
        ("[query]\nreport_days = 0", "query.report_days", "greater than or equal to 1"),
        ("[query]\nreport_hour = 24", "query.report_hour", "less than or equal to 23"),
        ("[query]\ndays = 0", "query.days", "greater than or equal to 1"),
        ('[query]\naccounts = ["1"]', "query.accounts", "should match pattern"),
        ('[query]\naccounts = ["444444444444", "444444444444"]', "query.accounts", "more than once"),
        (
            auditors(**{f"a{number}": f"{ROLE}/A{number}" for number in range(MOST_AUDITORS + 1)}),
            "query.auditors",
            f"at most {MOST_AUDITORS}",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, query, place, what):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, query)
    assert place in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("One", "One"),
        ("One*", "OneMore"),
        ("*One", "Two*"),
        ("a?c", "abc"),
        ("*", "anything"),
        ("a*b*c", "axbyc"),
        ("a*c", "*b*"),
    ],
)
def test_no_role_is_two_auditors(tmp_path, one, other):
    for first, second in ((one, other), (other, one)):
        with pytest.raises(SettingsError, match="could read the results of the other"):
            load(tmp_path, auditors(one=f"{ROLE}/{first}", two=f"{ROLE}/{second}"))


@pytest.mark.parametrize(
    ("one", "other"), [("One", "Two"), ("One*", "Two*"), ("a?c", "ac"), ("a*b", "a*c"), ("One", "One2"), ("a?", "a*bc")]
)
def test_roles_that_differ_are_two_auditors(tmp_path, one, other):
    settings = load(tmp_path, auditors(one=f"{ROLE}/{one}", two=f"{ROLE}/{other}"))
    assert len(settings.query.auditors) == 2
