"""What the settings say of pipelines is read, and every mistake in it is told with its place."""

from __future__ import annotations

import pytest

from stacks.pipeline_settings import Pipeline
from stacks.settings_file import SettingsError, load_settings
from tests.conftest import ROOT

EXAMPLE = (ROOT / "config" / "example.toml").read_text("utf-8")
CONNECTION = "arn:aws:codeconnections:ap-northeast-1:111111111111:connection/00000000-0000-0000-0000-000000000000"
GITHUB = '[pipeline.github]\nrepository = "owner/name"\nenvironments = ["evidence-archive"]\n'
SOURCE = f'''[pipeline.codepipeline]
repository = "owner/name"
connection_arn = "{CONNECTION}"
settings_file = "config/mine.toml"
'''


def _read(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(EXAMPLE + text, "utf-8")
    (tmp_path / "security_groups.toml").write_bytes((ROOT / "config" / "security_groups.toml").read_bytes())
    return load_settings(path).pipeline


def test_by_default_a_person_deploys(tmp_path):
    assert _read(tmp_path, "") == Pipeline()
    assert (Pipeline().github, Pipeline().codepipeline) == (None, None)


def test_both_are_read_with_defaults_that_give_nothing_more(tmp_path):
    pipeline = _read(tmp_path, GITHUB + SOURCE)
    assert pipeline.github is not None
    assert pipeline.codepipeline is not None
    assert (pipeline.github.creates_provider, pipeline.github.in_management_account) == (True, False)
    assert (pipeline.codepipeline.branch, pipeline.codepipeline.deploys_rollout) == ("main", False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GITHUB.replace("owner/name", "owner"), "pipeline.github.repository"),
        (GITHUB.replace("owner/name", "owner/*"), "pipeline.github.repository"),
        (GITHUB.replace("owner/name", "*/name"), "pipeline.github.repository"),
        (GITHUB.replace("evidence-archive", "*"), "pipeline.github.environments"),
        (GITHUB.replace("evidence-archive", "a:ref:refs/heads/x"), "pipeline.github.environments"),
        (GITHUB.replace('["evidence-archive"]', "[]"), "pipeline.github.environments"),
        (GITHUB + "branch = 1\n", "pipeline.github.branch"),
        (SOURCE.replace("connection/", "conn/"), "pipeline.codepipeline.connection_arn"),
        (SOURCE.replace("config/mine.toml", "config/../mine.toml"), "pipeline.codepipeline.settings_file"),
        (SOURCE.replace("config/mine.toml", "config/$(id).toml"), "pipeline.codepipeline.settings_file"),
        (SOURCE + 'branch = "a b"\n', "pipeline.codepipeline.branch"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, place):
    with pytest.raises(SettingsError) as error:
        _read(tmp_path, text)
    told = [".".join(map(str, mistake.path)) for mistake in error.value.mistakes]
    assert told
    assert [path for path in told if not path.startswith(place)] == []
