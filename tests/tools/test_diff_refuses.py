"""`make diff` ends with an error, naming the resource, when evidence would be replaced or deleted between revisions."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.conftest import ROOT
from tools.golden import GOLDEN_DIR
from tools.template_diff.__main__ import LOSS, main

ARCHIVE = "LogArchive-us-east-1"
APP = """
import json, os, pathlib
config = pathlib.Path(json.loads(os.environ["CDK_CONTEXT_JSON"])["config"])
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
for name in config.read_text().split():
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    (out / f"{name}.template.json").write_text(json.dumps({"Resources": {"Bucket": bucket}}))
"""


def _git(folder, *arguments):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder, message):
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "-m", message)


@pytest.fixture
def repository(tmp_path):
    """A git repository whose one commit holds the golden templates of this one."""
    shutil.copytree(GOLDEN_DIR, tmp_path / "tests" / "golden")
    _git(tmp_path, "init", "--quiet")
    _commit(tmp_path, "golden")
    return tmp_path


def _change(repository, template, change):
    """Commit a change of one golden template."""
    path = repository / "tests" / "golden" / f"{template}.template.json"
    document = json.loads(path.read_text("utf-8"))
    change(document["Resources"])
    path.write_text(json.dumps(document), "utf-8")
    _commit(repository, "change")


def _first(resources, of_type):
    return next(name for name in sorted(resources) if resources[name]["Type"] == of_type)


def _rename_bucket(resources):
    resources[_first(resources, "AWS::S3::Bucket")]["Properties"]["BucketName"] = "evidence-elsewhere"


def test_a_replaced_bucket_between_two_revisions_ends_with_an_error_that_names_it(repository, capsys):
    resources = json.loads((GOLDEN_DIR / f"{ARCHIVE}.template.json").read_text("utf-8"))["Resources"]
    bucket = _first(resources, "AWS::S3::Bucket")
    _change(repository, ARCHIVE, _rename_bucket)
    assert main(["HEAD~1", "--until", "HEAD"], repository=repository) == LOSS
    told = capsys.readouterr()
    assert f"refused: {ARCHIVE}.template.json: {bucket} (AWS::S3::Bucket) must be replaced (BucketName)" in told.err
    assert f"WARNING {ARCHIVE}.template.json: {bucket}" in told.out


@pytest.mark.parametrize(
    ("template", "of_type"),
    [
        (ARCHIVE, "AWS::KMS::ReplicaKey"),
        (ARCHIVE, "AWS::S3::Bucket"),
        ("MemberRegion", "AWS::Logs::LogGroup"),
        ("MemberRegion", "AWS::KinesisFirehose::DeliveryStream"),
        ("MemberAccount", "AWS::CloudTrail::Trail"),
        ("AccessHub", "AWS::DynamoDB::Table"),
        ("AccessHub", "AWS::Events::Archive"),
    ],
)
def test_a_deleted_holder_of_evidence_ends_with_an_error_that_names_it(repository, capsys, template, of_type):
    deleted = []
    _change(repository, template, lambda resources: deleted.append(resources.pop(_first(resources, of_type))))
    assert main(["HEAD~1", "--until", "HEAD"], repository=repository) == LOSS
    assert [item["Type"] for item in deleted] == [of_type]
    assert f"({of_type}) would be" in capsys.readouterr().err


def test_a_loss_that_somebody_accepted_passes_and_stays_on_the_page(repository, capsys):
    _change(repository, ARCHIVE, _rename_bucket)
    assert main(["HEAD~1", "--until", "HEAD"], repository=repository) == LOSS
    place = capsys.readouterr().err.strip().split(" lets it pass")[0].split("--accept ")[1]
    assert main(["HEAD~1", "--until", "HEAD", "--accept", place], repository=repository) == 0
    assert main(["HEAD~1", "--until", "HEAD", "--accept", f"{place}x"], repository=repository) == LOSS
    assert "WARNING" in capsys.readouterr().out


def test_a_change_that_harms_nothing_ends_well(repository, capsys):
    def shorter(resources):
        resources[_first(resources, "AWS::Logs::LogGroup")]["Properties"]["RetentionInDays"] = 7

    _change(repository, "MemberRegion", shorter)
    assert main(["HEAD~1", "--until", "HEAD"], repository=repository) == 0
    assert "RetentionInDays: 14 -> 7" in capsys.readouterr().out


def test_the_revision_itself_makes_the_templates_of_a_settings_file(tmp_path, capsys):
    """A Region that leaves the settings takes its stack with it: no golden template would tell."""
    repository, now = tmp_path / "repository", tmp_path / "now"
    (repository / "config").mkdir(parents=True)
    (repository / "app.py").write_text(APP)
    shutil.copy(ROOT / "cdk.json", repository)
    (repository / "config" / "mine.toml").write_text("Archive-first Archive-second")
    _git(repository, "init", "--quiet")
    _commit(repository, "two Regions")
    assert main(["HEAD", "--config", "config/none.toml", "--assembly", str(now)], repository=repository) == 0
    now.mkdir()
    template = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}}}
    template["Resources"]["Bucket"]["UpdateReplacePolicy"] = "Retain"
    (now / "Archive-first.template.json").write_text(json.dumps(template))
    capsys.readouterr()
    arguments = ["HEAD", "--config", "config/mine.toml", "--assembly", str(now)]
    assert main(arguments, repository=repository) == LOSS
    refused = [line for line in capsys.readouterr().err.splitlines() if line.startswith("refused")]
    assert [line.split(" ")[1] for line in refused] == ["Archive-second.template.json:"]


def test_what_is_deployed_can_stand_for_the_revision(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, name in ((before, "a"), (after, "b")):
        folder.mkdir()
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
        (folder / "S.template.json").write_text(json.dumps({"Resources": {"B": bucket}}))
    assert main(["--before", str(before), "--assembly", str(after)]) == LOSS
    assert main(["--before", str(before), "--assembly", str(before)]) == 0
