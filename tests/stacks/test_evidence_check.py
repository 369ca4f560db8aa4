"""Every hour a function asks what is missing from the evidence, and says so on the hub's bus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambda_src.evidence_check.askers import Archive
from lambda_src.evidence_check.gaps import SOURCE
from lambda_src.evidence_check.sessions import QUESTIONS
from tests.assembly import flat, listed, resources, settings_with, synthesize

QUERY = "Query"
QUESTION_FILES = Path("sql/questions")
NAME = "evidence-check"


def found(template, kind):
    """The properties of the one resource of a kind that belongs to the check."""
    (properties,) = [
        flat(item["Properties"])
        for place, item in resources(template, kind)
        if place.rpartition("/")[2].startswith("Check")
    ]
    return properties


def told(assembly):
    """What stands beside the handler."""
    (file,) = assembly.directory.glob("asset.*/evidence_check/check.json")
    return json.loads(file.read_text("utf-8"))


@pytest.fixture
def variables(assembly):
    return found(assembly.templates[QUERY], "AWS::Lambda::Function")["Environment"]["Variables"]


def test_it_is_called_every_hour_by_its_schedule_alone(any_assembly):
    template = any_assembly.templates[QUERY]
    rule, permission = (found(template, kind) for kind in ("AWS::Events::Rule", "AWS::Lambda::Permission"))
    assert (rule["Name"], rule["ScheduleExpression"], rule["State"]) == (NAME, "rate(1 hour)", "ENABLED")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"].startswith("<CheckSchedule")
    assert found(template, "AWS::Lambda::Function")["ReservedConcurrentExecutions"] == 1


def test_its_grace_is_that_of_the_settings(example, variables, tmp_path):
    assert variables["GRACE_MINUTES"] == "120"
    template = synthesize(settings_with(example, query__grace_minutes=45), tmp_path).templates[QUERY]
    assert found(template, "AWS::Lambda::Function")["Environment"]["Variables"]["GRACE_MINUTES"] == "45"


def test_it_finds_its_tables_where_the_hub_keeps_them(assembly, variables):
    tables = {
        flat(item["Properties"])["TableName"]: flat(item["Properties"])
        for _, item in resources(assembly.templates["AccessHub"], "AWS::DynamoDB::Table")
    }
    assert [key["AttributeName"] for key in tables[variables["CHECK_TABLE"]]["KeySchema"]] == ["kind", "id"]
    assert variables["ROSTER_TABLE"] in tables
    assert tables[variables["CHECK_TABLE"]]["TimeToLiveSpecification"]["AttributeName"] == "expires"


def test_it_asks_the_questions_of_the_auditors_in_its_own_workgroup(assembly, variables):
    workgroup = found(assembly.templates[QUERY], "AWS::Athena::WorkGroup")
    assert variables["ATHENA_WORKGROUP"] == workgroup["Name"] == NAME
    assert workgroup["WorkGroupConfiguration"]["EnforceWorkGroupConfiguration"] is True
    assert told(assembly)["questions"] == {
        name: (QUESTION_FILES / f"{name}.sql").read_text("utf-8") for name in QUESTIONS
    }


@pytest.mark.parametrize(
    ("name", "trail_prefix"),
    [
        ("example", "cloudtrail/AWSLogs/"),
        ("everything", "cloudtrail/AWSLogs/o-exampleorg1/"),
    ],
)
def test_it_looks_for_trail_files_where_the_trail_writes(variant, name, trail_prefix):
    assert told(variant(name))["archive"]["trail_prefix"] == trail_prefix


def test_where_trails_are_kept_elsewhere_it_looks_for_none(example, tmp_path):
    assembly = synthesize(settings_with(example, trail__mode="existing"), tmp_path)
    assert told(assembly)["archive"]["trail_prefix"] == ""


def test_it_is_told_all_that_its_handler_reads(assembly):
    archive = Archive(**told(assembly)["archive"])
    assert archive.log_buckets == {
        region: f"evidence-logs-111111111111-{region}" for region in ("ap-northeast-1", "us-east-1")
    }
    assert archive.home_bucket == archive.log_buckets[archive.home_region]
    assert set(archive.trail_regions) == {"ap-northeast-1", "us-east-1", "us-east-2", "eu-north-1", "ap-southeast-2"}
    assert archive.days == 2557


def test_its_role_reads_evidence_writes_its_results_and_speaks_for_itself_alone(assembly):
    role = found(assembly.templates[QUERY], "AWS::IAM::Role")
    statements = {item["Sid"]: item for item in role["Policies"][0]["PolicyDocument"]["Statement"]}
    getting = {sid: item["Resource"] for sid, item in statements.items() if "s3:GetObject" in listed(item["Action"])}
    derived = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
    assert getting == {
        "GetEvidence": "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-*/*",
        "KeepOwnResults": f"{derived}/athena-results/check/*",
        "ReadParquet": f"{derived}/compacted/*",
    }
    assert [sid for sid, item in statements.items() if "s3:PutObject" in listed(item["Action"])] == ["KeepOwnResults"]
    speaking = statements["PutOwnEvents"]
    assert speaking["Condition"]["ForAllValues:StringEquals"] == {"events:source": SOURCE}
    named = statements["UseKeysOfTables"]["Condition"]["StringEquals"]
    assert named["kms:EncryptionContext:aws:dynamodb:tableName"] == ["evidence-missing", "evidence-roster"]


def test_its_alarms_reach_a_person(any_assembly):
    alarms = {
        flat(item["Properties"])["AlarmName"]: flat(item["Properties"])
        for _, item in resources(any_assembly.templates[QUERY], "AWS::CloudWatch::Alarm")
        if "-check-" in item["Properties"]["AlarmName"]
    }
    assert alarms.keys() == {f"evidence-hub-check-{name}" for name in ("errors", "throttles", "stands-still")}
    for alarm in alarms.values():
        assert alarm["AlarmActions"][0].endswith(":111111111111:evidence-alerts")
    still = alarms["evidence-hub-check-stands-still"]
    assert (still["TreatMissingData"], still["Period"] * still["EvaluationPeriods"]) == ("breaching", 3 * 3600)
