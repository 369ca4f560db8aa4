"""Session logging, delivery and recording of a member, each on its own."""

from __future__ import annotations

import json

import pytest

from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.existing_trail import ExistingTrail
from constructs_lib.log_key import LogKey, LogKeyUse
from constructs_lib.member_roles import SessionPreferencesRole, TranscriptRoles
from constructs_lib.session_hosts import DefaultHostManagement, HostManagementRole, SessionHostPolicy
from constructs_lib.session_preferences import DeclaredSessionPreferences, SessionPreferences
from constructs_lib.session_recordings import SessionRecordings
from constructs_lib.session_rules import SessionRules, preferences_document
from constructs_lib.transcript_delivery import TranscriptDelivery
from tests.assembly import flat, only, resources, template_of

ARCHIVE = ArchiveReference(account="111111111111", key_id="mrk-1")
EVERYWHERE = ArchiveReference(account="111111111111", key_id="mrk-1", region="*")
USE = LogKeyUse.of_archive(EVERYWHERE)


def statements(role):
    (policy,) = role["Policies"]
    return {item["Sid"]: item for item in flat(policy["PolicyDocument"])["Statement"]}


def test_preferences_fail_closed_and_give_durations_as_strings():
    document = preferences_document(SessionRules(), log_group_name="/evidence/session-manager")
    assert document["sessionType"] == "Standard_Stream"
    assert document["inputs"] == {
        "cloudWatchLogGroupName": "/evidence/session-manager",
        "cloudWatchEncryptionEnabled": True,
        "cloudWatchStreamingEnabled": True,
        "idleSessionTimeout": "20",
        "maxSessionDuration": "60",
    }


def test_preferences_say_what_was_chosen():
    rules = SessionRules(
        fail_closed=False, run_as_user="operator", linux_shell_profile="date", channel_key_arn="arn:key"
    )
    inputs = preferences_document(rules, log_group_name="/evidence/session-manager")["inputs"]
    assert inputs["cloudWatchEncryptionEnabled"] is False
    assert (inputs["runAsEnabled"], inputs["runAsDefaultUser"]) == (True, "operator")
    assert inputs["shellProfile"] == {"linux": "date"}
    assert inputs["kmsKeyId"] == "arn:key"


@pytest.mark.parametrize(
    "rules", [{"idle_timeout_minutes": 0}, {"idle_timeout_minutes": 61}, {"max_duration_minutes": 1441}]
)
def test_durations_that_session_manager_refuses_are_refused(rules):
    with pytest.raises(ValueError, match="is not within"):
        SessionRules(**rules)


def test_upserted_preferences_travel_as_one_string_beside_inline_code():
    template = template_of(
        lambda stack: SessionPreferences(
            stack, "P", rules=SessionRules(), log_group_name="/evidence/s", role_arn="arn:role", log_key_arn="arn:key"
        )
    )
    resource = only(template, "Custom::SessionPreferences")
    assert json.loads(resource["Content"])["inputs"]["cloudWatchLogGroupName"] == "/evidence/s"
    function = only(template, "AWS::Lambda::Function")
    assert function["Handler"] == "index.handler"
    assert function["Code"]["ZipFile"].startswith('"""Writes an account')
    assert "LogGroup" in str(resources(template, "AWS::Lambda::Function")[0][1]["DependsOn"])


def test_declared_preferences_are_a_session_document_updated_by_new_versions():
    template = template_of(
        lambda stack: DeclaredSessionPreferences(stack, "P", rules=SessionRules(), log_group_name="/evidence/s")
    )
    document = only(template, "AWS::SSM::Document")
    assert document["Name"] == "SSM-SessionManagerRunShell"
    assert document["DocumentType"] == "Session"
    assert document["UpdateMethod"] == "NewVersion"
    assert document["Content"]["inputs"]["runAsEnabled"] is False


@pytest.fixture(scope="module")
def delivery():
    def build(stack):
        group = EvidenceLogGroup(stack, "Group", name="/evidence/s", retention_days=14, key_arn="arn:key")
        return TranscriptDelivery(
            stack,
            "Delivery",
            source=group,
            archive=ARCHIVE,
            delivery_role_arn="arn:delivery",
            subscription_role_arn="arn:subscription",
            log_key_arn="arn:key",
            log_retention_days=14,
        )

    return template_of(build)


def test_transcripts_are_delivered_as_gzipped_lines_under_the_members_own_prefix(delivery):
    destination = flat(only(delivery, "AWS::KinesisFirehose::DeliveryStream"))["ExtendedS3DestinationConfiguration"]
    place = "account=<AWS::AccountId>/region=<AWS::Region>"
    assert destination["Prefix"] == f"transcripts/{place}/day=!{{timestamp:yyyy-MM-dd}}/"
    assert destination["ErrorOutputPrefix"] == (
        f"errors/transcripts/{place}/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/"
    )
    assert (destination["CompressionFormat"], destination["FileExtension"]) == ("GZIP", ".json.gz")
    assert destination["BucketARN"] == "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-<AWS::Region>"
    processors = {item["Type"]: item["Parameters"] for item in destination["ProcessingConfiguration"]["Processors"]}
    assert list(processors) == ["Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord"]
    assert processors["AppendDelimiterToRecord"] == [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]


def test_every_record_of_the_log_group_is_subscribed_to(delivery):
    subscription = only(delivery, "AWS::Logs::SubscriptionFilter")
    assert subscription["FilterPattern"] == ""
    assert subscription["LogGroupName"] == "/evidence/s"


def test_a_delivery_that_fails_or_falls_behind_raises_an_alarm(delivery):
    alarms = {alarm["Properties"]["MetricName"] for _, alarm in resources(delivery, "AWS::CloudWatch::Alarm")}
    assert alarms == {"DeliveryToS3.Success", "DeliveryToS3.DataFreshness", "DeliveryErrors", "DeliveryThrottling"}


def test_recordings_go_to_the_archives_bucket_with_the_key_of_the_region():
    preferences = flat(
        only(
            template_of(lambda stack: SessionRecordings(stack, "R", archive=ARCHIVE)), "AWS::SSMGuiConnect::Preferences"
        )
    )["ConnectionRecordingPreferences"]
    assert preferences["KMSKeyArn"] == "arn:<AWS::Partition>:kms:<AWS::Region>:111111111111:key/mrk-1"
    assert preferences["RecordingDestinations"] == {
        "S3Buckets": [{"BucketName": "evidence-recordings-111111111111-<AWS::Region>", "BucketOwner": "111111111111"}]
    }


@pytest.mark.requirement(21, "role `evidence-delivery`", "no `s3:GetObject`")
def test_the_delivery_role_writes_and_never_reads():
    template = template_of(lambda stack: TranscriptRoles(stack, "Roles", archive=EVERYWHERE, log_key_use=USE))
    roles = {role["Properties"]["RoleName"]: role["Properties"] for _, role in resources(template, "AWS::IAM::Role")}
    assert set(roles) == {"evidence-delivery", "evidence-log-subscription"}
    actions = str(statements(roles["evidence-delivery"]))
    assert "s3:PutObject" in actions
    assert "s3:GetObject" not in actions
    assert "s3:Delete" not in actions
    assert set(statements(roles["evidence-log-subscription"])) == {"PutSessionRecords"}


@pytest.mark.requirement(30, "role of the session preferences function", "`ManageSessionDocument`")
def test_the_preferences_role_touches_one_document():
    template = template_of(lambda stack: SessionPreferencesRole(stack, "Role", log_key_use=USE))
    sentence = statements(only(template, "AWS::IAM::Role"))["ManageSessionDocument"]
    assert sentence["Resource"] == "arn:<AWS::Partition>:ssm:*:<AWS::AccountId>:document/SSM-SessionManagerRunShell"


def test_the_host_policy_is_attached_to_the_named_roles_and_opens_the_channel_key():
    template = template_of(
        lambda stack: SessionHostPolicy(stack, "Hosts", log_key_use=USE, channel_key_arn="arn:key", roles=["WebServer"])
    )
    policy = only(template, "AWS::IAM::ManagedPolicy")
    assert policy["Roles"] == ["WebServer"]
    sids = {item["Sid"]: item for item in policy["PolicyDocument"]["Statement"]}
    assert sids["HostOpensChannelKey"]["Resource"] == "arn:key"


def test_default_host_management_names_the_role_that_the_account_template_makes():
    def build(stack):
        HostManagementRole(stack, "Role", host_policy=SessionHostPolicy(stack, "Hosts", log_key_use=USE))
        DefaultHostManagement(stack, "Setting")

    template = template_of(build)
    role, setting = only(template, "AWS::IAM::Role"), only(template, "AWS::SSM::ServiceSetting")
    assert setting["SettingValue"] == role["RoleName"] == "evidence-host-management"


def test_a_log_key_of_the_account_serves_its_own_evidence_groups_alone():
    policy = flat(only(template_of(lambda stack: LogKey(stack, "Key")), "AWS::KMS::Key"))["KeyPolicy"]
    found = {item["Sid"]: item for item in policy["Statement"]}
    assert found["LogsEncryptsOwnLogGroups"]["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": (
                "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/evidence/*"
            )
        }
    }


@pytest.mark.requirement(30, "role of the trail check function", "`DescribeTrails`, `ReadTrailState`")
def test_the_check_of_an_existing_trail_may_only_look():
    template = template_of(lambda stack: ExistingTrail(stack, "Check", log_key_arn="arn:key", log_key_use=USE))
    found = statements(only(template, "AWS::IAM::Role"))
    assert found["DescribeTrails"]["Action"] == "cloudtrail:DescribeTrails"
    assert found["ReadTrailState"]["Action"] == ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"]
