"""The event handler at work: its memory in DynamoDB, and a batch from the doorway to topic, bus and stream."""

from __future__ import annotations

import os
import time

import pytest

from lambda_src.access_events import handler
from lambda_src.access_events.effects import Table, note_heartbeat
from tests.lambda_src.access_events.variants import EVENTS, changed
from tests.local.doorway import CONTEXT, batch, forget

ROOT = EVENTS["signin_root_success_nomfa"]


@pytest.fixture
def table(dynamodb):
    def at(seconds):
        return Table(dynamodb, "state", now=lambda: seconds, claim_seconds=60, keep_seconds=1000)

    return at


def test_a_claim_is_one_holders_until_it_is_told_released_or_too_old(table):
    assert table(100).claim("a") == ("ours", 1)
    assert table(159).claim("a").state == "busy"
    assert table(161).claim("a") == ("ours", 2)
    table(161).release("a", 2)
    assert table(162).claim("a") == ("ours", 3)
    table(162).confirm("a")
    assert table(9999).claim("a").state == "done"
    assert table(100).claim("b") == ("ours", 1)


def test_a_release_that_comes_late_leaves_the_next_claim_alone(table):
    assert table(100).claim("a") == ("ours", 1)
    table(100).release("a", 1)
    assert table(101).claim("a") == ("ours", 2)
    table(102).release("a", 1)
    assert table(102).claim("a").state == "busy"


def test_what_is_remembered_ends(table, dynamodb):
    table(100).claim("a")
    table(200).count("k", "e")
    found = dynamodb.scan(TableName="state")["Items"]
    assert {item["id"]["S"]: item["expires"]["N"] for item in found} == {"finding#a": "1100", "count#k": "1200"}


def test_different_ids_are_counted_once_each_and_no_further_than_an_item_holds(table, monkeypatch):
    memory = table(100)
    assert [memory.count("k", uid) for uid in ("a", "b", "a", "c")] == [1, 2, 2, 3]
    assert memory.count("other", "a") == 1
    monkeypatch.setattr(Table, "MOST_IDS", 3)
    assert memory.count("k", "d") == 3
    assert (
        len(memory._dynamodb.get_item(TableName="state", Key={"id": {"S": "count#k"}})["Item"]["event_ids"]["SS"]) == 3
    )


def test_the_roster_keeps_the_latest_heartbeat(dynamodb):
    for moment in (5, 9, 7):
        note_heartbeat("222222222222", "r", moment, dynamodb=dynamodb, table="roster")
    assert dynamodb.scan(TableName="roster")["Items"] == [
        {"account": {"S": "222222222222"}, "region": {"S": "r"}, "last_heard": {"N": "9"}}
    ]


def test_a_batch_that_comes_twice_alerts_once(doorway):
    federated = changed(EVENTS["signin_federated_success"], detail__eventID="federated")
    events = [ROOT, changed(EVENTS["heartbeat by rule"], id="beat"), federated]
    assert handler.handle(batch(*events, *events), CONTEXT) == {"batchItemFailures": []}
    assert handler.handle(batch(*events), CONTEXT) == {"batchItemFailures": []}
    (alert,) = doorway.alerts()
    assert alert["Subject"].startswith("[CRITICAL] Root sign-in: root in ")
    uids = {line["metadata"]["uid"] for line in doorway.lines() if line["class_uid"] != 2004}
    assert uids == {ROOT["detail"]["eventID"], "beat", "federated"}
    assert sum(line["class_uid"] == 2004 for line in doorway.lines()) == 1
    assert len(doorway.dynamodb.scan(TableName="roster")["Items"]) == 1


def test_one_event_may_be_given_to_the_function_itself(doorway, monkeypatch):
    assert handler.handle(ROOT, CONTEXT) == {"batchItemFailures": []}
    assert len(doorway.alerts()) == 1
    monkeypatch.setenv("DELIVERY_STREAM", "gone")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with pytest.raises(RuntimeError, match="again"):
        handler.handle(ROOT, CONTEXT)


def test_a_topic_that_is_gone_leaves_the_finding_to_be_told(doorway, monkeypatch):
    topic = os.environ["ALERTS_TOPIC_ARN"]
    monkeypatch.setenv("ALERTS_TOPIC_ARN", f"{topic}-gone")
    assert handler.handle(batch(ROOT), CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    monkeypatch.setenv("ALERTS_TOPIC_ARN", topic)
    assert handler.handle(batch(ROOT), CONTEXT) == {"batchItemFailures": []}
    (alert,) = doorway.alerts()
    assert "Attempt 2" in alert["Message"]


def test_a_login_is_recorded_though_nobody_may_be_asked_whose_it_is(doorway, monkeypatch):
    monkeypatch.setenv("MEMBER_READ_ROLE", "no-such-role")
    assert handler.handle(batch(EVENTS["workspaces_access"]), CONTEXT) == {"batchItemFailures": []}
    (record,) = doorway.lines()
    assert record["unmapped"]["enrichment"] == "failed"
    assert record["src_endpoint"] == {"ip": "192.0.2.3"}


def test_the_policy_may_be_a_file(tmp_path, monkeypatch):
    (tmp_path / "policy.json").write_text('{"failed_sign_ins": {"threshold": 9}}', "utf-8")
    monkeypatch.delenv("POLICY", raising=False)
    monkeypatch.setenv("POLICY_FILE", str(tmp_path / "policy.json"))
    forget()
    assert handler._policy().failed_threshold == 9
    forget()
