"""A roll-out that could not work is refused before anything is made, all mistakes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.settings_file import SettingsError, load_settings

EXAMPLE = (Path(__file__).parent.parent.parent / "config" / "example.toml").read_text("utf-8")
HEAD = "[rollout]\n"


def mistakes(tmp_path, rollout, **replaced):
    """Place and value of every mistake, with its sentence."""
    text = EXAMPLE.replace(HEAD, HEAD + rollout)
    for old, new in replaced.values():
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "organization.toml"
    file.write_text(text)
    try:
        load_settings(file)
    except SettingsError as error:
        return [(".".join(map(str, item.path)), item.value, item.message) for item in error.mistakes]
    return []


def test_units_canaries_and_excluded_accounts_are_right(tmp_path):
    good = 'organizational_units = ["ou-ex4m-11111111"]\ncanary_units = ["ou-ex4m-22222222"]\n'
    assert mistakes(tmp_path, f'{good}exclude_accounts = ["555555555555"]\nadministrator = "666666666666"\n') == []
    assert mistakes(tmp_path, 'organizational_units = ["r-ex4m"]\n') == []


@pytest.mark.parametrize(
    ("rollout", "place", "value", "words"),
    [
        ('organizational_units = ["Production"]', "rollout.organizational_units.0", "Production", "match pattern"),
        (
            'organizational_units = ["ou-0ther-11111111"]',
            "rollout.organizational_units",
            "ou-0ther-11111111",
            "begin with ou-ex4m-",
        ),
        ('organizational_units = ["r-0ther"]', "rollout.organizational_units", "r-0ther", "organization.root_id"),
        (
            'organizational_units = ["ou-ex4m-11111111", "ou-ex4m-11111111"]',
            "rollout.organizational_units",
            "ou-ex4m-11111111",
            "more than once",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\ncanary_units = ["ou-ex4m-11111111"]',
            "rollout.canary_units",
            "ou-ex4m-11111111",
            "twice",
        ),
        (
            'organizational_units = ["r-ex4m"]\ncanary_units = ["ou-ex4m-11111111"]',
            "rollout.organizational_units",
            "r-ex4m",
            "holds every other unit",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\ncanary_units = ["r-ex4m"]',
            "rollout.canary_units",
            "r-ex4m",
            "nobody would come after",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\ninclude_accounts = ["222222222222"]',
            "rollout.include_accounts",
            "222222222222",
            "members.direct",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\ninclude_accounts = ["999999999999"]',
            "rollout.include_accounts",
            "999999999999",
            "management account",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\ninclude_accounts = ["444444444444"]\n'
            'exclude_accounts = ["444444444444"]',
            "rollout.exclude_accounts",
            ["444444444444"],
            "one filter",
        ),
        (
            'organizational_units = ["ou-ex4m-11111111"]\nadministrator = "999999999999"',
            "rollout.administrator",
            "999999999999",
            "management account",
        ),
        ('canary_units = ["ou-ex4m-11111111"]', "rollout.canary_units", ("ou-ex4m-11111111",), "reaches nobody"),
        ('exclude_accounts = ["5"]', "rollout.exclude_accounts.0", "5", "match pattern"),
    ],
)
def test_a_mistake_is_named_with_place_and_value(tmp_path, rollout, place, value, words):
    found = mistakes(tmp_path, rollout + "\n")
    matching = [item for item in found if item[0] == place and words in item[2]]
    assert len(matching) == 1, found
    shown = matching[0][1]
    assert (tuple(shown) if isinstance(value, tuple) else shown) == value


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("max_concurrent_percent = 10", "max_concurrent_percent = 0"),
        ("failure_tolerance_percent = 5", "failure_tolerance_percent = 101"),
        ('region_concurrency = "sequential"', 'region_concurrency = "random"'),
    ],
)
def test_a_pace_that_aws_refuses_is_refused(tmp_path, line, wrong):
    (found,) = mistakes(tmp_path, "", pace=(line, wrong))
    assert found[0] == f"rollout.{wrong.split(' ')[0]}"


def test_all_mistakes_are_told_at_once(tmp_path):
    found = mistakes(
        tmp_path,
        'organizational_units = ["ou-0ther-11111111", "x"]\ninclude_accounts = ["222222222222"]\n'
        'exclude_accounts = ["5"]\nadministrator = "999999999999"\n',
        pace=("max_concurrent_percent = 10", "max_concurrent_percent = 200"),
    )
    assert {item[0] for item in found} == {
        "rollout.organizational_units",
        "rollout.organizational_units.1",
        "rollout.include_accounts",
        "rollout.exclude_accounts.0",
        "rollout.administrator",
        "rollout.max_concurrent_percent",
    }
