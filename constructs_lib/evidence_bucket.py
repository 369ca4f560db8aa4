"""A bucket that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.policies.statement import Statement, document

ABORT_UPLOADS_AFTER_DAYS = 7


@dataclass(frozen=True)
class Retention:
    """How long a bucket keeps objects, in days.

    Args:
        days: Until an object expires.
        glacier_after_days: Until it moves to Glacier Instant Retrieval; None keeps it in S3 Standard.
        lock_days: In which nobody can delete it (Object Lock, COMPLIANCE mode); None sets no default lock.

    Raises:
        ValueError: Objects would expire while they are locked, or move to Glacier after they expired.
    """

    days: int
    glacier_after_days: int | None = None
    lock_days: int | None = None

    def __post_init__(self) -> None:
        if self.lock_days is not None and self.lock_days > self.days:
            raise ValueError(f"lock_days = {self.lock_days} is longer than days = {self.days}")
        if self.glacier_after_days is not None and self.glacier_after_days >= self.days:
            raise ValueError(f"glacier_after_days = {self.glacier_after_days} is not below days = {self.days}")


class EvidenceBucket(Construct):
    """A versioned, encrypted, private bucket that outlives its stack together with its policy.

    Args:
        bucket_name: Known beforehand, since other accounts compute it.
        statements: The whole bucket policy.
        retention: How long objects stay.
        object_lock: Enables Object Lock at creation; what is locked by default is in ``retention``.
        key_arn: Default encryption with this KMS key and bucket keys; by default SSE-S3, which only the target of
            access logs should take.
        access_log_bucket: Name of the bucket that receives server access logs; by default none.
        tells_of_objects: Whether EventBridge hears of each object; what then hears it, rules say.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str,
        statements: Sequence[Statement],
        retention: Retention,
        object_lock: bool = False,
        key_arn: str | None = None,
        access_log_bucket: str | None = None,
        tells_of_objects: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket_name = bucket_name
        resource = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(
                server_side_encryption_configuration=[_encryption(key_arn)]
            ),
            lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(rules=_lifecycle(retention)),
            logging_configuration=None
            if access_log_bucket is None
            else s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=access_log_bucket, log_file_prefix=f"{bucket_name}/"
            ),
            notification_configuration=s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
            )
            if tells_of_objects
            else None,
            object_lock_enabled=True if object_lock else None,
            object_lock_configuration=_default_lock(retention) if object_lock else None,
            ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
                rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
            ),
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
        )
        self._policy = s3.CfnBucketPolicy(self, "Policy", bucket=bucket_name, policy_document=document(statements))
        self._policy.add_resource_dependency(resource)
        for kept in (resource, self._policy):
            # Kept always, except where the creation itself is rolled back: an empty bucket of a fixed name would stand
            # in the way of the next attempt.
            kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._resource = resource

    @property
    def policy(self) -> s3.CfnBucketPolicy:
        """What a writer's resource must wait for."""
        return self._policy

    @property
    def bucket(self) -> s3.IBucket:
        """The bucket for constructs that take an interface."""
        return s3.Bucket.from_cfn_bucket(self._resource)

    def wait_for(self, other: EvidenceBucket) -> None:
        """Create this bucket only after another one and its policy, for instance the target of its access logs."""
        self._resource.add_resource_dependency(other.policy)


def _encryption(key_arn: str | None) -> s3.CfnBucket.ServerSideEncryptionRuleProperty:
    if key_arn is None:
        by_default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(sse_algorithm="AES256")
        return s3.CfnBucket.ServerSideEncryptionRuleProperty(server_side_encryption_by_default=by_default)
    return s3.CfnBucket.ServerSideEncryptionRuleProperty(
        bucket_key_enabled=True,
        server_side_encryption_by_default=s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
            sse_algorithm="aws:kms", kms_master_key_id=key_arn
        ),
    )


def _default_lock(retention: Retention) -> s3.CfnBucket.ObjectLockConfigurationProperty:
    rule = None
    if retention.lock_days is not None:
        rule = s3.CfnBucket.ObjectLockRuleProperty(
            default_retention=s3.CfnBucket.DefaultRetentionProperty(mode="COMPLIANCE", days=retention.lock_days)
        )
    return s3.CfnBucket.ObjectLockConfigurationProperty(object_lock_enabled="Enabled", rule=rule)


def _lifecycle(retention: Retention) -> list[s3.CfnBucket.RuleProperty]:
    """Objects move to Glacier, then expire; a superseded version stays as long again."""
    transitions = None
    if retention.glacier_after_days is not None:
        transitions = [
            s3.CfnBucket.TransitionProperty(storage_class="GLACIER_IR", transition_in_days=retention.glacier_after_days)
        ]
    return [
        s3.CfnBucket.RuleProperty(
            id="KeepThenExpire",
            status="Enabled",
            transitions=transitions,
            expiration_in_days=retention.days,
            noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
                noncurrent_days=retention.days
            ),
            abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                days_after_initiation=ABORT_UPLOADS_AFTER_DAYS
            ),
        )
    ]
