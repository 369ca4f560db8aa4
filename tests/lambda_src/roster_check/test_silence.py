"""Whoever falls silent is told once for each silence, never forgotten, and nobody is blamed for a deaf hub."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.roster_check import handler
from lambda_src.roster_check.check import BATCH_ENTRIES, check
from lambda_src.roster_check.roster import LAST_MOMENT, MalformedItemError, Member, entry, member, silent

MINUTE = 60_000
LIMIT = 60 * MINUTE
NOW = 1_777_636_800_000
REGION = "eu-west-1"
AWAKE = Member("111111111111", REGION, NOW - 5 * MINUTE)


def quiet(minutes, *, account="222222222222", told=None):
    return Member(account, REGION, NOW - minutes * MINUTE, told)


def item(one, **changes):
    made = {"account": {"S": one.account}, "region": {"S": one.region}, "last_heard": {"N": str(one.last_heard)}}
    if one.told is not None:
        made["told_silent_since"] = {"N": str(one.told)}
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


class Roster:
    """The table and the bus in memory; a fault is a function of an entry's account or of a member."""

    def __init__(self, *members, junk=()):
        self.members = {(one.account, one.region): one for one in members}
        self.junk = list(junk)
        self.refuse = self.breaks = self.forget = lambda _account: False
        self.batches, self.told, self.logged, self.order = [], [], [], []

    def run(self, *, now=NOW):
        return check(
            [*self.junk, *map(item, self.members.values())],
            now=now,
            limit=LIMIT,
            bus="hub",
            put=self._put,
            mark=self._mark,
            log=self.logged.append,
        )

    def hear(self, one, moment):
        self.members[one.account, one.region] = self.members[one.account, one.region]._replace(last_heard=moment)

    def _put(self, entries):
        self.batches.append(len(entries))
        details = [json.loads(each["Detail"]) for each in entries]
        if any(self.breaks(detail["account"]) for detail in details):
            raise ConnectionResetError
        answers = ["ThrottlingException" if self.refuse(detail["account"]) else None for detail in details]
        taken = [detail for detail, error in zip(details, answers, strict=True) if error is None]
        self.told += [(detail["account"], detail["last_heard"]) for detail in taken]
        self.order += [("event", detail["account"]) for detail in taken]
        return answers

    def _mark(self, one):
        if self.forget(one.account):
            raise TimeoutError("no answer")
        self.order.append(("mark", one.account))
        self.members[one.account, one.region] = one._replace(told=one.last_heard)


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, False), (59, False), (60, False), (60.001, True), (1_000_000, True), (-60, False)]
)
def test_a_member_is_silent_when_it_was_not_heard_for_longer_than_the_limit(minutes, told):
    one = Member("222222222222", REGION, NOW - round(minutes * MINUTE))
    assert silent([AWAKE, one], NOW, LIMIT) == ([one] if told else [])


def test_a_heartbeat_from_the_future_keeps_nobody_heard():
    forged = quiet(-10 * 365 * 24 * 60)
    assert silent([AWAKE, forged], NOW, LIMIT) == [forged]
    assert silent([quiet(120, account="3"), forged], NOW, LIMIT) == [], "nor does it show that the hub hears"


def test_regions_of_one_account_fall_silent_apart():
    gone = Member(AWAKE.account, "us-east-1", NOW - 2 * LIMIT)
    assert silent([AWAKE, gone], NOW, LIMIT) == [gone]


def test_a_silence_is_told_once_and_the_next_one_again():
    roster = Roster(AWAKE, quiet(61))
    assert [roster.run(), roster.run(now=NOW + MINUTE)] == [1, 0]
    roster.hear(quiet(61), NOW)
    assert roster.run(now=NOW + 2 * MINUTE) == 0
    roster.hear(AWAKE, NOW + 2 * LIMIT)
    assert [roster.run(now=NOW + 2 * LIMIT), roster.run(now=NOW + 2 * LIMIT)] == [1, 0]
    assert roster.told == [("222222222222", "2026-05-01T10:59:00Z"), ("222222222222", "2026-05-01T12:00:00Z")]


def test_nobody_is_blamed_when_nobody_was_heard_and_who_is_still_silent_is_told_later():
    members = [quiet(61 + number, account=str(number)) for number in range(1000)]
    roster = Roster(*members)
    assert roster.run() == 0
    assert (roster.told, roster.order) == ([], [])
    assert [(line["message"], line["members"]) for line in roster.logged] == [
        ("nobody was heard, so nobody is blamed: the hub hears nothing", 1000)
    ]
    roster.hear(members[0], NOW)
    assert roster.run() == 999
    assert len(roster.logged) == 1


def test_the_event_goes_before_the_mark():
    roster = Roster(AWAKE, quiet(61))
    roster.run()
    assert roster.order == [("event", "222222222222"), ("mark", "222222222222")]


def test_what_the_bus_refused_is_not_marked_and_told_next_time():
    roster = Roster(AWAKE, *(quiet(61, account=name) for name in "abc"))
    roster.refuse = lambda account: account == "b"
    with pytest.raises(RuntimeError, match="1 of 3 silent members"):
        roster.run()
    assert [account for account, _ in roster.told] == ["a", "c"]
    assert [(line["account"], line["reason"]) for line in roster.logged] == [
        ("b", "the bus took no event: ThrottlingException")
    ]
    roster.refuse = lambda _account: False
    assert roster.run() == 1
    assert [account for account, _ in roster.told] == ["a", "c", "b"]


def test_a_call_without_an_answer_fails_its_batch_alone():
    roster = Roster(AWAKE, *(quiet(61, account=f"{number:02}") for number in range(25)))
    roster.breaks = lambda account: account == "12"
    with pytest.raises(RuntimeError, match="10 of 25 silent members"):
        roster.run()
    assert len(roster.told) == 15
    assert {line["reason"] for line in roster.logged} == {"the bus took no event: ConnectionResetError"}
    roster.breaks = lambda _account: False
    assert roster.run() == 10
    assert len({account for account, _ in roster.told}) == 25


def test_a_mark_that_fails_is_told_again_under_the_same_heartbeat():
    roster = Roster(AWAKE, quiet(61, account="a"), quiet(61, account="b"))
    roster.forget = lambda account: account == "a"
    with pytest.raises(RuntimeError, match="1 of 2 silent members"):
        roster.run()
    roster.forget = lambda _account: False
    assert roster.run() == 1
    assert [account for account, _ in roster.told] == ["a", "b", "a"]
    assert len({last for account, last in roster.told if account == "a"}) == 1


def test_no_call_holds_more_than_the_bus_takes():
    roster = Roster(AWAKE, *(quiet(61, account=str(number)) for number in range(21)))
    assert roster.run() == 21
    assert roster.batches == [BATCH_ENTRIES, BATCH_ENTRIES, 1]


MALFORMED: dict[str, dict[str, Any]] = {
    "no account": {"account": None},
    "an empty account": {"account": {"S": ""}},
    "a Region of another type": {"region": {"N": "1"}},
    "never heard": {"last_heard": None},
    "a time of text": {"last_heard": {"S": "2026-05-01"}},
    "half a millisecond": {"last_heard": {"N": "1.5"}},
    "before all time": {"last_heard": {"N": "-1"}},
    "after all time": {"last_heard": {"N": str(LAST_MOMENT)}},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_item_is_logged_and_hides_nobody_else(name):
    broken = item(quiet(61, account="broken"), **MALFORMED[name])
    with pytest.raises(MalformedItemError):
        member(broken)
    roster = Roster(AWAKE, quiet(61), junk=[broken])
    assert roster.run() == 1
    assert [line["message"] for line in roster.logged] == ["malformed item"]
    assert roster.logged[0]["item"] == str(broken)


@pytest.mark.parametrize("told", [{"S": "yes"}, {"N": "soon"}, {}, None])
def test_a_mark_that_cannot_be_read_is_none(told):
    assert member(item(quiet(61), told_silent_since=told)) == quiet(61)


def test_every_readable_time_can_be_told():
    for moment in (0, LAST_MOMENT - 1):
        told = json.loads(entry(Member("1", REGION, moment), bus="hub", limit=LIMIT)["Detail"])["last_heard"]
        assert datetime.fromisoformat(told).tzinfo == UTC
        assert datetime.fromisoformat(told).timestamp() == moment // 1000


def test_an_event_says_who_where_since_when_and_by_what_limit():
    made = entry(quiet(75), bus="hub", limit=LIMIT)
    detail = json.loads(made.pop("Detail"))
    assert made == {"Source": "access-evidence.roster", "DetailType": "Member Silent", "EventBusName": "hub"}
    assert detail == {
        "account": "222222222222",
        "region": REGION,
        "last_heard": "2026-05-01T10:45:00Z",
        "silent_after_minutes": 60,
    }


STEPS = st.lists(
    st.tuples(st.sets(st.sampled_from("abcd")), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "a", "c"])),
    min_size=1,
    max_size=12,
)


@given(STEPS)
def test_every_silence_is_told_at_least_once_and_only_faults_of_the_mark_repeat_it(steps):
    """Half an hour a step: who is heard, whom the bus refuses, whom the table does not remember."""
    roster = Roster(AWAKE, *(quiet(0, account=name) for name in "abcd"))
    now, unmarked = NOW, 0
    for names, refused, forgotten in [*steps, (set(), "", ""), (set(), "", ""), (set(), "", "")]:
        now += 30 * MINUTE
        for name in ({one.account for one in roster.members.values()} & names) | {AWAKE.account}:
            roster.hear(quiet(0, account=name), now)
        roster.refuse, roster.forget = refused.__eq__, forgotten.__eq__
        before, order = len(roster.told), len(roster.order)
        try:
            roster.run(now=now)
        except RuntimeError:
            unmarked += len(roster.told) - before - sum(what == "mark" for what, _ in roster.order[order:])
        else:
            due = {one.account for one in roster.members.values() if now - one.last_heard > LIMIT}
            told = {account for account, last in roster.told if last == stamp(roster.members[account, REGION])}
            assert due <= told
        assert len(roster.told) - len(set(roster.told)) <= unmarked
    assert {account for account, _ in roster.told} == set("abcd")


def stamp(one):
    return datetime.fromtimestamp(one.last_heard // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("minutes", ["0", "-5", "soon"])
def test_a_limit_that_is_none_is_refused(monkeypatch, minutes):
    monkeypatch.setenv("SILENT_AFTER_MINUTES", minutes)
    with pytest.raises(ValueError, match=minutes):
        handler.handle({}, None)


class Pages:
    def __init__(self, *pages):
        self.pages, self.asked = list(pages), []

    def scan(self, **asked):
        self.asked.append(asked)
        return self.pages[len(self.asked) - 1]


def test_the_whole_table_is_read_page_by_page_as_it_is_now():
    dynamodb = Pages(
        {"Items": [{"n": 1}], "LastEvaluatedKey": "k"},
        {"Items": [], "LastEvaluatedKey": "l"},
        {"Items": [{"n": 2}, {"n": 3}]},
    )
    assert [item["n"] for item in handler.scan(dynamodb, "roster")] == [1, 2, 3]
    always = {"TableName": "roster", "ConsistentRead": True}
    assert dynamodb.asked == [always, {**always, "ExclusiveStartKey": "k"}, {**always, "ExclusiveStartKey": "l"}]
