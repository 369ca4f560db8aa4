"""Carries session transcripts from a member's log group to the archive, and says when it cannot."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.pseudo_parameters import ACCOUNT_ID, REGION

BUFFER_SECONDS = 300
BUFFER_MEBIBYTES = 5
BEHIND_AFTER_SECONDS = 3 * BUFFER_SECONDS
ERROR_LOG_STREAM = "S3Delivery"


class TranscriptDelivery(Construct):
    """Subscription filter, Data Firehose and alarms: each log message becomes one line of a gzipped object.

    The account and Region stand in the prefix, because extracting the message drops the envelope that names them.
    A message that is not JSON is carried like any other.
    https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html

    Args:
        source: The log group whose messages are carried.
        archive: The archive of this Region.
        delivery_role_arn: The role the archive's policies admit.
        subscription_role_arn: The role as which CloudWatch Logs fills the stream.
        log_key_arn: Key of the group that records delivery errors.
        log_retention_days: Days in that group.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: EvidenceLogGroup,
        archive: ArchiveReference,
        delivery_role_arn: str,
        subscription_role_arn: str,
        log_key_arn: str,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        errors = EvidenceLogGroup(
            self,
            "Errors",
            name=layout.DELIVERY_LOG_GROUP,
            retention_days=log_retention_days,
            key_arn=log_key_arn,
        )
        error_stream = logs.CfnLogStream(
            self, "ErrorStream", log_group_name=errors.name, log_stream_name=ERROR_LOG_STREAM
        )
        error_stream.add_resource_dependency(errors.resource)
        self.stream = self._delivery_stream(archive, delivery_role_arn)
        self.stream.add_resource_dependency(error_stream)
        subscription = logs.CfnSubscriptionFilter(
            self,
            "Subscription",
            log_group_name=source.name,
            filter_name=layout.TRANSCRIPT_STREAM,
            filter_pattern="",
            destination_arn=self.stream.get_att("Arn").to_string(),
            role_arn=subscription_role_arn,
        )
        subscription.add_resource_dependency(source.resource)
        self._alarms(source.name)

    def _delivery_stream(self, archive: ArchiveReference, role_arn: str) -> cdk.CfnResource:
        account, region = ACCOUNT_ID, REGION
        day = "day=!{timestamp:yyyy-MM-dd}/"
        errors = f"{layout.errors_of('transcripts', account)}region={region}/!{{firehose:error-output-type}}/{day}"
        # Untyped, because the typed Firehose module loads Lambda and EC2 with it.
        return cdk.CfnResource(
            self,
            "Stream",
            type="AWS::KinesisFirehose::DeliveryStream",
            properties={
                "DeliveryStreamName": layout.TRANSCRIPT_STREAM,
                "DeliveryStreamType": "DirectPut",
                "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
                "ExtendedS3DestinationConfiguration": {
                    "BucketARN": archive.bucket_arn(BucketKind.LOGS),
                    "RoleARN": role_arn,
                    "Prefix": f"{layout.transcripts_prefix(account=account, region=region)}{day}",
                    "ErrorOutputPrefix": errors,
                    "FileExtension": ".json.gz",
                    "CompressionFormat": "GZIP",
                    "BufferingHints": {"IntervalInSeconds": BUFFER_SECONDS, "SizeInMBs": BUFFER_MEBIBYTES},
                    "EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": archive.key_arn}},
                    "ProcessingConfiguration": {
                        "Enabled": True,
                        "Processors": [
                            _processor("Decompression", CompressionFormat="GZIP"),
                            _processor("CloudWatchLogProcessing", DataMessageExtraction="true"),
                            _processor("AppendDelimiterToRecord", Delimiter="\\n"),
                        ],
                    },
                    "CloudWatchLoggingOptions": {
                        "Enabled": True,
                        "LogGroupName": layout.DELIVERY_LOG_GROUP,
                        "LogStreamName": ERROR_LOG_STREAM,
                    },
                },
            },
        )

    def _alarms(self, source_group: str) -> None:
        stream = {"DeliveryStreamName": layout.TRANSCRIPT_STREAM}
        subscription = {
            "LogGroupName": source_group,
            "DestinationType": "Firehose",
            "FilterName": layout.TRANSCRIPT_STREAM,
        }
        self._alarm(
            "DeliveryFails",
            "Session transcripts do not reach the archive bucket; Data Firehose gives up after 24 hours",
            namespace="AWS/Firehose",
            metric="DeliveryToS3.Success",
            dimensions=stream,
            statistic="Average",
            below=1,
        )
        self._alarm(
            "DeliveryFallsBehind",
            f"The oldest undelivered transcript is more than {BEHIND_AFTER_SECONDS // 60} minutes old",
            namespace="AWS/Firehose",
            metric="DeliveryToS3.DataFreshness",
            dimensions=stream,
            statistic="Maximum",
            above=BEHIND_AFTER_SECONDS,
        )
        for metric in ("DeliveryErrors", "DeliveryThrottling"):
            self._alarm(
                f"Subscription{metric}",
                "CloudWatch Logs cannot hand session transcripts to Data Firehose",
                namespace="AWS/Logs",
                metric=metric,
                dimensions=subscription,
                statistic="Sum",
                above=0,
            )

    def _alarm(
        self,
        construct_id: str,
        description: str,
        *,
        namespace: str,
        metric: str,
        dimensions: dict[str, str],
        statistic: str,
        above: float | None = None,
        below: float | None = None,
    ) -> None:
        """An alarm over five minutes; silence is not a fault, since nobody may have had a session."""
        cloudwatch.CfnAlarm(
            self,
            construct_id,
            alarm_name=f"{layout.TRANSCRIPT_STREAM}-{metric.replace('.', '-')}",
            alarm_description=description,
            namespace=namespace,
            metric_name=metric,
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in dimensions.items()
            ],
            statistic=statistic,
            period=300,
            evaluation_periods=1,
            threshold=above if above is not None else below,
            comparison_operator="GreaterThanThreshold" if above is not None else "LessThanThreshold",
            treat_missing_data="notBreaching",
        )


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    return {
        "Type": kind,
        "Parameters": [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()],
    }
