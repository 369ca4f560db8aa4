"""A bucket for what the steps of a pipeline hand on."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

KEPT_DAYS: Final = 90
ABORT_UPLOADS_AFTER_DAYS: Final = 7


class PipelineArtifacts(Construct):
    """A private, versioned bucket of code and templates, which forgets after some months; no evidence comes here.

    Args:
        bucket_name: Fixed, because the pipeline names the bucket of another Region.
        key: Encrypts it where another account reads it too; by default SSE-S3.
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket_name: str, key: kms.IKey | None = None) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            encryption=s3.BucketEncryption.S3_MANAGED if key is None else s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=None if key is None else True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="Expire",
                    expiration=cdk.Duration.days(KEPT_DAYS),
                    noncurrent_version_expiration=cdk.Duration.days(KEPT_DAYS),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(ABORT_UPLOADS_AFTER_DAYS),
                )
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
