"""What the guard of security groups tells becomes records, and alerts whose commands a person can run as they stand."""

from __future__ import annotations

import contextlib
import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.access_events.guard_events import ENFORCEMENT, JUDGEMENT, SWEEP
from lambda_src.access_events.normalize import GUARD_TYPES
from tests.lambda_src.access_events.guard_samples import (
    BACK,
    CAUSE,
    GROUP,
    GUARD_EVENTS,
    HUB,
    MALLORY,
    MEMBER,
    OPENED,
    UNDO,
    enforcement,
    guard_event,
    judgement,
    sweep,
)
from tests.lambda_src.access_events.hub import Hub, is_finding, policy
from tests.lambda_src.access_events.ocsf_schema import violations
from tests.lambda_src.security_group_guard.fakes import GROUP as WATCHED
from tests.lambda_src.security_group_guard.fakes import REGION
from tests.lambda_src.security_group_guard.test_guard import PLAIN
from tests.lambda_src.security_group_guard.test_guard import event as authorized
from tests.lambda_src.security_group_guard.test_guard import world as guarded
from tests.lambda_src.security_group_guard.test_sweep import Organization

MOST_BYTES = 256 * 1024
"""Of an SNS message and of an entry on the bus."""
REVOKE = "aws ec2 revoke-security-group-ingress"
WAIVER = {"owner": "security@example.com", "reason": "migration", "expires": "2026-05-01"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def taken(*events, **parts):
    hub = Hub(policy(**parts))
    assert hub.take(*events) == []
    return hub


def alert_of(event):
    ((subject, body, _uid),) = taken(event).alerts
    return subject, body


def test_the_types_that_are_handled_are_those_that_are_known():
    assert {JUDGEMENT, ENFORCEMENT, SWEEP} == GUARD_TYPES


def test_a_record_is_of_the_group_and_of_who_caused_it_and_keyed_by_the_event():
    event = judgement(id="the-event")
    (record,) = taken(event).records
    assert record["metadata"]["uid"] == "the-event"
    assert record["cloud"] == {"provider": "AWS", "account": {"uid": MEMBER}, "region": "eu-west-1"}
    assert (record["actor"]["user"]["uid"], record["actor"]["user"]["name"]) == (MALLORY, "mallory")
    assert record["actor"]["session"] == {"uid": "mallory", "issuer": CAUSE["issuer"]}
    assert record["src_endpoint"] == {"ip": "203.0.113.66"}
    assert record["http_request"] == {"user_agent": CAUSE["user_agent"]}
    assert [resource["uid"] for resource in record["resources"]] == [GROUP, "sgr-0aaa"]
    facts = record["unmapped"]
    assert (facts["finding"], facts["differences"], facts["breaks"], facts["cause_event_id"]) == (
        "sgf-00000000000000000000000000000001",
        1,
        ["never-ssh-from-outside"],
        CAUSE["event_id"],
    )
    assert json.loads(record["raw_data"]) == event


def test_what_nobody_caused_is_the_guards_own():
    (record,) = taken(GUARD_EVENTS["judgement, of a sweep"]).records
    assert record["actor"] == {"invoked_by": "evidence-security-group-guard"}
    assert record["src_endpoint"] == {"svc_name": "evidence-security-group-guard"}
    (report,) = taken(GUARD_EVENTS["sweep, clear"]).records
    assert report["cloud"]["account"] == {"uid": HUB}


def test_a_difference_that_is_over_closes_the_finding_of_its_id_and_alerts_nobody():
    hub = taken(GUARD_EVENTS["judgement, opened"], GUARD_EVENTS["judgement, closed"])
    closed = hub.records[1]
    assert (closed["class_uid"], closed["activity_name"], closed["status"], closed["is_alert"]) == (
        2004,
        "Close",
        "Resolved",
        False,
    )
    (told,) = [line for line in hub.lines if is_finding(line)]
    assert closed["finding_info"]["uid"] == told["finding_info"]["uid"] == "sgf-00000000000000000000000000000001"
    assert closed["finding_info"]["title"] == told["finding_info"]["title"]
    assert len(hub.alerts) == len(hub.findings) == 1


def test_a_finding_is_told_once_whatever_events_repeat_it():
    hub = taken(judgement(id="a"), judgement(id="b"))
    hub.take(judgement(id="c"), judgement(id="a"))
    assert [uid for _, _, uid in hub.alerts] == ["sgf-00000000000000000000000000000001"]
    assert len(hub.records) == 4
    assert [found["finding_info"]["related_events"] for found in hub.findings] == [
        [{"uid": "a", "type_uid": 600399}, {"uid": CAUSE["event_id"]}]
    ]


def test_an_alert_says_what_is_open_what_it_breaks_who_did_it_and_how_to_undo_it():
    subject, body = alert_of(judgement())
    assert subject == f"[HIGH] Security group that is not as approved: mallory in {MEMBER}"
    for part in (
        f"Who:        mallory ({MALLORY})",
        f"What:       Security Group Judgement of {GROUP} (open)",
        "Where from: 203.0.113.66",
        f"Where:      account {MEMBER}, eu-west-1",
        f"Security group {GROUP} (web) of account {MEMBER} in eu-west-1 is not as approved: sgr-0aaa: tcp 22 from "
        "0.0.0.0/0 opens tcp 22 to 0.0.0.0/0 (breaks never-ssh-from-outside).",
        "Cause: AuthorizeSecurityGroupIngress by mallory",
        "with aws-cli/2.15.0 exec-env/CloudShell in session mallory at 2026-05-01T11:59:30Z",
        CAUSE["event_id"],
    ):
        assert part in body, part
    (evidence,) = taken(judgement()).findings[0]["evidences"]
    assert evidence["http_request"] == {"user_agent": CAUSE["user_agent"]}
    assert UNDO in body.split("\n")
    assert BACK not in body  # nothing is taken away here


def test_where_the_guard_acts_the_alert_has_what_puts_back_what_it_took():
    _, body = alert_of(judgement(mode="revoke"))
    assert "The guard is told to revoke here" in body
    assert {UNDO, BACK} <= set(body.split("\n"))


@pytest.mark.parametrize("length", [1025, 4096])
def test_a_long_command_is_told_whole(length):
    command = f"{UNDO} {shlex.quote('x' * (length - len(UNDO) - 1))}"
    hub = taken(judgement(differences=[{**OPENED, "undo": command}]))
    assert command in hub.alerts[0][1].split("\n")
    assert command in hub.findings[0]["remediation"]["desc"].split("\n")


@pytest.mark.parametrize("bad", [f"{UNDO} {'x' * 4096}", f"{UNDO}\naws rm -rf", f"{UNDO} \u2028", f"{UNDO} é"])
def test_a_command_that_would_be_cut_or_changed_is_counted_and_not_told(bad):
    _, body = alert_of(judgement(differences=[OPENED, {**OPENED, "undo": bad}]))
    assert bad[:-10] not in body.replace(UNDO + "\n", "")
    assert "rm -rf" not in body
    assert "(1 more commands do not stand here; raw_data of the record has them.)" in body
    assert UNDO in body.split("\n")


def test_an_alert_of_very_many_differences_fits_and_says_how_many_it_leaves_out():
    many = [
        {
            **OPENED,
            "rule_id": f"sgr-{number}",
            "text": "\U0001f511" * 5000,
            "breaks": "é" * 5000,
            "undo": f"{UNDO} {number} ".ljust(4096, "'"),
            "restore": f"{BACK} {number} ".ljust(4096, '"'),
        }
        for number in range(60)
    ]
    hub = taken(judgement(differences=many, more=7, mode="restore"))
    ((_, body, _),) = hub.alerts
    assert len(body.encode()) < MOST_BYTES
    assert len(json.dumps(hub.findings[0])) < MOST_BYTES
    assert "; and 57 more. Cause:" in body
    assert sum(line.startswith("aws ec2 revoke") for line in body.split("\n")) == 10
    assert body.count("(50 more commands do not stand here") == 2
    assert "(7 more differences were too many for one event" in body
    assert [found for line in hub.lines if (found := violations(line))] == []


def test_rules_that_share_a_command_have_it_once():
    _, body = alert_of(judgement(differences=[OPENED, {**OPENED, "text": "another side of it"}]))
    assert body.split("\n").count(UNDO) == 1


def test_what_was_judged_by_the_record_alone_says_so_and_why():
    _, body = alert_of(GUARD_EVENTS["judgement, by the record"])
    assert "judged by the record of the call alone (the group cannot be read: AccessDenied)" in body


def test_what_could_not_be_judged_at_all_says_so_and_why():
    subject, body = alert_of(judgement(**{**GUARD_EVENTS["judgement, of nothing"]["detail"], "unread": ["pl-x"]}))
    assert subject.startswith("[MEDIUM] Security group that could not be judged")
    assert "Neither a live group nor a record could be judged: the record names no group that is there." in body
    assert "Not understood: pl-x" in body


def test_nobody_writes_lines_of_their_own_into_an_alert():
    evil = "x\nTo undo it:\naws iam delete-user\u2028"
    event = judgement(
        group_name=evil, differences=[{**OPENED, "text": evil, "breaks": evil}], cause=dict.fromkeys(CAUSE, evil)
    )
    _, body = alert_of(event)
    assert "aws iam delete-user" not in body.split("\n")
    assert body.split("\n").count("To undo it:") == 1
    places = [{"account": evil, "region": evil, "problem": evil, "group_id": evil, "differences": 1}]
    _, report = alert_of(sweep(alert=True, unread=places, worst=places))
    _, failed = alert_of(enforcement("failed", alert=True, problem=evil, judgement=evil))
    assert "aws iam delete-user" not in report.split("\n") + failed.split("\n")
    assert "\u2028" not in report + failed


def test_a_failed_enforcement_says_the_problem_and_what_to_do_by_hand():
    subject, body = alert_of(GUARD_EVENTS["enforcement, failed"])
    assert subject.startswith("[HIGH] Security group that could not be put right")
    assert "failed. Problem: the call answered UnauthorizedOperation." in body
    assert "finding sgf-00000000000000000000000000000001" in body
    assert UNDO in body.split("\n")


def test_a_bounded_enforcement_says_what_was_taken_away_and_how_to_put_it_back():
    event = enforcement("bounded", alert=True, removed=[{"rule_id": "sgr-0ccc", "text": "tcp 23"}], restore=[BACK])
    _, body = alert_of(event)
    assert "as often as it may in an hour" in body
    assert "Taken away: sgr-0ccc: tcp 23." in body
    assert BACK in body.split("\n")


def test_a_sweep_that_found_something_says_how_much_where_and_what_it_could_not_read():
    unread = [{"account": f"{number:012}", "region": "r", "problem": "AccessDenied"} for number in range(50)]
    subject, body = alert_of(sweep(alert=True, unread=unread, unread_places=77))
    assert subject.startswith("[MEDIUM] Sweep of security groups")
    assert "judged 800 rules of 120 groups in 3 places (accounts and Regions): 4 differences, 2 of them new;" in body
    assert f"3 in {GROUP} of account {MEMBER} in eu-west-1" in body.split("\n")
    assert "account 000000000009 in r: AccessDenied" in body.split("\n")
    assert "and 67 more." in body.split("\n")


@pytest.mark.parametrize(
    ("waiver", "found"),
    [
        ({"rule": "security-group-difference"}, []),
        ({"principal": MALLORY}, []),
        ({"principal": f"arn:aws:sts::{MEMBER}:assumed-role/Deployer/*"}, []),
        ({"account": MEMBER}, []),
        ({"account": HUB}, ["security-group-difference"]),
        ({"principal": "evidence-security-group-guard"}, ["security-group-difference"]),
        ({"rule": "security-group-unjudged"}, ["security-group-difference"]),
        ({"rule": "security-group-difference", "expires": "2026-04-30"}, ["security-group-difference"]),
    ],
)
def test_an_exception_is_of_the_group_and_of_who_caused_it(waiver, found):
    assert taken(judgement(), exceptions=[{**WAIVER, **waiver}]).reasons == found


@pytest.mark.parametrize("detail", [None, 7, "text", [], {}, {"alert": True}, {"eventName": "x", "eventSource": "y"}])
@pytest.mark.parametrize("detail_type", sorted(GUARD_TYPES))
def test_a_detail_of_any_shape_is_recorded_and_told_as_unjudged(detail_type, detail):
    hub = taken(guard_event(detail_type, detail))
    (record,) = hub.records
    assert record["unmapped"]["malformed"]
    assert "security-group-unjudged" in hub.reasons


FIELDS = [
    (name, field)
    for name in ("judgement, opened", "enforcement, failed", "sweep, found")
    for field in GUARD_EVENTS[name]["detail"]
]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_field_of_another_type_is_named(name, field):
    event = json.loads(json.dumps(GUARD_EVENTS[name]))
    event["detail"][field] = 0.5
    hub = taken(event)
    assert hub.records[0]["unmapped"]["malformed"] == [field]
    assert "security-group-unjudged" in hub.reasons


@pytest.mark.parametrize("field", CAUSE)
def test_a_cause_that_says_something_of_another_type_is_named(field):
    (record,) = taken(judgement(cause={**CAUSE, field: [1]})).records
    assert record["unmapped"]["malformed"] == ["cause"]


def test_a_malformed_event_does_not_use_up_the_finding_of_a_right_one():
    hub = taken(judgement(id="bad", more="x"), judgement(id="good"))
    assert [uid for _, _, uid in hub.alerts] == [
        "security-group-unjudged/security_group_judgement/sgf-00000000000000000000000000000001",
        "sgf-00000000000000000000000000000001",
    ]
    assert UNDO in hub.alerts[0][1].split("\n")  # what could be read of it is told all the same


def test_malformed_events_of_a_group_are_one_finding_a_day():
    hub = taken(*(judgement(id=str(number), finding=None) for number in range(3)))
    assert [uid for _, _, uid in hub.alerts] == [
        f"security-group-unjudged/security_group_judgement/{MEMBER}/eu-west-1/{GROUP}/2026-05-01"
    ]


@pytest.mark.parametrize("changes", [{"state": "closed"}, {"differences": []}])
def test_an_alert_that_contradicts_itself_is_told_as_unjudged(changes):
    assert taken(judgement(**changes)).reasons == ["security-group-unjudged"]


def heard(world):
    """What a guard's world has said, as the hub takes it."""
    return taken(*(guard_event(kind, detail, id=str(number)) for number, (kind, detail) in enumerate(world.said)))


@pytest.mark.parametrize(("failing", "outcome"), [((), "done"), (("revoke_security_group_ingress",), "failed")])
def test_what_the_guard_itself_says_is_understood_and_alerts_with_its_commands(failing, outcome):
    world = guarded(PLAIN, "revoke")
    opened = world.ec2.open(22)
    world.ec2.fails |= dict.fromkeys(failing, "UnauthorizedOperation")
    with contextlib.suppress(RuntimeError):
        world.guard.examine(authorized())
    hub = heard(world)
    assert [line["unmapped"] for line in hub.records if "malformed" in line["unmapped"]] == []
    assert outcome in [line["unmapped"].get("outcome") for line in hub.records]
    told = [body.split("\n") for _, body, _ in hub.alerts]
    undo = f"{REVOKE} --region {REGION} --group-id {WATCHED} --security-group-rule-ids {opened}"
    assert [undo in lines for lines in told] == ([True, True] if failing else [True])
    assert set(hub.reasons) == {"security-group-difference", *(["security-group-enforcement"] if failing else [])}


def test_a_widened_prefix_list_alerts_as_a_difference():
    widened = {"kind": "widened", "rule_id": "sgr-0aaa", "breaks": "never-ssh", "text": "22 from pl-1", "undo": ""}
    hub = taken(judgement(differences=[widened]))
    assert hub.reasons == ["security-group-difference"]
    assert "sgr-0aaa: 22 from pl-1 (widened, breaks never-ssh)" in hub.alerts[0][1]
    assert "To undo it:" not in hub.alerts[0][1]


def test_what_a_sweep_itself_says_is_understood_and_alerts_once():
    organization = Organization()
    organization.step({"sweep": "start"})
    organization.run()
    hub = heard(organization.world)
    assert [line["unmapped"] for line in hub.records if "malformed" in line["unmapped"]] == []
    assert len(hub.records) > 1
    assert hub.reasons == ["security-group-sweep"]


@st.composite
def bent_details(draw):
    """An event of the guard in which some values, at any depth of its detail, are any JSON or gone."""
    event = json.loads(json.dumps(draw(st.sampled_from(list(GUARD_EVENTS.values())))))
    for _ in range(draw(st.integers(1, 5))):
        place = event["detail"]
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                if draw(st.booleans()):
                    place[key] = draw(JSON)
                else:
                    del place[key]
                break
            place = place[key]
    return event


@given(bent_details())
def test_no_bent_detail_is_lost_passed_over_or_invalid(event):
    hub = Hub()
    assert hub.take(event) == []
    (record,) = hub.records
    assert [found for line in hub.lines if (found := violations(line))] == []
    assert record["unmapped"]["verdict"] != "unjudged", "the judgement raised"
    assert not record.get("status_detail", "").startswith("normalize raised")
    assert len(hub.alerts) == len(hub.findings) == len(hub.lines) - 1
    if record["unmapped"].get("malformed") or (
        event["detail-type"] in GUARD_TYPES and event["detail"].get("alert") is True
    ):
        assert hub.reasons
    for _, body, _ in hub.alerts:
        assert len(body.encode("utf-8")) < MOST_BYTES
