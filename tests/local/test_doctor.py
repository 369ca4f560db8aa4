"""The doctor over a deployed organization: all ready; of what is planted it names each, and its fix mends it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.archive_layout import RECORDING_KEY_TAG, ROSTER_TABLE, SESSION_DOCUMENT
from local.demo.waiting import wait_until
from tests.local.demonstration import ALICES, ARCHIVE, BOBS, THEIR_PREFERENCES, Demonstration
from tests.local.world import MANAGEMENT
from tools.doctor.__main__ import main
from tools.doctor.checks.trusted_access import RAM, STACK_SETS, SYSTEMS_MANAGER

NEWCOMER = "200000000082"
"""Of the organization, with preferences of its own, and not enrolled."""
SECOND = "us-east-1"
TRUSTED = (STACK_SETS, RAM, SYSTEMS_MANAGER)
Verdict = dict[str, Any]


class Doctor:
    """Runs the command as a person does, and reads what it wrote."""

    def __init__(self, demonstration: Demonstration, folder: Path) -> None:
        self._demonstration = demonstration
        self._folder = folder
        self.config = folder / "organization.toml"
        deployed = (demonstration.assembly.parent / "organization.toml").read_text()
        management = demonstration.setting.organization.management_account
        self.config.write_text(deployed.replace(management, MANAGEMENT))

    def run(self, *arguments: str) -> tuple[int, list[Verdict]]:
        output = self._folder / "doctor.json"
        code = main(["--config", str(self.config), "--output", str(output), *arguments])
        return code, json.loads(output.read_text())["verdicts"]

    def mend(self, fix: str, *, account: str) -> None:
        """Has the AWS CLI do what a fix says, with credentials of the account."""
        command = re.search(r"aws .*?(?=[;,] |$)", fix)
        assert command is not None, f"{fix!r} holds no command"
        region = self._demonstration.setting.home
        environment = {**os.environ, **self._demonstration.aws.environment(account=account, region=region)}
        words = [str(Path(sys.executable).with_name("aws")), *shlex.split(command[0])[1:]]
        subprocess.run(words, env=environment, check=True, capture_output=True, timeout=60)


@pytest.fixture
def doctor(demonstration: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Everybody is heard, and the organization trusts the services: what a roll-out of some days ago looks like."""
    environment = demonstration.aws.environment(account=ARCHIVE, region=demonstration.setting.home)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    organizations = demonstration.client("organizations", account=MANAGEMENT)
    for principal in TRUSTED:
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    _have_everybody_heard(demonstration)
    return Doctor(demonstration, tmp_path)


def _have_everybody_heard(demonstration: Demonstration) -> None:
    setting = demonstration.setting
    places = [(account, region) for account in setting.members for region in setting.event_regions]
    dynamodb = demonstration.client("dynamodb", account=ARCHIVE)

    def heard() -> dict[tuple[str, str], int]:
        items = dynamodb.scan(TableName=ROSTER_TABLE)["Items"]
        return {(item["account"]["S"], item["region"]["S"]): int(item["last_heard"]["N"]) for item in items}

    before = heard()
    for account, region in places:
        demonstration.aws.fire_schedule(account=account, region=region, rule="evidence-heartbeat")
    assert wait_until(lambda: all(heard().get(place, 0) > before.get(place, 0) for place in places))


def troubles(verdicts: list[Verdict]) -> list[str]:
    return [
        f"{one['state']} {one['check']} {one['account']} {one['region']}: {one['what']}"
        for one in verdicts
        if one["state"] != "ready"
    ]


def test_all_is_ready_after_a_roll_out(doctor: Doctor, demonstration: Demonstration):
    code, verdicts = doctor.run()
    assert (troubles(verdicts), code) == ([], 0)
    places = {(one["account"], one["region"]) for one in verdicts}
    setting = demonstration.setting
    assert {(account, region) for account in setting.members for region in setting.event_regions} <= places


@pytest.fixture
def planted(demonstration: Demonstration, doctor: Doctor) -> Iterator[str]:
    """A document in the way of an enrolment and one over ours, a key without its tag, a trail too many; its ARN."""
    home = demonstration.setting.home
    newcomer = demonstration.client("ssm", account=NEWCOMER)
    newcomer.create_document(
        Name=SESSION_DOCUMENT, Content=THEIR_PREFERENCES, DocumentType="Session", DocumentFormat="JSON"
    )
    theirs = demonstration.client("ssm", account=BOBS, region=SECOND)
    ours = theirs.get_document(Name=SESSION_DOCUMENT)["DocumentVersion"]
    written = theirs.update_document(Name=SESSION_DOCUMENT, Content=THEIR_PREFERENCES, DocumentVersion="$LATEST")
    version = written["DocumentDescription"]["DocumentVersion"]
    theirs.update_document_default_version(Name=SESSION_DOCUMENT, DocumentVersion=version)
    kms = demonstration.client("kms", account=ARCHIVE, region=SECOND)
    kms.untag_resource(KeyId=demonstration.key_id, TagKeys=[RECORDING_KEY_TAG[0]])
    trail = _make_trail(demonstration)
    yield trail
    newcomer.delete_document(Name=SESSION_DOCUMENT)
    theirs.update_document_default_version(Name=SESSION_DOCUMENT, DocumentVersion=ours)
    theirs.delete_document(Name=SESSION_DOCUMENT, DocumentVersion=version)
    tag = {"TagKey": RECORDING_KEY_TAG[0], "TagValue": RECORDING_KEY_TAG[1]}
    kms.tag_resource(KeyId=demonstration.key_id, Tags=[tag])
    cloudtrail = demonstration.client("cloudtrail", account=ALICES, region=SECOND)
    if any(one["TrailARN"] == trail for one in cloudtrail.list_trails()["Trails"]):
        cloudtrail.delete_trail(Name=trail)
    assert home != SECOND


def _make_trail(demonstration: Demonstration) -> str:
    """Somebody's own trail, in a Region that is not the home."""
    bucket = f"somebodys-trail-{ALICES}"
    s3 = demonstration.client("s3", account=ALICES, region=SECOND)
    s3.create_bucket(Bucket=bucket)
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {**service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    cloudtrail = demonstration.client("cloudtrail", account=ALICES, region=SECOND)
    arn = cloudtrail.create_trail(Name="somebodys", S3BucketName=bucket, IsMultiRegionTrail=False)["TrailARN"]
    cloudtrail.start_logging(Name=arn)
    return str(arn)


def test_what_is_planted_is_named_and_its_fix_mends_it(
    doctor: Doctor, demonstration: Demonstration, planted: str, capsys: pytest.CaptureFixture[str]
):
    looked_at = [word for account in (*demonstration.setting.members, NEWCOMER) for word in ("--account", account)]
    code, verdicts = doctor.run(*looked_at)
    found = {
        (one["check"], one["account"], one["region"]): one
        for one in verdicts
        if one["state"] != "ready" and not (one["account"] == NEWCOMER and one["check"] == "stacks")
    }
    preferences, key, trails = "session preferences", "evidence key", "trails"
    home = demonstration.setting.home
    expected = {
        (preferences, NEWCOMER, home): ("warning", "s3BucketName = theirs"),
        (preferences, BOBS, SECOND): ("broken", "cloudWatchLogGroupName is absent, not /evidence/session-manager"),
        (key, ARCHIVE, SECOND): ("broken", f"lacks the tag {RECORDING_KEY_TAG[0]}"),
        (trails, ALICES, None): ("warning", f"a second trail, somebodys of {ALICES} in {SECOND}"),
    }
    assert {place: one["state"] for place, one in found.items()} == {
        place: state for place, (state, _) in expected.items()
    }
    assert [place for place, (_, said) in expected.items() if said not in found[place]["what"]] == []
    assert code == 1

    table = capsys.readouterr().out
    for place in ((preferences, BOBS, SECOND), (key, ARCHIVE, SECOND), (trails, ALICES, None)):
        assert found[place]["fix"] in table
        doctor.mend(found[place]["fix"], account=place[1])
    code, verdicts = doctor.run()
    assert (troubles(verdicts), code) == ([], 0)


def test_an_account_that_is_not_enrolled_has_nothing_broken(doctor: Doctor):
    code, verdicts = doctor.run("--account", "200000000083", "--check", "stacks", "--check", "bus", "--check", "trails")
    assert {one["state"] for one in verdicts if one["check"] == "stacks"} == {"warning"}
    assert {one["state"] for one in verdicts if one["check"] != "stacks"} == {"ready"}
    assert code == 0


def test_the_embedded_account_settles_what_it_shows_and_says_what_the_rest_needs(doctor: Doctor, tmp_path: Path):
    file = tmp_path / "answers.json"
    doctor.run("--check", "evidence key", "--answers", str(file))
    answers = {one["id"]: one for one in json.loads(file.read_text())["answers"]}
    settled = {name for name, one in answers.items() if one["answer"] is not None}
    # What the embedded AWS does is no fact about AWS; it shows that each of these is read.
    assert {"1-layout", "1-node-access", "3-logs", "5-firehose-lock", "7-groups"} <= settled
    assert [name for name, one in answers.items() if name not in settled and not one["needed"]] == []
    assert "200000000080" not in answers["1-layout"]["answer"]
