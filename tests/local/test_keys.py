"""Keys, replicas, alarms and policies read back as their templates say."""

from __future__ import annotations

import json

import pytest

from tests.local.world import REGION, World, allow, policy, role, statement

ELSEWHERE = "ap-northeast-1"


def key_policy(world: World, sid: str) -> dict[str, object]:
    return policy(statement(sid, "Allow", {"AWS": f"arn:aws:iam::{world.archive}:root"}, "kms:*", "*"))


def test_a_multi_region_key_and_its_replica_share_the_id_and_nothing_else(world):
    tag = [{"Key": "SystemsManagerJustInTimeNodeAccessManaged", "Value": "true"}]
    properties = {
        "MultiRegion": True,
        "EnableKeyRotation": True,
        "PendingWindowInDays": 30,
        "Description": "primary",
        "KeyPolicy": key_policy(world, "Primary"),
        "Tags": tag,
    }
    made = world.deploy(world.archive, {"Key": {"Type": "AWS::KMS::Key", "Properties": properties}})
    key_id = made["KeyRef"]
    assert key_id.startswith("mrk-")
    arn = f"arn:aws:kms:{REGION}:{world.archive}:key/{key_id}"
    replica = {
        "Type": "AWS::KMS::ReplicaKey",
        "Properties": {
            "PrimaryKeyArn": arn,
            "Description": "replica",
            "PendingWindowInDays": 30,
            "KeyPolicy": key_policy(world, "Replica"),
            "Tags": tag,
        },
    }
    made = world.deploy(world.archive, {"Replica": replica}, region=ELSEWHERE)
    assert made["ReplicaRef"] == key_id

    for region, sid, description in ((REGION, "Primary", "primary"), (ELSEWHERE, "Replica", "replica")):
        kms = world.client("kms", world.archive, region=region)
        metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
        assert metadata["Arn"] == f"arn:aws:kms:{region}:{world.archive}:key/{key_id}"
        assert (metadata["MultiRegion"], metadata["Description"]) == (True, description)
        assert metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] == sid.upper()
        stored = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
        assert stored["Statement"][0]["Sid"] == sid
        tags = kms.list_resource_tags(KeyId=key_id)["Tags"]
        assert {"TagKey": tag[0]["Key"], "TagValue": "true"} in tags
    kms = world.client("kms", world.archive)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]
    cloudformation = world.client("cloudformation", world.archive)
    cloudformation.delete_stack(StackName="stack")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="stack", WaiterConfig={"Delay": 0.1})
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion")


def test_a_replica_of_anothers_key_fails_the_stack(world):
    foreign = f"arn:aws:kms:{REGION}:{world.member}:key/mrk-{'0' * 32}"
    properties = {"PrimaryKeyArn": foreign, "KeyPolicy": key_policy(world, "Replica")}
    with pytest.raises(AssertionError, match="Invalid arn"):
        world.deploy(world.archive, {"Replica": {"Type": "AWS::KMS::ReplicaKey", "Properties": properties}})


def test_a_managed_policy_is_attached_to_its_roles(world):
    managed = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": "host",
            "PolicyDocument": policy(allow("logs:PutLogEvents")),
            "Roles": [{"Ref": "Host"}],
        },
    }
    world.deploy(
        world.member, {"Host": role("host", service="ec2.amazonaws.com", statements=[allow("x:y")]), "Managed": managed}
    )
    iam = world.client("iam", world.member)
    (attached,) = iam.list_attached_role_policies(RoleName="host")["AttachedPolicies"]
    assert attached["PolicyName"] == "host"
    version = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == policy(allow("logs:PutLogEvents"))


def test_an_alarm_keeps_what_it_watches(world):
    properties = {
        "AlarmName": "delivery",
        "AlarmDescription": "late",
        "Namespace": "AWS/Firehose",
        "MetricName": "DeliveryToS3.Success",
        "Dimensions": [{"Name": "DeliveryStreamName", "Value": "transcripts"}],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    world.deploy(world.member, {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    (alarm,) = world.client("cloudwatch", world.member).describe_alarms(AlarmNames=["delivery"])["MetricAlarms"]
    assert {name: alarm[name] for name in properties} == properties
