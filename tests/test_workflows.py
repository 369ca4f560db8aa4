"""The workflows hold no stored key, pin what they run, and deploy in order, reviewed, from main alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped] # PyYAML carries no types

from tests.conftest import ROOT
from tools.pipeline.stacks import STAGES

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BESIDE = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _read(path):
    """A workflow; YAML 1.1 reads the key `on` as true."""
    return yaml.safe_load(path.read_text("utf-8"))


def _zizmor(*paths):
    program = shutil.which("zizmor", path=BESIDE)
    assert program is not None, "zizmor is not installed"
    command = [program, "--offline", "--no-progress", "--persona", "pedantic", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def deploy():
    return _read(ROOT / ".github" / "workflows" / "deploy.yml")


@pytest.fixture(scope="module")
def stage():
    return _read(ROOT / ".github" / "workflows" / "deploy-stage.yml")


def test_zizmor_finds_nothing():
    run = _zizmor(*WORKFLOWS)
    assert run.returncode == 0, run.stdout + run.stderr


def test_zizmor_finds_what_is_planted(tmp_path):
    planted = tmp_path / ".github" / "workflows" / "deploy.yml"
    planted.parent.mkdir(parents=True)
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text("utf-8")
    planted.write_text(text.replace("make test\n", 'echo "${{ github.event.pull_request.title }}"\n', 1))
    run = _zizmor(planted)
    assert run.returncode != 0
    assert "template-injection" in run.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_is_used_is_pinned_to_a_commit_and_no_secret_is_read(path):
    text = path.read_text("utf-8")
    used = re.findall(r"uses: (\S+)", text)
    pinned = re.compile(r"\S+@[0-9a-f]{40}|\$/\.github/workflows/[a-z-]+\.yml")
    assert [action for action in used if not pinned.fullmatch(action)] == []
    assert "secrets." not in text
    assert re.search(r"aws[-_]access[-_]key|aws[-_]secret", text, re.IGNORECASE) is None


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_says_what_it_may_and_how_long(path):
    workflow = _read(path)
    for name, job in workflow["jobs"].items():
        assert "permissions" in job or workflow["permissions"] == {"contents": "read"}, name
        assert "timeout-minutes" in job or "uses" in job, name


def test_only_the_stages_may_take_a_role_and_only_the_comment_may_write(deploy):
    writing = {
        name: [key for key, value in job.get("permissions", {}).items() if value == "write"]
        for name, job in deploy["jobs"].items()
    }
    expected = {name: ["id-token"] for name in STAGES} | {"build": [], "refuse": [], "show": ["pull-requests"]}
    assert writing == expected


def test_stages_follow_each_other_and_wait_for_the_refusal(deploy):
    jobs = deploy["jobs"]
    assert [jobs[name]["with"]["stage"] for name in STAGES] == list(STAGES)
    assert jobs["archive"]["needs"] == ["build", "refuse"]
    assert [jobs[name]["needs"] for name in STAGES[1:]] == list(STAGES[:-1])


def test_a_pull_request_deploys_nothing(deploy):
    condition = deploy["jobs"]["archive"]["if"]
    assert "github.event_name != 'pull_request'" in condition
    assert "github.ref == 'refs/heads/main'" in condition
    assert [job.get("if") for job in deploy["jobs"].values() if "always()" in str(job.get("if"))] == []


def test_the_comment_runs_no_code_of_the_change(deploy):
    steps = deploy["jobs"]["show"]["steps"]
    assert [step["uses"].split("@")[0] for step in steps if "uses" in step] == ["actions/download-artifact"]
    assert [step["run"].split()[0] for step in steps if "run" in step] == ["gh"]


def test_a_stage_is_approved_gated_deployed_by_name_and_protected(stage):
    job = stage["jobs"]["deploy"]
    assert job["environment"] == "evidence-${{ inputs.stage }}"
    commands = [step["run"] for step in job["steps"] if "run" in step]
    order = ["pipeline names", "pipeline gate", "cdk deploy", "pipeline protect"]
    at = [next(index for index, command in enumerate(commands) if words in command) for words in order]
    assert at == sorted(at)
    (deploying,) = (command for command in commands if "cdk deploy" in command)
    assert "--app cdk.out --exclusively" in deploying
    assert "--all" not in deploying


def test_the_assembly_is_synthesized_once(deploy, stage):
    text = str(deploy) + str(stage)
    assert text.count("make synth") == 1
    assert text.count("'name': 'assembly'") == 2
