"""Replaying loses nothing, whatever fails on the way, and a repetition does no harm."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.replay import __main__ as command
from tools.replay.archive import Range, replay, time_range
from tools.replay.errors import ReplayError
from tools.replay.queues import DIAGNOSIS, Moves, Queue, move

SOURCE, TARGET = "https://q/1/dead", "https://q/1/alive"


class FaultError(Exception):
    pass


class Sqs:
    """Two queues in memory; `fault` is told every call that changes something, and raises to break it."""

    def __init__(self, *bodies, attributes=None):
        self.ids = itertools.count()
        self.queues: dict[str, dict[str, Any]] = {SOURCE: {}, TARGET: {}}
        self.hidden, self.calls = set(), []
        self.fault = lambda _call: None
        self.comes_back = lambda _body: False
        self.comes_twice: set[str] = set()
        self.hides, self.receives = True, itertools.count()
        for body in bodies:
            self.add(SOURCE, f"m{next(self.ids)}", body, attributes or {})

    def add(self, queue, uid, body, attributes):
        self.queues[queue][uid] = {
            "MessageId": uid,
            "Body": body,
            "ReceiptHandle": f"r-{uid}",
            "MessageAttributes": attributes,
        }

    def bodies(self, queue):
        return [message["Body"] for message in self.queues[queue].values()]

    def receive_message(self, *, QueueUrl, MaxNumberOfMessages, MessageAttributeNames, **_more):
        assert (QueueUrl, MessageAttributeNames) == (SOURCE, ["All"])
        found = [message for uid, message in self.queues[SOURCE].items() if uid not in self.hidden]
        found = found[:MaxNumberOfMessages]
        if self.hides:
            self.hidden |= {message["MessageId"] for message in found}
        assert next(self.receives) < 1000
        return {"Messages": found} if found else {}

    def send_message(self, *, QueueUrl, MessageBody, MessageAttributes):
        assert QueueUrl == TARGET
        self._call("send", MessageBody)
        uid = f"m{next(self.ids)}"
        self.add(SOURCE if self.comes_back(MessageBody) else TARGET, uid, MessageBody, MessageAttributes)
        return {"MessageId": uid}

    def delete_message(self, *, QueueUrl, ReceiptHandle):
        assert QueueUrl == SOURCE
        uid = ReceiptHandle.removeprefix("r-")
        self._call("delete", self.queues[SOURCE][uid]["Body"])
        if uid in self.comes_twice:
            self.comes_twice.remove(uid)
            self.hidden.remove(uid)
        else:
            del self.queues[SOURCE][uid]

    def _call(self, name, body):
        self.fault((name, body))
        self.calls.append((name, body))


def run(sqs):
    sqs.hidden.clear()
    moves = Moves()
    move(Queue(sqs=sqs, url=SOURCE), Queue(sqs=sqs, url=TARGET), moves)
    return moves


def test_every_message_is_sent_and_only_then_deleted():
    sqs = Sqs("a", "b")
    assert run(sqs).moved == 2
    assert sqs.calls == [("send", "a"), ("delete", "a"), ("send", "b"), ("delete", "b")]
    assert (sqs.bodies(SOURCE), sqs.bodies(TARGET)) == ([], ["a", "b"])
    assert run(sqs).moved == 0


def test_a_queue_of_any_length_is_emptied():
    bodies = [str(number) for number in range(1234)]
    sqs = Sqs(*bodies)
    told: list[int] = []
    move(Queue(sqs=sqs, url=SOURCE), Queue(sqs=sqs, url=TARGET), Moves(), progress=told.append)
    assert (sqs.bodies(SOURCE), sqs.bodies(TARGET)) == ([], bodies)
    assert told == [1000]


@pytest.mark.parametrize("broken", [("send", "7"), ("delete", "7")])
def test_nothing_is_lost_when_a_call_fails_half_way_and_a_repetition_finishes(broken):
    bodies = [str(number) for number in range(15)]
    sqs = Sqs(*bodies)

    def fault(call):
        if call == broken:
            raise FaultError

    sqs.fault = fault
    with pytest.raises(FaultError):
        run(sqs)
    assert sorted({*sqs.bodies(SOURCE), *sqs.bodies(TARGET)}, key=int) == bodies
    assert ("7" in sqs.bodies(TARGET)) == (broken[0] == "delete")
    assert "7" in sqs.bodies(SOURCE)
    sqs.fault = lambda _call: None
    run(sqs)
    assert sqs.bodies(SOURCE) == []
    expected = Counter(bodies) + Counter(["7"] if broken[0] == "delete" else [])
    assert Counter(sqs.bodies(TARGET)) == expected, "sent twice is one event, by its id"


@given(st.lists(st.sampled_from(["", "send", "delete"]), max_size=40), st.integers(0, 25))
def test_no_sequence_of_faults_loses_a_message(faults, number):
    bodies = [str(each) for each in range(number)]
    sqs = Sqs(*bodies)
    planned = iter(faults)

    def fault(call):
        assert {*sqs.bodies(SOURCE), *sqs.bodies(TARGET)} == set(bodies), call
        if next(planned, "") == call[0]:
            raise FaultError

    sqs.fault = fault
    for _ in range(len(faults) + 1):
        try:
            run(sqs)
        except FaultError:
            continue
        break
    assert (sqs.bodies(SOURCE), set(sqs.bodies(TARGET))) == ([], set(bodies))
    assert len(sqs.bodies(TARGET)) - number <= faults.count("delete")


def test_what_comes_straight_back_is_left_where_it_is_and_the_rest_is_moved():
    bodies = [f"{number}{'x' * (number % 2)}" for number in range(60)]
    sqs = Sqs(*bodies)
    sqs.comes_back = lambda body: "x" in body
    moves = run(sqs)
    assert (moves.moved, len(moves.returned)) == (60, 30)
    assert sqs.bodies(TARGET) == [body for body in bodies if "x" not in body]
    assert sorted(sqs.bodies(SOURCE)) == sorted(body for body in bodies if "x" in body)
    assert Counter(name for name, _ in sqs.calls) == {"send": 60, "delete": 60}


def test_what_is_visible_again_at_once_makes_no_endless_loop():
    sqs = Sqs("a")
    sqs.comes_back = lambda _body: True
    sqs.hides = False
    moves = run(sqs)
    assert (moves.moved, moves.returned, sqs.bodies(SOURCE)) == (1, {"m1"}, ["a"])


def test_what_the_queue_gives_again_after_it_was_deleted_is_not_sent_again():
    sqs = Sqs("a", "b")
    sqs.comes_twice = {"m0"}
    assert run(sqs).moved == 2
    assert (sqs.bodies(SOURCE), sqs.bodies(TARGET)) == ([], ["a", "b"])


def test_a_batch_that_brings_nothing_new_does_not_end_the_run():
    bodies = [str(number) for number in range(15)]
    sqs = Sqs(*bodies)
    sqs.comes_twice = {f"m{number}" for number in range(10)}
    assert run(sqs).moved == 15
    assert (sqs.bodies(SOURCE), sqs.bodies(TARGET)) == ([], bodies)


@pytest.mark.parametrize(("comes_back", "code"), [("", 0), ("b", 1)])
def test_the_command_says_what_came_back_and_fails_by_it(monkeypatch, capsys, comes_back, code):
    sqs = Sqs("a", "b")
    sqs.comes_back = comes_back.__eq__
    monkeypatch.setattr(command, "open_queue", lambda _session, wanted, **_more: Queue(sqs=sqs, url=wanted))
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    assert command.main(["queue", "--from", SOURCE, "--to", TARGET]) == code
    said = ["dead -> alive: 2 moved", "       2  no error code"]
    stay = ["       1  came back and stay: the handler failed again, its log says why"]
    assert capsys.readouterr().out.splitlines() == said + stay * code


@pytest.mark.parametrize(("state", "code"), [("COMPLETED", 0), ("FAILED", 1), ("CANCELLED", 1)])
def test_the_command_fails_with_its_replay(monkeypatch, state, code):
    monkeypatch.setattr(command, "replay", lambda *_given, **_more: state)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    times = ["--start", "2026-01-01T00:00:00Z", "--end", "2026-01-02T00:00:00Z"]
    assert command.main(["archive", *times, "--region", "eu-west-1"]) == code


def test_the_diagnosis_of_a_dead_letter_is_counted_and_left_behind_and_the_rest_is_kept():
    def text(value):
        return {"DataType": "String", "StringValue": value}

    diagnosis = {name: text("x") for name in DIAGNOSIS} | {"ERROR_CODE": text("NO_PERMISSIONS")}
    own = {"mine": text("1"), "bytes": {"DataType": "Binary", "BinaryValue": b"2", "BinaryListValues": []}}
    sqs = Sqs("a", "b", attributes=diagnosis | own)
    sqs.add(SOURCE, "plain", "c", {})
    moves = run(sqs)
    assert moves.codes == {"NO_PERMISSIONS": 2, "no error code": 1}
    kept = [message["MessageAttributes"] for message in sqs.queues[TARGET].values()]
    bare = {"mine": text("1"), "bytes": {"DataType": "Binary", "BinaryValue": b"2"}}
    assert kept == [bare, bare, {}]


def test_a_queue_is_not_moved_to_itself():
    sqs = Sqs("a")
    with pytest.raises(ReplayError, match="dead cannot be moved to itself"):
        move(Queue(sqs=sqs, url=SOURCE), Queue(sqs=sqs, url=SOURCE), Moves())


NOW = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "complaint"),
    [
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z is not after"),
        ("2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z", "is not after --start 2026-11-02T00:00:00Z"),
        ("2026-11-01T01:00:00Z", "2026-11-01T02:00:00+01:00", "is not after"),
        ("2026-11-01T00:00:00Z", "2026-11-03T00:00:01Z", "lies in the future: it is 2026-11-03T00:00:00Z"),
        ("yesterday", "2026-11-01T00:00:00Z", "--start yesterday is no time"),
        ("2026-11-01T00:00:00Z", "24:00", "--end 24:00 is no time"),
    ],
)
def test_times_that_make_no_range_are_refused(start, end, complaint):
    with pytest.raises(ReplayError, match=complaint):
        time_range(start, end, now=NOW)


def test_a_range_is_of_utc_and_its_name_tells_it():
    chosen = time_range("2026-11-01T09:00:00+09:00", "2026-11-03", now=NOW)
    assert str(chosen) == "2026-11-01T00:00:00Z to 2026-11-03T00:00:00Z"
    assert chosen.name == "20261101T000000Z-20261103T000000Z"


class NotFoundError(Exception):
    pass


class Events:
    """A bus whose replays go through the given states, one at each look."""

    class exceptions:  # noqa: N801 - as on a boto3 client
        ResourceNotFoundException = NotFoundError

    class meta:  # noqa: N801
        region_name = "eu-west-1"

    def __init__(self, **replays):
        self.replays = {name: list(looks) for name, looks in replays.items()}
        self.next: list[dict[str, Any]] = [{"State": "COMPLETED"}]
        self.started = []

    def describe_archive(self, *, ArchiveName):
        if ArchiveName != "kept":
            raise NotFoundError
        return {"ArchiveArn": "arn:archive/kept", "EventSourceArn": "arn:event-bus/hub"}

    def describe_replay(self, *, ReplayName):
        if ReplayName not in self.replays:
            raise NotFoundError
        looks = self.replays[ReplayName]
        return looks.pop(0) if len(looks) > 1 else looks[0]

    def start_replay(self, **asked):
        self.started.append(asked)
        self.replays[asked["ReplayName"]] = list(self.next)


DAY = Range(start=NOW - timedelta(days=1), end=NOW)


def watch(events, *, archive="kept"):
    said: list[str] = []
    slept: list[float] = []
    state = replay(events, archive, DAY, say=said.append, sleep=slept.append)
    return state, said, slept


def test_a_replay_is_watched_until_it_is_complete_and_each_change_is_said_once():
    events = Events()
    reached: dict[str, Any] = {"State": "RUNNING", "EventLastReplayedTime": NOW - timedelta(hours=2)}
    events.next = [{"State": "STARTING"}, {"State": "STARTING"}, reached, reached, {**reached, "State": "COMPLETED"}]
    state, said, slept = watch(events)
    assert (state, len(slept)) == ("COMPLETED", 4)
    assert said == [
        "kept, 2026-11-02T00:00:00Z to 2026-11-03T00:00:00Z, onto hub: replay 20261102T000000Z-20261103T000000Z",
        "  STARTING",
        "  RUNNING, events up to 2026-11-02T22:00:00Z",
        "  COMPLETED, events up to 2026-11-02T22:00:00Z",
    ]
    (asked,) = events.started
    assert (asked["EventSourceArn"], asked["Destination"]) == ("arn:archive/kept", {"Arn": "arn:event-bus/hub"})
    assert (asked["EventStartTime"], asked["EventEndTime"]) == (DAY.start, DAY.end)


@pytest.mark.parametrize("ended", ["FAILED", "CANCELLED"])
def test_a_replay_that_fails_says_why(ended):
    events = Events()
    events.next = [{"State": "RUNNING"}, {"State": "CANCELLING"}, {"State": ended, "StateReason": "the key is gone"}]
    state, said, _ = watch(events)
    assert (state, said[-1]) == (ended, f"  {ended}: the key is gone")


def test_a_replay_under_way_is_watched_and_not_started_again():
    events = Events(**{DAY.name: [{"State": "RUNNING"}, {"State": "RUNNING"}, {"State": "COMPLETED"}]})
    state, said, _ = watch(events)
    assert (state, events.started) == ("COMPLETED", [])
    assert said[0].endswith(f"replay {DAY.name}, which is under way")


def test_a_replay_that_is_over_may_be_repeated_under_another_name():
    events = Events(**{DAY.name: [{"State": "COMPLETED"}], f"{DAY.name}-2": [{"State": "FAILED"}]})
    assert watch(events)[0] == "COMPLETED"
    assert [asked["ReplayName"] for asked in events.started] == [f"{DAY.name}-3"]


def test_an_archive_that_is_not_there_is_named():
    with pytest.raises(ReplayError, match="no archive other in eu-west-1"):
        watch(Events(), archive="other")
