"""What the settings say of guardrails is read, and every mistake is told with its place before anything is made."""

from __future__ import annotations

import pytest

from stacks.guardrail_settings import Guardrails
from stacks.settings_file import SettingsError, load_settings
from tests.conftest import ROOT

EXAMPLE = (ROOT / "config" / "example.toml").read_text("utf-8")
UNIT = "ou-ex4m-abcdefgh"


def _read(tmp_path, **lines):
    text = EXAMPLE
    for key, value in lines.items():
        (old,) = [line for line in text.splitlines() if line.startswith(f"{key} = ") and line in _section(text)]
        text = text.replace(f"\n{old}\n", f"\n{key} = {value}\n")
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    return load_settings(path).guardrails


def _section(text):
    return text.split("[guardrails]")[1].split("\n[")[0].splitlines()


def test_none_is_attached_by_default(tmp_path):
    assert _read(tmp_path) == Guardrails()
    assert not Guardrails().enabled
    assert Guardrails().targets == {}


def test_each_has_targets_of_its_own(tmp_path):
    read = _read(
        tmp_path,
        archive='["111111111111"]',
        members='["r-ex4m"]',
        sessions=f'["{UNIT}", "222222222222"]',
        deployment_roles='["AWSCloudFormationStackSetExecutionRole", "ops/deploy-*"]',
    )
    assert read.enabled
    assert read.targets == {
        "archive": ("111111111111",),
        "members": ("r-ex4m",),
        "sessions": (UNIT, "222222222222"),
    }


def test_the_archive_may_read_the_organization_without_any_guardrail(tmp_path):
    assert _read(tmp_path, read_organization="true").enabled


@pytest.mark.parametrize(
    ("lines", "place", "told"),
    [
        ({"members": '["ou-ex4m"]'}, "guardrails.members.0", "pattern"),
        ({"members": '["OU-EX4M-ABCDEFGH"]'}, "guardrails.members.0", "pattern"),
        ({"sessions": '["22222222222"]'}, "guardrails.sessions.0", "pattern"),
        ({"perimeter": '["*"]'}, "guardrails.perimeter.0", "pattern"),
        ({"members": '"r-ex4m"'}, "guardrails.members", "valid array"),
        ({"members": '["r-other"]'}, "guardrails.members", "another root than organization.root_id = 'r-ex4m'"),
        ({"members": '["ou-b4d0-abcdefgh"]'}, "guardrails.members", "would begin ou-ex4m-"),
        ({"members": '["999999999999"]'}, "guardrails.members", "management account, which neither kind"),
        ({"perimeter": '["999999999999"]'}, "guardrails.perimeter", "management account, which neither kind"),
        ({"members": f'["{UNIT}", "{UNIT}"]'}, "guardrails.members", "more than once"),
        ({"members": f'["r-ex4m", "{UNIT}"]'}, "guardrails.members", "is below r-ex4m"),
        ({"archive": '["222222222222"]'}, "guardrails.archive", "is not archive.account = '111111111111'"),
        ({"deployment_roles": '["Deploy"]'}, "guardrails.deployment_roles", "has no effect"),
        ({"members": '["r-ex4m"]', "deployment_roles": '["*"]'}, "guardrails.deployment_roles.0", "pattern"),
        ({"members": '["r-ex4m"]', "deployment_roles": '["a*b"]'}, "guardrails.deployment_roles.0", "pattern"),
        ({"session_documents": '["Shell"]'}, "guardrails.session_documents", "has no effect"),
        ({"sessions": '["r-ex4m"]', "session_documents": '["AWS-*"]'}, "guardrails.session_documents.0", "pattern"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_wrong(tmp_path, lines, place, told):
    with pytest.raises(SettingsError) as error:
        _read(tmp_path, **lines)
    mistakes = [(".".join(map(str, mistake.path)), mistake.message) for mistake in error.value.mistakes]
    assert [path for path, message in mistakes if told in message] == [place], mistakes
    assert len(mistakes) == 1, mistakes


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(SettingsError) as error:
        _read(tmp_path, archive='["222222222222"]', members='["ou-b4d0-abcdefgh", "nobody"]', sessions='["r-b4d0"]')
    assert {".".join(map(str, mistake.path)) for mistake in error.value.mistakes} == {
        "guardrails.archive",
        "guardrails.members",
        "guardrails.members.1",
        "guardrails.sessions",
    }
