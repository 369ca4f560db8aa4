"""The query layer at work in the embedded AWS: an auditor's page comes by itself, and a gap closes by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from local.demo.records import Records
from local.session_agent import play_session
from tests.local.demonstration import ALICES, ARCHIVE

PLACE = {"account": ARCHIVE, "region": "ap-northeast-1"}
DERIVED = f"evidence-derived-{ARCHIVE}-ap-northeast-1"
READER = f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor-audit"


def page_of(s3, day, *, seconds=30):
    """The page of a day, as soon as there is one."""
    for _ in range(seconds * 5):
        if s3.list_objects_v2(Bucket=DERIVED, Prefix=f"reports/{day}/").get("KeyCount"):
            return s3.get_object(Bucket=DERIVED, Key=f"reports/{day}/access-evidence.html")
        time.sleep(0.2)
    raise AssertionError("no page came")


def test_the_daily_page_is_written_and_read_by_an_auditor(demonstration):
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    demonstration.aws.fire_schedule(**PLACE, rule="evidence-report")
    page = page_of(demonstration.client("s3", account=ARCHIVE, role=READER), today)
    text = page["Body"].read().decode()
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["SSEKMSKeyId"].endswith(demonstration.key_id)
    for words in ("alice", "dave", "inferred", "sudo systemctl restart payments", "no transcript"):
        assert words in text, words


def test_nobody_but_those_who_ask_reads_the_page(demonstration):
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    page_of(demonstration.client("s3", account=ARCHIVE, role=READER), today, seconds=1)
    general = demonstration.client("s3", account=ARCHIVE, role=f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor")
    with pytest.raises(general.exceptions.ClientError, match="AccessDenied"):
        general.get_object(Bucket=DERIVED, Key=f"reports/{today}/access-evidence.html")


def test_a_gap_that_was_told_closes_when_the_transcript_arrives_late(demonstration):
    place, role = {"account": ALICES, "region": PLACE["region"]}, f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor"
    s3 = demonstration.client("s3", account=ARCHIVE, role=role)
    records = Records(s3, bucket=f"evidence-logs-{ARCHIVE}-{PLACE['region']}")

    def gaps():
        return [
            record.event["detail"] for record in records.all() if record.content["unmapped"]["kind"] == "evidence_gap"
        ]

    (told,) = gaps()
    assert (told["state"], told["kind"]) == ("open", "session-without-transcript")
    play_session(
        demonstration.aws.client,
        **place,
        instance_id="i-0a11ce00000000001",
        user_arn=f"arn:aws:sts::{ALICES}:assumed-role/Operations/hugo",
        ticks=[("sh-5.2$ uptime",)],
        session_id=told["about"],
    )
    demonstration.aws.fire_schedule(**PLACE, rule="evidence-check")
    for _ in range(200):
        if len(found := gaps()) > 1:
            break
        time.sleep(0.2)
    assert [(each["state"], each["finding"]) for each in found] == [
        ("open", told["finding"]),
        ("closed", told["finding"]),
    ]
