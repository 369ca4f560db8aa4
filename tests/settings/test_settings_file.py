"""A settings file is right, or every mistake in it is named."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.settings_file import SettingsError, load_settings
from stacks.settings_schema import SCHEMA_FILE, settings_schema

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "config" / "example.toml"

TEN_MISTAKES = """\
[organization]
id = "exampleorg1"
root_id = "r-ex4m"
management_account = "111111111111"
colour = "blue"

[regions]
home = "eu-west-1"
governed = ["ap-northeast-1", "mars-north-1"]

[archive]
account = "111111111111"
retention_days = 100
lock_days = 365

[members]
direct = [
  "222222222222",
  "33",
]

[session_manager]
idle_timeout_minutes = 90
max_duration_minutes = "60"

[trail]
mode = "both"
"""

EXPECTED = {
    (2, "organization.id", "exampleorg1"),
    (5, "organization.colour", "blue"),
    (8, "regions.home", "eu-west-1"),
    (9, "regions.governed.1", "mars-north-1"),
    (12, "archive.account", "111111111111"),
    (13, "archive.retention_days", 100),
    (19, "members.direct.1", "33"),
    (23, "session_manager.idle_timeout_minutes", 90),
    (24, "session_manager.max_duration_minutes", "60"),
    (27, "trail.mode", "both"),
}


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return [str(mistake) for mistake in caught.value.mistakes]


def example_with(old: str, new: str) -> str:
    text = EXAMPLE.read_text()
    assert old in text
    return text.replace(old, new)


def test_the_example_is_right():
    assert load_settings(EXAMPLE).archive.account == "111111111111"


def test_ten_mistakes_are_ten_lines_each_with_place_value_and_what_is_allowed(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(TEN_MISTAKES)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    found = {(mistake.line, ".".join(map(str, mistake.path)), mistake.value) for mistake in caught.value.mistakes}
    assert found == EXPECTED
    assert len(str(caught.value).splitlines()) == 11
    assert str(caught.value).startswith(f"{path}: 10 mistakes")


@pytest.mark.parametrize(
    ("old", "new", "place", "allowed"),
    [
        ('id = "o-exampleorg1"', 'id = "o-*"', "organization.id", "o-[a-z0-9]"),
        ('account = "111111111111"', "account = 111111111111", "archive.account", "valid string"),
        ('key_id = "mrk-', 'key_id = "', "archive.key_id", "^mrk-"),
        ("lock_days = 365", "lock_days = 4000", "archive.retention_days", "archive.lock_days = 4000"),
        ("glacier_after_days = 90", "glacier_after_days = 9000", "archive.glacier_after_days", "below"),
        ('home = "ap-northeast-1"', 'home = "eu-west-1"', "regions.home", "regions.governed"),
        ('governed = ["ap-northeast-1"', 'governed = ["cn-north-1", "ap-northeast-1"', "regions.governed", "partition"),
        ('governed = ["ap-northeast-1"', 'governed = ["ap-east-1", "ap-northeast-1"', "recording.enabled", "ap-east-1"),
        ("except_regions = []", 'except_regions = ["eu-west-1"]', "recording.except_regions", "regions.governed"),
        ("idle_timeout_minutes = 20", "idle_timeout_minutes = 0", "session_manager.idle_timeout_minutes", "greater"),
        ("max_duration_minutes = 60", "max_duration_minutes = 1441", "session_manager.max_duration_minutes", "1440"),
        ("max_duration_minutes = 60", "max_duration_minutes = 10", "session_manager.idle_timeout_minutes", "= 10"),
        ('log_key = "archive"', 'log_key = "mine"', "session_manager.log_key", "'archive' or 'account'"),
        ("fail_closed = true", 'fail_closed = "true"', "session_manager.fail_closed", "boolean"),
        ('direct = ["111111111111"', 'direct = ["222222222222"', "members.direct", "more than once"),
        ("exec-role-{account}-{region}", "*", "archive.cloudformation_execution_roles.0", "an IAM role name"),
        (
            "log_retention_days = 14\n# A",
            "log_retention_days = 15\n# A",
            "session_manager.log_retention_days",
            "14, 30",
        ),
        ("[archive]", "[archives]", "archive", "required"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_allowed(tmp_path, old, new, place, allowed):
    found = mistakes_of(tmp_path, example_with(old, new))
    assert any(place in mistake and allowed in mistake for mistake in found), found


def test_default_host_management_where_its_resource_type_is_missing_is_a_mistake(tmp_path):
    text = example_with("default_host_management = false", "default_host_management = true")
    text = text.replace('governed = ["ap-northeast-1", "us-east-1"]', 'governed = ["ap-northeast-1", "me-central-1"]')
    text = text.replace("except_regions = []", 'except_regions = ["me-central-1"]')
    text = text.replace('\nregions = ["ap-northeast-1", "us-east-1"]', '\nregions = ["ap-northeast-1"]')
    (found,) = mistakes_of(tmp_path, text)
    assert "members.default_host_management" in found
    assert "me-central-1" in found


def test_a_channel_key_of_one_region_is_a_mistake_where_two_are_governed(tmp_path):
    key = 'arn:aws:kms:us-east-1:111111111111:key/abc"'
    (found,) = mistakes_of(tmp_path, example_with("fail_closed = true", f'channel_key_arn = "{key}'))
    assert "session_manager.channel_key_arn" in found
    assert "multi-Region key" in found


def test_an_arn_of_another_partition_is_a_mistake(tmp_path):
    (found,) = mistakes_of(tmp_path, example_with('["arn:aws:iam', '["arn:aws-cn:iam'))
    assert "archive.auditors" in found
    assert "is not in aws, the partition of regions.home" in found


def test_an_organization_of_another_partition_need_not_name_its_sign_in_regions(tmp_path):
    text = example_with("us-east-1", "us-gov-east-1").replace("ap-northeast-1", "us-gov-west-1")
    text = text.replace("arn:aws:", "arn:aws-us-gov:")
    path = tmp_path / "settings.toml"
    path.write_text("\n".join(line for line in text.splitlines() if not line.startswith("sign_in")))
    assert load_settings(path).regions.home == "us-gov-west-1"


def test_a_file_that_is_not_toml_says_where(tmp_path):
    (found,) = mistakes_of(tmp_path, "[organization]\nid = \n")
    assert "not valid TOML" in found
    assert "line 2" in found


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.toml.*\n.*cannot be read"):
        load_settings(tmp_path / "nowhere.toml")


def test_nothing_is_synthesized_from_a_bad_file(tmp_path):
    bad, out = tmp_path / "bad.toml", tmp_path / "out"
    bad.write_text(TEN_MISTAKES)
    context = json.dumps({"config": str(bad)})
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "CDK_CONTEXT_JSON": context, "CDK_OUTDIR": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "10 mistakes" in run.stderr
    assert "Traceback" not in run.stderr
    assert list(out.glob("*.template.json")) == []


tables = st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=8))


@given(
    st.dictionaries(
        st.sampled_from(["organization", "regions", "archive", "trail", "access", "x"]), tables | st.integers()
    )
)
def test_no_file_makes_the_reader_fail_otherwise_than_by_naming_mistakes(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("any") / "settings.toml"
    lines: list[str] = []
    for table, content in raw.items():
        if isinstance(content, int):
            lines.insert(0, f"{table} = {content}")
            continue
        lines.append(f"[{table}]")
        lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in content.items() if value is not None]
    text = "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        load_settings(path)


def test_the_schema_file_is_true():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == settings_schema(), "run `make schema`"


def test_the_schema_accepts_the_example_and_refuses_the_mistakes():
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(tomllib.loads(EXAMPLE.read_text()))) == []
    assert len(list(validator.iter_errors(tomllib.loads(TEN_MISTAKES)))) >= 7
