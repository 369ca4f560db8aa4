"""A session without transcript, a connection without recording and a recording of nobody are told when it is time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambda_src.evidence_check.sessions import CONNECTIONS, QUESTIONS, SESSIONS, missing
from tests.lambda_src.access_events.variants import MEMBER
from tests.lambda_src.evidence_check.fakes import Organization
from tests.tools.query.copies import RECORDINGS, REGION, connection, recording, session, shown, sql

EARLY = datetime(2026, 5, 1, 1, 59, 59, tzinfo=UTC)
DUE = datetime(2026, 5, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def organization(tmp_path):
    made = Organization(tmp_path)
    made.archive = made.archive._replace(log_buckets={}, trail_prefix="", trail_regions=())
    return made


def start(hour="00:00"):
    return f"2026-05-01T{hour}:00Z"


def test_a_session_without_transcript_is_a_finding_after_its_grace_and_closes_when_the_transcript_comes(organization):
    organization.copy.hear(session("e-1", "s-1", at=start()))
    organization.at(EARLY)
    assert organization.look() == {}
    organization.at(DUE)
    assert list(organization.look()) == [("session-without-transcript", MEMBER, REGION, "s-1")]
    (detail,) = organization.heard
    assert detail["text"].startswith("alice (")
    assert "had session s-1 on i-0123456789abcdef0 from 2026-05-01T00:00:00Z" in detail["text"]
    assert detail["question"] in sql().questions
    organization.copy.show(shown("s-1", "$ id", at=start("00:01")), day="2026-05-09")
    assert organization.look() == {}


def test_a_connection_without_recording_is_a_finding_and_closes_when_the_recording_comes(organization):
    organization.copy.hear(connection("e-1", "connection-1", at=start()))
    organization.at(DUE)
    assert list(organization.look()) == [("connection-without-recording", MEMBER, REGION, "connection-1")]
    organization.copy.hear(recording("r-1", "x/CONNECTION1.mp4", at=start("08:00")))
    assert organization.look() == {}


def test_a_recording_that_nobody_started_is_a_finding_and_closes_when_the_start_is_heard(organization):
    organization.copy.hear(recording("r-1", "x/connection-1.mp4", at=start("01:00")))
    organization.at(LATER)
    assert list(organization.look()) == [
        ("recording-nobody-started", "", REGION, f"s3://{RECORDINGS}/x/connection-1.mp4")
    ]
    assert organization.heard[0]["text"].endswith("and no connection is known that it may be of.")
    organization.copy.deliver(connection("e-1", "connection-1", at=start()))
    assert organization.look() == {}


def test_a_recording_that_may_be_of_two_says_so(organization):
    organization.copy.hear(
        connection("e-1", "connection-1", at=start()),
        connection("e-2", "connection-2", at=start("00:01")),
        recording("r-1", "opaque.mp4", at=start("00:30")),
    )
    organization.at(LATER)
    organization.look()
    assert [each["text"] for each in organization.heard if each["kind"] == "recording-nobody-started"] == [
        f"The recording s3://{RECORDINGS}/opaque.mp4 arrived at 2026-05-01T00:30:00Z, and 2 connections may be it."
    ]


def test_a_session_that_is_never_logged_is_no_second_finding(organization):
    document = {"detail__requestParameters__documentName": "AWS-StartPortForwardingSession"}
    organization.copy.hear(session("e-1", "s-1", at=start(), **document))
    organization.at(LATER)
    assert [row["state"] for row in organization.copy.ask(SESSIONS)] == ["never logged"]
    assert organization.look() == {}


def test_the_grace_is_settable_and_a_longer_one_takes_nothing_back(organization):
    organization.copy.hear(session("e-1", "s-1", at=start()))
    organization.at(DUE)
    assert organization.look(grace=timedelta(hours=3)) == {}
    assert len(organization.look(grace=timedelta(hours=2))) == 1
    assert len(organization.look(grace=timedelta(hours=3))) == 1


def test_what_the_tables_no_longer_reach_is_not_over(organization):
    organization.copy.hear(session("e-1", "s-1", at=start()))
    organization.at(DUE)
    organization.look()
    for file in organization.copy.folder.rglob("*.gz"):
        file.unlink()
    organization.at(DUE + timedelta(days=401))
    assert len(organization.look()) == 1
    organization.at(DUE + timedelta(days=300))
    assert organization.look() == {}, "but what they reach and do not show is"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_fails_is_a_finding_and_takes_nothing_back(organization, question):
    organization.copy.hear(session("e-1", "s-1", at=start()), connection("e-2", "connection-1", at=start()))
    organization.copy.hear(recording("r-1", "x/connection-2.mp4", at="2026-04-30T23:00:00Z"))
    organization.at(LATER)
    before = set(organization.look())
    assert len(before) == 3

    def denied(text):
        if text == sql().questions[question].text:
            raise PermissionError("AccessDeniedException")

    organization.duck.fault = denied
    after = set(organization.look())
    assert {(kind, about) for kind, _, _, about in after - before} == {("unasked", question)}
    assert before < after
    organization.duck.fault = lambda _text: None
    assert set(organization.look()) == before


def test_a_time_that_cannot_be_read_gives_no_grace():
    rows = [{"connection_id": "c-1", "time": None, "account": MEMBER, "region": REGION}]
    (gap,) = missing(CONNECTIONS, rows, now=EARLY, grace=timedelta(days=9)).values()
    assert (gap.about, gap.time) == ("c-1", "")


def test_a_row_that_does_not_say_what_it_is_about_is_a_gap_and_hides_no_other():
    rows = [{"time": "2026-05-01 00:00:00.000"}, {"session_id": "s-1", "state": "no transcript"}]
    kinds = [gap.kind for gap in missing(SESSIONS, rows, now=LATER, grace=timedelta()).values()]
    assert kinds == ["unasked", "session-without-transcript"]
