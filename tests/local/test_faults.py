"""The event handler behind a line that throttles, resets, stalls and truncates: no event is lost, no alert unexplained.

Each fault is shown to have been met by the proxy's own counters; what came of the events is read past the proxy.
"""

from __future__ import annotations

import collections
import itertools
import json
import logging
import random
import threading
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from lambda_src.access_events import handler
from lambda_src.access_events.effects import ATTEMPTS
from lambda_src.access_events.policy import Policy
from tests.lambda_src.access_events.hub import Hub
from tests.lambda_src.access_events.variants import EVENTS, Event, changed
from tests.local.doorway import CONTEXT, Doorway, batch, forget, make_tables
from tests.local.fault_proxy import (
    ARRIVED,
    BUS,
    CLAIM,
    CONFIRM,
    COUNT,
    HEARTBEAT,
    LOOK,
    PUT,
    RELEASE,
    Fault,
    FaultProxy,
    told,
)

POLICY = json.dumps({"networks": {"default": ["192.0.2.0/25"]}, "failed_sign_ins": {"threshold": 3}})
CLAIM_SECONDS = 120
ROUNDS = 12
FINDING = 2004
RUNS = itertools.count(1)
CALLS = {"throttle": 4, "reset": 4, "truncation": 1, "cut": 4}
"""How often a client makes one call before it gives up; an answer that it cannot read is an answer."""

FAILURES = {*CALLS, "latency"}


class Given:
    """Events that no other test has, by their ids, and the findings that they are."""

    def __init__(self, run: str) -> None:
        self._run = run
        self.account = run.zfill(12)
        self.events = [
            self._event("signin_root_success_nomfa", "root"),
            *(
                self._event("signin_iam_failure", f"failure-{number}", detail__userIdentity__userName=f"Paulo-{run}")
                for number in range(3)
            ),
            self._event("trail stopped by a service", "stopped"),
            self._event("signin_iam_success_mfa", "elsewhere", detail__sourceIPAddress="198.51.100.7"),
            self._event("signin_federated_success", "federated"),
            self._event("workspaces_access", "login"),
            self._event("heartbeat by rule", "beat", account=self.account),
        ]
        self.uids = {event["id"] for event in self.events}
        self.root, self.stopped, self.elsewhere = (f"finding/{name}-{run}" for name in ("root", "stopped", "elsewhere"))
        self.failures = f"failed-sign-ins/222222222222/Paulo-{run}/192.0.2.0/1777636800000"
        self.findings = {self.root, self.stopped, self.elsewhere, self.failures}

    def _event(self, sample: str, name: str, **changes: Any) -> Event:
        uid = f"{name}-{self._run}"
        event = changed(EVENTS[sample], id=uid, **changes)
        return changed(event, detail__eventID=uid) if "eventID" in event["detail"] else event


@pytest.fixture(scope="module")
def proxy(embedded_aws, tmp_path_factory) -> Iterator[FaultProxy]:
    with FaultProxy.start(upstream=embedded_aws, log=tmp_path_factory.mktemp("proxy") / "proxy.log") as started:
        yield started


@pytest.fixture(scope="module")
def shared_doorway(shared_world) -> Iterator[Doorway]:
    """One for all tests here, so that the models of its clients are read once."""
    made = Doorway(shared_world, make_tables(shared_world))
    account = shared_world.archive
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", boto3.session.Session(account, account))
        yield made


class Line:
    """The handler, its calls through the proxy, and a queue that gives it everything twice and again what failed."""

    def __init__(
        self,
        given: Given,
        doorway: Doorway,
        proxy: FaultProxy,
        logged: pytest.LogCaptureFixture,
        record: Callable[[str, object], None],
    ) -> None:
        self.given, self.doorway, self.proxy, self.record, self._logged = given, doorway, proxy, record, logged
        self.now = time.time()
        self.rounds: list[int] = []
        """How many messages were not done after each round."""

    def drive(self, *faults: Fault, pause: int = 0) -> list[str]:
        """Gives two batches of the same events, and the messages that failed again and again; returns who still waits.

        Args:
            faults: What the calls meet meanwhile.
            pause: Seconds of the handler's clock between one time and the next.
        """
        self.proxy.plan(list(faults))
        self.rounds = []
        waiting = [batch(*self.given.events, name=name)["Records"] for name in ("first-", "second-")]
        for _ in range(ROUNDS):
            for place, messages in enumerate(waiting):
                if messages:
                    answer = handler.handle({"Records": messages}, CONTEXT)["batchItemFailures"]
                    failed = {item["itemIdentifier"] for item in answer}
                    waiting[place] = [message for message in messages if message["messageId"] in failed]
            self.now += pause
            self.rounds.append(sum(map(len, waiting)))
            if not self.rounds[-1]:
                break
        return [message["messageId"] for messages in waiting for message in messages]

    def alerts(self, expected: int) -> dict[str, list[str]]:
        """The texts that arrived by finding; a call that the proxy holds back may arrive after the handler is done."""
        texts: dict[str, list[str]] = collections.defaultdict(list)
        patience = time.monotonic() + 15
        while True:
            enough = sum(len(some) for some in texts.values()) >= expected or time.monotonic() > patience
            for alert in self.doorway.alerts():
                uid = alert["MessageAttributes"]["finding_id"]["Value"]
                if uid in self.given.findings:
                    texts[uid].append(alert["Message"])
            if enough:  # and one more look for what should not be there
                return texts
            threading.Event().wait(0.05)

    def counts(self) -> dict[bool, dict[str, int]]:
        """How many lines the archive has of each of our findings (True) and records (False), by uid."""
        counts: dict[bool, dict[str, int]] = {True: {}, False: {}}
        for record in self.doorway.lines():
            uid, kind = record["metadata"]["uid"], record["class_uid"] == FINDING
            if uid in (self.given.findings if kind else self.given.uids):
                counts[kind][uid] = counts[kind].get(uid, 0) + 1
        return counts

    def heard(self) -> set[str]:
        """The accounts of the roster."""
        return {item["account"]["S"] for item in self.doorway.dynamodb.scan(TableName="roster")["Items"]}

    def attempts(self, finding: str) -> int:
        """How often it was claimed."""
        item = self.doorway.dynamodb.get_item(TableName="state", Key={"id": {"S": f"finding#{finding}"}})["Item"]
        return int(item["attempts"]["N"])

    def log_of(self, finding: str) -> list[tuple[str, int]]:
        """What the handler logged of telling it: the message and the number of the attempt."""
        return [
            (entry.message, vars(entry)["attempt"])
            for entry in self._logged.records
            if vars(entry).get("finding") == finding and "attempt" in vars(entry)
        ]


@pytest.fixture
def line(shared_doorway, proxy, monkeypatch, caplog, record_property) -> Iterator[Line]:
    made = Line(Given(str(next(RUNS))), shared_doorway, proxy, caplog, record_property)
    environment = {"AWS_ENDPOINT_URL": proxy.endpoint, "POLICY": POLICY, "CLAIM_SECONDS": str(CLAIM_SECONDS)}
    for name, value in {**shared_doorway.environment, **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)  # nobody need wait between attempts
    clock = types.SimpleNamespace(time=lambda: made.now, sleep=time.sleep, monotonic=time.monotonic)
    monkeypatch.setattr(handler, "time", clock)
    caplog.set_level(logging.INFO, logger="access_events")
    forget()
    yield made
    proxy.plan([])
    forget()


def assert_nothing_is_lost_and_repeats_are_explained(line: Line) -> None:
    """The promises of `deliver`, from what was archived, what arrived, what was logged and what the proxy did."""
    given, fired = line.given, line.proxy.fired()
    for kind, times in collections.Counter(each.kind for each in fired if each.kind in FAILURES).items():
        line.record(f"faults met: {kind}", times)
    counts = line.counts()
    assert counts[False].keys() == given.uids, "an event is not in the archive"
    assert counts[True].keys() == given.findings
    assert given.account in line.heard(), "a heartbeat is not in the roster"
    unanswered_puts = sum(each.target == PUT and each.kind in ARRIVED for each in fired)
    publishes = {uid: [each.kind for each in fired if each.target == told(uid)] for uid in given.findings}
    arrived = {uid: 1 + sum(kind in ARRIVED for kind in kinds) for uid, kinds in publishes.items()}
    alerts = line.alerts(sum(arrived.values()))
    assert {uid: len(texts) for uid, texts in alerts.items()} == arrived, publishes
    for uid, texts in alerts.items():
        # A reader knows them as one by their uid; there are more than one an attempt only where an answer was lost.
        assert 1 <= counts[True][uid] <= line.attempts(uid) + unanswered_puts, uid
        assert sum("an earlier one got no answer" not in text for text in texts) <= 1, f"{uid}: a repeat hides it"
        log = line.log_of(uid)
        faults = [kind for kind in publishes[uid] if kind in FAILURES]
        assert [message for message, _ in log].count("alert") == 1, log
        assert log[-1][0] == "alert", log
        assert log[-1][1] > len(faults), f"{uid}: an attempt is not counted: {log}"


def test_the_expected_findings_are_those_of_a_handler_without_an_aws():
    given, hub = Given("0"), Hub(Policy.from_json(POLICY))
    assert hub.take(*given.events, *given.events) == []
    assert sorted(uid for _, _, uid in hub.alerts) == sorted(given.findings)


def test_without_a_fault_every_record_comes_twice_and_every_finding_and_alert_once(line):
    assert line.drive() == []
    assert line.proxy.fired() == []
    assert_nothing_is_lost_and_repeats_are_explained(line)
    assert line.counts() == {False: dict.fromkeys(line.given.uids, 2), True: dict.fromkeys(line.given.findings, 1)}


def effects(given: Given, kind: str) -> list[Fault]:
    """Faults for all that the handler does to be heard."""
    if kind == "latency":
        few = (COUNT, CLAIM, HEARTBEAT, PUT, BUS, CONFIRM, told(given.stopped))
        return [Fault(kind=kind, target=told(given.root)), *(Fault(kind="slow", target=target) for target in few)]
    calls = CALLS[kind]
    return [
        Fault(kind=kind, target=PUT, times=2 * ATTEMPTS * calls),  # all that the first two batches try
        Fault(kind=kind, target=BUS, times=calls),
        Fault(kind=kind, target=told(given.root)),
        Fault(kind=kind, target=told(given.stopped)),
        Fault(kind=kind, target=told(given.failures), times=2),
        Fault(kind=kind, target=CONFIRM, times=2 * calls),  # a confirmation is tried three times
    ]


@pytest.mark.parametrize("kind", ["throttle", "reset", "truncation", "cut", "latency"])
def test_no_fault_loses_an_event_or_repeats_an_alert_that_was_answered(line, kind):
    """The clock stands still, so whatever was claimed and not told must have been released."""
    assert line.drive(*effects(line.given, kind)) == [], "a message is never done"
    assert line.proxy.waiting() == [], "a fault never came"
    assert kind in {each.kind for each in line.proxy.fired()}
    if kind != "latency":
        assert line.rounds[0] == 2 * len(line.given.events), "the archive took something at once"
        assert line.rounds[1] < line.rounds[0], "a batch that was refused was not put again at once"
    assert_nothing_is_lost_and_repeats_are_explained(line)


@pytest.mark.parametrize("kind", ["throttle", "reset", "truncation", "cut"])
def test_what_the_handler_could_not_remember_comes_again(line, kind):
    """Nothing is counted or noted at first; claims are made, held or asked for in vain, and free when they end."""
    calls = {CLAIM: 1, RELEASE: 1, LOOK: 1, COUNT: 6, HEARTBEAT: 2}
    faults = [Fault(kind=kind, target=target, times=number * CALLS[kind]) for target, number in calls.items()]
    broken_bus = Fault(kind="throttle", target=BUS, times=CALLS["throttle"])  # so that there is something to release
    assert line.drive(*faults, broken_bus, pause=CLAIM_SECONDS * 2 // 3) == [], "a message is never done"
    assert line.proxy.waiting() == [], "a fault never came"
    assert kind in {each.kind for each in line.proxy.fired()}
    assert_nothing_is_lost_and_repeats_are_explained(line)


def mixture(given: Given, seed: int) -> list[Fault]:
    """Every call meets faults of all kinds in an order that the seed gives, and between them none."""
    draw = random.Random(seed)
    lengths = {COUNT: 8, CLAIM: 10, HEARTBEAT: 4, PUT: 16, BUS: 10, RELEASE: 3, LOOK: 3, CONFIRM: 2}
    lengths |= {told(uid): 2 for uid in sorted(given.findings)}
    drawn = [
        Fault(kind=kind, target=target)
        for target, length in lengths.items()
        for kind in draw.choices([*CALLS, "nothing"], k=length)
    ]
    return [Fault(kind="latency", target=PUT), *drawn]


@pytest.mark.parametrize("seed", [20261125])
def test_a_mixture_of_faults_loses_nothing_either(line, seed):
    assert line.drive(*mixture(line.given, seed), pause=CLAIM_SECONDS * 2 // 3) == [], "a message is never done"
    assert {each.kind for each in line.proxy.fired()} >= FAILURES
    assert_nothing_is_lost_and_repeats_are_explained(line)
