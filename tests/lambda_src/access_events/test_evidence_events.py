"""What the check of the evidence tells becomes a record, an alert, and what closes it, whatever shape it has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.access_events.evidence_events import RULES
from lambda_src.evidence_check.gaps import DETAIL_TYPE, KINDS, SOURCE, Gap, entry
from tests.lambda_src.access_events.hub import Hub, is_finding, policy
from tests.lambda_src.access_events.ocsf_schema import violations
from tests.lambda_src.access_events.variants import MEMBER, changed
from tests.tools.query.copies import Copy

REGION = "ap-northeast-1"
HUB = "111111111111"


def gap(kind="session-without-transcript", *, about="s-1", account=MEMBER, region=REGION):
    text = "alice (203.0.113.9) had session s-1 on i-1 from 2026-05-01T00:00:00Z, and no transcript has arrived."
    return Gap("a", kind, account, region, about, "2026-05-01T00:00:00Z", text, "sessions-without-evidence")


def event(found, state="open", *, opening=1, uid="1", **detail):
    told = entry(found, opening=opening, state=state, bus="hub")
    return {
        "version": "0",
        "id": uid,
        "detail-type": told["DetailType"],
        "source": told["Source"],
        "account": HUB,
        "time": "2026-05-01T12:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {**json.loads(told["Detail"]), **detail},
    }


def taken(*events, **parts):
    hub = Hub(policy(**parts))
    assert hub.take(*events) == []
    assert [found for line in hub.lines for found in violations(line)] == []
    return hub


def test_the_check_and_the_hub_agree_on_names_and_kinds():
    assert set(RULES) == set(KINDS)
    assert (SOURCE, DETAIL_TYPE) == ("access-evidence.evidence", "Evidence Missing")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_gap_is_recorded_alerts_once_and_closes_under_one_id(kind):
    found = gap(kind)
    hub = taken(event(found), event(found, uid="2"), event(found, "closed", uid="3"))
    (finding,) = {line["finding_info"]["uid"] for line in hub.lines if is_finding(line)}
    ((subject, body, uid),) = hub.alerts
    assert finding == uid == f"evf-{found.key}"
    assert RULES[kind].title[:30] in subject
    assert found.text in body
    assert "\nTo see it: sessions-without-evidence\n" in body
    assert f"account {MEMBER}, {REGION}" in body
    opened, _again, closed = hub.records
    assert (opened["class_uid"], opened["unmapped"]["verdict"]) == (0, "alert")
    assert opened["unmapped"] == {
        "kind": "evidence_gap",
        "finding": finding,
        "state": "open",
        "gap": kind,
        "about": "s-1",
        "since": "2026-05-01T00:00:00Z",
        "question": "sessions-without-evidence",
        "verdict": "alert",
        "reasons": [RULES[kind].id],
    }
    assert (closed["class_uid"], closed["activity_name"], closed["status"]) == (2004, "Close", "Resolved")
    assert (closed["finding_info"]["uid"], closed["is_alert"]) == (finding, False)
    assert closed["cloud"]["account"]["uid"] == MEMBER


def test_what_opens_again_alerts_again():
    found = gap()
    hub = taken(event(found), event(found, "closed", uid="2"), event(found, opening=2, uid="3"))
    assert [uid for *_, uid in hub.alerts] == [f"evf-{found.key}", f"evf-{found.key}-2"]


def test_what_is_of_no_account_is_not_taken_for_the_hubs_own():
    (record,) = taken(event(gap("recording-nobody-started", account="", region=""))).records
    assert "account" not in record["cloud"]
    assert "region" not in record["cloud"]


def test_an_exception_for_the_account_holds():
    waiver = {
        "account": MEMBER,
        "rule": "missing-evidence",
        "owner": "o@example.com",
        "reason": "test",
        "expires": "2026-06-01",
    }
    hub = taken(event(gap()), exceptions=[waiver])
    assert (hub.alerts, hub.records[0]["unmapped"]["verdict"]) == ([], "excepted")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"finding": "sgf-1"}, "finding"),
        ({"finding": 7}, "finding"),
        ({"alert": None}, "alert"),
        ({"alert": False}, "alert"),
        ({"state": "ajar"}, "state"),
        ({"kind": "other"}, "kind"),
        ({"kind": ["x"]}, "kind"),
        ({"about": ""}, "about"),
        ({"text": None}, "text"),
        ({"account": 222222222222}, "account"),
    ],
)
def test_an_event_that_is_not_as_the_check_writes_it_alerts_and_uses_up_no_finding(change, named):
    found = gap()
    hub = taken(event(found, **change), event(found, uid="2"))
    assert named in hub.records[0]["unmapped"]["malformed"]
    first, second = hub.alerts
    assert first[2] == "unasked-evidence/malformed/2026-05-01"
    assert second[2] == f"evf-{found.key}"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_whatever_shape_a_detail_has_there_is_a_record_and_an_alert(detail):
    hub = taken(changed(event(gap()), detail=detail))
    assert len(hub.records) == len(hub.alerts) == 1


@given(
    st.sampled_from(("finding", "state", "kind", "about", "text", "question", "account", "region", "time")), st.text()
)
def test_whatever_text_stands_in_a_detail_there_is_a_valid_record(name, value):
    assert len(taken(event(gap(), **{name: value})).records) == 1


def test_the_timeline_and_the_views_take_the_records_as_they_are(tmp_path):
    copy = Copy(tmp_path)
    copy.hear(event(gap()), event(gap(), "closed", uid="2"))
    assert copy.ask("what-could-not-be-read") == []
    assert [row["finding_id"] for row in copy.select("SELECT finding_id FROM findings")].count(f"evf-{gap().key}") >= 1
    assert len(copy.select("SELECT kind FROM access_timeline WHERE kind = 'finding'")) >= 1
