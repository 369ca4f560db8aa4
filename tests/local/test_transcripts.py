"""Log group, subscription filter and Data Firehose carry a session into the archive, where every policy agrees."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from local.session_agent import SessionRefusedError, play_session
from tests.local.archive import MEMBERS, Archive, keys, make_archive
from tests.local.world import REGION, World, allow, policy, role, statement

GROUP = "/evidence/session-manager"
ERRORS = "/evidence/delivery-errors"
BY_ROLE = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/delivery"}}
OWN = "transcripts/account=${aws:PrincipalAccount}/*"


def archive_of(world: World) -> Archive:
    via_s3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com", **MEMBERS["StringEquals"]}
    context = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": ["BUCKET"]}}
    logs = {"Service": f"logs.{REGION}.amazonaws.com"}
    groups = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:*:*:log-group:{GROUP}"}}
    return make_archive(
        world,
        bucket_statements=[
            statement(
                "WriteOwn",
                "Allow",
                {"AWS": "*"},
                ["s3:PutObject", "s3:PutObjectAcl"],
                [f"BUCKET/{OWN}", "BUCKET/errors/account=${aws:PrincipalAccount}/*"],
                **MEMBERS,
                **BY_ROLE,
            ),
        ],
        key_statements=[
            statement("Encrypt", "Allow", {"AWS": "*"}, "kms:GenerateDataKey", "*", StringEquals=via_s3, **context),
            statement("Logs", "Allow", logs, ["kms:*Encrypt*", "kms:Decrypt", "kms:GenerateDataKey*"], "*", **groups),
            statement("Describe", "Allow", {"AWS": "*"}, "kms:DescribeKey", "*", **MEMBERS),
        ],
    )


def deploy_member(world: World, archive: Archive, *, account: str, prefix_of: str | None = None) -> None:
    """A member as the product's templates make one; `prefix_of` is the account whose prefix it writes under."""
    owner = prefix_of or account
    stream = f"arn:aws:firehose:{REGION}:{account}:deliverystream/transcripts"
    destination = {
        "BucketARN": archive.bucket_arn,
        "RoleARN": {"Fn::GetAtt": ["Delivery", "Arn"]},
        "Prefix": f"transcripts/account={owner}/region={REGION}/day=!{{timestamp:yyyy-MM-dd}}/",
        "ErrorOutputPrefix": f"errors/account={owner}/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/",
        "FileExtension": ".json.gz",
        "CompressionFormat": "GZIP",
        "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": archive.key_arn}},
        "CloudWatchLoggingOptions": {"Enabled": True, "LogGroupName": ERRORS, "LogStreamName": "S3Delivery"},
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {"Type": "Decompression", "Parameters": [_parameter("CompressionFormat", "GZIP")]},
                {"Type": "CloudWatchLogProcessing", "Parameters": [_parameter("DataMessageExtraction", "true")]},
                {"Type": "AppendDelimiterToRecord", "Parameters": [_parameter("Delimiter", "\\n")]},
            ],
        },
    }
    preferences = {
        "schemaVersion": "1.0",
        "sessionType": "Standard_Stream",
        "inputs": {
            "cloudWatchLogGroupName": GROUP,
            "cloudWatchEncryptionEnabled": True,
            "cloudWatchStreamingEnabled": True,
        },
    }
    resources: dict[str, Any] = {
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": GROUP, "KmsKeyId": archive.key_arn, "RetentionInDays": 14},
        },
        "Errors": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": ERRORS}},
        "ErrorStream": {
            "Type": "AWS::Logs::LogStream",
            "Properties": {"LogGroupName": {"Ref": "Errors"}, "LogStreamName": "S3Delivery"},
        },
        "Delivery": role(
            "delivery",
            service="firehose.amazonaws.com",
            statements=[
                allow(["s3:PutObject", "s3:PutObjectAcl", "kms:GenerateDataKey"]),
                allow("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{account}:log-group:{ERRORS}:*"),
            ],
        ),
        "Subscriber": role(
            "subscriber", service="logs.amazonaws.com", statements=[allow("firehose:PutRecord", stream)]
        ),
        "Stream": {
            "Type": "AWS::KinesisFirehose::DeliveryStream",
            "Properties": {
                "DeliveryStreamName": "transcripts",
                "DeliveryStreamType": "DirectPut",
                "ExtendedS3DestinationConfiguration": destination,
            },
        },
        "Filter": {
            "Type": "AWS::Logs::SubscriptionFilter",
            "Properties": {
                "LogGroupName": {"Ref": "Group"},
                "FilterName": "transcripts",
                "FilterPattern": "",
                "DestinationArn": {"Fn::GetAtt": ["Stream", "Arn"]},
                "RoleArn": {"Fn::GetAtt": ["Subscriber", "Arn"]},
            },
        },
        "Preferences": {
            "Type": "AWS::SSM::Document",
            "Properties": {
                "Name": "SSM-SessionManagerRunShell",
                "DocumentType": "Session",
                "UpdateMethod": "NewVersion",
                "Content": preferences,
            },
        },
    }
    world.deploy(account, resources, name="member")
    stored = world.client("firehose", account).describe_delivery_stream(DeliveryStreamName="transcripts")
    read = stored["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    wanted = {**destination, "RoleARN": f"arn:aws:iam::{account}:role/delivery"}
    del wanted["FileExtension"]
    assert {name: read[name] for name in wanted} == wanted
    group = world.client("logs", account).describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]
    assert (group["kmsKeyId"], group["retentionInDays"]) == (archive.key_arn, 14)
    listed = world.client("logs", account).describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
    assert listed[0]["roleArn"] == f"arn:aws:iam::{account}:role/subscriber"


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"ParameterName": name, "ParameterValue": value}


def play(world: World, account: str, **more: Any) -> str:
    return play_session(
        world.server.client,
        account=account,
        region=REGION,
        instance_id="i-0123456789abcdef0",
        user_arn=f"arn:aws:sts::{account}:assumed-role/Ops/alice",
        ticks=[["sh-5.2$ whoami", "ssm-user"]],
        **more,
    )


def test_a_session_lands_decompressed_attributed_and_encrypted(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member)
    session = play(world, world.member)
    (key,) = keys(world, archive)
    assert key.startswith(f"transcripts/account={world.member}/region={REGION}/day=")
    assert key.endswith(".json.gz")
    s3 = world.client("s3", world.archive)
    head = s3.head_object(Bucket=archive.bucket, Key=key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", archive.key_arn)
    lines = gzip.decompress(s3.get_object(Bucket=archive.bucket, Key=key)["Body"].read()).splitlines()
    (record,) = [json.loads(line) for line in lines]
    assert set(record) == {
        "eventVersion",
        "eventTime",
        "awsRegion",
        "target",
        "userIdentity",
        "runAsUser",
        "sessionId",
        "sessionData",
    }
    assert (record["sessionId"], record["sessionData"]) == (session, ["sh-5.2$ whoami", "ssm-user"])
    (written,) = world.decisions(action="s3:PutObject", account=world.member)
    assert (written["allowed"], written["sid"], written["policy"]) == (True, "WriteOwn", "bucket")


def test_a_message_that_is_not_json_is_kept_and_hides_nobody(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member)
    logs = world.client("logs", world.member)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    messages = ['{"a":1}', "not { json", '{"b":2}']
    events = [{"timestamp": 1700000000000, "message": message} for message in messages]
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)
    (key,) = keys(world, archive)
    body = world.client("s3", world.archive).get_object(Bucket=archive.bucket, Key=key)["Body"].read()
    assert gzip.decompress(body).decode().splitlines() == messages


def test_what_cannot_be_decompressed_lands_under_the_error_prefix(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member)
    firehose = world.client("firehose", world.member)
    firehose.put_record(DeliveryStreamName="transcripts", Record={"Data": b"not gzip"})
    (key,) = keys(world, archive)
    assert key.startswith(f"errors/account={world.member}/decompression-failed/day=")


def test_a_member_that_writes_under_anothers_prefix_is_refused_and_told(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member, prefix_of=world.other)
    play(world, world.member)
    assert keys(world, archive) == []
    (refused,) = world.decisions(allowed=False, account=world.member)
    assert (refused["action"], refused["sid"], refused["policy"]) == ("s3:PutObject", "", "bucket")
    assert "no statement of the bucket policy allows s3:PutObject" in refused["reason"]
    logs = world.client("logs", world.member)
    (event,) = logs.get_log_events(logGroupName=ERRORS, logStreamName="S3Delivery")["events"]
    assert json.loads(event["message"])["errorCode"] == "S3.AccessDenied"


def test_a_role_that_its_own_policy_does_not_allow_is_refused(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member)
    iam = world.client("iam", world.member)
    without = json.dumps(policy(allow(["s3:PutObject", "kms:GenerateDataKey"])))
    iam.put_role_policy(RoleName="delivery", PolicyName="own", PolicyDocument=without)
    play(world, world.member)
    assert keys(world, archive) == []
    (refused,) = world.decisions(action="s3:PutObjectAcl", account=world.member)
    assert (refused["allowed"], refused["policy"]) == (False, "role")


def test_a_log_group_outside_the_organization_gets_no_key(world):
    archive = archive_of(world)
    logs = world.client("logs", world.outsider)
    with pytest.raises(logs.exceptions.InvalidParameterException, match="not allowed to be used with Arn"):
        logs.create_log_group(logGroupName=GROUP, kmsKeyId=archive.key_arn)
    member = world.client("logs", world.other)
    member.create_log_group(logGroupName=GROUP, kmsKeyId=archive.key_arn)
    with pytest.raises(member.exceptions.InvalidParameterException):
        member.create_log_group(logGroupName="/elsewhere", kmsKeyId=archive.key_arn)
    properties = {"LogGroupName": GROUP, "KmsKeyId": archive.key_arn}
    with pytest.raises(AssertionError, match="not allowed to be used with Arn"):
        world.deploy(world.outsider, {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": properties}})


def test_the_agent_refuses_a_group_without_a_key(world):
    archive = archive_of(world)
    deploy_member(world, archive, account=world.member)
    world.client("logs", world.member).disassociate_kms_key(logGroupName=GROUP)
    with pytest.raises(SessionRefusedError, match="encryption is not set up"):
        play(world, world.member)
    assert keys(world, archive) == []


def test_the_agent_runs_unlogged_without_preferences(world):
    assert play(world, world.member).startswith("alice-0")
    assert world.client("logs", world.member).describe_log_groups()["logGroups"] == []
