"""The query layer at work in the embedded AWS: an auditor's page comes by itself, and a gap closes by itself."""

from __future__ import annotations

import base64
import gzip
import json
import time
from datetime import UTC, datetime, timedelta

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


def test_a_day_that_is_over_becomes_parquet_that_auditors_read_and_late_files_make_a_new_run(demonstration):
    """The member's own delivery role brings what is five days old; the deployed function has the deployed Athena
    write it.
    """
    day = f"{datetime.now(UTC).date() - timedelta(days=5)}"
    folder = f"transcripts/account={ALICES}/region={PLACE['region']}/day={day}"
    member = demonstration.client("s3", account=ALICES, role=f"arn:aws:iam::{ALICES}:role/evidence-delivery")
    glue = demonstration.client("glue", account=ARCHIVE)

    def deliver(name):
        line = json.dumps({"eventVersion": "1.0", "eventTime": f"{day}T10:00:00Z", "sessionId": name})
        member.put_object(
            Bucket=f"evidence-logs-{ARCHIVE}-{PLACE['region']}",
            Key=f"{folder}/{name}.json.gz",
            Body=gzip.compress(f"{line}\n".encode()),
        )

    def compacted():
        """Where the day lies as Parquet, as soon as a run is over that has found something else."""
        demonstration.aws.fire_schedule(**PLACE, rule="evidence-compaction")
        place = {"DatabaseName": "evidence", "TableName": "compacted_transcripts"}
        for _ in range(300):
            partitions = {tuple(each["Values"]): each for each in glue.get_partitions(**place)["Partitions"]}
            found = partitions.get((day, "yes"))
            view = glue.get_table(DatabaseName="evidence", Name="transcript_seconds")["Table"]["ViewOriginalText"]
            text = json.loads(base64.b64decode(view[16:-3]))["originalSql"]
            if found and found["StorageDescriptor"]["Location"] not in seen and "day < '0001-01-02'" not in text:
                seen.append(found["StorageDescriptor"]["Location"])
                return seen[-1].removeprefix(f"s3://{DERIVED}/")
            time.sleep(0.2)
        raise AssertionError(f"no run came: {partitions}")

    seen = []
    deliver("late-one")
    first = compacted()
    auditor = demonstration.client("s3", account=ARCHIVE, role=READER)
    (written,) = auditor.list_objects_v2(Bucket=DERIVED, Prefix=first)["Contents"]
    assert auditor.get_object(Bucket=DERIVED, Key=written["Key"])["Body"].read(4) == b"PAR1"
    deliver("late-two")
    assert compacted() != first
    asked = f"SELECT session_id, evidence FROM transcript_seconds WHERE day = '{day}' ORDER BY session_id"
    rows = ask(demonstration, asked)
    assert [(row["session_id"], row["evidence"].rpartition("/")[2]) for row in rows] == [
        ("late-one", "late-one.json.gz"),
        ("late-two", "late-two.json.gz"),
    ]
    parquet = ask(
        demonstration, f"SELECT count(*) AS n FROM compacted_transcripts WHERE day = '{day}' AND verified = 'yes'"
    )
    assert parquet == [{"n": "2"}]
    general = demonstration.client("s3", account=ARCHIVE, role=f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor")
    with pytest.raises(general.exceptions.ClientError, match="AccessDenied"):
        general.get_object(Bucket=DERIVED, Key=written["Key"])


def ask(demonstration, text):
    """The rows that an auditor gets of the deployed Athena."""
    athena = demonstration.client("athena", account=ARCHIVE, role=READER)
    query = athena.start_query_execution(
        QueryString=text, WorkGroup="evidence-audit", QueryExecutionContext={"Database": "evidence"}
    )["QueryExecutionId"]
    for _ in range(150):
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.2)
    assert status["State"] == "SUCCEEDED", status
    names, *rows = (
        [value.get("VarCharValue") for value in row["Data"]]
        for row in athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
