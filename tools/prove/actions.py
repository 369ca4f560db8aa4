"""The actions that the claims name, from AWS's list and apart from the policies.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from typing import Final

ROOT_KEEPS: Final = ("s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy")
"""What the root user of a bucket's account can do whatever the policy denies.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html"""

CONTENT_READS: Final = (
    "s3:GetObject",
    "s3:GetObjectAttributes",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTorrent",
)
WRITES: Final = ("s3:PutObject", "s3:ReplicateObject")
BUCKET_CHANGES: Final = (
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketAbac",
    "s3:PutBucketAcl",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
)
REMOVALS: Final = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectAnnotation",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionAnnotation",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObjectAnnotation",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:UpdateObjectEncryption",
)
OF_OBJECTS: Final = (
    *CONTENT_READS,
    *WRITES,
    *(action for action in REMOVALS if action != "s3:DeleteBucket"),
    "s3:AbortMultipartUpload",
    "s3:PutObjectAcl",
)
"""The actions named here that are asked of an object."""
OF_BUCKETS: Final = (*BUCKET_CHANGES, "s3:DeleteBucket", "s3:GetBucketPolicy", "s3:ListBucket")
"""The actions named here that are asked of a bucket. Any other action counts as asked of either.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""

KEY_CHANGES: Final = ("kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource")
KEY_REMOVALS: Final = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:UpdatePrimaryRegion",
)
