"""A bucket reads back as its template says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.world import REGION, World


def _bucket(world: World, **properties: Any) -> tuple[Any, str]:
    name = f"bucket-{world.archive}"
    outputs = world.deploy(
        world.archive, {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}}
    )
    assert outputs["BucketRef"] == name
    return world.client("s3", world.archive), name


def test_default_encryption_keeps_its_key_and_its_bucket_key(world):
    key = f"arn:aws:kms:{REGION}:{world.archive}:key/mrk-{'0' * 32}"
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3, name = _bucket(
        world,
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}]
        },
    )
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == default
    assert rule["BucketKeyEnabled"] is True
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    head = s3.head_object(Bucket=name, Key="a")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_every_other_property_is_kept(world):
    tags = [{"Key": "purpose", "Value": "evidence"}]
    pab = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}}
    s3, name = _bucket(
        world,
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        LifecycleConfiguration={
            "Rules": [
                {
                    "Id": "Age",
                    "Status": "Enabled",
                    "Prefix": "transcripts/",
                    "ExpirationInDays": 400,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
                    "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 20}],
                },
                {"Id": "Parts", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
            ]
        },
        LoggingConfiguration={"DestinationBucketName": f"bucket-{world.archive}", "LogFilePrefix": "access/"},
        NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock,
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration=pab,
        Tags=tags,
        VersioningConfiguration={"Status": "Enabled"},
    )
    age, parts = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert age == {
        "ID": "Age",
        "Status": "Enabled",
        "Filter": {"Prefix": "transcripts/"},
        "Expiration": {"Days": 400},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}],
        "NoncurrentVersionTransitions": [{"NoncurrentDays": 20, "StorageClass": "GLACIER"}],
    }
    assert parts["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"] == {"TargetBucket": name, "TargetPrefix": "access/"}
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=name)
    assert s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"] == lock
    ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert ownership == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == pab
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert [tag for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"] if tag["Key"] == "purpose"] == tags


def test_a_property_that_nobody_models_fails_the_stack(world):
    with pytest.raises(AssertionError, match="does not model InventoryConfigurations"):
        _bucket(world, InventoryConfigurations=[])


def test_a_put_with_kms_and_no_key_takes_the_account_key_of_s3(world):
    s3, name = _bucket(world)
    s3.put_object(Bucket=name, Key="asset", Body=b"1", ServerSideEncryption="aws:kms")
    key = s3.head_object(Bucket=name, Key="asset")["SSEKMSKeyId"]
    aliases = world.client("kms", world.archive).list_aliases()["Aliases"]
    assert [alias["AliasName"] for alias in aliases if alias["TargetKeyId"] == key.rsplit("/", 1)[-1]] == [
        "alias/aws/s3"
    ]
