"""What the policy of an archive bucket says beyond the perimeter: nothing is removed, few read, one role changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib.policies.perimeter import (
    deny_insecure_transport,
    deny_principals_outside_organization,
    deny_services_for_outsiders,
)
from constructs_lib.policies.statement import Conditions, Statement, deny, deny_elsewhere

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
"""What removes evidence, shortens its lock, relabels it or encrypts it with another key."""

CONFIGURATION_CHANGES: Final = (
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
"""What changes how a bucket guards what it holds.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""

READS: Final = (
    "s3:GetObject",
    "s3:GetObjectAttributes",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTorrent",
)
"""What gives away the content of an object or a copy of it."""


def perimeter(organization_id: str, *, bucket_arn: str) -> list[Statement]:
    """Nobody from outside the organization, no service acting for outsiders, nothing without TLS."""
    resources = (bucket_arn, f"{bucket_arn}/*")
    return [
        deny_insecure_transport(actions=["s3:*"], resources=resources),
        deny_principals_outside_organization(organization_id, actions=["s3:*"], resources=resources),
        deny_services_for_outsiders(organization_id, actions=["s3:*"], resources=resources),
    ]


def deny_removal(*, bucket_arn: str) -> Statement:
    """Nobody removes, unlocks or relabels what the bucket holds; lifecycle expiry is not subject to this sentence."""
    return deny("DenyRemoval", actions=REMOVALS, resources=[bucket_arn, f"{bucket_arn}/*"])


def deny_configuration_changes(*, bucket_arn: str, execution_role_arns: Sequence[str]) -> Statement:
    """Only CloudFormation, as a role named in the settings, changes how the bucket guards its content.

    Without that exception the next deployment would be locked out. The root user of the account can still
    delete the policy, because S3 lets it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    """
    return deny(
        "DenyConfigurationChanges",
        actions=CONFIGURATION_CHANGES,
        resources=[bucket_arn],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": list(execution_role_arns)}},
    )


def deny_reads_except(*, bucket_arn: str, reader_role_arns: Sequence[str]) -> Statement:
    """Only the named reader roles get evidence; services and writers do not, whatever else allows them.

    Without a named reader nobody does.
    """
    named: Conditions = {"ArnNotEquals": {"aws:PrincipalArn": list(reader_role_arns)}}
    return deny(
        "DenyReadsExceptEvidenceReaders",
        actions=READS,
        resources=[f"{bucket_arn}/*"],
        conditions=named if reader_role_arns else None,
    )


def deny_writes_except(*, bucket_arn: str, writer_role_arns: Sequence[str]) -> Statement:
    """Nobody but the writers' roles and AWS services puts objects, so that nobody adds or overwrites evidence by hand.

    Which services do, and for whom, the sentences that allow them say.
    """
    by_hand = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    named = {"ArnNotLike": {"aws:PrincipalArn": list(writer_role_arns)}} if writer_role_arns else {}
    return deny(
        "DenyWritesExceptWriters",
        actions=["s3:PutObject", "s3:ReplicateObject"],
        resources=[f"{bucket_arn}/*"],
        conditions={**by_hand, **named},
    )


def deny_writes_elsewhere(sid: str, *, writer_role_arns: Sequence[str], objects: Sequence[str]) -> Statement:
    """A writer's role puts objects where it is admitted and nowhere else, even where its own account is the archive's.

    Within one account a role's own policy would do without the bucket's.
    """
    return deny_elsewhere(
        sid,
        actions=["s3:PutObject", "s3:ReplicateObject"],
        resources=objects,
        conditions={"ArnLike": {"aws:PrincipalArn": list(writer_role_arns)}},
    )
