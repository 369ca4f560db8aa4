"""An archive that admits the trail `evidence` of every member, and that trail."""

from __future__ import annotations

from typing import Any

from tests.local.archive import OF_ORGANIZATION, Archive, make_archive
from tests.local.world import World, statement

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
NAMED = {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/evidence"}}
TRAIL = "arn:aws:cloudtrail:*:*:trail/evidence"


def archive_of(world: World, *, bucket: bool = True, key: bool = True) -> Archive:
    context = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL}}
    return make_archive(
        world,
        bucket_statements=[
            statement("Acl", "Allow", CLOUDTRAIL, "s3:GetBucketAcl", "BUCKET", **OF_ORGANIZATION, **NAMED),
            *(
                [
                    statement(
                        "Write", "Allow", CLOUDTRAIL, "s3:PutObject", "BUCKET/c/AWSLogs/*", **OF_ORGANIZATION, **NAMED
                    )
                ]
                if bucket
                else []
            ),
        ],
        key_statements=[
            statement("Check", "Allow", CLOUDTRAIL, "kms:DescribeKey", "*", **NAMED),
            *(
                [statement("Encrypt", "Allow", CLOUDTRAIL, "kms:GenerateDataKey*", "*", **NAMED, **context)]
                if key
                else []
            ),
        ],
    )


def trail(archive: Archive, **more: Any) -> dict[str, Any]:
    properties = {
        "TrailName": "evidence",
        "S3BucketName": archive.bucket,
        "S3KeyPrefix": "c",
        "KMSKeyId": archive.key_arn,
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "Tags": [{"Key": "purpose", "Value": "evidence"}],
        **more,
    }
    return {"Type": "AWS::CloudTrail::Trail", "Properties": properties}
