"""What the handler does to the world: only what was refused is sent again, and a refusal is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lambda_src.access_events.effects import (
    ATTEMPTS,
    BATCH_BYTES,
    BATCH_RECORDS,
    describe_owner,
    put_finding,
    put_records,
)
from lambda_src.access_events.enrich import Owner

ROOT = Path(__file__).parent.parent.parent.parent


class Firehose:
    """Takes records unless a rule says no; a rule gets the data and the number of the call, from 1."""

    def __init__(self, refuses=lambda _data, _call: False, breaks=lambda _call: False):
        self.refuses, self.breaks = refuses, breaks
        self.calls, self.taken = [], []

    def put_record_batch(self, *, DeliveryStreamName, Records):
        data = [record["Data"] for record in Records]
        self.calls.append(data)
        number = len(self.calls)
        if self.breaks(number):
            raise ConnectionResetError
        answers = []
        for item in data:
            if self.refuses(item, number):
                answers.append({"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow down"})
            else:
                self.taken.append(item)
                answers.append({"RecordId": "1"})
        return {"FailedPutCount": 0, "RequestResponses": answers}


def put(firehose, lines):
    waits: list[float] = []
    return put_records(lines, firehose=firehose, stream="s", sleep=waits.append), waits


def test_only_what_was_refused_is_sent_again():
    firehose = Firehose(lambda data, call: data == b"b" and call < 3)
    assert put(firehose, [b"a", b"b", b"c"]) == ([], [0.2, 0.4])
    assert firehose.calls == [[b"a", b"b", b"c"], [b"b"], [b"b"]]


def test_what_is_refused_to_the_last_is_named_by_its_position():
    firehose = Firehose(lambda data, _call: data == b"c")
    refused, _ = put(firehose, [b"a", b"b", b"c"])
    assert refused == [2]
    assert len(firehose.calls) == ATTEMPTS
    assert firehose.taken == [b"a", b"b"]


def test_a_call_without_an_answer_is_made_again():
    firehose = Firehose(breaks=lambda call: call == 1)
    assert put(firehose, [b"a"])[0] == []
    assert put(Firehose(breaks=lambda _call: True), [b"a", b"b"])[0] == [0, 1]


def test_half_an_answer_is_none():
    """boto3 takes JSON that breaks off for an answer with nothing but a message."""

    class Truncating(Firehose):
        def put_record_batch(self, **asked):
            answer = super().put_record_batch(**asked)
            return answer if len(self.calls) > 1 else {"message": '{"FailedPutCount": 0, "Requ'}

    firehose = Truncating()
    assert put(firehose, [b"a", b"b"]) == ([], [0.2])
    assert firehose.calls == [[b"a", b"b"]] * 2


def test_no_call_holds_more_than_firehose_takes():
    many, large = Firehose(), Firehose()
    lines = [str(number).encode() for number in range(BATCH_RECORDS * 2 + 1)]
    assert put(many, lines)[0] == []
    assert [len(call) for call in many.calls] == [BATCH_RECORDS, BATCH_RECORDS, 1]
    assert many.taken == lines
    assert put(large, [b"x" * 1_000_000] * 9)[0] == []
    assert max(sum(map(len, call)) for call in large.calls) <= BATCH_BYTES
    assert sum(map(len, large.calls)) == 9


class Bus:
    def __init__(self, failed):
        self.failed, self.entries = failed, []

    def put_events(self, *, Entries):
        self.entries += Entries
        return {"FailedEntryCount": self.failed, "Entries": [{"ErrorCode": "ThrottlingException"}]}


def test_a_finding_that_the_bus_refuses_is_noticed():
    with pytest.raises(RuntimeError, match="ThrottlingException"):
        put_finding({"class_uid": 2004}, events=Bus(1), bus="hub")


def test_a_finding_goes_onto_the_bus_whole():
    bus = Bus(0)
    put_finding({"class_uid": 2004}, events=bus, bus="hub")
    assert [(entry["EventBusName"], json.loads(entry["Detail"])) for entry in bus.entries] == [
        ("hub", {"class_uid": 2004})
    ]


class WorkSpaces:
    def __init__(self, *found):
        self.found = list(found)

    def describe_workspaces(self, *, WorkspaceIds):
        assert WorkspaceIds == ["ws-1"]
        return {"Workspaces": self.found}


def test_the_owner_is_who_the_directory_names():
    assert describe_owner(WorkSpaces({"UserName": "alice", "DirectoryId": "d-1"}), "ws-1") == Owner("alice", "d-1")


@pytest.mark.parametrize("found", [[], [{"UserName": ""}], [{}]])
def test_a_workspace_of_nobody_is_no_answer(found):
    with pytest.raises(LookupError):
        describe_owner(WorkSpaces(*found), "ws-1")


@pytest.mark.parametrize(
    "module", ["boto3", "botocore", "dataclasses", "email", "hashlib", "ipaddress", "logging", "typing", "zoneinfo"]
)
def test_importing_the_handler_loads_nothing_that_costs_a_cold_start(module):
    program = f"import sys, lambda_src.access_events.handler; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_package_runs_under_another_name_as_an_asset_does(tmp_path):
    (tmp_path / "function").symlink_to(ROOT / "lambda_src" / "access_events")
    program = "import function.handler; print(function.handler.handle.__name__)"
    run = subprocess.run([sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, check=False)
    assert (run.returncode, run.stdout) == (0, b"handle\n"), run.stderr
