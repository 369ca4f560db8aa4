"""What the views and questions answer, over what the hub, CloudTrail and the delivery stream really write."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

import pytest

from tests.lambda_src.access_events.hub import policy
from tests.lambda_src.access_events.variants import EVENTS, MEMBER, OTHER_ACCOUNT, PORT_FORWARDING, changed, sample
from tests.tools.query.copies import (
    GUICONNECT,
    RECORDINGS,
    REGION,
    Copy,
    acted,
    connection,
    recording,
    rows,
    session,
    session_end,
    shown,
    sql,
)

CONNECTION = "fcb810cd-241f-4aae-9ee4-02d590000000"
HOST = "i-0123456789abcdef0"


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-01T{text}")


def timeline(copy: Copy, *columns: str) -> list[tuple[Any, ...]]:
    wanted = columns or ("kind", "person", "host", "what", "match")
    found = copy.select(f"SELECT {', '.join(wanted)} FROM access_timeline ORDER BY time, kind, event_id")
    return [tuple(row.values()) for row in found]


def test_a_session_shows_who_typed_what_from_where_and_until_when(copy):
    copy.hear(
        session("e-1", "alice-1", at="2026-05-01T12:00:00Z"), session_end("e-2", "alice-1", at="2026-05-01T12:09:00Z")
    )
    uri = copy.show(
        shown("alice-1", "sh-5.2$ whoami", "ssm-user", at="2026-05-01T12:00:05Z"),
        shown("alice-1", "[root@db-1 ~]# ls /", "bin  etc", "PS C:\\> dir", at="2026-05-01T12:01:05Z"),
    )
    (row,) = copy.select("SELECT * FROM shell_sessions")
    assert row == row | {
        "time": at("12:00:00"),
        "until": at("12:09:00"),
        "account": MEMBER,
        "region": REGION,
        "person": "alice",
        "source_ip": "203.0.113.10",
        "host": HOST,
        "lines": 5,
        "typed": "sh-5.2$ whoami\n[root@db-1 ~]# ls /\nPS C:\\> dir",
        "shown": "sh-5.2$ whoami\nssm-user\n[root@db-1 ~]# ls /\nbin  etc\nPS C:\\> dir",
        "state": "transcript",
        "match": "exact",
        "evidence": uri,
        "event_id": "e-1",
    }
    what = "shell session: sh-5.2$ whoami | [root@db-1 ~]# ls / | PS C:\\> dir"
    assert timeline(copy) == [("shell-session", "alice", HOST, what, "exact")]


def test_sessions_without_evidence_are_told_from_those_that_are_never_logged(copy):
    copy.hear(
        session("e-1", "a-1", at="2026-05-01T12:00:00Z"),
        session("e-2", "a-2", at="2026-05-01T12:01:00Z", detail__requestParameters__documentName=PORT_FORWARDING),
        session("e-3", "a-3", at="2026-05-01T12:02:00Z"),
        session(
            "e-4", "a-4", at="2026-05-01T12:03:00Z", detail__errorCode="AccessDenied", detail__responseElements=None
        ),
    )
    copy.show(shown("a-3", "$ id", at="2026-05-01T12:02:01Z"), shown("a-9", "$ id", at="2026-05-01T12:02:01Z"))
    found = copy.ask("sessions-without-evidence")
    assert [(row["session_id"], row["state"]) for row in found] == [("a-1", "no transcript"), ("a-2", "never logged")]
    states = copy.select("SELECT session_id, state, person FROM shell_sessions WHERE state = 'nobody started'")
    assert states == [{"session_id": "a-9", "state": "nobody started", "person": "alice"}]


def test_a_start_that_only_the_trail_tells_says_what_the_hub_would_have_said(copy, tmp_path):
    started = [
        session("e-1", "a-1", at="2026-05-01T12:00:00Z", detail__requestParameters__documentName="Mine"),
        session("e-2", "a-2", at="2026-05-01T12:01:00Z", detail__userIdentity__type="Root"),
        connection("e-3", CONNECTION, at="2026-05-01T12:02:00Z", detail__sourceIPAddress="2001:db8::1"),
        EVENTS["session, GuiConnect's own"],
        changed(
            session("e-5", "a-5", at="2026-05-01T12:03:00Z"),
            detail__userIdentity={"type": "IAMUser", "userName": "carol", "arn": f"arn:aws:iam::{MEMBER}:user/x/carol"},
        ),
    ]
    other = Copy(tmp_path / "other")
    copy.hear(*started)
    other.deliver(*started)
    columns = "event_id, time, account, region, person, principal, source_ip, called_by, host, operation, session_id"
    text = f"SELECT {columns}, document, session_reason, connection_id, protocol FROM starts ORDER BY event_id"
    assert other.select(text) == copy.select(text)
    assert len(copy.select(text)) == 5


def test_what_hub_and_trail_both_tell_counts_once(copy):
    start = session("e-1", "a-1", at="2026-05-01T12:00:00Z")
    for _ in range(2):
        copy.hear(start)
        copy.hear(start, day="2026-05-03")
        copy.deliver(start)
    # Only the hub judges, so its copy goes before the trail's.
    assert copy.select("SELECT event_id, verdict FROM starts") == [{"event_id": "e-1", "verdict": "clear"}]
    assert len(timeline(copy)) == 1


def test_an_event_that_the_hub_delivers_twice_counts_once(copy):
    for day in ("2026-05-01", "2026-05-01", "2026-05-04"):
        copy.hear(sample("signin_iam_success_nomfa"), day=day)
    assert sorted(row[0] for row in timeline(copy, "kind")) == ["console-sign-in", "finding"]


def test_transcripts_that_are_delivered_twice_count_once(copy):
    seconds = [shown("a-1", "$ id", f"uid={n}", at=f"2026-05-01T12:00:0{n}Z") for n in range(3)]
    copy.show(*seconds)
    copy.show(*reversed(seconds), day="2026-05-02")
    (row,) = copy.select("SELECT lines, typed, shown FROM shell_sessions")
    assert row == {"lines": 6, "typed": "$ id\n$ id\n$ id", "shown": "$ id\nuid=0\n$ id\nuid=1\n$ id\nuid=2"}


def test_a_recording_has_a_name_and_an_address_where_its_key_holds_the_connection(copy):
    copy.hear(
        connection("e-1", CONNECTION, at="2026-05-01T12:00:00Z"),
        recording("r-1", f"x/{CONNECTION.upper()}/0.mp4", at="2026-05-01T12:40:00Z"),
        recording("r-2", f"y/{CONNECTION.replace('-', '')}/1.mp4", at="2026-05-02T12:40:00Z"),
    )
    (row,) = copy.select("SELECT * FROM rdp_connections")
    assert row == row | {
        "person": "alice",
        "source_ip": "203.0.113.10",
        "host": HOST,
        "connection_id": CONNECTION,
        "state": "recorded",
        "match": "exact",
        "recordings": 2,
        "evidence": f"s3://{RECORDINGS}/x/{CONNECTION.upper()}/0.mp4",
    }
    expected = ("rdp-connection", "alice", HOST, "RDP connection, recorded", "exact")
    assert timeline(copy) == [expected]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("opaque/0", "none: 3"),
        (f"{MEMBER}/opaque", "none: 2"),
        (f"{OTHER_ACCOUNT}/opaque", "inferred: c-other-account"),
        ("i-0aaaaaaaaaaaaaaa1/opaque", "inferred: c-other-host"),
        (f"{MEMBER}_i-0123456789abcdef0_x", "inferred: c-one-host"),
        ("444444444444/opaque", "none: 0"),
        ("i-0bbbbbbbbbbbbbbb1/opaque", "none: 0"),
        ("0e0e0e0e-0000-0000-0000-222222222222/x", "none: 3"),
    ],
)
def test_an_opaque_key_is_inferred_where_one_connection_alone_agrees(copy, key, found):
    copy.hear(
        connection("e-1", "c-one-host", at="2026-05-01T12:00:00Z"),
        connection("e-2", "c-other-host", at="2026-05-01T12:10:00Z", host="i-0aaaaaaaaaaaaaaa1"),
        connection(
            "e-3", "c-other-account", at="2026-05-01T12:20:00Z", host="i-0cccccccccccccc1", account=OTHER_ACCOUNT
        ),
        connection("e-4", "c-with-its-own", at="2026-05-01T12:21:00Z"),
        connection("e-5", "c-too-late", at="2026-05-01T14:00:00Z"),
        connection("e-6", "c-too-early", at="2026-04-29T12:00:00Z"),
        recording("r-0", "c-with-its-own", at="2026-05-01T12:30:00Z"),
        recording("r-1", key, at="2026-05-01T12:50:00Z"),
    )
    (row,) = copy.select(f"SELECT match, candidates, connection_id FROM recording_matches WHERE object_key = '{key}'")
    assert f"{row['match']}: {row['connection_id'] or row['candidates']}" == found


def test_the_connections_of_two_hours_go_before_those_of_a_day(copy):
    copy.hear(
        connection("e-1", "c-of-the-day", at="2026-05-01T01:00:00Z"),
        connection("e-2", "c-of-the-hour", at="2026-05-01T12:00:00Z"),
        recording("r-1", "opaque", at="2026-05-01T12:50:00Z"),
    )
    copy.hear(recording("r-2", "late", at="2026-05-02T02:00:00Z"), day="2026-05-02")
    found = copy.select(
        "SELECT object_key, match, connection_id, candidates FROM recording_matches ORDER BY object_key"
    )
    assert [tuple(row.values()) for row in found] == [
        ("late", "none", None, 2),
        ("opaque", "inferred", "c-of-the-hour", 1),
    ]


def test_connections_without_a_recording_and_recordings_without_a_connection_are_told(copy):
    copy.hear(
        connection("e-1", "c-without-recording", at="2026-05-01T01:00:00Z"),
        recording("r-1", f"{OTHER_ACCOUNT}/opaque", at="2026-05-01T12:50:00Z"),
    )
    (missing,) = copy.ask("connections-without-recording")
    assert (missing["person"], missing["connection_id"]) == ("alice", "c-without-recording")
    (orphan,) = copy.ask("recordings-nobody-started")
    assert (orphan["uri"], orphan["key_account"]) == (f"s3://{RECORDINGS}/{OTHER_ACCOUNT}/opaque", OTHER_ACCOUNT)
    assert timeline(copy, "kind", "account", "what", "match") == [
        ("rdp-connection", MEMBER, "RDP connection, no recording", "none"),
        ("recording", OTHER_ACCOUNT, "recording, nobody started", "none"),
    ]


def test_a_connection_knows_the_session_that_it_runs_through_and_its_end(copy):
    tunnel = {
        "detail__requestParameters__documentName": PORT_FORWARDING,
        "detail__userIdentity__invokedBy": GUICONNECT,
        "detail__sourceIPAddress": GUICONNECT,
    }
    copy.hear(
        connection("e-1", "c-0000001", at="2026-05-01T12:00:00Z"),
        session("e-2", "a-tunnel", at="2026-05-01T12:00:02Z", **tunnel),
        session("e-3", "b-tunnel", at="2026-05-01T12:00:02Z", person="bob", **tunnel),
        session("e-4", "a-shell", at="2026-05-01T12:00:01Z"),
        session_end("e-5", "a-tunnel", at="2026-05-01T12:30:00Z"),
    )
    (row,) = copy.select("SELECT session_id, until FROM rdp_connections")
    assert row == {"session_id": "a-tunnel", "until": at("12:30:00")}
    assert [row["session_id"] for row in copy.select("SELECT session_id FROM shell_sessions")] == ["a-shell"]


def test_logins_sign_ins_changes_tampering_and_findings_are_on_the_timeline(copy):
    rules = policy(networks={"default": ["198.51.100.0/24"]})
    copy.hear(
        sample("workspaces_access"),
        sample("signin_root_success_nomfa"),
        sample("sg_authorize_ingress"),
        changed(EVENTS["trail stopped by a service"], detail__eventID="e-tampering"),
        EVENTS["heartbeat by rule"],
        EVENTS["alarm"],
        rules=rules,
    )
    kinds = {row[0] for row in timeline(copy, "kind")}
    assert kinds == {"workspaces-login", "console-sign-in", "security-group-change", "tampering", "finding"}
    (login,) = copy.select("SELECT * FROM workspaces_logins")
    assert login == login | {
        "person": f"owner-of-{login['workspace_id']}",
        "source_ip": sample("workspaces_access")["detail"]["clientIpAddress"],
        "verdict": "alert",
        "reasons": ["unapproved-network"],
    }
    (change,) = copy.select("SELECT * FROM security_group_changes")
    asked = sample("sg_authorize_ingress")["detail"]["requestParameters"]["ipPermissions"]["items"][0]
    assert (change["first_protocol"], change["first_port"], change["first_source"]) == (
        asked["ipProtocol"],
        str(asked["fromPort"]),
        asked["ipRanges"]["items"][0]["cidrIp"],
    )
    assert copy.ask("security-group-changes", MEMBER)[0]["what"].startswith("AuthorizeSecurityGroupIngress of sg-")
    assert copy.ask("security-group-changes", OTHER_ACCOUNT) == []
    assert {row["kind"] for row in copy.ask("root-use")} == {"console-sign-in"}
    outside = copy.ask("logins-from-outside")
    assert {(row["kind"], row["verdict"]) for row in outside} == {
        ("workspaces-login", "alert"),
        ("console-sign-in", "alert"),
    }


def test_a_login_that_an_exception_lets_pass_came_from_outside_all_the_same(copy):
    waiver = {"rule": "unapproved-network", "owner": "o", "reason": "r", "expires": "2026-12-31"}
    rules = policy(networks={"default": ["198.51.100.0/24"]}, exceptions=[waiver])
    copy.hear(sample("workspaces_access"), rules=rules)
    (row,) = copy.ask("logins-from-outside")
    assert row["verdict"] == "excepted"
    assert row["exceptions"][0].startswith("unapproved-network: o, r")


def test_who_was_on_a_host_and_what_a_person_did_on_a_day(copy):
    copy.hear(
        session("e-1", "alice-1", at="2026-05-01T23:50:00Z"),
        session_end("e-2", "alice-1", at="2026-05-02T00:10:00Z"),
        session("e-3", "bob-1", at="2026-05-01T12:00:00Z", person="bob", host="i-other"),
        acted("sg_authorize_ingress", "e-4", at="2026-05-03T00:00:00Z"),
    )
    assert [row["person"] for row in copy.ask("who-was-on-host", HOST)] == ["alice"]
    assert copy.ask("who-was-on-host", "i-nowhere") == []
    kinds = {
        day: [row["kind"] for row in copy.ask("what-did-person-do", "Alice", f"2026-05-0{day}")] for day in (1, 2, 3, 4)
    }
    assert kinds == {1: ["shell-session"], 2: ["shell-session"], 3: ["security-group-change"], 4: []}
    arn = f"arn:aws:sts::{MEMBER}:assumed-role/Ops/bob"
    assert len(copy.ask("what-did-person-do", arn, "2026-05-01")) == 1


def test_the_hour_around_an_alert_shows_its_account_alone(copy):
    rules = policy(networks={"default": ["198.51.100.0/24"]})
    copy.hear(
        sample("signin_iam_success_nomfa", time="2026-05-01T12:00:00Z", detail__eventTime="2026-05-01T12:00:00Z"),
        session("e-1", "a-1", at="2026-05-01T12:29:00Z"),
        session("e-2", "a-2", at="2026-05-01T12:31:00Z"),
        session("e-3", "a-3", at="2026-05-01T12:00:00Z", account=OTHER_ACCOUNT),
        rules=rules,
    )
    (finding,) = copy.select("SELECT finding_id, related_event_id, account FROM findings")
    assert finding["account"] == MEMBER
    for alert in (finding["finding_id"], finding["related_event_id"]):
        kinds = [row["kind"] for row in copy.ask("around-alert", alert)]
        assert kinds == ["console-sign-in", "finding", "shell-session"]
    assert copy.ask("around-alert", "no-such-alert") == []


def test_what_cannot_be_read_is_counted_and_hides_nothing(copy):
    copy.hear(session("e-1", "a-1", at="2026-05-01T12:00:00Z"), {})
    broken = copy.lines("access-events/day=2026-05-01", ["not { json", "[1]", "17", '"x"', '{"time": "x"}', "{}"])
    odd = copy.lines(
        "access-events/day=2026-05-02",
        [
            json.dumps({"metadata": {"uid": "u-1", "version": "9.9"}, "time": 1, "unmapped": {"kind": "new_kind"}}),
            json.dumps(
                {"metadata": {"uid": "u-2", "version": "1.5.0"}, "time": 10**17, "unmapped": {"kind": "session"}}
            ),
            json.dumps({"metadata": {"uid": "u-3", "version": "1.5.0"}, "time": 1, "unmapped": "no object", "user": 7}),
        ],
    )
    terminal = copy.show(
        "text", {}, shown("a-1", "$ id", at="2026-05-01T12:00:01Z"), shown("a-1", "$ w", at="noon", eventVersion="2.0")
    )
    newer = copy.show(shown("a-1", "$ ls", at="2026-05-01T12:00:02Z", eventVersion="2.0"))
    trail = copy.trail([{"eventID": "t-1", "eventTime": "2026-05-01T12:00:00+09:00"}, "x", None])
    no_records = copy.trail("no list")
    empty = copy.put("transcripts/account=1/region=r/day=2026-05-01/empty.json.gz", gzip.compress(b""))
    cut = copy.put(
        f"cloudtrail/AWSLogs/{MEMBER}/CloudTrail/{REGION}/2026/05/02/cut.json.gz", gzip.compress(b"x" * 999)[:20]
    )
    plain = copy.put("access-events/day=2026-05-03/plain.json.gz", b"{}")

    archive = copy.archive()
    found = rows(archive.ask(sql().questions["what-could-not-be-read"], ()))
    told = {(row["evidence"], row["problem"]): row["records"] for row in found}
    unknown = told.pop(next(key for key in told if key[1] == "an event that the hub does not know"))
    assert unknown == 1
    assert told == {
        (broken, "no record"): 6,
        (odd, "version 9.9"): 1,
        (odd, "no time"): 1,
        (odd, "no kind"): 1,
        (terminal, "no record"): 2,
        (terminal, "no time"): 1,
        (newer, "version 2.0"): 1,
        (trail, "no time"): 1,
        (trail, "no record"): 2,
        (no_records, "no record"): 1,
        (cut, "no record"): 1,
        (plain, "no record"): 1,
    }
    assert {row["evidence"]: row["day"] for row in found}[cut] == "2026/05/02"
    assert empty not in {row["evidence"] for row in found}
    assert {path.rpartition("/")[2] for path in archive.broken} == {"cut.json.gz", "plain.json.gz"}
    (row,) = copy.select("SELECT state, lines FROM shell_sessions")
    assert row == {"state": "transcript", "lines": 3}
    for view in sql().views:
        archive.select(f"SELECT * FROM {view}")


def test_hostile_lines_hide_neither_their_neighbours_nor_the_next_file(copy):
    good = [json.dumps(shown(f"a-{number}", "$ id", at="2026-05-01T12:00:01Z")).encode() for number in range(3)]
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    lines = [b'{"sessionId":"x\xff\xfe"}', good[0], b"\xff\xfe", deep, b'{"sessionId":"\\ud800"}', b"\x00", good[1]]
    folder = f"transcripts/account={MEMBER}/region={REGION}/day=2026-05-01"
    copy.put(f"{folder}/a.json.gz", gzip.compress(b"\n".join(lines)))
    copy.put(f"{folder}/b.json.gz", gzip.compress(b"") + gzip.compress(good[2]))
    found = copy.select("SELECT session_id FROM session_transcripts ORDER BY session_id")
    assert [row["session_id"] for row in found] == ["a-0", "a-1", "a-2"]
    assert [row["records"] for row in copy.ask("what-could-not-be-read")] == [5]


def test_an_account_that_no_setting_names_and_days_without_files_are_no_error(copy):
    copy.show(shown("x-1", "$ id", at="2026-05-01T12:00:01Z"), account="999999999999", day="2026-06-01")
    copy.hear(session("e-1", "x-1", at="2026-05-01T12:00:00Z", account="999999999999"), day="2026-05-20")
    assert timeline(copy, "account", "match") == [("999999999999", "exact")]


def test_the_clock_of_a_machine_may_be_wrong(copy):
    copy.hear(session("e-1", "a-1", at="2026-05-01T12:00:00Z"))
    copy.show(shown("a-1", "$ id", at="1970-01-01T00:00:01Z"))
    copy.hear(session("e-2", "a-2", at="2026-05-01T12:00:00Z"), session_end("e-3", "a-2", at="2026-05-01T12:05:00Z"))
    copy.show(shown("a-2", "$ id", at="2037-01-01T00:00:01Z"))
    found = copy.select("SELECT session_id, time, until, match FROM shell_sessions ORDER BY session_id")
    assert [tuple(row.values()) for row in found] == [
        ("a-1", at("12:00:00"), None, "exact"),
        ("a-2", at("12:00:00"), at("12:05:00"), "exact"),
    ]


def test_an_empty_archive_answers_every_question(copy):
    copy.folder.mkdir(exist_ok=True)
    archive = copy.archive()
    assert archive.is_empty
    for question in sql().questions.values():
        answers = archive.ask(question, ["2026-05-01"] * len(question.parameters))
        assert answers.rows == []


def test_every_kind_of_event_is_read(copy):
    copy.hear(*(changed(event) for event in EVENTS.values()))
    archive = copy.archive()
    for view in sql().views:
        archive.select(f"SELECT * FROM {view}")
    assert copy.select("SELECT count(*) AS n FROM events WHERE account IS NULL AND kind = 'session'") == [{"n": 0}]
