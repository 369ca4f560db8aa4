"""What the roles of a member account may do: send evidence outward and nothing else."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.policies.evidence_key import ENCRYPTION
from constructs_lib.policies.statement import Document, Statement, allow, trust

DOCUMENTED_HOST_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


def delivery_trust() -> Document:
    """Data Firehose assumes the role; only a principal of the same account can hand it over (``iam:PassRole``).

    AWS documents no condition for this trust.
    https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#firehose-assume-role
    """
    return trust("firehose.amazonaws.com")


def writes_own_transcripts(*, bucket_arn: str, archive_account: str, account: str) -> Statement:
    """The delivery role puts transcripts, and what could not be delivered, under its own account's prefixes.

    The bucket's ARN may hold a ``*`` for the Region, and bucket names are global: the account tames it.
    """
    prefixes = (layout.transcripts_of(account), layout.errors_of("transcripts", account))
    return allow(
        "WriteOwnTranscripts",
        actions=["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
        resources=[f"{bucket_arn}/{prefix}*" for prefix in prefixes],
        conditions={"StringEquals": {"aws:ResourceAccount": archive_account}},
    )


def locates_bucket(*, bucket_arn: str, archive_account: str) -> Statement:
    """The delivery role finds the bucket's Region."""
    return allow(
        "LocateBucket",
        actions=["s3:GetBucketLocation"],
        resources=[bucket_arn],
        conditions={"StringEquals": {"aws:ResourceAccount": archive_account}},
    )


def lists_own_transcripts(*, bucket_arn: str, archive_account: str, account: str) -> Statement:
    """The delivery role lists what lies under its own account's prefixes."""
    prefixes = (layout.transcripts_of(account), layout.errors_of("transcripts", account))
    return allow(
        "ListOwnTranscripts",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": archive_account},
            "StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]},
        },
    )


def encrypts_transcripts(*, key_arn: str, via_s3: str) -> Statement:
    """The delivery role uses the evidence key through S3; ``kms:Decrypt`` is what bucket keys ask of a writer."""
    return allow(
        "EncryptTranscripts",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={"StringLike": {"kms:ViaService": via_s3}},
    )


def reports_delivery_errors(*, partition: str, account: str) -> Statement:
    """The delivery role writes to the log group that says why a delivery failed."""
    return allow(
        "ReportDeliveryErrors",
        actions=["logs:PutLogEvents"],
        resources=[f"arn:{partition}:logs:*:{account}:log-group:{layout.DELIVERY_LOG_GROUP}:log-stream:*"],
    )


def subscription_trust(*, partition: str, account: str) -> Document:
    """CloudWatch Logs assumes the role for log groups of this account.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/subscriptions-confused-deputy.html
    """
    return trust(
        "logs.amazonaws.com", conditions={"StringLike": {"aws:SourceArn": f"arn:{partition}:logs:*:{account}:*"}}
    )


def puts_into_delivery_stream(*, partition: str, account: str) -> Statement:
    """The subscription role puts records into the delivery stream of the same account."""
    return allow(
        "PutSessionRecords",
        actions=["firehose:PutRecord", "firehose:PutRecordBatch"],
        resources=[f"arn:{partition}:firehose:*:{account}:deliverystream/{layout.TRANSCRIPT_STREAM}"],
    )


def trail_logs_trust() -> Document:
    """CloudTrail assumes the role; it takes roles of the trail's own account only.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    """
    return trust("cloudtrail.amazonaws.com")


def writes_trail_log_group(*, partition: str, region: str, account: str, log_group: str) -> Statement:
    """CloudTrail writes its events to one log group."""
    return allow(
        "WriteTrailLogGroup",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"arn:{partition}:logs:{region}:{account}:log-group:{log_group}:log-stream:*"],
    )


def host_is_managed() -> Statement:
    """An instance registers with Systems Manager and keeps the channels on which sessions run.

    These actions take no narrower resource that every instance could name; they act on the caller itself.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
    """
    return allow("HostIsManaged", actions=DOCUMENTED_HOST_ACTIONS, resources=["*"])


def host_writes_transcripts(*, partition: str, account: str) -> Statement:
    """An instance writes session transcripts to the session log group."""
    group = f"arn:{partition}:logs:*:{account}:log-group:{layout.SESSION_LOG_GROUP}"
    return allow(
        "HostWritesTranscripts",
        actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[group, f"{group}:*"],
    )


def host_finds_log_group(*, partition: str, account: str) -> Statement:
    """The agent asks whether the log group exists and is encrypted before it starts a session.

    ``logs:DescribeLogGroups`` cannot be narrowed to a group; it is narrowed to the account.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    return allow(
        "HostFindsLogGroup",
        actions=["logs:DescribeLogGroups"],
        resources=[f"arn:{partition}:logs:*:{account}:log-group:*"],
    )


def encrypts_own_log_groups(*, partition: str, account: str, key_arn: str, via_logs: str) -> Statement:
    """Who writes to an encrypted log group uses its key through CloudWatch Logs, for groups of this account alone.

    AWS asks this of callers since 2026.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    own_groups = f"arn:{partition}:logs:*:{account}:log-group:{layout.LOG_GROUP_PREFIX}*"
    return allow(
        "EncryptOwnLogGroups",
        actions=ENCRYPTION,
        resources=[key_arn],
        conditions={"StringLike": {"kms:ViaService": via_logs, "kms:EncryptionContext:aws:logs:arn": own_groups}},
    )


def describes_log_key(*, key_arn: str, via_logs: str) -> Statement:
    """Who writes to an encrypted log group looks at its key; no encryption context comes with that call."""
    return allow(
        "DescribeLogKey",
        actions=["kms:DescribeKey"],
        resources=[key_arn],
        conditions={"StringLike": {"kms:ViaService": via_logs}},
    )


def host_opens_channel_key(*, key_arn: str) -> Statement:
    """An instance decrypts the channel between user and node with the key named in the settings."""
    return allow("HostOpensChannelKey", actions=["kms:Decrypt"], resources=[key_arn])


def host_management_trust() -> Document:
    """Systems Manager gives the role to instances of its account; AWS documents no condition for this trust.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    """
    return trust("ssm.amazonaws.com")


def manages_session_document(*, partition: str, account: str) -> Statement:
    """The custom resource reads and writes the one document that holds the session preferences."""
    return allow(
        "ManageSessionDocument",
        actions=[
            "ssm:CreateDocument",
            "ssm:DeleteDocument",
            "ssm:GetDocument",
            "ssm:ListDocumentVersions",
            "ssm:UpdateDocument",
            "ssm:UpdateDocumentDefaultVersion",
        ],
        resources=[f"arn:{partition}:ssm:*:{account}:document/{layout.SESSION_DOCUMENT}"],
    )


def reads_trails() -> Statement:
    """The check of an existing trail looks at trails; ``cloudtrail:DescribeTrails`` takes no narrower resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
    """
    return allow("DescribeTrails", actions=["cloudtrail:DescribeTrails"], resources=["*"])


def reads_trail_state(*, partition: str) -> Statement:
    """The check of an existing trail asks what it records; an organization trail belongs to another account.

    What such a trail selects, CloudTrail tells its own account alone; the check then takes it on trust and logs that.
    """
    return allow(
        "ReadTrailState",
        actions=["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"],
        resources=[f"arn:{partition}:cloudtrail:*:*:trail/*"],
    )


def function_writes_own_logs(*, partition: str, account: str, log_group: str) -> Statement:
    """A function writes to its own log group, which the stack makes."""
    return allow(
        "WriteOwnLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"arn:{partition}:logs:*:{account}:log-group:{log_group}:log-stream:*"],
    )


def function_trust() -> Document:
    """Lambda assumes the role; only a principal of the same account can hand it over (``iam:PassRole``)."""
    return trust("lambda.amazonaws.com")
