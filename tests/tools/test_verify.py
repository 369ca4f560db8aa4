"""A digest chain that anybody touched does not validate, and the object is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import ROOT
from tests.tools.digests import ACCOUNT, BUCKET, REGION, Chain


def verify(folder: Path, *arguments: str) -> tuple[int, list[tuple[str, str]], str]:
    """Exit code, failures as key and reason, and what was printed; awscli wants a process of its own."""
    command = [sys.executable, "-m", "tools.verify", "--from", str(folder), "--json", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=clean_environment(), timeout=60
    )
    if done.returncode == 2:
        return 2, [], done.stderr
    read = json.loads(done.stdout)
    assert read["valid"] == (done.returncode == 0)
    failures = [(failure["key"], failure["reason"]) for chain in read["chains"] for failure in chain["failures"]]
    return done.returncode, failures, done.stdout


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@pytest.mark.parametrize("sidecars", ["newest", "all"])
def test_an_untouched_chain_is_valid(tmp_path, sidecars):
    Chain(tmp_path, sidecars=sidecars)
    code, failures, printed = verify(tmp_path)
    assert (code, failures) == (0, [])
    (found,) = json.loads(printed)["chains"]
    assert (found["account"], found["region"], found["trail"]) == (ACCOUNT, REGION, "evidence")
    assert (found["digests"], found["files"], found["uncovered"]) == (3, 6, 0)
    assert (found["start"], found["end"]) == ("2026-11-01T00:00:00Z", "2026-11-01T03:00:00Z")


def test_an_organization_trail_is_found_and_picked_by_its_arn(tmp_path):
    Chain(tmp_path, organization="o-abc1234567")
    arn = f"arn:aws:cloudtrail:{REGION}:999999999999:trail/"
    code, failures, printed = verify(tmp_path, "--trail-arn", f"{arn}evidence")
    assert (code, failures, json.loads(printed)["chains"][0]["organization"]) == (0, [], "o-abc1234567")
    assert verify(tmp_path, "--trail-arn", f"{arn}other")[0] == 1


def test_a_person_reads_a_verdict_and_each_failure_on_one_line(tmp_path):
    chain = Chain(tmp_path)
    command = [sys.executable, "-m", "tools.verify", "--from", str(tmp_path)]

    def page() -> str:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    assert "3 digests and 6 files are as CloudTrail delivered them." in page()
    chain.path(chain.files[2]).unlink()
    printed = page()
    assert f"{chain.files[2]}: missing: it was removed, or never copied" in printed.splitlines()
    assert "1 wrong; 3 digests and 5 files are valid." in printed


def test_one_changed_byte_in_any_file_is_noticed(tmp_path):
    chain = Chain(tmp_path)
    for key in chain.files:
        before = chain.path(key).read_bytes()
        chain.rewrite(key, lambda content: content.replace(b"2026", b"2027"))
        code, failures, _ = verify(tmp_path)
        assert (code, [name for name, _ in failures]) == (1, [key])
        assert failures[0][1].startswith("changed: its hash")
        chain.path(key).write_bytes(before)


def test_bytes_that_are_no_longer_a_compressed_file_are_noticed(tmp_path):
    chain = Chain(tmp_path)
    whole = chain.path(chain.files[0]).read_bytes()
    chain.path(chain.files[0]).write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
    chain.path(chain.files[3]).write_bytes(chain.path(chain.files[3]).read_bytes() + b"more")
    code, failures, _ = verify(tmp_path)
    assert (code, sorted(name for name, _ in failures)) == (1, [chain.files[0], chain.files[3]])
    assert all(reason.startswith("changed") for _, reason in failures)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_changed_byte_in_a_digest_is_noticed(tmp_path, number):
    chain = Chain(tmp_path, sidecars="all")
    chain.rewrite(chain.digests[number], lambda content: content.replace(b"_x.json.gz", b"_y.json.gz", 1))
    code, failures, _ = verify(tmp_path)
    assert (code, failures) == (1, [(chain.digests[number], "bad digest: signature verification failed")])


def test_a_removed_file_is_noticed(tmp_path):
    chain = Chain(tmp_path)
    chain.path(chain.files[1]).unlink()
    code, failures, _ = verify(tmp_path)
    assert (code, failures) == (1, [(chain.files[1], "missing: it was removed, or never copied")])


@pytest.mark.parametrize("number", [0, 1])
def test_a_removed_digest_is_noticed(tmp_path, number):
    chain = Chain(tmp_path, sidecars="all")
    chain.path(chain.digests[number]).unlink()
    code, failures, _ = verify(tmp_path)
    assert (code, failures) == (1, [(chain.digests[number], "missing: it was removed, or never copied")])


def test_two_digests_in_each_others_place_are_noticed(tmp_path):
    chain = Chain(tmp_path, sidecars="all")
    first, second = (chain.path(key) for key in chain.digests[:2])
    for suffix in ("", ".metadata.json"):
        one, two = (path.with_name(path.name + suffix) for path in (first, second))
        content = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(content)
    code, failures, _ = verify(tmp_path)
    moved = "bad digest: has been moved from its original location"
    assert (code, sorted(failures)) == (1, [(key, moved) for key in chain.digests[:2]])


def test_a_digest_of_another_chain_is_noticed_though_its_signature_is_good(tmp_path):
    """Signed by the same key for the same name and hour, but not the digest that the next one names."""
    chain = Chain(tmp_path / "one", sidecars="all")
    other = Chain(tmp_path / "two", sidecars="all", breaks_before=1, key=chain.key)
    for suffix in ("", ".metadata.json"):
        key = f"{chain.digests[1]}{suffix}"
        chain.path(key).write_bytes(other.path(key).read_bytes())
    code, failures, _ = verify(chain.root)
    assert (code, failures[0]) == (1, (chain.digests[1], "out of order: it is not the digest that the next one names"))


def test_a_chain_that_bites_its_tail_ends_and_is_noticed(tmp_path):
    (key,) = Chain(tmp_path / "one", hours=1).digests
    link = {"previousDigestS3Bucket": BUCKET, "previousDigestS3Object": key, "previousDigestSignature": "00"}
    Chain(tmp_path / "two", hours=1, link=link)
    code, failures, _ = verify(tmp_path / "two")
    assert (code, [name for name, _ in failures]) == (1, [key])
    assert failures[0][1].startswith("out of order")


def test_a_chain_that_begins_anew_in_its_middle_is_a_gap(tmp_path):
    chain = Chain(tmp_path, sidecars="all", breaks_before=2)
    code, failures, _ = verify(tmp_path)
    gap = "gap: no digest covers 2026-11-01T02:00:00Z to 2026-11-01T02:00:00Z"
    assert (code, failures) == (1, [(chain.digests[1], gap)])


def test_another_key_validates_nothing(tmp_path):
    chain = Chain(tmp_path)
    chain.write_public_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    code, failures, _ = verify(tmp_path)
    assert (code, {name for name, _ in failures}) == (1, set(chain.digests))


def test_without_a_public_key_nothing_is_valid(tmp_path):
    Chain(tmp_path).path(f"public-keys-{REGION}.json").unlink()
    code, failures, _ = verify(tmp_path)
    assert (code, [reason.split(":")[0] for _, reason in failures]) == (1, ["no public key"])


def test_the_newest_digest_of_a_bare_copy_has_no_signature_and_it_is_said(tmp_path):
    chain = Chain(tmp_path, sidecars="none")
    code, failures, _ = verify(tmp_path)
    assert (code, [name for name, _ in failures]) == (1, [chain.digests[-1]])
    assert failures[0][1].startswith("no signature: no .metadata.json lies beside it")


def test_a_file_that_cloudtrail_did_not_deliver_is_noticed(tmp_path):
    chain = Chain(tmp_path)
    forged = chain.files[2].replace("_x.json.gz", "_forged.json.gz")
    chain.path(forged).write_bytes(chain.path(chain.files[2]).read_bytes())
    code, failures, _ = verify(tmp_path)
    assert (code, [name for name, _ in failures]) == (1, [forged])
    assert failures[0][1].startswith("listed by no digest")


def test_files_newer_than_the_last_digest_are_counted_and_no_failure(tmp_path):
    chain = Chain(tmp_path)
    later = chain.files[-1].replace("T0240Z", "T0440Z")
    chain.path(later).write_bytes(chain.path(chain.files[-1]).read_bytes())
    code, failures, printed = verify(tmp_path)
    assert (code, failures, json.loads(printed)["chains"][0]["uncovered"]) == (0, [], 1)


def test_files_whose_digests_are_all_gone_are_noticed(tmp_path):
    chain = Chain(tmp_path)
    for key in chain.digests:
        chain.path(key).unlink()
    code, failures, _ = verify(tmp_path)
    assert (code, [reason.split(":")[0] for _, reason in failures]) == (1, ["no digest"])


def test_since_begins_later_and_leaves_out_what_was_before(tmp_path):
    chain = Chain(tmp_path)
    chain.path(chain.digests[0]).unlink()
    assert verify(tmp_path)[0] == 1
    code, failures, printed = verify(tmp_path, "--since", "2026-11-01T01:30:00Z")
    assert (code, failures, json.loads(printed)["chains"][0]["digests"]) == (0, [], 2)


def test_an_empty_folder_proves_nothing(tmp_path):
    assert verify(tmp_path)[:2] == (1, [])


@pytest.mark.parametrize("arguments", [("--account", "333333333333"), ("--region", "us-east-1")])
def test_what_was_not_asked_for_proves_nothing(tmp_path, arguments):
    Chain(tmp_path)
    assert verify(tmp_path, *arguments)[:2] == (1, [])


def test_a_folder_that_is_not_there_ends_with_one_line(tmp_path):
    code, _, said = verify(tmp_path / "none")
    assert (code, said) == (2, f"{tmp_path / 'none'} is no folder\n")
