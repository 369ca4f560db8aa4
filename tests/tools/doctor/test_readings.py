"""What is asked of AWS, and how its answers become facts; botocore checks both against AWS's own models."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from constructs_lib.archive_layout import MEMBER_TRAIL, SESSION_DOCUMENT, SESSION_LOG_GROUP
from tests.tools.doctor.places import ARCHIVE, HERE, HOME, MEMBER, NOW, ROLE, SECOND, expected, looking
from tools.doctor.checks import (
    bus,
    evidence_key,
    heard,
    instances,
    last_evidence,
    node_access,
    quotas,
    recording_preferences,
    recording_type,
    session_document,
    trails,
    trusted_access,
)
from tools.doctor.eyes import UnseenError
from tools.doctor.verdict import Place, State

GROUP = {"logGroupName": SESSION_LOG_GROUP, "creationTime": int((NOW - timedelta(days=3)).timestamp() * 1000)}
ENROLLED = {"logGroups": [{"logGroupName": f"{SESSION_LOG_GROUP}-old"}, GROUP]}


def look(check, prepare, place=HERE):
    """The verdicts of a check over prepared answers, all of which it asked for."""
    eyes, stubbed = looking(prepare)
    verdicts = list(check.look(eyes, expected(), place))
    stubbed.all_was_asked()
    return verdicts


def test_the_session_document_is_read_with_its_versions():
    content = session_document.wanted_content(expected(), HOME)
    content["inputs"]["cloudWatchLogGroupName"] = "/theirs"
    asked = {"Name": SESSION_DOCUMENT, "DocumentVersion": "$DEFAULT", "DocumentFormat": "JSON"}
    versions = [
        {"DocumentVersion": "12", "VersionName": "by-hand"},
        {"DocumentVersion": "10", "VersionName": "evidence-before-1-0a1b2c3d"},
        {"DocumentVersion": "9", "VersionName": "evidence-before-1-4d5e6f70"},
        {"DocumentVersion": "1"},
    ]
    (verdict,) = look(
        session_document.CHECK,
        lambda aws: (
            aws.answers("ssm", "get_document", {"Content": json.dumps(content), "DocumentVersion": "12"}, **asked),
            aws.answers("ssm", "list_document_versions", {"DocumentVersions": versions}, Name=SESSION_DOCUMENT),
            aws.answers("logs", "describe_log_groups", ENROLLED, logGroupNamePrefix=SESSION_LOG_GROUP),
        ),
    )
    assert verdict.state == State.BROKEN
    assert "cloudWatchLogGroupName is /theirs" in verdict.what
    assert "--document-version 10 " in verdict.fix


def test_a_document_that_is_absent_or_no_json_is_no_surprise():
    def enrolled(aws):
        return aws.answers("logs", "describe_log_groups", ENROLLED)

    (gone,) = look(session_document.CHECK, lambda aws: enrolled(aws.refuses("ssm", "get_document", "InvalidDocument")))
    assert (gone.state, "gone" in gone.what) == (State.BROKEN, True)
    (odd,) = look(
        session_document.CHECK,
        lambda aws: enrolled(
            aws.answers("ssm", "get_document", {"Content": "{", "DocumentVersion": "1"}).answers(
                "ssm", "list_document_versions", {"DocumentVersions": [{"DocumentVersion": "1"}]}
            )
        ),
    )
    assert odd.state == State.BROKEN


def test_trails_are_read_where_they_are_at_home():
    arns = {name: f"arn:aws:cloudtrail:{HOME}:{MEMBER}:trail/{name}" for name in (MEMBER_TRAIL, "old")}
    logs = f"evidence-logs-{ARCHIVE}-{HOME}"
    listed = [
        {"TrailARN": arns[MEMBER_TRAIL], "Name": MEMBER_TRAIL, "HomeRegion": HOME},
        {"TrailARN": arns["old"], "Name": "old", "HomeRegion": SECOND},
    ]
    ours = {**listed[0], "IsMultiRegionTrail": True, "S3BucketName": logs}
    old = {**listed[1], "IsMultiRegionTrail": False, "S3BucketName": "old"}
    management = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}

    def prepare(aws):
        aws.answers("cloudtrail", "list_trails", {"Trails": listed})
        aws.answers("cloudtrail", "describe_trails", {"trailList": [ours]}, includeShadowTrails=True)
        aws.answers("cloudtrail", "get_trail_status", {"IsLogging": True}, Name=arns[MEMBER_TRAIL])
        aws.answers("cloudtrail", "get_event_selectors", management, TrailName=arns[MEMBER_TRAIL])
        aws.answers("cloudtrail", "describe_trails", {"trailList": [old]}, trailNameList=[arns["old"]])
        aws.answers("cloudtrail", "get_trail_status", {"IsLogging": True}, Name=arns["old"])
        aws.answers("cloudtrail", "get_event_selectors", management, TrailName=arns["old"])
        aws.answers("logs", "describe_log_groups", ENROLLED)

    eyes, stubbed = looking(prepare)
    verdicts = list(trails.CHECK.look(eyes, expected(), Place(MEMBER)))
    stubbed.all_was_asked()
    assert [one.state for one in verdicts] == [State.READY, State.WARNING]
    assert ("cloudtrail", Place(MEMBER, SECOND)) in stubbed.asked


def test_an_organization_trail_whose_selectors_are_denied_is_counted():
    arn = f"arn:aws:cloudtrail:{HOME}:999999999999:trail/org"
    trail = {"TrailARN": arn, "Name": "org", "HomeRegion": HOME, "IsMultiRegionTrail": True}
    denied = "User is not authorized to perform: cloudtrail:GetEventSelectors"

    def prepare(aws, *, organization):
        aws.answers("cloudtrail", "list_trails", {"Trails": []})
        described = {"trailList": [{**trail, "IsOrganizationTrail": organization}]}
        aws.answers("cloudtrail", "describe_trails", described)
        aws.answers("cloudtrail", "get_trail_status", {"IsLogging": True})
        aws.refuses("cloudtrail", "get_event_selectors", "AccessDeniedException", denied)
        if organization:
            aws.answers("logs", "describe_log_groups", {"logGroups": []})

    (verdict,) = look(trails.CHECK, lambda aws: prepare(aws, organization=True), Place(MEMBER))
    assert verdict.state == State.WARNING
    with pytest.raises(UnseenError, match=f"cloudtrail:GetEventSelectors denied to {ROLE}"):
        look(trails.CHECK, lambda aws: prepare(aws, organization=False), Place(MEMBER))


def test_the_key_is_read_with_its_tags():
    metadata = {
        "KeyId": "mrk-1",
        "KeyState": "Enabled",
        "MultiRegionConfiguration": {"MultiRegionKeyType": "REPLICA", "PrimaryKey": {"Region": HOME}},
    }
    (verdict,) = look(
        evidence_key.CHECK,
        lambda aws: aws.answers("kms", "describe_key", {"KeyMetadata": metadata}).answers(
            "kms", "list_resource_tags", {"Tags": [{"TagKey": "other", "TagValue": "true"}], "Truncated": False}
        ),
        Place(ARCHIVE, SECOND),
    )
    assert (verdict.state, "lacks the tag" in verdict.what) == (State.BROKEN, True)
    (gone,) = look(
        evidence_key.CHECK, lambda aws: aws.refuses("kms", "describe_key", "NotFoundException"), Place(ARCHIVE, SECOND)
    )
    assert gone.state == State.BROKEN


def test_recording_preferences_are_read():
    key = expected().key_arn(HOME)
    set_ = {
        "KMSKeyArn": key,
        "RecordingDestinations": {
            "S3Buckets": [{"BucketName": f"evidence-recordings-{ARCHIVE}-{HOME}", "BucketOwner": ARCHIVE}]
        },
    }
    (verdict,) = look(
        recording_preferences.CHECK,
        lambda aws: aws.answers(
            "ssm-guiconnect",
            "get_connection_recording_preferences",
            {"ConnectionRecordingPreferences": set_, "ClientToken": "0" * 32},
        ).answers("logs", "describe_log_groups", ENROLLED),
    )
    assert verdict.state == State.READY


def test_a_type_that_is_not_found_is_no_error():
    (verdict,) = look(
        recording_type.CHECK,
        lambda aws: aws.refuses("cloudformation", "describe_type", "TypeNotFoundException"),
        Place(ARCHIVE, SECOND),
    )
    assert verdict.state == State.BROKEN


def test_an_instance_is_read_with_the_role_that_it_has():
    information = [
        {"InstanceId": "i-0123456789abcdef0", "PingStatus": "Online", "AgentVersion": "3.3.1.0"},
        {"InstanceId": "mi-0123456789abcdef0", "PingStatus": "Online", "AgentVersion": "3.3.1.0", "IamRole": "Hybrid"},
    ]
    profile = f"arn:aws:iam::{MEMBER}:instance-profile/Web"
    role = {
        "Path": "/",
        "RoleName": "Web",
        "RoleId": "AROA0123456789ABCDEF",
        "Arn": f"arn:aws:iam::{MEMBER}:role/Web",
        "CreateDate": NOW,
    }
    found = {
        "Path": "/",
        "InstanceProfileName": "Web",
        "InstanceProfileId": "AIPA0123456789ABCDEF",
        "Arn": profile,
        "CreateDate": NOW,
        "Roles": [role],
    }

    def simulated(action, decision):
        return {"EvaluationResults": [{"EvalActionName": action, "EvalDecision": decision}]}

    def prepare(aws):
        aws.answers("logs", "describe_log_groups", ENROLLED)
        aws.answers("ssm", "describe_instance_information", {"InstanceInformationList": information})
        machine = {"InstanceId": "i-0123456789abcdef0", "IamInstanceProfile": {"Arn": profile}}
        asked = {"InstanceIds": ["i-0123456789abcdef0"]}
        aws.answers("ec2", "describe_instances", {"Reservations": [{"Instances": [machine]}]}, **asked)
        aws.answers("iam", "get_instance_profile", {"InstanceProfile": found}, InstanceProfileName="Web")
        group = f"arn:aws:logs:{HOME}:{MEMBER}:log-group:{SESSION_LOG_GROUP}:*"
        for name, decision in (("Web", "implicitDeny"), ("Hybrid", "allowed")):
            arn = f"arn:aws:iam::{MEMBER}:role/{name}"
            aws.answers("iam", "simulate_principal_policy", simulated(instances.FINDS, "allowed"))
            aws.answers(
                "iam",
                "simulate_principal_policy",
                simulated("logs:PutLogEvents", decision),
                PolicySourceArn=arn,
                ActionNames=list(instances.WRITES),
                ResourceArns=[group],
            )

    (verdict,) = look(instances.CHECK, prepare)
    assert verdict.state == State.BROKEN
    assert "i-0123456789abcdef0: the role Web lacks logs:PutLogEvents" in verdict.what
    assert "mi-" not in verdict.what


def test_an_instance_without_a_profile_has_the_default_role_of_systems_manager():
    def prepare(aws):
        aws.answers("logs", "describe_log_groups", ENROLLED)
        information = [{"InstanceId": "i-0123456789abcdef0", "PingStatus": "Online", "AgentVersion": "3.3.1.0"}]
        aws.answers("ssm", "describe_instance_information", {"InstanceInformationList": information})
        machine = {"InstanceId": "i-0123456789abcdef0"}
        aws.answers("ec2", "describe_instances", {"Reservations": [{"Instances": [machine]}]})
        setting = {"ServiceSetting": {"SettingValue": "$None"}}
        aws.answers("ssm", "get_service_setting", setting)

    (verdict,) = look(instances.CHECK, prepare)
    assert (verdict.state, "no role" in verdict.what) == (State.WARNING, True)


def test_only_connections_of_guiconnect_count():
    def event(source):
        return {"EventName": "StartConnection", "EventSource": source, "EventTime": NOW - timedelta(hours=9)}

    def prepare(aws):
        aws.answers("logs", "describe_log_groups", ENROLLED)
        asked = [{"AttributeKey": "EventName", "AttributeValue": "StartConnection"}]
        events = [event("other.amazonaws.com"), event("ssm-guiconnect.amazonaws.com")]
        aws.answers("cloudtrail", "lookup_events", {"Events": events}, LookupAttributes=asked)
        aws.answers("s3", "list_objects_v2", {}, Bucket=f"evidence-recordings-{ARCHIVE}-{HOME}")
        aws.refuses("iam", "get_role", "NoSuchEntity")

    (verdict,) = look(node_access.CHECK, prepare)
    assert (verdict.state, verdict.what.split(" since")[0]) == (State.BROKEN, "1 RDP connections")


def test_schedules_of_the_archive_do_not_forward():
    hub = expected().hub_bus
    rules = [
        {"Name": bus.HEARTBEAT, "State": "ENABLED", "ScheduleExpression": "rate(15 minutes)"},
        {"Name": "evidence-roster-check", "State": "ENABLED", "ScheduleExpression": "rate(15 minutes)"},
        {"Name": "evidence-sessions", "State": "DISABLED"},
    ]

    def prepare(aws):
        aws.answers("events", "list_rules", {"Rules": rules}, NamePrefix="evidence-")
        names = {"RuleNames": [bus.HEARTBEAT, "evidence-other"]}
        aws.answers("events", "list_rule_names_by_target", names, TargetArn=hub)
        aws.refuses("iam", "get_role", "NoSuchEntity")
        aws.answers("sqs", "get_queue_url", {"QueueUrl": "https://q"})
        aws.answers("sqs", "get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "2"}})

    verdicts = look(bus.CHECK, prepare)
    assert [one.what.split(":")[0].split(" ")[0] for one in verdicts] == ["switched", "not", "the", "2"]
    assert "roster-check" not in "".join(one.what for one in verdicts)


def test_the_roster_is_read_once_for_all_places():
    moment = round((NOW - timedelta(minutes=5)).timestamp() * 1000)
    items = [
        {"account": {"S": MEMBER}, "region": {"S": region}, "last_heard": {"N": str(moment)}}
        for region in (HOME, SECOND)
    ]
    eyes, stubbed = looking(lambda aws: aws.answers("dynamodb", "scan", {"Items": items}))
    told = [list(heard.CHECK.look(eyes, expected(), Place(MEMBER, region))) for region in (HOME, SECOND)]
    stubbed.all_was_asked()
    assert [one.state for (one,) in told] == [State.READY, State.READY]


def test_the_last_evidence_is_found_by_its_folders():
    logs = f"evidence-logs-{ARCHIVE}-{HOME}"
    days = [{"Prefix": f"transcripts/account={MEMBER}/region={HOME}/day=2026-11-{day}/"} for day in ("09", "24")]
    trail = f"cloudtrail/AWSLogs/{MEMBER}/CloudTrail/{HOME}/"

    def objects(*hours):
        return {"Contents": [{"Key": f"k{hour}", "LastModified": NOW - timedelta(hours=hour)} for hour in hours]}

    def prepare(aws):
        aws.answers("logs", "describe_log_groups", ENROLLED)
        where = {"Bucket": logs, "Delimiter": "/"}
        below = f"transcripts/account={MEMBER}/region={HOME}/"
        aws.answers("s3", "list_objects_v2", {"CommonPrefixes": days}, Prefix=below, **where)
        aws.answers("s3", "list_objects_v2", objects(30, 20), Bucket=logs, Prefix=days[1]["Prefix"])
        prefix = trail
        for part in ("2026/", "11/", "23/"):
            folders = {"CommonPrefixes": [{"Prefix": f"{prefix}{part}"}]}
            aws.answers("s3", "list_objects_v2", folders, Prefix=prefix, **where)
            prefix += part
        aws.answers("s3", "list_objects_v2", objects(40), Bucket=logs, Prefix=prefix)
        aws.answers("s3", "list_objects_v2", {}, Bucket=logs, Prefix=f"errors/transcripts/account={MEMBER}/")

    (verdict,) = look(last_evidence.MEMBERS, prepare)
    assert (verdict.state, verdict.what) == (State.BROKEN, "no trail files since 2026-11-23 20:00 UTC")


def test_a_quota_is_that_of_the_account_before_that_of_aws():
    def quota(name, value):
        return {"ServiceCode": "logs", "QuotaName": name, "Value": value}

    eyes, stubbed = looking(
        lambda aws: (
            aws.answers("service-quotas", "list_service_quotas", {"Quotas": [quota("Log groups", 7.0)]}),
            aws.answers("service-quotas", "list_aws_default_service_quotas", {"Quotas": [quota("Other", 9.0)]}),
        )
    )
    names = ("log groups", "other", "none of these")
    assert [quotas.limit_of(eyes, HERE, "logs", name) for name in names] == [7, 9, None]
    stubbed.all_was_asked()


def test_a_full_account_is_told_before_it_is_enrolled():
    def prepare(aws):
        aws.answers("logs", "describe_log_groups", {"logGroups": []}, logGroupNamePrefix=SESSION_LOG_GROUP)
        policies = [{"policyName": f"p{number}"} for number in range(10)]
        aws.answers("logs", "describe_resource_policies", {"resourcePolicies": policies})
        for _ in range(2):
            aws.refuses("service-quotas", "list_service_quotas", "NoSuchResourceException")
            aws.refuses("service-quotas", "list_aws_default_service_quotas", "NoSuchResourceException")

    (verdict,) = look(quotas.REGIONS, prepare)
    assert (verdict.state, "10 of 10 resource policies" in verdict.what) == (State.BROKEN, True)


def test_lambda_must_leave_a_hundred_executions():
    def prepare(aws, *, limit, stands):
        found = {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit - (16 if stands else 0)}
        aws.answers("lambda", "get_account_settings", {"AccountLimit": found})
        if stands:
            aws.answers("events", "describe_event_bus", {"Name": "evidence-hub"})
        else:
            aws.refuses("events", "describe_event_bus", "ResourceNotFoundException")

    for limit, stands, state in ((115, False, State.BROKEN), (116, False, State.READY), (116, True, State.READY)):
        (verdict,) = look(
            quotas.ARCHIVE,
            lambda aws, limit=limit, stands=stands: prepare(aws, limit=limit, stands=stands),
            Place(ARCHIVE, HOME),
        )
        assert (limit, stands, verdict.state) == (limit, stands, state)


# --- What cannot be seen --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("AccessDeniedException", "", f"organizations:ListAWSServiceAccessForOrganization denied to {ROLE}"),
        (
            "AccessDenied",
            "User: arn:x is not authorized to perform: organizations:List on resource: *",
            f"organizations:List denied to {ROLE}",
        ),
        ("ThrottlingException", "slowly", "organizations:ListAWSServiceAccessForOrganization failed: Throttling"),
    ],
)
def test_what_is_refused_names_the_action_and_who_was_refused(code, message, said):
    eyes, _ = looking(
        lambda aws: aws.refuses("organizations", "list_aws_service_access_for_organization", code, message)
    )
    with pytest.raises(UnseenError) as caught:
        trusted_access.CHECK.look(eyes, expected(), expected().management)
    assert str(caught.value).startswith(said)
    assert caught.value.fix
