"""Direct calls on a bucket are judged by its policy with the organization pinned."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.archive import MEMBERS, keys, make_archive
from tests.local.world import ORGANIZATION, REGION, World, allow, role, statement

OUTSIDE = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
OWN = "BUCKET/account=${aws:PrincipalAccount}/*"
BY_ROLE = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/delivery"}}


@pytest.fixture
def archive(world):
    via = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION, "kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    return make_archive(
        world,
        bucket_statements=[
            statement("NoOutsiders", "Deny", "*", "s3:*", ["BUCKET", "BUCKET/*"], **OUTSIDE),
            statement("NoDeletes", "Deny", "*", "s3:Delete*", ["BUCKET", "BUCKET/*"]),
            statement("Own", "Allow", {"AWS": "*"}, "s3:PutObject", OWN, **MEMBERS, **BY_ROLE),
        ],
        key_statements=[statement("Encrypt", "Allow", {"AWS": "*"}, "kms:GenerateDataKey", "*", **via)],
    )


def delivery(world: World, account: str):
    statements = [allow(["s3:PutObject", "s3:GetObject", "kms:GenerateDataKey"])]
    world.deploy(account, {"Role": role("delivery", service="firehose.amazonaws.com", statements=statements)})
    return world.client("s3", account, role=f"arn:aws:iam::{account}:role/delivery", session="run")


def test_a_members_role_writes_under_its_own_prefix_and_no_other(world, archive):
    s3 = delivery(world, world.member)
    s3.put_object(Bucket=archive.bucket, Key=f"account={world.member}/a", Body=b"1")
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=archive.bucket, Key=f"account={world.other}/a", Body=b"1")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert keys(world, archive) == [f"account={world.member}/a"]
    (entry,) = world.decisions(allowed=False, account=world.member)
    assert entry["principal"] == f"arn:aws:sts::{world.member}:assumed-role/delivery/run"
    assert "no statement of the bucket policy allows" in entry["reason"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=archive.bucket, Key=f"account={world.member}/a")


def test_the_members_administrator_is_not_the_delivery_role(world, archive):
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("s3", world.member).put_object(Bucket=archive.bucket, Key=f"account={world.member}/a", Body=b"1")


def test_an_outsider_is_refused_by_the_sid_that_says_so(world, archive):
    s3 = world.client("s3", world.outsider)
    with pytest.raises(ClientError, match="NoOutsiders"):
        s3.put_object(Bucket=archive.bucket, Key=f"account={world.outsider}/a", Body=b"1")
    with pytest.raises(ClientError, match="NoOutsiders"):
        s3.list_objects_v2(Bucket=archive.bucket)
    assert {entry["sid"] for entry in world.decisions(account=world.outsider)} == {"NoOutsiders"}


def test_a_role_that_does_not_exist_is_refused_by_the_key_or_itself(world, archive):
    s3 = world.client("s3", world.other, role=f"arn:aws:iam::{world.other}:role/delivery")
    with pytest.raises(ClientError, match="role policy"):
        s3.put_object(Bucket=archive.bucket, Key=f"account={world.other}/a", Body=b"1")


def test_a_denied_delete_holds_for_the_owners_roles(world, archive):
    owner = world.client("s3", world.archive)
    owner.put_object(Bucket=archive.bucket, Key="a", Body=b"1")
    s3 = world.client("s3", world.archive, role=f"arn:aws:iam::{world.archive}:role/Admin")
    for delete in (
        lambda: s3.delete_object(Bucket=archive.bucket, Key="a"),
        lambda: s3.delete_objects(Bucket=archive.bucket, Delete={"Objects": [{"Key": "a"}]}),
    ):
        with pytest.raises(ClientError, match="NoDeletes"):
            delete()
    assert s3.get_object(Bucket=archive.bucket, Key="a")["Body"].read() == b"1"
    assert [entry["sid"] for entry in world.decisions(account=world.archive, allowed=False)] == ["NoDeletes"] * 2


def test_a_key_that_does_not_serve_the_caller_refuses_the_put(world, archive):
    s3 = delivery(world, world.member)
    kms = world.client("kms", world.archive)
    stored = json.loads(kms.get_key_policy(KeyId=archive.key_arn, PolicyName="default")["Policy"])
    stored["Statement"] = [s for s in stored["Statement"] if s["Sid"] != "Encrypt"]
    kms.put_key_policy(KeyId=archive.key_arn, PolicyName="default", Policy=json.dumps(stored))
    with pytest.raises(ClientError, match="key policy allows kms:GenerateDataKey"):
        s3.put_object(Bucket=archive.bucket, Key=f"account={world.member}/a", Body=b"1")
