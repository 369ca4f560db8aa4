"""The patterns match the events of the samples and refuse their neighbours, as an emulator of EventBridge decides."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from ministack.services import eventbridge

from constructs_lib import event_patterns
from constructs_lib.event_patterns import FORWARDED, FORWARDED_AT_HOME

SAMPLES = Path(__file__).parent.parent / "events"


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return event


def forwarded(event: dict[str, Any]) -> set[str]:
    """The names of the rules that an event makes run."""
    return {name for name, pattern in {**FORWARDED, **FORWARDED_AT_HOME}.items() if matches(pattern(), event)}


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    seen = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Account": event.get("account", "111111111111"),
        "Region": event.get("region", "eu-west-1"),
        "Resources": event.get("resources", []),
        "Time": event.get("time", "2026-05-01T00:00:00Z"),
        "EventId": event.get("id", "1"),
    }
    text = json.dumps(pattern)
    assert eventbridge._event_pattern_error(text) is None, text
    return bool(eventbridge._matches_pattern(text, seen))


def call(service: str, name: str, /, **parameters: Any) -> dict[str, Any]:
    """An API call as CloudTrail tells it."""
    return {
        "source": f"aws.{service}",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "requestParameters": parameters,
        },
    }


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("guiconnect_start_connection", "connections"),
        ("sg_authorize_denied", "network-changes"),
        ("sg_authorize_ingress", "network-changes"),
        ("sg_authorize_legacy_flat_groupname", "network-changes"),
        ("sg_create", "network-changes"),
        ("sg_modify_rules", "network-changes"),
        ("sg_revoke_ingress", "network-changes"),
        ("signin_federated_success", "console-sign-ins"),
        ("signin_iam_failure", "console-sign-ins"),
        ("signin_iam_success_mfa", "console-sign-ins"),
        ("signin_iam_success_nomfa", "console-sign-ins"),
        ("signin_root_success_nomfa", "console-sign-ins"),
        ("signin_switch_role", "console-sign-ins"),
        ("ssm_start_session", "sessions"),
        ("workspaces_access", "workspaces-logins"),
    ],
)
def test_a_sample_makes_its_own_rule_run_and_no_other(name, rule):
    assert forwarded(sample(name)) == {rule}


TAKES_GROUP = {"items": [{"groupId": "sg-0123456789abcdef0"}]}


@pytest.mark.parametrize(
    "event",
    [
        call("ec2", "RunInstances", instancesSet={"items": [{"imageId": "ami-1"}]}),
        call("ec2", "CreateNetworkInterface", subnetId="subnet-1", groupSet=TAKES_GROUP),
        call("ec2", "ModifyInstanceAttribute", instanceId="i-1", groupSet=TAKES_GROUP),
        call("ec2", "ModifyNetworkInterfaceAttribute", networkInterfaceId="eni-1", groupSet=TAKES_GROUP),
    ],
    ids=lambda event: event["detail"]["eventName"],
)
def test_what_gives_groups_to_an_interface_makes_its_own_rule_run(event):
    assert forwarded(event) == {"group-attachments"}


@pytest.mark.parametrize(
    "event",
    [
        call("ec2", "ModifyInstanceAttribute", instanceId="i-1", disableApiTermination={"value": True}),
        call("ec2", "ModifyInstanceAttribute", instanceId="i-1", groupSet={}),
        call("ec2", "ModifyNetworkInterfaceAttribute", networkInterfaceId="eni-1", sourceDestCheck={"value": False}),
        call("ec2", "DescribeInstances"),
        call("ec2", "TerminateInstances", instancesSet={"items": [{"instanceId": "i-1"}]}, groupSet=TAKES_GROUP),
    ],
    ids=lambda event: json.dumps(event["detail"]["requestParameters"])[:40],
)
def test_a_change_of_another_attribute_stays_where_it_is(event):
    assert forwarded(event) == set()


@pytest.mark.parametrize("name", ["guiconnect_start_connection", "sg_create", "ssm_start_session"])
def test_a_call_that_only_looks_makes_no_rule_run(name):
    event = sample(name)
    event["detail"]["eventName"] = "DescribeThings"
    assert forwarded(event) == set()


@pytest.mark.parametrize("name", ["workspaces_access", "signin_iam_failure", "sg_create"])
@pytest.mark.parametrize("element", ["source", "detail-type"])
def test_an_event_of_another_source_or_kind_makes_no_rule_run(name, element):
    event = copy.deepcopy(sample(name))
    event[element] = "com.example.app" if element == "source" else "Something Else"
    assert forwarded(event) == set()


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (call("ssm", "UpdateDocument", name="SSM-SessionManagerRunShell"), "session-preferences-changes"),
        (
            call("ssm", "DeleteDocument", name="arn:aws:ssm:eu-west-1:1:document/SSM-SessionManagerRunShell"),
            "session-preferences-changes",
        ),
        (call("ssm-guiconnect", "DeleteConnectionRecordingPreferences"), "recording-preferences-changes"),
        (call("cloudtrail", "StopLogging", name="whatever"), "trail-changes"),
        (call("events", "DisableRule", name="evidence-sessions"), "rule-changes"),
        (call("events", "PutPermission", eventBusName="evidence-hub"), "rule-changes"),
        (
            call("firehose", "DeleteDeliveryStream", deliveryStreamName="evidence-transcripts"),
            "delivery-stream-changes",
        ),
        (call("logs", "DeleteLogGroup", logGroupName="/evidence/session-manager"), "log-group-changes"),
        (
            call("logs", "PutRetentionPolicy", logGroupIdentifier="arn:aws:logs:eu-west-1:1:log-group:/evidence/x"),
            "log-group-changes",
        ),
        (call("logs", "PutAccountPolicy", policyName="any", policyType="DATA_PROTECTION_POLICY"), "log-group-changes"),
        (call("iam", "UpdateAssumeRolePolicy", roleName="evidence-auditor"), "role-changes"),
        (call("iam", "CreatePolicyVersion", policyArn="arn:aws:iam::1:policy/evidence-session-host"), "role-changes"),
        (call("s3", "PutBucketPolicy", bucketName="evidence-logs-111111111111-eu-west-1"), "bucket-changes"),
        (
            call("s3", "DeleteObject", bucketName="evidence-logs-111111111111-eu-west-1", key="a"),
            "evidence-object-changes",
        ),
        (call("kms", "ScheduleKeyDeletion", keyId="mrk-1"), "key-changes"),
        (call("monitoring", "DeleteAlarms", alarmNames=["evidence-hub-no-events"]), "alarm-changes"),
        (call("organizations", "LeaveOrganization"), "organization-changes"),
        (
            call("sns", "Unsubscribe", subscriptionArn="arn:aws:sns:eu-west-1:1:evidence-alerts:0a1b"),
            "topic-changes",
        ),
        (
            call("sqs", "PurgeQueue", queueUrl="https://sqs.eu-west-1.amazonaws.com/1/evidence-access-events"),
            "queue-changes",
        ),
        (call("glue", "UpdateTable", databaseName="evidence", tableInput={"name": "events"}), "catalog-changes"),
        (call("glue", "BatchDeletePartition", databaseName="Evidence", tableName="events"), "catalog-changes"),
        (call("glue", "DeleteDatabase", name="evidence"), "catalog-changes"),
        (call("glue", "CreateDatabase", databaseInput={"name": "EVIDENCE"}), "catalog-changes"),
        (call("athena", "UpdateWorkGroup", workGroup="evidence-audit"), "workgroup-changes"),
        (call("athena", "CreateWorkGroup", name="evidence-audit"), "workgroup-changes"),
        (call("athena", "DeleteNamedQuery", namedQueryId="0a1b2c3d-0000-4000-8000-000000000000"), "workgroup-changes"),
    ],
    ids=lambda value: value["detail"]["eventName"] if isinstance(value, dict) else "",
)
def test_tampering_makes_its_rule_run(event, rule):
    if event["source"] == "aws.monitoring":
        assert forwarded({**event, "source": "aws.cloudwatch"}) == {rule}
    assert forwarded(event) == {rule}


@pytest.mark.parametrize(
    "event",
    [
        call("ssm", "UpdateDocument", name="AWS-RunPatchBaseline"),
        call("ssm", "UpdateDocument", name="SSM-SessionManagerRunShell2"),
        call("events", "DisableRule", name="payroll"),
        call("events", "EnableRule", name="evidence-sessions"),
        call("firehose", "DeleteDeliveryStream", deliveryStreamName="payroll"),
        call("logs", "DeleteLogGroup", logGroupName="/aws/lambda/evidence"),
        call("iam", "UpdateAssumeRolePolicy", roleName="payroll"),
        call("iam", "CreatePolicyVersion", policyArn="arn:aws:iam::1:policy/payroll"),
        call("s3", "PutBucketPolicy", bucketName="payroll"),
        call("s3", "GetObject", bucketName="evidence-logs-111111111111-eu-west-1"),
        call("kms", "Decrypt", keyId="mrk-1"),
        call("monitoring", "DeleteAlarms", alarmNames=["payroll"]),
        call("organizations", "DescribeOrganization"),
        call("sns", "Unsubscribe", subscriptionArn="arn:aws:sns:eu-west-1:1:payroll:0a1b"),
        call("sqs", "PurgeQueue", queueUrl="https://sqs.eu-west-1.amazonaws.com/1/payroll"),
        call("glue", "UpdateTable", databaseName="payroll", tableInput={"name": "evidence"}),
        call("glue", "GetTable", databaseName="evidence", name="events"),
        call("athena", "UpdateWorkGroup", workGroup="primary"),
        call("athena", "StartQueryExecution", workGroup="evidence-audit"),
    ],
    ids=lambda event: f"{event['detail']['eventName']} {next(iter(event['detail']['requestParameters'].values()), '')}",
)
def test_what_others_do_with_their_own_makes_no_rule_run(event):
    assert forwarded(event) == set()


def test_switching_off_the_rule_of_rules_makes_another_rule_run():
    assert "watching-rule-changes" in forwarded(call("events", "DisableRule", name="evidence-rule-changes"))
    assert forwarded(call("events", "DisableRule", name="evidence-watching-rule-changes")) == {"rule-changes"}


@pytest.mark.parametrize(
    ("name", "state", "runs"),
    [
        ("evidence-transcripts-delivery-fails", "ALARM", True),
        ("evidence-forwarding-dead-letters-of-recordings", "OK", True),
        ("evidence-forwarding-dead-letters", "INSUFFICIENT_DATA", False),
        ("evidence-hub-no-events", "ALARM", False),
        ("payroll", "ALARM", False),
    ],
)
def test_alarms_of_members_are_told_and_those_of_the_hub_go_to_its_topic(name, state, runs):
    event = {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": name, "state": {"value": state}},
    }
    assert forwarded(event) == ({"alarms"} if runs else set())


@pytest.mark.parametrize(("bucket", "runs"), [("recordings", True), ("recordings2", False)])
def test_a_recording_is_told_of_its_own_bucket(bucket, runs):
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": bucket}}}
    assert matches(event_patterns.stored_recording("recordings"), event) is runs


def test_the_hub_does_not_hear_itself(assembly):
    (pattern,) = [
        rule["Properties"]["EventPattern"]
        for place, rule in assembly.resources("AWS::Events::Rule")
        if place.startswith("AccessHub/") and rule["Properties"]["Name"] == "evidence-access-events"
    ]
    from_hub = {"source": "access-evidence.hub", "detail-type": "Finding", "detail": {}}
    assert not matches(pattern, from_hub)
    assert matches(pattern, {**from_hub, "source": "access-evidence.roster"})
    assert matches(pattern, sample("workspaces_access"))
