"""The guard is brought every change, sweeps by itself, and acts in no account that the settings do not name."""

from __future__ import annotations

import json
import re

import pytest

from constructs_lib import archive_layout as layout
from lambda_src.security_group_guard.approvals import Approvals
from stacks.security_groups import EXAMPLE_FILE, load_security_groups
from tests.assembly import flat, resources, settings_with, synthesize

HUB = "AccessHub"
ENFORCEMENT = {"222222222222": "revoke", "333333333333": "restore", "444444444444": "revoke"}
"""The last account is not deployed to directly."""


@pytest.fixture(scope="module")
def template(assembly):
    return assembly.templates[HUB]


@pytest.fixture(scope="module")
def acting(example, tmp_path_factory):
    """Where the guard acts, by the approvals of the example."""
    settings = settings_with(example, security_groups__enforcement=ENFORCEMENT, security_groups__sweep_hours=1)
    return synthesize(settings, tmp_path_factory.mktemp("acting"), load_security_groups(EXAMPLE_FILE))


def named(template, of_type, name_property):
    return {item["Properties"][name_property]: flat(item["Properties"]) for _, item in resources(template, of_type)}


def queue(template, name):
    """The ARN of a queue as the template writes it."""
    (found,) = [
        place for place, item in resources(template, "AWS::SQS::Queue") if item["Properties"]["QueueName"] == name
    ]
    return f"<{found}.Arn>"


def statements(template, role_name):
    (role,) = [
        flat(item["Properties"])
        for _, item in resources(template, "AWS::IAM::Role")
        if item["Properties"]["RoleName"] == role_name
    ]
    permissions = [item for policy in role["Policies"] for item in policy["PolicyDocument"]["Statement"]]
    return role["AssumeRolePolicyDocument"]["Statement"], {item["Sid"]: item for item in permissions}


def guard_file(assembly):
    """What lies beside the code of the guard."""
    files = [
        json.loads(found.read_text("utf-8"))
        for found in assembly.directory.glob("asset.*/security_group_guard/guard.json")
    ]
    assert len(files) == 1
    return files[0]


def test_the_rule_on_the_bus_fills_the_queue_of_changes_and_leaves_what_it_cannot_bring(template):
    rule = named(template, "AWS::Events::Rule", "Name")["evidence-security-groups"]
    assert rule["EventBusName"] == "evidence-hub"
    assert rule["EventPattern"] == {"source": ["aws.ec2"], "detail-type": ["AWS API Call via CloudTrail"]}
    (target,) = rule["Targets"]
    assert target["Arn"] == queue(template, layout.GUARD_QUEUE)
    assert target["DeadLetterConfig"] == {"Arn": queue(template, layout.GUARD_DEAD_LETTERS)}


@pytest.mark.parametrize(("of", "rate"), [("assembly", "rate(24 hours)"), ("acting", "rate(1 hour)")])
def test_a_schedule_starts_a_sweep_as_often_as_the_settings_say(request, of, rate):
    template = request.getfixturevalue(of).templates[HUB]
    rule = named(template, "AWS::Events::Rule", "Name")["evidence-security-group-sweep"]
    assert rule["ScheduleExpression"] == rate
    assert "EventBusName" not in rule
    (target,) = rule["Targets"]
    assert json.loads(target["Input"]) == {"sweep": "start"}
    assert target["Arn"] == queue(template, layout.SWEEP_QUEUE)
    assert target["DeadLetterConfig"] == {"Arn": queue(template, layout.SWEEP_DEAD_LETTERS)}


def test_a_sweep_that_does_not_come_is_noticed_within_the_next_hours_and_one_that_comes_never(template, acting):
    """CloudWatch looks back a week at most, and every hour between two sweeps may be silent."""
    for found, hours in ((template, 24), (acting.templates[HUB], 1)):
        alarm = named(found, "AWS::CloudWatch::Alarm", "AlarmName")["evidence-hub-security-group-sweep-stands-still"]
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (3_600, hours + 1)
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["MetricName"] == "NumberOfMessagesSent"
    assert (144 + 1) * 3_600 <= 7 * 86_400


def test_the_guard_knows_where_it_reads_remembers_and_speaks(template):
    guard = named(template, "AWS::Lambda::Function", "FunctionName")[layout.GUARD_FUNCTION]
    url = queue(template, layout.SWEEP_QUEUE).replace(".Arn>", ">")
    assert guard["Environment"]["Variables"] == {
        "ACTIONS_PER_HOUR": "5",
        "GUARD_TABLE": "evidence-security-group-state",
        "HUB_BUS": "evidence-hub",
        "MEMBER_ROLE": "evidence-security-groups",
        "ROSTER_TABLE": "evidence-roster",
        "SETTLE_SECONDS": "10",
        "SWEEP_QUEUE_URL": url,
    }
    assert guard["Handler"] == "security_group_guard.handler.handle"
    assert guard["Timeout"] == 120


def test_a_batch_of_changes_is_ten_and_a_sweep_takes_one_place_at_a_time(template):
    sizes = {
        flat(item["Properties"]["EventSourceArn"]): item["Properties"]["BatchSize"]
        for _, item in resources(template, "AWS::Lambda::EventSourceMapping")
    }
    assert sizes[queue(template, layout.GUARD_QUEUE)] == 10
    assert sizes[queue(template, layout.SWEEP_QUEUE)] == 1


def test_beside_its_code_lies_what_is_approved_and_where_it_acts(assembly, acting):
    """Its own code reads it; without a file of approvals no network is approved, and no account is named."""
    told = guard_file(acting)
    assert told["enforcement"] == ENFORCEMENT
    assert len(told["approvals"]["baselines"]) == 3
    Approvals.from_json(json.dumps(told["approvals"]))
    silent = guard_file(assembly)
    assert silent["enforcement"] == {}
    assert silent["approvals"]["organization"]["approved_networks"] == []
    Approvals.from_json(json.dumps(silent["approvals"]))


def test_its_role_goes_to_one_role_of_members_of_the_organization_and_within_its_function_alone(template):
    trust, permissions = statements(template, layout.GUARD_ROLE)
    assert [item["Principal"] for item in trust] == [{"Service": "lambda.amazonaws.com"}]
    assert set(permissions) == {
        "DescribeLogKey",
        "EncryptOwnLogGroups",
        "ListPlaces",
        "PutOwnEvents",
        "ReadQueues",
        "RememberDifferences",
        "SendSweepSteps",
        "TakeSecurityGroupRole",
        "UseOperationsKey",
        "WriteOwnLogs",
    }
    taking = permissions["TakeSecurityGroupRole"]
    assert taking["Resource"] == "arn:<AWS::Partition>:iam::*:role/evidence-security-groups"
    function = "arn:<AWS::Partition>:lambda:ap-northeast-1:111111111111:function:evidence-security-group-guard"
    assert taking["Condition"] == {
        "StringEquals": {"aws:ResourceOrgID": "o-exampleorg1"},
        "ArnEquals": {"lambda:SourceFunctionArn": function},
    }


def test_in_a_member_it_only_reads(any_assembly):
    trust, permissions = statements(any_assembly.templates["MemberAccount"], layout.GUARD_MEMBER_ROLE)
    (sentence,) = trust
    assert sentence["Principal"] == {"AWS": "arn:<AWS::Partition>:iam::111111111111:root"}
    guard = "arn:<AWS::Partition>:iam::111111111111:role/evidence-security-group-guard"
    assert sentence["Condition"] == {"ArnEquals": {"aws:PrincipalArn": guard}}
    actions = {
        action
        for item in permissions.values()
        for action in ([item["Action"]] if isinstance(item["Action"], str) else item["Action"])
    }
    assert [action for action in actions if not re.match("ec2:(Describe|Get)", action)] == []


def test_only_the_accounts_that_are_named_get_what_lets_it_act_and_after_their_role(acting, assembly):
    stacks = {
        name: artifact
        for name, artifact in acting.manifest["artifacts"].items()
        if artifact.get("properties", {}).get("stackName") == "evidence-member-enforcement"
    }
    assert set(stacks) == {"MemberEnforcementRevoke-222222222222", "MemberEnforcementRestore-333333333333"}
    for name, artifact in stacks.items():
        template, account = name.split("-")
        assert artifact["environment"] == f"aws://{account}/ap-northeast-1"
        assert artifact["dependencies"] == [f"MemberAccount-{account}"]
        assert artifact["properties"]["templateFile"] == f"{template}.template.json"
    assert [name for name in assembly.templates if "Enforcement" in name] == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [("MemberEnforcementRevoke", {"Revoke"}), ("MemberEnforcementRestore", {"Revoke", "Authorize"})],
)
def test_what_lets_it_act_is_one_policy_for_its_role_that_changes_rules_of_the_accounts_own_groups(
    acting, name, changes
):
    ((_, policy),) = resources(acting.templates[name], "AWS::IAM::ManagedPolicy")
    properties = flat(policy["Properties"])
    assert properties["Roles"] == ["evidence-security-groups"]
    own_role = "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/evidence-security-groups"
    for sentence in properties["PolicyDocument"]["Statement"]:
        assert sentence["Resource"] == "arn:<AWS::Partition>:ec2:*:<AWS::AccountId>:security-group/*"
        assert sentence["Condition"] == {"ArnEquals": {"aws:PrincipalArn": own_role}}
    actions = {action for item in properties["PolicyDocument"]["Statement"] for action in item["Action"]}
    assert actions == {f"ec2:{verb}SecurityGroup{way}" for verb in changes for way in ("Egress", "Ingress")}


def test_the_name_of_a_queue_of_dead_letters_follows_from_the_queue():
    """The construct makes it so, and the vocabulary says it a second time."""
    assert f"{layout.GUARD_QUEUE}-dead-letters" == layout.GUARD_DEAD_LETTERS
    assert f"{layout.SWEEP_QUEUE}-dead-letters" == layout.SWEEP_DEAD_LETTERS
