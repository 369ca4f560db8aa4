"""No input and no fault loses an event, and nobody is told anything twice but where the telling itself failed."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lambda_src.access_events.deliver as deliver
from lambda_src.access_events.enrich import Owner, Owners
from tests.lambda_src.access_events.hub import Hub, policy
from tests.lambda_src.access_events.ocsf_schema import violations
from tests.lambda_src.access_events.variants import EVENTS, MEMBER, changed, sample, service_event, text

ROOT = EVENTS["signin_root_success_nomfa"]
CLEAR = EVENTS["signin_iam_success_mfa"]
STRICT = policy(networks={"default": []}, failed_sign_ins={"threshold": 1})

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bent_events(draw):
    """A known event in which any values, at any depth, are any JSON."""
    event = json.loads(text(draw(st.sampled_from(list(EVENTS.values())))))
    for _ in range(draw(st.integers(0, 4))):
        place = event
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = place[key]
    return event


def assert_nothing_is_lost(raw):
    hub = Hub(STRICT)
    assert hub.take(raw) == []
    assert len(hub.records) == 1
    assert [found for line in hub.lines if (found := violations(line))] == []
    assert len(hub.alerts) == len(hub.findings) == len(hub.lines) - 1
    for subject, body, uid in hub.alerts:
        assert re.fullmatch(r"\[[ -~]{1,98}", subject), subject
        assert body.encode("utf-8")
        assert re.fullmatch(r"[ -~]{1,512}", uid), uid


@given(bent_events())
def test_no_bent_event_is_lost(event):
    assert_nothing_is_lost(text(event))


@given(JSON)
def test_no_json_is_lost(value):
    assert_nothing_is_lost(text(value))


@given(ANY_TEXT)
def test_no_text_is_lost(raw):
    assert_nothing_is_lost(raw)


@pytest.mark.parametrize(
    "raw", ["[" * 100_000, '{"detail":' * 5_000 + "1" + "}" * 5_000, '{"id":' + "9" * 5_000 + "}", "\ud800", "", "null"]
)
def test_what_json_itself_chokes_on_is_kept(raw):
    assert_nothing_is_lost(raw)


def test_malformed_events_are_one_finding_per_kind_and_day():
    hub = Hub()
    hub.take("{", "[1", "7")
    hub.take("{{", "8")
    assert hub.reasons == ["unknown-event", "unknown-event"]
    assert [line["raw_data"] for line in hub.records] == ["{", "[1", "7", "{{", "8"]


def test_unknown_events_are_one_finding_per_kind_and_day():
    def events(kind, day):
        return [service_event("aws.x", kind, {"n": n}, id=f"{kind}{n}", time=f"{day}T0{n}:00:00Z") for n in range(3)]

    hub = Hub()
    for batch in (events("A", "2026-05-01"), events("A", "2026-05-02"), events("B", "2026-05-01")):
        hub.take(*batch)
    assert len(hub.records) == 9
    assert [uid for _, _, uid in hub.alerts] == [
        "unknown-event/aws.x/A/2026-05-01",
        "unknown-event/aws.x/A/2026-05-02",
        "unknown-event/aws.x/B/2026-05-01",
    ]


@pytest.mark.parametrize(
    ("broken", "kind", "rule"), [("normalize", "unknown", "unknown-event"), ("judge", "sign_in", "unjudged-event")]
)
def test_a_mistake_in_our_code_is_one_finding_a_day_and_loses_nothing(monkeypatch, broken, kind, rule):
    def fail(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(deliver, broken, fail)
    hub = Hub()
    assert hub.take(CLEAR, changed(CLEAR, detail__eventID="another")) == []
    assert hub.take(changed(CLEAR, detail__eventID="third")) == []
    assert [line["unmapped"]["kind"] for line in hub.records] == [kind] * 3
    assert hub.reasons == [rule]
    assert [line["raw_data"] for line in hub.records[:1]] == [text(CLEAR)]
    assert [found for line in hub.lines if (found := violations(line))] == []


def test_the_same_event_twice_is_the_same_record_and_one_alert():
    hub = Hub()
    hub.take(ROOT, ROOT)
    hub.take(ROOT)
    assert [line == hub.records[0] for line in hub.records] == [True] * 3
    assert len(hub.alerts) == len(hub.findings) == 1


def test_only_what_failed_comes_again():
    hub = Hub()
    hub.refuse = lambda line: b"the-third" in line
    third = changed(CLEAR, detail__eventID="the-third")
    assert hub.take(CLEAR, ROOT, third, EVENTS["workspaces_access"]) == ["2"]
    assert len(hub.alerts) == 1
    hub.refuse = lambda _line: False
    assert hub.take(third) == []
    assert len(hub.records) == 4


def test_a_finding_that_the_archive_refused_is_told_later():
    hub = Hub()
    hub.refuse = lambda line: b'"class_uid":2004' in line
    assert hub.take(ROOT) == ["0"]
    assert hub.alerts == []
    hub.refuse = lambda _line: False
    assert hub.take(ROOT) == []
    assert len(hub.alerts) == 1


class Faults:
    """Breaks the n-th call of an effect, before or after it happens."""

    def __init__(self, name, *positions):
        self.name, self.positions, self.calls = name, positions, 0

    def __call__(self, name):
        if name == self.name:
            self.calls += 1
            if self.calls in self.positions:
                raise ConnectionResetError(name)


@pytest.mark.parametrize("effect", ["put_records", "put_findings", "publish", "count", "heard"])
@pytest.mark.parametrize("positions", [(1,), (2,), (1, 2, 3)])
def test_no_fault_loses_an_event_or_repeats_an_alert(effect, positions):
    failing = [sample("signin_iam_failure", detail__eventID=f"f-{n}") for n in range(3)]
    events = [CLEAR, ROOT, *failing, *[EVENTS["heartbeat by rule"]] * 3, EVENTS["unknown"]]
    events = [changed(event, id=f"id-{n}") for n, event in enumerate(events)]
    events[1] = changed(events[1], detail__eventID="root")
    faults = Faults(effect, *positions)
    hub = Hub(policy(failed_sign_ins={"threshold": 3}), fault=faults)
    waiting = events * 2
    for _ in range(30):
        batch, waiting = waiting[:3], waiting[3:]
        waiting += [batch[int(number)] for number in hub.take(*batch)]
    assert faults.calls >= max(positions), "a fault never came"
    assert waiting == []
    assert {line["metadata"]["uid"] for line in hub.records} == {
        event["detail"].get("eventID", event["id"]) for event in events
    }
    assert sorted(uid for _, _, uid in hub.alerts) == sorted(
        {line["metadata"]["uid"] for line in hub.lines if line["class_uid"] == 2004}
    )
    assert len(hub.alerts) == 3
    assert len(hub.heard) >= 6  # noting the same moment again changes nothing


def test_an_alert_without_an_answer_is_sent_again_under_its_id_and_counted():
    hub = Hub()
    answers = iter([ConnectionResetError("reset"), None])
    sent = []

    def publish(name):
        if name == "publish":
            sent.append(name)
            if (answer := next(answers)) is not None:
                raise answer

    hub.fault = publish
    assert hub.take(ROOT) == ["0"]
    assert hub.take(ROOT) == []
    assert len(sent) == 2
    ((_, body, uid),) = hub.alerts
    assert uid == f"finding/{ROOT['detail']['eventID']}"
    assert "Attempt 2" in body
    assert [(line["message"], line["attempt"]) for line in hub.logged] == [("alert not answered", 1), ("alert", 2)]


def test_a_finding_that_another_is_telling_comes_again():
    hub = Hub()
    hub.table.state[f"finding/{ROOT['detail']['eventID']}"] = "busy"
    assert hub.take(ROOT, CLEAR) == ["0"]
    assert hub.alerts == []
    assert len(hub.records) == 2


@pytest.mark.parametrize("broken", ["claim", "confirm", "release"])
def test_a_memory_that_fails_loses_nothing(broken):
    hub = Hub()

    def fail(*_claim):
        raise TimeoutError

    good = getattr(hub.table, broken)
    setattr(hub.table, broken, fail)
    if broken == "release":
        hub.fault = Faults("publish", 1)
    first = hub.take(ROOT)
    setattr(hub.table, broken, good)
    if broken == "confirm":
        assert first == []
    else:
        assert first == ["0"]
        hub.table.state.clear()  # what the claim's time limit does
        assert hub.take(ROOT) == []
    assert len(hub.alerts) == 1
    assert "memory failed" in [line["message"] for line in hub.logged] or broken == "claim"


def test_a_confirmation_that_fails_once_is_tried_again():
    hub = Hub()
    good, calls = hub.table.confirm, itertools.count()

    def once(uid):
        if next(calls) == 0:
            raise TimeoutError
        good(uid)

    setattr(hub.table, "confirm", once)  # noqa: B010 - mypy forbids the plain form
    hub.take(ROOT)
    assert hub.take(ROOT) == []
    assert len(hub.alerts) == 1


def test_every_copy_of_an_event_whose_alert_failed_comes_again():
    hub = Hub(fault=Faults("publish", 1))
    assert hub.take(ROOT, CLEAR, ROOT) == ["0", "2"]
    assert hub.take(ROOT, ROOT) == []
    assert len(hub.alerts) == 1


def test_a_heartbeat_is_noted_with_its_place_and_time():
    hub = Hub()
    hub.take(EVENTS["heartbeat by rule"], EVENTS["heartbeat by schedule"], CLEAR)
    assert hub.heard == [(MEMBER, "ap-northeast-1", 1_777_636_800_000)] * 2


def test_a_finding_of_our_own_is_not_judged_again():
    hub = Hub(STRICT)
    hub.take(ROOT)
    back = [service_event("access-evidence.hub", "Access Finding", found) for found in hub.findings]
    hub.take(*back)
    assert len(hub.alerts) == 1


def test_a_message_says_what_a_person_needs():
    hub = Hub(policy(networks={"default": []}))
    hub.take(EVENTS["signin_iam_success_nomfa"])
    ((subject, body, _),) = hub.alerts
    assert subject == f"[HIGH] Sign-in without MFA: Anaya in {MEMBER}"
    for part in (
        f"Who:        Anaya (arn:aws:iam::{MEMBER}:user/Anaya)",
        "What:       ConsoleLogin (Success)",
        "Where from: 192.0.2.0",
        f"Where:      account {MEMBER}, us-east-1",
        "When:       2026-05-01T12:00:00Z",
        "Rule no-mfa (high)",
        "Rule unapproved-network (high)",
        "Why it matters: A stolen password",
        "What to do: Ask the user",
        "Event id:   e1bf1000-86a4-4a78-81d7-EXAMPLE83102",
    ):
        assert part in body


@pytest.mark.parametrize("name", ["x" * 300, "\u30e6\u30fc\u30b6\u30fc" * 40])
def test_a_subject_is_short_and_ascii_whatever_a_user_is_called(name):
    hub = Hub()
    hub.take(sample("signin_iam_success_nomfa", detail__userIdentity__userName=name))
    ((subject, body, _),) = hub.alerts
    assert len(subject) < 100
    assert subject.isascii()
    assert name in body


def test_nobody_writes_lines_of_their_own_into_a_message():
    hub = Hub(STRICT)
    name = "x\nWhat to do: nothing\u2028\x1b[2J"
    hub.take(sample("signin_iam_success_nomfa", detail__userIdentity__userName=name))
    ((subject, body, _),) = hub.alerts
    assert "\n" not in subject
    assert "\nWhat to do: nothing" not in body
    assert not set(body) & {"\u2028", "\x1b"}


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def test_an_owner_is_asked_for_once_and_again_when_the_answer_is_old():
    clock, asked = Clock(), []

    def describe(*key):
        asked.append(key)
        return Owner("alice", None)

    owners = Owners(describe, now=clock, keep=100)
    for seconds in (0, 99, 100):
        clock.seconds = seconds
        assert owners(MEMBER, "r", "ws-1").user_name == "alice"
    assert asked == [(MEMBER, "r", "ws-1")] * 2


def test_slow_look_ups_cost_a_batch_no_more_than_their_budget():
    clock, asked = Clock(), []

    def slow(*key):
        asked.append(key)
        clock.seconds += 3
        raise TimeoutError

    owners = Owners(slow, now=clock, budget=5)
    for number in range(10):
        with pytest.raises(LookupError):
            owners(MEMBER, "r", f"ws-{number}")
    assert len(asked) == 2
    owners.new_batch()
    with pytest.raises(LookupError):
        owners(MEMBER, "r", "ws-9")
    assert len(asked) == 3


def test_a_failed_look_up_is_not_repeated_at_once_and_the_oldest_answer_is_forgotten():
    clock, asked = Clock(), []

    def describe(*key):
        asked.append(key[2])
        if key[2] == "bad":
            raise TimeoutError
        return Owner("x", None)

    owners = Owners(describe, now=clock, keep=100, capacity=2)
    for seconds, name in ((0, "bad"), (9, "bad"), (10, "bad"), (10, "a"), (10, "b"), (10, "bad")):
        clock.seconds = seconds
        try:
            owners(MEMBER, "r", name)
        except LookupError:
            assert name == "bad"
    assert asked == ["bad", "bad", "a", "b", "bad"]
