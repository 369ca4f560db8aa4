"""A function keeps the allow-list of WorkSpaces clients, called by AWS's notices and a schedule, and fills lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_src.workspaces_network import handler
from tests.assembly import flat, listed, resources, settings_with, synthesize

NETWORK = "WorkSpacesNetwork"
LISTS = "WorkSpacesPrefixLists-ap-northeast-1"
HOME = "LogArchive-ap-northeast-1"
NAME = "evidence-workspaces-network"
DERIVED = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
TOPIC = "arn:<AWS::Partition>:sns:ap-northeast-1:111111111111:evidence-alerts"
NOTICES = "arn:<AWS::Partition>:sns:us-east-1:806199016981:AmazonIpSpaceChanged"


def one(template, kind):
    (properties,) = [flat(item["Properties"]) for _, item in resources(template, kind)]
    return properties


def permissions(template):
    return {
        flat(item["Properties"])["Principal"]: flat(item["Properties"])
        for _, item in resources(template, "AWS::Lambda::Permission")
    }


@pytest.fixture
def template(assembly):
    return assembly.templates[NETWORK]


def test_it_is_called_by_the_topic_of_aws_and_once_a_day(template):
    function = one(template, "AWS::Lambda::Function")
    assert (function["FunctionName"], function["ReservedConcurrentExecutions"]) == (NAME, 1)
    rule = one(template, "AWS::Events::Rule")
    assert (rule["Name"], rule["ScheduleExpression"], rule["State"]) == (NAME, "rate(1 day)", "ENABLED")
    assert permissions(template).keys() == {"events.amazonaws.com", "sns.amazonaws.com"}
    assert permissions(template)["sns.amazonaws.com"]["SourceArn"] == NOTICES
    subscription = one(template, "AWS::SNS::Subscription")
    assert subscription == {
        "TopicArn": NOTICES,
        "Region": "us-east-1",
        "Protocol": "lambda",
        "Endpoint": subscription["Endpoint"],
    }


def test_where_no_notice_comes_it_looks_every_hour(example, tmp_path):
    """SNS calls no function of a Region that must be opted in to."""
    africa = settings_with(
        example,
        regions__home="af-south-1",
        regions__governed=["af-south-1"],
        recording__enabled=False,
        workspaces_network__regions=["af-south-1"],
        workspaces_network__prefix_list_regions=[],
    )
    template = synthesize(africa, tmp_path).templates[NETWORK]
    assert one(template, "AWS::Events::Rule")["ScheduleExpression"] == "rate(1 hour)"
    assert list(resources(template, "AWS::SNS::Subscription")) == []
    assert permissions(template).keys() == {"events.amazonaws.com"}
    still = [alarm for alarm in alarms(template).values() if alarm["AlarmName"].endswith("stands-still")]
    assert [alarm["EvaluationPeriods"] for alarm in still] == [3]


def alarms(template):
    return {
        flat(item["Properties"])["AlarmName"]: flat(item["Properties"])
        for _, item in resources(template, "AWS::CloudWatch::Alarm")
    }


def test_its_alarms_reach_a_person(template):
    found = alarms(template)
    assert found.keys() == {f"evidence-hub-workspaces-network-{name}" for name in ("errors", "stands-still")}
    for alarm in found.values():
        assert alarm["AlarmActions"] == [TOPIC]
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": NAME}]
    still = found["evidence-hub-workspaces-network-stands-still"]
    assert still["TreatMissingData"] == "breaching"
    assert still["Period"] * still["EvaluationPeriods"] > 24 * 3600


def test_its_environment_is_all_that_the_handler_reads(template, monkeypatch):
    variables = one(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(handler, "_client", lambda *_: None)
    watcher = handler.watcher()
    assert watcher.regions == ["ap-northeast-1", "us-east-1"]
    assert watcher.variants == ["pcoip", "dcv"]
    assert watcher.used == {"pcoip-streaming", "pcoip-client-ports", "dcv-streaming", "domains"}
    assert watcher.prefix_list_regions == ["ap-northeast-1"]
    assert watcher.limit == 0.3
    assert variables["ALERT_TOPIC_ARN"] == TOPIC
    assert f"arn:<AWS::Partition>:s3:::{variables['ALLOW_LIST_BUCKET']}" == DERIVED


def test_its_code_goes_with_its_tables(assembly):
    (folder,) = assembly.directory.glob("asset.*/workspaces_network")
    source = Path("lambda_src/workspaces_network")
    assert {path.name for path in folder.iterdir()} == {
        path.name for path in source.iterdir() if path.suffix in {".json", ".py"}
    }


def test_its_role_decrypts_no_object_and_removes_nothing(template):
    role = one(template, "AWS::IAM::Role")
    statements = {item["Sid"]: item for item in role["Policies"][0]["PolicyDocument"]["Statement"]}
    through = {
        sid: item["Condition"] for sid, item in statements.items() if any("kms:" in a for a in listed(item["Action"]))
    }
    assert through.keys() == {"UseKeyOfTopic", "EncryptOwnLogGroups", "DescribeLogKey"}
    assert [condition for condition in through.values() if "s3." in str(condition)] == []
    assert statements["KeepAllowLists"]["Resource"] == f"{DERIVED}/allow-list/*"
    asked = {action for item in statements.values() for action in listed(item["Action"])}
    assert [action for action in asked if "Delete" in action or "Tag" in action] == []


def bucket_statement(assembly, sid):
    (found,) = [
        statement
        for _, item in resources(assembly.templates[HOME], "AWS::S3::BucketPolicy")
        for statement in flat(item["Properties"])["PolicyDocument"]["Statement"]
        if statement["Sid"] == sid
    ]
    return found


def test_it_alone_writes_lists(assembly, variant):
    denied = bucket_statement(assembly, "DenyAllowListsByOthers")
    assert denied["Resource"] == f"{DERIVED}/allow-list/*"
    role = f"arn:<AWS::Partition>:iam::111111111111:role/{NAME}"
    assert denied["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [role]}}
    without = variant("as little as possible")
    assert "Condition" not in bucket_statement(without, "DenyAllowListsByOthers")
    assert [name for name in without.templates if name.startswith("WorkSpaces")] == []


def test_prefix_lists_have_a_name_a_size_and_the_tag_and_no_entries_of_the_template(assembly, template):
    made = [flat(item["Properties"]) for _, item in resources(assembly.templates[LISTS], "AWS::EC2::PrefixList")]
    assert {item["PrefixListName"]: item["AddressFamily"] for item in made} == {
        f"evidence-workspaces-{region}-{family.lower()}": family
        for region in ("ap-northeast-1", "us-east-1")
        for family in ("IPv4", "IPv6")
    }
    tag = [{"Key": "evidence:purpose", "Value": "workspaces-streaming"}]
    assert [item for item in made if (item["MaxEntries"], item["Tags"]) != (20, tag) or "Entries" in item] == []
    name = one(template, "AWS::Lambda::Function")["Environment"]["Variables"]["PREFIX_LIST_NAME"]
    assert name == "evidence-workspaces-{region}-{family}"


def test_prefix_lists_are_shared_with_the_organization_alone(assembly):
    share = one(assembly.templates[LISTS], "AWS::RAM::ResourceShare")
    assert share["Principals"] == ["arn:<AWS::Partition>:organizations::999999999999:organization/o-exampleorg1"]
    assert share["AllowExternalPrincipals"] is False
    assert len(share["ResourceArns"]) == 4


def test_the_watcher_is_deployed_after_the_lists_that_it_fills(assembly):
    dependencies = assembly.manifest["artifacts"][NETWORK]["dependencies"]
    assert {"AccessHub", LISTS} <= set(dependencies)
