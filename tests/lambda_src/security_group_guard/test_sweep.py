"""A sweep judges every group of every place once, whatever is repeated, reordered or cut short, and reports once."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.message_queue import GIVE_UP_AFTER
from lambda_src.security_group_guard import handler
from lambda_src.security_group_guard import sweep as sweeping
from lambda_src.security_group_guard.report import JUDGEMENT
from lambda_src.security_group_guard.sweep import REPORT, Sweep
from lambda_src.security_group_guard.sweep_state import SweepState, heard_places
from tests.lambda_src.security_group_guard.fakes import ACCOUNT, REGION, AwsError, Ec2, World
from tests.lambda_src.security_group_guard.test_guard import PLAIN

OTHER = "333333333333"
PLACES = [(ACCOUNT, "eu-west-1"), (ACCOUNT, REGION), (OTHER, REGION)]


class Organization:
    """Three places with groups, of which every third lets the world reach 22.

    Attributes:
        queue: The messages that wait.
        left: Milliseconds that each step is told it has left.
    """

    def __init__(self, groups: int = 7, mode: str = "observe") -> None:
        self.world = World(PLAIN, mode)
        self.ec2 = {place: Ec2() for place in PLACES}
        for place, ec2 in self.ec2.items():
            for number in range(groups):
                group = ec2.group(f"sg-{number:04}", f"group-{number}")
                ec2.open(443, group=group)
                if number % 3 == 0:
                    ec2.open(22, "2001:db8::/32", group=group, SecurityGroupRuleId=f"sgr-{place}-{number}")
        self.denied: set[tuple[str, str]] = set()
        self.queue: list[dict[str, Any]] = []
        self.left = 900_000
        self.slept: list[float] = []

    def step(self, message, message_id="m-1", attempt=1):
        """One message, in a function of its own."""
        world = self.world
        Sweep(
            guard=world.guard,
            state=SweepState(world._failing(world.dynamodb, "update_item"), "table", now=world.now),
            places=lambda: PLACES,
            send=self._send,
            client=self._client,
            put=world._put,
            log=world.logged.append,
            now=world.now,
            sleep=self.slept.append,
            remaining=lambda: self.left,
        ).step(json.loads(json.dumps(message)), message_id=message_id, attempt=attempt)

    def run(self, order=lambda queue: 0):
        """Steps until nothing waits."""
        while self.queue:
            self.step(self.queue.pop(order(self.queue)))

    def _send(self, bodies):
        self.world.effect()
        self.queue += bodies

    def _client(self, account, region):
        if (account, region) in self.denied:
            from lambda_src.security_group_guard.live import DeniedError

            raise DeniedError("AccessDenied")
        return self.ec2[account, region]

    def reports(self):
        """The reports, each id once."""
        return list({one["finding"]: one for one in self.world.details(REPORT)}.values())


def counted(report):
    return {name: report[name] for name in ("places", "groups", "rules", "differences", "new", "unread_places")}


EXPECTED = {"places": 3, "groups": 21, "rules": 30, "differences": 18, "new": 18, "unread_places": 0}


def test_every_group_is_judged_and_one_report_alerts():
    found = Organization()
    found.step({"sweep": "start"})
    found.run()
    [report] = found.world.details(REPORT)
    assert counted(report) == EXPECTED
    assert report["alert"]
    assert report["worst"][0]["differences"] == 2
    judgements = found.world.details(JUDGEMENT)
    assert len(judgements) == 9
    assert {(one["alert"], one["sweep"], one["cause"]) for one in judgements} == {(False, "m-1", None)}


def test_a_second_sweep_has_no_news_and_does_not_alert():
    found = Organization()
    for number in (1, 2):
        found.step({"sweep": "start"}, message_id=f"m-{number}")
        found.run()
    first, second = found.world.details(REPORT)
    assert counted(second) == {**counted(first), "new": 0}
    assert not second["alert"]
    assert len(found.world.details(JUDGEMENT)) == 9


def test_a_place_that_cannot_be_read_is_named_and_stops_nothing():
    found = Organization()
    found.denied = {(OTHER, REGION)}
    found.ec2[ACCOUNT, "eu-west-1"].fails["describe_security_group_rules"] = "UnauthorizedOperation"
    found.step({"sweep": "start"})
    found.run()
    [report] = found.reports()
    assert report["unread"] == [
        {"account": ACCOUNT, "region": "eu-west-1", "problem": "UnauthorizedOperation"},
        {"account": OTHER, "region": REGION, "problem": "AccessDenied"},
    ]
    assert (report["groups"], report["alert"]) == (7, True)


def test_a_throttled_step_comes_again():
    found = Organization()
    found.ec2[OTHER, REGION].fails["describe_security_groups"] = "RequestLimitExceeded"
    with pytest.raises(AwsError, match="RequestLimitExceeded"):
        found.step({"sweep": "s", "account": OTHER, "region": REGION})


def test_a_place_that_fails_to_the_end_is_unread_in_the_one_report(monkeypatch):
    monkeypatch.setattr(sweeping, "GROUPS_PAGE", 2)
    found = Organization()
    rules = found.ec2[OTHER, REGION].describe_security_group_rules
    pages = iter((rules, rules))

    def fails_on_the_third_page(**request):
        if "NextToken" in request:
            return rules(**request)
        page = next(pages, None)
        if page is None:
            raise AwsError("RequestLimitExceeded")
        return page(**request)

    monkeypatch.setattr(found.ec2[OTHER, REGION], "describe_security_group_rules", fails_on_the_third_page)
    found.step({"sweep": "start"})
    last = found.queue.pop()
    found.run()
    assert found.reports() == []
    found.step(last, attempt=sweeping.ATTEMPTS)
    [report] = found.reports()
    assert report["unread"] == [{"account": OTHER, "region": REGION, "problem": "RequestLimitExceeded, 5 times"}]
    assert (report["groups"], report["new"]) == (14 + 4, 12 + 4)
    assert found.world.logged[-2]["message"] == "a place is given up"


def test_a_place_is_given_up_when_its_message_would_not_come_again():
    assert sweeping.ATTEMPTS == GIVE_UP_AFTER


@pytest.mark.parametrize(("attributes", "attempt"), [({"ApproximateReceiveCount": "5"}, 5), ({}, 1)])
def test_the_queue_says_how_often_a_message_has_come(monkeypatch, attributes, attempt):
    steps = []

    class Recorded:
        def __init__(self, **_more):
            pass

        def step(self, message, **more):
            steps.append((message, more))

    monkeypatch.setattr(sweeping, "Sweep", Recorded)
    monkeypatch.setattr(handler, "_client", lambda _service: None)
    monkeypatch.setattr(handler, "_guard", lambda _partition: None)
    for name in ("GUARD_TABLE", "ROSTER_TABLE", "SWEEP_QUEUE_URL"):
        monkeypatch.setenv(name, "x")
    context = SimpleNamespace(
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard", get_remaining_time_in_millis=lambda: 1
    )
    message = {"sweep": "s", "account": ACCOUNT, "region": REGION}
    record = {"messageId": "m-9", "body": json.dumps(message), "attributes": attributes}
    assert handler.handle({"Records": [record]}, context) == {"batchItemFailures": []}
    assert steps == [(message, {"message_id": "m-9", "attempt": attempt})]


def test_no_account_is_changed_whatever_its_mode():
    found = Organization(mode="restore")
    found.step({"sweep": "start"})
    found.run()
    assert [ec2.calls for ec2 in found.ec2.values()] == [[], [], []]


def test_a_step_whose_time_is_nearly_used_sends_on_what_is_left(monkeypatch):
    monkeypatch.setattr(sweeping, "GROUPS_PAGE", 2)
    found = Organization()
    found.left = 0
    found.step({"sweep": "start"})
    steps = 0
    while found.queue:
        steps += 1
        found.step(found.queue.pop(0))
    assert steps == 3 * 4
    assert counted(found.reports()[0]) == EXPECTED


def test_calls_are_paced(monkeypatch):
    monkeypatch.setattr(sweeping, "GROUPS_PAGE", 2)
    found = Organization()
    found.step({"sweep": "s", "account": OTHER, "region": REGION})
    assert found.slept == [sweeping.PAUSE_SECONDS] * 3


@pytest.mark.parametrize(
    ("limit", "places"), [({"account": ACCOUNT}, 2), ({"account": OTHER, "region": REGION}, 1), ({"region": "x"}, 0)]
)
def test_a_sweep_may_be_of_some_places(limit, places):
    found = Organization()
    found.step({"sweep": "start", "id": "mine", **limit})
    found.run()
    [report] = found.reports()
    assert (report["sweep"], report["places"]) == ("mine", places)


@pytest.mark.parametrize("message", [{"sweep": 7}, {"sweep": "s"}, {"sweep": "s", "account": ACCOUNT, "region": None}])
def test_what_is_no_step_is_refused_by_name(message):
    with pytest.raises(ValueError, match="no step of a sweep"):
        Organization().step(message)


@given(st.integers(0, 2**32))
def test_repeated_reordered_and_cut_short_it_reports_the_same(seed):
    """Every message may be delivered twice, in any order, and every step may end after any effect."""
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "GROUPS_PAGE", 3)
        found = Organization(groups=5)
        found.left = chance.choice([0, 900_000])
        found.queue = [{"sweep": "start", "id": "s"}]
        while found.queue:
            message = found.queue.pop(chance.randrange(len(found.queue)))
            found.world.fails_after = chance.choice([None, *range(13)])
            again = chance.random() < 0.1
            try:
                found.step(message)
            except (TimeoutError, RuntimeError):
                again = True
            found.world.fails_after = None
            if again:
                found.queue.append(message)
    [report] = found.reports()
    assert counted(report) == {**EXPECTED, "groups": 15, "rules": 21, "differences": 12, "new": 12}


def test_the_roster_is_read_page_by_page():
    pages = [
        {"Items": [{"account": {"S": ACCOUNT}, "region": {"S": REGION}}, {}], "LastEvaluatedKey": {"k": 1}},
        {"Items": [{"account": {"S": OTHER}, "region": {"S": REGION}, "last_heard": {"N": "1"}}]},
    ]

    class Table:
        def scan(self, **request):
            return pages[1 if request.get("ExclusiveStartKey") == {"k": 1} else 0]

    assert list(heard_places(Table(), "roster")) == [(ACCOUNT, REGION), (OTHER, REGION)]
