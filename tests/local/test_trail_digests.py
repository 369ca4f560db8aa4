"""The embedded CloudTrail's digests validate with the AWS CLI's own validator, and only while nobody touches them."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from typing import Any

from tests.conftest import ROOT
from tests.local.archive import keys
from tests.local.demonstration import ALICES, ARCHIVE, BOBS
from tests.local.trails import archive_of, trail
from tests.local.world import REGION


def verify(*arguments: str, **environment: str) -> tuple[int, Any]:
    """In a process of its own, because awscli brings another botocore."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "tools.verify", "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**kept, **environment})
    assert done.returncode < 2, done.stderr
    return done.returncode, json.loads(done.stdout)["chains"]


def failed(chains: Any) -> list[str]:
    return [failure["key"] for chain in chains for failure in chain["failures"]]


def deliver(world):
    world.client("kms", world.member).list_keys()
    (delivered,) = world.server.deliver_trails(account=world.member)
    assert delivered["allowed"], delivered
    return delivered


def test_a_chain_in_the_bucket_is_valid_until_somebody_changes_or_removes_an_object(world):
    archive = archive_of(world)
    world.deploy(world.member, {"Trail": trail(archive)})
    first, _, third = deliver(world), deliver(world), deliver(world)
    environment = world.server.environment(account=world.archive, region=REGION)
    arguments = ("--bucket", archive.bucket, "--prefix", "c/")
    code, chains = verify(*arguments, **environment)
    assert (code, failed(chains)) == (0, [])
    assert [(chain["account"], chain["digests"], chain["files"]) for chain in chains] == [(world.member, 3, 3)]

    s3 = world.client("s3", world.archive)
    file = first["uri"].removeprefix(f"s3://{archive.bucket}/")
    body = s3.get_object(Bucket=archive.bucket, Key=file)["Body"].read()
    changed = gzip.compress(gzip.decompress(body).replace(b"ListKeys", b"ListKegs"))
    s3.put_object(Bucket=archive.bucket, Key=file, Body=changed)
    code, chains = verify(*arguments, **environment)
    assert (code, failed(chains)) == (1, [file])
    s3.put_object(Bucket=archive.bucket, Key=file, Body=body)

    digest = first["digest_uri"].removeprefix(f"s3://{archive.bucket}/")
    s3.delete_object(Bucket=archive.bucket, Key=digest)
    code, chains = verify(*arguments, **environment)
    assert (code, failed(chains)) == (1, [digest])
    newest = third["digest_uri"].removeprefix(f"s3://{archive.bucket}/")
    head = s3.head_object(Bucket=archive.bucket, Key=newest)
    assert head["SSEKMSKeyId"] == archive.key_arn
    assert head["Metadata"]["signature-algorithm"] == "SHA256withRSA"


def test_a_trail_that_validates_no_files_writes_no_digest(world):
    archive = archive_of(world)
    world.deploy(world.member, {"Trail": trail(archive, EnableLogFileValidation=False)})
    assert deliver(world)["digest_uri"] is None
    assert [key for key in keys(world, archive) if "Digest" in key] == []


def test_a_digest_that_a_policy_refuses_is_made_up_for_by_the_next(world):
    archive = archive_of(world)
    world.deploy(world.member, {"Trail": trail(archive)})
    s3 = world.client("s3", world.archive)
    kept = s3.get_bucket_policy(Bucket=archive.bucket)["Policy"]
    narrow = kept.replace("/c/AWSLogs/*", "/c/AWSLogs/*/CloudTrail/*")
    assert narrow != kept
    s3.put_bucket_policy(Bucket=archive.bucket, Policy=narrow)
    assert deliver(world)["digest_uri"] is None
    refused = world.decisions(allowed=False, account=world.member, action="s3:PutObject")
    assert ["/CloudTrail-Digest/" in entry["resource"] for entry in refused] == [True]
    s3.put_bucket_policy(Bucket=archive.bucket, Policy=kept)
    deliver(world)
    code, chains = verify("--bucket", archive.bucket, **world.server.environment(account=world.archive, region=REGION))
    assert (code, [(chain["digests"], chain["files"]) for chain in chains]) == (0, [(1, 2)])


def test_the_copy_that_the_demonstration_brings_home_is_valid_and_one_byte_breaks_it(demonstration, tmp_path):
    copy = tmp_path / "trail"
    shutil.copytree(demonstration.trail_copy, copy)
    code, chains = verify("--from", str(copy))
    assert (code, failed(chains)) == (0, [])
    assert {ARCHIVE, ALICES, BOBS} <= {chain["account"] for chain in chains}
    assert max(chain["digests"] for chain in chains) >= 2
    file = min(copy.glob("cloudtrail/AWSLogs/*/CloudTrail/**/*.json.gz"))
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b"2", b"3", 1)))
    code, chains = verify("--from", str(copy))
    assert (code, failed(chains)) == (1, [file.relative_to(copy).as_posix()])
