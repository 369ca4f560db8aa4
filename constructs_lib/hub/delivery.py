"""Carries judged records into the log bucket."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import hub_roles, member
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.service_role import ServiceRole

BUFFER_SECONDS: Final = 60
BUFFER_MEBIBYTES: Final = 5
ERROR_LOG_STREAM: Final = "S3Delivery"
ERROR_LOG_DAYS: Final = 90


class AccessEventDelivery(Construct):
    """A delivery stream that writes each record as one line of a gzipped object of its day.

    Args:
        archive: The home archive.
        log_key_use: The key of the group that records delivery errors.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, archive: ArchiveReference, log_key_use: LogKeyUse
    ) -> None:
        super().__init__(scope, construct_id)
        bucket_arn = archive.bucket_arn(BucketKind.LOGS)
        group = EvidenceLogGroup(
            self,
            "Errors",
            name=layout.ACCESS_DELIVERY_LOG_GROUP,
            retention_days=ERROR_LOG_DAYS,
            key_arn=log_key_use.key_arn,
        )
        log_stream = logs.CfnLogStream(self, "ErrorStream", log_group_name=group.name, log_stream_name=ERROR_LOG_STREAM)
        log_stream.add_resource_dependency(group.resource)
        place = {"bucket_arn": bucket_arn, "account": archive.account}
        role = ServiceRole(
            self,
            "Role",
            role_name=layout.ACCESS_DELIVERY_ROLE,
            trust=member.delivery_trust(),
            statements=[
                hub_roles.writes_access_events(**place),
                hub_roles.locates_log_bucket(**place),
                hub_roles.lists_access_events(**place),
                hub_roles.encrypts_access_events(key_arn=archive.key_arn, via_s3=via("s3", archive.region)),
                member.function_writes_own_logs(
                    partition=PARTITION, account=ACCOUNT_ID, log_group=layout.ACCESS_DELIVERY_LOG_GROUP
                ),
                *log_key_use.statements(),
            ],
        )
        day = "day=!{timestamp:yyyy-MM-dd}/"
        errors = layout.errors_of("access-events", archive.account)
        self.resource = cdk.CfnResource(
            self,
            "Stream",
            type="AWS::KinesisFirehose::DeliveryStream",
            properties={
                "DeliveryStreamName": layout.ACCESS_EVENT_STREAM,
                "DeliveryStreamType": "DirectPut",
                "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
                "ExtendedS3DestinationConfiguration": {
                    "BucketARN": bucket_arn,
                    "RoleARN": role.arn,
                    "Prefix": f"{layout.ACCESS_EVENTS_PREFIX}{day}",
                    "ErrorOutputPrefix": f"{errors}!{{firehose:error-output-type}}/{day}",
                    "FileExtension": ".json.gz",
                    "CompressionFormat": "GZIP",
                    "BufferingHints": {"IntervalInSeconds": BUFFER_SECONDS, "SizeInMBs": BUFFER_MEBIBYTES},
                    "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": archive.key_arn}},
                    "CloudWatchLoggingOptions": {
                        "Enabled": True,
                        "LogGroupName": group.name,
                        "LogStreamName": ERROR_LOG_STREAM,
                    },
                },
            },
        )
        self.resource.add_resource_dependency(log_stream)
        self.stream_arn = self.resource.get_att("Arn").to_string()
