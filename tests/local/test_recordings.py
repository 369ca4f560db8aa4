"""RDP recordings reach the archive where bucket and key let GuiConnect in for the organization."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.archive import MEMBERS, OF_ORGANIZATION, Archive, keys, make_archive
from tests.local.world import ORGANIZATION, REGION, World, statement

GUICONNECT = {"Service": "ssm-guiconnect.amazonaws.com"}
VIA_S3 = {"StringEquals": {"aws:SourceOrgID": ORGANIZATION, "kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
GRANTS = {
    **MEMBERS,
    "StringLike": {"kms:ViaService": "ssm-guiconnect.*.amazonaws.com"},
    "Bool": {"aws:ViaAWSService": "true"},
}


def archive_of(world: World) -> Archive:
    return make_archive(
        world,
        bucket_statements=[statement("Record", "Allow", GUICONNECT, "s3:PutObject", "BUCKET/*", **OF_ORGANIZATION)],
        key_statements=[
            statement("Encrypt", "Allow", GUICONNECT, "kms:GenerateDataKey*", "*", **VIA_S3),
            statement("Grant", "Allow", {"AWS": "*"}, "kms:CreateGrant", "*", **GRANTS),
        ],
    )


def preferences(world: World, archive: Archive) -> dict[str, Any]:
    buckets = [{"BucketName": archive.bucket, "BucketOwner": world.archive}]
    return {"KMSKeyArn": archive.key_arn, "RecordingDestinations": {"S3Buckets": buckets}}


def deploy_preferences(world: World, archive: Archive, *, account: str) -> dict[str, str]:
    properties = {"ConnectionRecordingPreferences": preferences(world, archive)}
    made: dict[str, str] = world.deploy(
        account, {"Preferences": {"Type": "AWS::SSMGuiConnect::Preferences", "Properties": properties}}
    )
    return made


def connect(world: World, account: str) -> dict[str, Any]:
    return world.server.record_connection(
        account=account,
        region=REGION,
        instance_id="i-02573cafcf0000000",
        user_arn=f"arn:aws:sts::{account}:assumed-role/Ops/alice",
    )


def test_a_members_recording_lands_under_an_opaque_key_with_its_connection_id(world):
    archive = archive_of(world)
    assert deploy_preferences(world, archive, account=world.member) == {"PreferencesRef": world.member}
    client = world.client("ssm-guiconnect", world.member)
    read = client.get_connection_recording_preferences()["ConnectionRecordingPreferences"]
    assert read == preferences(world, archive)
    connection = connect(world, world.member)
    (key,) = keys(world, archive)
    assert connection["uri"] == f"s3://{archive.bucket}/{key}"
    assert connection["connection_id"] in key
    assert connection["decision"]["sid"] == "Record"
    head = world.client("s3", world.archive).head_object(Bucket=archive.bucket, Key=key)
    assert head["SSEKMSKeyId"] == archive.key_arn
    (found,) = world.client("cloudtrail", world.member).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StartConnection"}]
    )["Events"]
    record = json.loads(found["CloudTrailEvent"])
    assert record["eventID"] == connection["event_id"]
    assert record["responseElements"]["ConnectionArn"] == connection["connection_arn"]
    assert record["requestParameters"]["InstanceId"] == "i-02573cafcf0000000"
    assert record["userIdentity"]["arn"].endswith(":assumed-role/Ops/alice")
    client.delete_connection_recording_preferences()
    assert connect(world, world.member)["uri"] is None


def test_an_outsiders_preference_is_refused_for_want_of_a_grant(world):
    archive = archive_of(world)
    with pytest.raises(AssertionError, match="not authorized to perform: kms:CreateGrant"):
        deploy_preferences(world, archive, account=world.outsider)
    client = world.client("ssm-guiconnect", world.outsider)
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.update_connection_recording_preferences(ConnectionRecordingPreferences=preferences(world, archive))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_connection_recording_preferences()


def test_an_outsiders_recording_is_refused_by_the_bucket(world):
    archive = archive_of(world)
    key = world.client("kms", world.outsider).create_key()["KeyMetadata"]["Arn"]
    wanted = {**preferences(world, archive), "KMSKeyArn": key}
    client = world.client("ssm-guiconnect", world.outsider)
    client.update_connection_recording_preferences(ConnectionRecordingPreferences=wanted)
    connection = connect(world, world.outsider)
    assert connection["uri"] is None
    assert "no statement of the bucket policy allows s3:PutObject" in connection["decision"]["reason"]
    assert keys(world, archive) == []


def test_a_key_of_another_region_is_no_preference(world):
    archive = archive_of(world)
    client = world.client("ssm-guiconnect", world.member, region="us-east-1")
    with pytest.raises(ClientError, match="not in the Region us-east-1"):
        client.update_connection_recording_preferences(ConnectionRecordingPreferences=preferences(world, archive))
