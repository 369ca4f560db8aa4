"""An archive account's bucket and key, with the policies that a test wants to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.local.world import ORGANIZATION, REGION, World, policy, statement

OF_ORGANIZATION = {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}
MEMBERS = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}


@dataclass(frozen=True, kw_only=True)
class Archive:
    bucket: str
    bucket_arn: str
    key_arn: str


def make_archive(world: World, *, bucket_statements: list[Any], key_statements: list[Any]) -> Archive:
    """The policies may name the bucket as `BUCKET`."""
    bucket = f"archive-{world.archive}"
    arn = f"arn:aws:s3:::{bucket}"
    root = {"AWS": f"arn:aws:iam::{world.archive}:root"}
    key = {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "MultiRegion": True,
            "KeyPolicy": policy(statement("Account", "Allow", root, "kms:*", "*"), *_named(key_statements, arn)),
        },
    }
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
    store = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": bucket,
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}
                ]
            },
        },
    }
    guard = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy(*_named(bucket_statements, arn))},
    }
    made = world.deploy(world.archive, {"Key": key, "Bucket": store, "Guard": guard}, name="archive")
    key_arn = f"arn:aws:kms:{REGION}:{world.archive}:key/{made['KeyRef']}"
    return Archive(bucket=bucket, bucket_arn=arn, key_arn=key_arn)


def keys(world: World, archive: Archive) -> list[str]:
    listed = world.client("s3", world.archive).list_objects_v2(Bucket=archive.bucket)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def _named(value: Any, bucket_arn: str) -> Any:
    if isinstance(value, str):
        return value.replace("BUCKET", bucket_arn)
    if isinstance(value, dict):
        return {name: _named(inner, bucket_arn) for name, inner in value.items()}
    return [_named(inner, bucket_arn) for inner in value] if isinstance(value, list) else value
