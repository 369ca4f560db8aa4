"""A person starts a sweep, sees how far it is and what it found; a pipeline sees it by the exit code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from constructs_lib.archive_layout import GUARD_TABLE, SWEEP_QUEUE
from tests.lambda_src.security_group_guard.fakes import ACCOUNT, REGION
from tests.lambda_src.security_group_guard.test_sweep import OTHER, PLACES, Organization
from tools.sg_sweep import __main__ as command
from tools.sg_sweep.page import verdict
from tools.sg_sweep.sweeps import POLL_SECONDS, new_id

URL = f"https://queue.test/{SWEEP_QUEUE}"


class NoQueueError(Exception):
    """What SQS says of a queue that is not there."""


class Hub:
    """The guard's own sweep, whose function handles one message whenever somebody sleeps.

    Attributes:
        bodies: What was sent into the queue by hand.
        sessions: The arguments of every session.
    """

    meta = SimpleNamespace(region_name="eu-west-1")
    exceptions = SimpleNamespace(QueueDoesNotExist=NoQueueError)

    def __init__(self, **more: Any) -> None:
        self.organization = Organization(**more)
        self.bodies: list[dict[str, Any]] = []
        self.sessions: list[dict[str, Any]] = []
        self.deployed = self.works = True
        self.seconds = 0.0

    def session(self, **arguments: Any) -> Any:
        self.sessions.append(arguments)
        return self

    def client(self, service: str, region_name: str | None) -> Any:
        self.sessions.append({"service": service, "region_name": region_name})
        return self

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        assert QueueName == SWEEP_QUEUE
        if not self.deployed:
            raise NoQueueError
        return {"QueueUrl": URL}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        assert QueueUrl == URL
        self.bodies.append(json.loads(MessageBody))
        self.organization.queue.append(self.bodies[-1])

    def get_item(self, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:
        assert (TableName, ConsistentRead) == (GUARD_TABLE, True)
        return self.organization.world.dynamodb.get_item(TableName=TableName, Key=Key, ConsistentRead=True)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.works and self.organization.queue:
            self.organization.step(self.organization.queue.pop(0))


@pytest.fixture
def hub(monkeypatch):
    found = Hub()
    monkeypatch.setattr("boto3.Session", found.session)
    return found


def sg_sweep(hub, *arguments):
    return command.main(list(arguments), sleep=hub.sleep, clock=lambda: hub.seconds)


def test_a_first_sweep_has_news_and_shows_where_most_of_it_is(hub, capsys):
    assert sg_sweep(hub) == 1
    shown = capsys.readouterr()
    assert "18 differences, 18 of them new; 30 rules of 21 groups in 3 places judged" in shown.out
    assert f"{ACCOUNT}  ap-northeast-1  sg-0000" in shown.out
    said = [line.partition(": ")[2] for line in shown.err.splitlines()]
    assert said == [
        "",
        "has not begun",
        "0 of 3 places are done",
        "1 of 3 places are done",
        "2 of 3 places are done",
        "all of 3 places are done",
    ]


def test_what_is_known_is_no_news(hub, capsys):
    assert [sg_sweep(hub), sg_sweep(hub)] == [1, 0]
    assert "18 differences, none of them new" in capsys.readouterr().out


def test_what_is_as_approved_is_said_so(hub, capsys):
    for ec2 in hub.organization.ec2.values():
        for rule_id in [one for one, rule in ec2.rules.items() if rule["FromPort"] == 22]:
            del ec2.rules[rule_id]
    assert sg_sweep(hub) == 0
    assert "All is as approved; 21 rules of 21 groups in 3 places judged" in capsys.readouterr().out


def test_a_place_that_cannot_be_read_is_not_passed_over(hub, capsys):
    sg_sweep(hub)
    hub.organization.denied.add((OTHER, REGION))
    assert sg_sweep(hub) == 2
    shown = capsys.readouterr().out
    assert "1 place unread" in shown
    assert f"{OTHER}  {REGION}  AccessDenied" in shown


@pytest.mark.parametrize(
    ("arguments", "limits", "places"),
    [
        ([], {}, 3),
        (["--account", ACCOUNT], {"account": ACCOUNT}, 2),
        (["--account", OTHER, "--in-region", REGION], {"account": OTHER, "region": REGION}, 1),
    ],
)
def test_only_what_was_asked_for_is_judged(hub, capsys, arguments, limits, places):
    sg_sweep(hub, "--format", "json", *arguments)
    [body] = hub.bodies
    report = json.loads(capsys.readouterr().out)
    assert body == {"sweep": "start", "id": report["sweep"], **limits}
    assert report["places"] == places


def test_a_place_that_nobody_has_heard_of_is_no_clean_result(hub, capsys):
    assert sg_sweep(hub, "--account", "999999999999") == 2
    assert "The roster has no such place" in capsys.readouterr().out


def test_nobody_has_to_wait_and_may_come_back(hub, capsys):
    assert sg_sweep(hub, "--no-wait") == 0
    sweep = capsys.readouterr().out.strip()
    assert (hub.seconds, len(hub.bodies)) == (0, 1)
    assert sg_sweep(hub, "--sweep", sweep) == 1
    assert len(hub.bodies) == 1


def test_a_report_that_does_not_come_ends_the_waiting_not_the_sweep(hub, capsys):
    hub.works = False
    assert sg_sweep(hub, "--minutes", "2") == 2
    shown = capsys.readouterr()
    assert (shown.out, hub.seconds) == ("", 120)
    assert "no report yet: has not begun. It goes on without you" in shown.err
    assert f'make sg-sweep ARGS="--sweep {hub.bodies[0]["id"]}"' in shown.err
    assert hub.seconds % POLL_SECONDS == 0


def test_a_hub_without_a_guard_is_named(hub, capsys):
    hub.deployed = False
    assert sg_sweep(hub) == 2
    assert f"there is no queue {SWEEP_QUEUE} in eu-west-1" in capsys.readouterr().err


def test_profile_and_region_are_the_hubs(hub):
    sg_sweep(hub, "--profile", "archive", "--region", "us-east-1")
    assert hub.sessions == [
        {"profile_name": "archive"},
        {"service": "sqs", "region_name": "us-east-1"},
        {"service": "dynamodb", "region_name": "us-east-1"},
    ]


@pytest.mark.parametrize("arguments", [["--account", "12"], ["--sweep", "x", "--no-wait"], ["--format", "sarif"]])
def test_a_wrong_argument_is_refused(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(arguments)
    assert "Traceback" not in capsys.readouterr().err


def test_two_sweeps_of_one_second_have_two_ids():
    now = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    ids = {new_id(now) for _ in range(3)}
    assert len(ids) > 1
    assert {one[:24] for one in ids} == {"by-hand-20261125T043000Z"}


def test_one_is_not_many():
    report = {"places": len(PLACES), "differences": 1, "new": 0, "unread_places": 0}
    assert verdict(report) == "1 difference, none of them new"
