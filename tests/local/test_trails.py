"""CloudTrail is admitted when it is made, and delivers where the policies let it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.local.archive import Archive, keys
from tests.local.trails import archive_of, trail
from tests.local.world import MANAGEMENT, ORGANIZATION, REGION, World, allow, role

LOGS = "/evidence/cloudtrail"


def with_log_group(account: str, archive: Archive) -> dict[str, Any]:
    stream = f"arn:aws:logs:{REGION}:{account}:log-group:{LOGS}:log-stream:{account}_CloudTrail_{REGION}*"
    return {
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": LOGS}},
        "Role": role(
            "trail-logs", service="cloudtrail.amazonaws.com", statements=[allow(["logs:Create*", "logs:Put*"], stream)]
        ),
        "Trail": trail(
            archive,
            CloudWatchLogsLogGroupArn={"Fn::GetAtt": ["Group", "Arn"]},
            CloudWatchLogsRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
        ),
    }


def records_of(world: World, archive: Archive, key: str) -> list[dict[str, Any]]:
    body = world.client("s3", world.archive).get_object(Bucket=archive.bucket, Key=key)["Body"].read()
    read: list[dict[str, Any]] = json.loads(gzip.decompress(body))["Records"]
    return read


def test_a_member_trail_delivers_who_did_what_to_bucket_and_log_group(world):
    archive = archive_of(world)
    outputs = world.deploy(world.member, with_log_group(world.member, archive))
    assert outputs["TrailRef"] == "evidence"
    arn = f"arn:aws:cloudtrail:{REGION}:{world.member}:trail/evidence"
    cloudtrail = world.client("cloudtrail", world.member)
    stored = cloudtrail.get_trail(Name="evidence")["Trail"]
    assert stored["S3BucketName"] == archive.bucket
    assert (stored["KmsKeyId"], stored["TrailARN"], stored["S3KeyPrefix"]) == (archive.key_arn, arn, "c")
    assert stored["LogFileValidationEnabled"]
    assert stored["IsMultiRegionTrail"]
    assert stored["CloudWatchLogsLogGroupArn"].endswith(f":log-group:{LOGS}:*")
    assert cloudtrail.get_trail_status(Name="evidence")["IsLogging"]
    tags = cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]
    assert {"Key": "purpose", "Value": "evidence"} in tags

    ops = world.client("ssm", world.member, role=f"arn:aws:iam::{world.member}:role/Ops")
    started = ops.start_session(Target="i-0123456789abcdef0")
    assert started["SessionId"].startswith("alice-0")
    (delivered,) = world.server.deliver_trails(account=world.member)
    assert delivered["allowed"], delivered
    digest, key = sorted(keys(world, archive))
    assert delivered["digest_uri"] == f"s3://{archive.bucket}/{digest}"
    folder = f"c/AWSLogs/{world.member}/CloudTrail/{REGION}/"
    assert key.startswith(folder)
    assert key.rsplit("/", 1)[-1].startswith(f"{world.member}_CloudTrail_{REGION}_")
    head = world.client("s3", world.archive).head_object(Bucket=archive.bucket, Key=key)
    assert head["SSEKMSKeyId"] == archive.key_arn
    (event,) = [r for r in records_of(world, archive, key) if r["eventName"] == "StartSession"]
    assert event["userIdentity"]["arn"] == f"arn:aws:sts::{world.member}:assumed-role/Ops/alice"
    assert event["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "Ops"
    assert event["requestParameters"] == {"target": "i-0123456789abcdef0"}
    assert event["responseElements"]["sessionId"] == started["SessionId"]
    assert event["responseElements"]["tokenValue"] == "Value hidden due to security reasons."
    assert event["recipientAccountId"] == world.member
    logs = world.client("logs", world.member)
    stream = f"{world.member}_CloudTrail_{REGION}"
    logged = [json.loads(e["message"]) for e in logs.get_log_events(logGroupName=LOGS, logStreamName=stream)["events"]]
    assert "StartSession" in {record["eventName"] for record in logged}
    assert world.server.deliver_trails(account=world.outsider) == []


def test_an_outsider_gets_no_trail_into_the_archive(world):
    archive = archive_of(world)
    with pytest.raises(AssertionError, match="InsufficientS3BucketPolicyException"):
        world.deploy(world.outsider, {"Trail": trail(archive)})
    refused = world.decisions(allowed=False, account=world.outsider, resource=archive.bucket_arn)
    assert [entry["action"] for entry in refused] == ["s3:GetBucketAcl"]


def test_a_bucket_that_does_not_let_trails_write_fails_the_deployment(world):
    with pytest.raises(AssertionError, match="InsufficientS3BucketPolicyException"):
        world.deploy(world.member, {"Trail": trail(archive_of(world, bucket=False))})


def test_a_key_that_does_not_let_trails_encrypt_fails_the_deployment(world):
    with pytest.raises(AssertionError, match="InsufficientEncryptionPolicyException"):
        world.deploy(world.member, {"Trail": trail(archive_of(world, key=False))})


def test_a_role_that_may_not_write_to_the_log_group_fails_the_deployment(world):
    resources = with_log_group(world.member, archive_of(world))
    resources["Role"]["Properties"]["Policies"] = []
    with pytest.raises(AssertionError, match="InvalidCloudWatchLogsRoleArnException"):
        world.deploy(world.member, resources)


def test_a_delivery_that_a_changed_policy_refuses_stays_pending(world):
    archive = archive_of(world)
    world.deploy(world.member, {"Trail": trail(archive)})
    world.client("kms", world.member).list_keys()
    s3 = world.client("s3", world.archive)
    kept = s3.get_bucket_policy(Bucket=archive.bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=archive.bucket)
    (refused,) = world.server.deliver_trails(account=world.member)
    assert not refused["allowed"]
    assert keys(world, archive) == []
    s3.put_bucket_policy(Bucket=archive.bucket, Policy=kept)
    (delivered,) = world.server.deliver_trails(account=world.member)
    assert delivered["allowed"]
    assert len(keys(world, archive)) == 2


def test_an_organization_trail_writes_under_the_organization(world):
    archive = archive_of(world)
    resources = {"Trail": trail(archive, IsOrganizationTrail=True)}
    with pytest.raises(AssertionError, match="not the management account"):
        world.deploy(world.member, resources)
    world.deploy(MANAGEMENT, resources)
    world.client("kms", world.other).list_keys()
    mine = [d for d in world.server.deliver_trails(account=MANAGEMENT) if d["account"] == world.other]
    assert [d["allowed"] for d in mine] == [True]
    folder = f"c/AWSLogs/{ORGANIZATION}/{world.other}/CloudTrail/{REGION}/"
    assert [key for key in keys(world, archive) if key.startswith(folder)] != []


def test_advanced_selectors_take_data_events_of_the_named_bucket_alone(world):
    archive = archive_of(world)
    selectors = [
        {
            "Name": "touches",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": [f"{archive.bucket_arn}/"]},
                {"Field": "eventName", "Equals": ["GetObject", "DeleteObject"]},
            ],
        }
    ]
    world.deploy(world.archive, {"Trail": trail(archive, AdvancedEventSelectors=selectors)})
    read = world.client("cloudtrail", world.archive).get_event_selectors(TrailName="evidence")
    assert read["AdvancedEventSelectors"] == selectors
    s3 = world.client("s3", world.archive)
    s3.put_object(Bucket=archive.bucket, Key="x", Body=b"1")
    s3.get_object(Bucket=archive.bucket, Key="x")
    world.client("kms", world.archive).list_keys()
    (delivered,) = world.server.deliver_trails(account=world.archive)
    assert delivered["records"] == 1
    (key,) = [key for key in keys(world, archive) if "/CloudTrail/" in key]
    (record,) = records_of(world, archive, key)
    assert (record["eventName"], record["eventCategory"]) == ("GetObject", "Data")
    assert record["requestParameters"]["key"] == "x"
