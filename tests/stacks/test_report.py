"""Every day a function writes the report page for those who ask in Athena, and nobody else writes or reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.assembly import flat, listed, resources, settings_with, synthesize

QUERY = "Query"
HOME = "LogArchive-ap-northeast-1"
DERIVED = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
ROLE = "arn:<AWS::Partition>:iam::111111111111:role/evidence-report"
ASKING = [f"arn:<AWS::Partition>:iam::111111111111:role/evidence-auditor-{name}" for name in ("audit", "response")]


def found(template, kind, name):
    """The properties of the resources of a kind of which some property bears a name."""
    (properties,) = [
        flat(item["Properties"]) for _, item in resources(template, kind) if name in item["Properties"].values()
    ]
    return properties


def statements(role):
    return {item["Sid"]: item for item in role["Policies"][0]["PolicyDocument"]["Statement"]}


def bucket_statements(assembly):
    (policy,) = [
        flat(item["Properties"])
        for _, item in resources(assembly.templates[HOME], "AWS::S3::BucketPolicy")
        if "evidence-derived-" in str(flat(item["Properties"])) and "DenyReportsByOthers" in str(item["Properties"])
    ]
    return {item["Sid"]: item for item in policy["PolicyDocument"]["Statement"]}


@pytest.fixture
def function(assembly):
    return found(assembly.templates[QUERY], "AWS::Lambda::Function", "evidence-report")


def test_it_is_called_once_a_day_by_its_schedule_alone(assembly, function, example, tmp_path):
    template = assembly.templates[QUERY]
    rule = found(template, "AWS::Events::Rule", "evidence-report")
    assert rule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert function["ReservedConcurrentExecutions"] == 1
    (permission,) = [
        item["Properties"]
        for _, item in resources(template, "AWS::Lambda::Permission")
        if item["Properties"]["FunctionName"]["Ref"].startswith("Report")
    ]
    assert permission["Principal"] == "events.amazonaws.com"
    (rule_id,) = [
        place
        for place, item in resources(template, "AWS::Events::Rule")
        if item["Properties"]["Name"] == "evidence-report"
    ]
    assert permission["SourceArn"]["Fn::GetAtt"][0] == rule_id.rpartition("/")[2]
    other = settings_with(example, query__report_hour=23, query__report_days=30)
    template = synthesize(other, tmp_path).templates[QUERY]
    assert found(template, "AWS::Events::Rule", "evidence-report")["ScheduleExpression"] == "cron(0 23 * * ? *)"
    variables = found(template, "AWS::Lambda::Function", "evidence-report")["Environment"]["Variables"]
    assert variables["REPORT_DAYS"] == "30"


def test_it_asks_where_it_may_and_writes_where_auditors_read(assembly, function):
    variables = function["Environment"]["Variables"]
    workgroup = found(assembly.templates[QUERY], "AWS::Athena::WorkGroup", "evidence-report")
    role = statements(found(assembly.templates[QUERY], "AWS::IAM::Role", "evidence-report"))
    assert variables["ATHENA_WORKGROUP"] == workgroup["Name"] == "evidence-report"
    assert workgroup["WorkGroupConfiguration"]["EnforceWorkGroupConfiguration"] is True
    assert role["AskInOwnWorkgroup"]["Resource"].endswith(":workgroup/evidence-report")
    written = f"arn:<AWS::Partition>:s3:::{variables['REPORT_BUCKET']}/{variables['REPORTS_PREFIX']}*"
    assert role["WriteReports"]["Resource"] == written == f"{DERIVED}/reports/*"
    for name in ("audit", "response"):
        reader = statements(found(assembly.templates[QUERY], "AWS::IAM::Role", f"evidence-auditor-{name}"))
        assert reader["ReadReports"]["Resource"] == written
    assert int(variables["REPORT_DAYS"]) == 7


def test_the_role_reads_files_of_tables_and_neither_recordings_nor_pages(assembly):
    role = statements(found(assembly.templates[QUERY], "AWS::IAM::Role", "evidence-report"))
    getting = {sid: item["Resource"] for sid, item in role.items() if "s3:GetObject" in listed(item["Action"])}
    assert getting == {
        "GetEvidence": "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-*/*",
        "KeepOwnResults": f"{DERIVED}/athena-results/report/*",
        "ReadParquet": f"{DERIVED}/compacted/*",
    }
    putting = {sid for sid, item in role.items() if "s3:PutObject" in listed(item["Action"])}
    assert putting == {"KeepOwnResults", "WriteReports"}
    asked = {action for item in role.values() for action in listed(item["Action"]) if not action.startswith("kms:")}
    assert [action for action in asked if "Delete" in action or "*" in action] == []


def test_the_bucket_lets_the_function_write_pages_and_those_who_ask_read_them(assembly):
    policy = bucket_statements(assembly)
    readers, writers = policy["DenyReportsExceptAuditors"], policy["DenyReportsByOthers"]
    assert readers["Resource"] == writers["Resource"] == f"{DERIVED}/reports/*"
    assert readers["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": ASKING}}
    assert {"s3:GetObject", "s3:GetObjectVersion"} <= set(readers["Action"])
    assert writers["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [ROLE]}}
    assert "s3:PutObject" in writers["Action"]


def test_where_nobody_asks_there_is_no_function_and_nobody_writes_pages(variant):
    assembly = variant("as little as possible")
    functions = [
        item["Properties"]["FunctionName"] for _, item in resources(assembly.templates[QUERY], "AWS::Lambda::Function")
    ]
    assert sorted(functions) == ["evidence-check", "evidence-compaction"]
    policy = bucket_statements(assembly)
    for sid in ("DenyReportsExceptAuditors", "DenyReportsByOthers"):
        assert "Condition" not in policy[sid], sid


def test_the_empty_page_goes_with_the_function(assembly):
    """What the asset holds is what ``make report`` fills, and it is all that the handler opens."""
    pages = list(assembly.directory.glob("asset.*/report_page/template.html"))
    assert [path.read_text("utf-8") for path in pages] == [Path("report/template.html").read_text("utf-8")]
    assert {path.name for path in pages[0].parent.iterdir()} == {
        "__init__.py",
        "athena.py",
        "contents.py",
        "fill.py",
        "handler.py",
        "template.html",
    }


def test_its_alarms_reach_a_person(assembly):
    alarms = {
        flat(item["Properties"])["AlarmName"]: flat(item["Properties"])
        for _, item in resources(assembly.templates[QUERY], "AWS::CloudWatch::Alarm")
        if "report" in item["Properties"]["AlarmName"]
    }
    assert alarms.keys() == {f"evidence-hub-report-{name}" for name in ("errors", "throttles", "stands-still")}
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == ["arn:<AWS::Partition>:sns:ap-northeast-1:111111111111:evidence-alerts"]
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": "evidence-report"}]
    still = alarms["evidence-hub-report-stands-still"]
    assert still["TreatMissingData"] == "breaching"
    assert still["Period"] * still["EvaluationPeriods"] > 24 * 3600


def test_the_topic_takes_messages_of_these_alarms(assembly):
    """Its policy names alarms by how their names begin."""
    (policy,) = [
        flat(item["Properties"]) for _, item in resources(assembly.templates["AccessHub"], "AWS::SNS::TopicPolicy")
    ]
    (allowed,) = [
        item["Condition"]["ArnLike"]["aws:SourceArn"]
        for item in policy["PolicyDocument"]["Statement"]
        if item["Effect"] == "Allow"
    ]
    assert listed(allowed)[0].endswith(":alarm:evidence-hub-*")


def test_who_asks_has_the_page_of_the_settings(settings):
    assert (settings.query.report_days, settings.query.report_hour) == (7, 3)
