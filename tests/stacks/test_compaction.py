"""Every night a function has Athena write days that are over as Parquet, and says in the catalog where it lies."""

from __future__ import annotations

from constructs_lib.query.compaction import COMPACTED
from tests.assembly import flat, listed, resources, settings_with, synthesize
from tools.query.compaction import windows
from tools.query.library import read_library

QUERY = "Query"
NAME = "evidence-compaction"
DERIVED = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"


def found(template, kind):
    """The properties of the one resource of a kind that belongs to the compaction."""
    (properties,) = [
        flat(item["Properties"])
        for place, item in resources(template, kind)
        if place.rpartition("/")[2].startswith("Compaction")
    ]
    return properties


def statements(template):
    role = found(template, "AWS::IAM::Role")
    return {item["Sid"]: item for item in role["Policies"][0]["PolicyDocument"]["Statement"]}


def test_it_is_called_every_night_by_its_schedule_alone(any_assembly):
    template = any_assembly.templates[QUERY]
    rule, permission = (found(template, kind) for kind in ("AWS::Events::Rule", "AWS::Lambda::Permission"))
    assert (rule["Name"], rule["ScheduleExpression"], rule["State"]) == (NAME, "cron(0 1 * * ? *)", "ENABLED")
    assert permission["SourceArn"].startswith("<CompactionSchedule")
    assert found(template, "AWS::Lambda::Function")["ReservedConcurrentExecutions"] == 1


def test_its_days_are_those_of_the_settings_and_parquet_is_read_while_it_is_sure_to_be_there(example, tmp_path):
    settings = settings_with(example, query__compaction_after_days=3, query__compaction_days=30)
    assembly = synthesize(settings, tmp_path)
    variables = found(assembly.templates[QUERY], "AWS::Lambda::Function")["Environment"]["Variables"]
    assert (variables["COMPACTION_AFTER_DAYS"], variables["COMPACTION_DAYS"]) == ("3", "30")
    (kept,) = [
        rule["ExpirationInDays"]
        for _, item in resources(assembly.templates["LogArchive-ap-northeast-1"], "AWS::S3::Bucket")
        if flat(item["Properties"])["BucketName"].startswith("evidence-derived-")
        for rule in item["Properties"]["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    ]
    assert int(variables["COMPACTION_READS_DAYS"]) < kept


def test_it_compacts_every_table_that_has_parquet_for_the_view_that_reads_both(assembly):
    variables = found(assembly.templates[QUERY], "AWS::Lambda::Function")["Environment"]["Variables"]
    assert dict(pair.split("=") for pair in variables["COMPACTED"].split(",")) == COMPACTED
    assert {name: window.view for name, window in windows(read_library().views).items()} == COMPACTED


def test_it_changes_the_tables_and_views_of_parquet_alone(assembly):
    role = statements(assembly.templates[QUERY])
    changing = {
        sid: sorted(resource.partition(":table/evidence/")[2] for resource in item["Resource"] if ":table/" in resource)
        for sid, item in role.items()
        if any(action.startswith("glue:") and "Get" not in action for action in listed(item["Action"]))
    }
    assert changing == {
        "PointPartitions": sorted(f"compacted_{table}" for table in COMPACTED),
        "UpdateViews": sorted(COMPACTED.values()),
    }
    putting = {sid: item["Resource"] for sid, item in role.items() if "s3:PutObject" in listed(item["Action"])}
    assert putting == {
        "KeepOwnResults": f"{DERIVED}/athena-results/compaction/*",
        "WriteParquet": f"{DERIVED}/compacted/*",
    }
    assert [action for item in role.values() for action in listed(item["Action"]) if "Delete" in action] == []


def test_its_alarms_reach_a_person(any_assembly):
    alarms = {
        flat(item["Properties"])["AlarmName"]: flat(item["Properties"])
        for _, item in resources(any_assembly.templates[QUERY], "AWS::CloudWatch::Alarm")
        if "-compaction-" in item["Properties"]["AlarmName"]
    }
    assert alarms.keys() == {f"evidence-hub-compaction-{name}" for name in ("errors", "throttles", "stands-still")}
    for alarm in alarms.values():
        assert alarm["AlarmActions"][0].endswith(":111111111111:evidence-alerts")
