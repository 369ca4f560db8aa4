"""A CloudTrail trail that reaches the archive and a log group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudtrail as cloudtrail
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import member
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION
from constructs_lib.service_role import ServiceRole

TOUCHES: Final = (
    "CopyObject",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjects",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectLockLegalHold",
    "GetObjectLockRetention",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "HeadObject",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
    "ListParts",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectLockLegalHold",
    "PutObjectLockRetention",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
    "SelectObjectContent",
    "UpdateObjectEncryption",
    "UploadPartCopy",
)
"""Reads, deletes, ACL, tagging and retention; not the writers' own uploads, or the trail would record itself.

Calls about locks are named as the API and as CloudTrail's records have them, since both are seen.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html#cloudtrail-data-events"""


class EvidenceTrail(Construct):
    """A multi-Region trail, validated, encrypted with the evidence key, that also writes to a log group.

    Args:
        trail_name: Fixed, because the archive's policies admit the trail by name.
        archive: The archive of the home Region.
        log_group_name: Its CloudWatch log group.
        log_retention_days: Days in that group.
        log_key_arn: The key of that group.
        log_key_use: What the role needs to write with that key.
        role_name: The role as which CloudTrail writes to the group.
        data_events_of: Bucket ARNs whose touches are recorded instead of management events; by default all management
            events, read and write, and no data events.
        organization_wide: Makes it the organization's trail; possible in the management account alone.
        outlives_stack: Keep the trail, its log group and its role when the stack goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        trail_name: str,
        archive: ArchiveReference,
        log_group_name: str,
        log_retention_days: int,
        log_key_arn: str,
        log_key_use: LogKeyUse,
        role_name: str,
        data_events_of: Sequence[str] = (),
        organization_wide: bool = False,
        outlives_stack: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = EvidenceLogGroup(
            self,
            "Log",
            name=log_group_name,
            retention_days=log_retention_days,
            key_arn=log_key_arn,
            outlives_stack=outlives_stack,
        )
        role = ServiceRole(
            self,
            "LogRole",
            role_name=role_name,
            trust=member.trail_logs_trust(),
            statements=[
                member.writes_trail_log_group(
                    partition=PARTITION,
                    region=REGION,
                    account=ACCOUNT_ID,
                    log_group=log_group_name,
                ),
                *log_key_use.statements(),
            ],
        )
        self.resource = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=trail_name,
            is_logging=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            is_organization_trail=True if organization_wide else None,
            enable_log_file_validation=True,
            s3_bucket_name=archive.bucket_name(BucketKind.LOGS),
            s3_key_prefix=layout.CLOUDTRAIL_PREFIX,
            kms_key_id=archive.key_arn,
            cloud_watch_logs_log_group_arn=self.log_group.arn,
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=[_touches(data_events_of)] if data_events_of else [_management_events()],
        )
        if outlives_stack:
            for kept in (self.resource, role.resource):
                kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def _management_events() -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
        name="All management events, read and write", field_selectors=[_field("eventCategory", ["Management"])]
    )


def _touches(bucket_arns: Sequence[str]) -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
        name="Who reads, deletes or relabels evidence",
        field_selectors=[
            _field("eventCategory", ["Data"]),
            _field("resources.type", ["AWS::S3::Object"]),
            _field("eventName", TOUCHES),
            cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                field="resources.ARN", starts_with=[f"{arn}/" for arn in bucket_arns]
            ),
        ],
    )


def _field(name: str, values: Sequence[str]) -> cloudtrail.CfnTrail.AdvancedFieldSelectorProperty:
    return cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(field=name, equal_to=list(values))
