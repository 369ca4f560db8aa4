"""S3 tells EventBridge of what lands in a bucket, in the shape that AWS documents, whoever put it."""

from __future__ import annotations

from tests.local.archive import MEMBERS, OF_ORGANIZATION, keys, make_archive
from tests.local.events import heard, queue, rule, to_queue
from tests.local.test_recordings import GRANTS, GUICONNECT, VIA_S3, connect, deploy_preferences
from tests.local.world import ORGANIZATION, REGION, World, allow, role, statement

CREATED = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
VIA = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION, "kms:ViaService": f"s3.{REGION}.amazonaws.com"}}


def make_listening_archive(world: World):
    """A versioned bucket that tells EventBridge, and a rule that puts what it says into the queue `heard`."""
    archive = make_archive(
        world,
        bucket_statements=[
            statement("Record", "Allow", GUICONNECT, "s3:PutObject", "BUCKET/*", **OF_ORGANIZATION),
            statement("Write", "Allow", {"AWS": "*"}, "s3:PutObject", "BUCKET/*", **MEMBERS),
        ],
        key_statements=[
            statement("Encrypt", "Allow", GUICONNECT, "kms:GenerateDataKey*", "*", **VIA_S3),
            statement("Write", "Allow", {"AWS": "*"}, "kms:GenerateDataKey*", "*", **VIA),
            statement("Grant", "Allow", {"AWS": "*"}, "kms:CreateGrant", "*", **GRANTS),
        ],
    )
    quiet = {"BucketName": f"quiet-{world.archive}"}
    loud = {
        "BucketName": f"loud-{world.archive}",
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    }
    resources = {
        **queue("Heard"),
        "Listen": rule("listen", to_queue("Heard"), EventPattern=CREATED),
        "Quiet": {"Type": "AWS::S3::Bucket", "Properties": quiet},
        "Loud": {"Type": "AWS::S3::Bucket", "Properties": loud},
    }
    world.deploy(world.archive, resources, name="listen")
    s3 = world.client("s3", world.archive)
    read = s3.get_bucket_notification_configuration(Bucket=f"loud-{world.archive}")
    assert "EventBridgeConfiguration" in read
    s3.put_bucket_versioning(Bucket=archive.bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=archive.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    return archive


def test_a_recording_is_told_of_in_the_archives_name_with_guiconnect_as_the_requester(world):
    archive = make_listening_archive(world)
    deploy_preferences(world, archive, account=world.member)
    connect(world, world.member)
    (key,) = keys(world, archive)
    (event,) = heard(world, world.archive, "heard", wait=5)
    assert set(event) == {
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    }
    assert (event["account"], event["region"]) == (world.archive, REGION)
    assert event["resources"] == [archive.bucket_arn]
    detail = event["detail"]
    head = world.client("s3", world.archive).head_object(Bucket=archive.bucket, Key=key)
    assert set(detail) == {"version", "bucket", "object", "request-id", "requester", "source-ip-address", "reason"}
    assert set(detail["object"]) == {"key", "size", "etag", "version-id", "sequencer"}
    assert detail["bucket"] == {"name": archive.bucket}
    assert (detail["object"]["key"], detail["object"]["size"]) == (key, head["ContentLength"])
    assert detail["object"]["etag"] == head["ETag"].strip('"')
    assert detail["object"]["version-id"] == head["VersionId"]
    assert (detail["requester"], detail["reason"]) == ("ssm-guiconnect.amazonaws.com", "PutObject")


def test_an_object_from_another_account_names_that_account(world):
    archive = make_listening_archive(world)
    statements = [allow(["s3:PutObject", "kms:GenerateDataKey"])]
    world.deploy(world.member, {"Role": role("delivery", service="firehose.amazonaws.com", statements=statements)})
    s3 = world.client("s3", world.member, role=f"arn:aws:iam::{world.member}:role/delivery")
    s3.put_object(Bucket=archive.bucket, Key="theirs", Body=b"1")
    (event,) = heard(world, world.archive, "heard", wait=5)
    assert (event["account"], event["detail"]["requester"]) == (world.archive, world.member)


def test_a_bucket_that_was_not_told_to_says_nothing(world):
    make_listening_archive(world)
    s3 = world.client("s3", world.archive)
    s3.put_object(Bucket=f"quiet-{world.archive}", Key="a", Body=b"1")
    s3.put_object(Bucket=f"loud-{world.archive}", Key="b", Body=b"1")
    assert [event["detail"]["object"]["key"] for event in heard(world, world.archive, "heard", wait=5)] == ["b"]
