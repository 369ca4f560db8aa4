"""What the hub's functions and its delivery stream may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.statement import Statement, allow

TAKE_MESSAGES: Final = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)


def reads_queue(*, queue_arn: str) -> Statement:
    """Lambda takes messages from the function's queue, as the function's role.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    return allow("ReadQueue", actions=TAKE_MESSAGES, resources=[queue_arn])


def reads_queues(*, queue_arns: Sequence[str]) -> Statement:
    """Lambda takes messages from the queues of a function that has several, as the function's role."""
    return allow("ReadQueues", actions=TAKE_MESSAGES, resources=queue_arns)


def sends_sweep_steps(*, queue_arn: str) -> Statement:
    """The guard sends itself the next places of a sweep, and the rest of one that takes long."""
    return allow("SendSweepSteps", actions=["sqs:SendMessage"], resources=[queue_arn])


def puts_records(*, stream_arn: str) -> Statement:
    """The handler puts records into the delivery stream."""
    return allow("PutRecords", actions=["firehose:PutRecordBatch"], resources=[stream_arn])


def publishes_alerts(*, topic_arn: str) -> Statement:
    """The handler tells a person."""
    return allow("PublishAlerts", actions=["sns:Publish"], resources=[topic_arn])


def puts_events(*, bus_arn: str, source: str) -> Statement:
    """A function of the hub puts events on its bus, under a source of its own alone."""
    return allow(
        "PutOwnEvents",
        actions=["events:PutEvents"],
        resources=[bus_arn],
        conditions={"ForAllValues:StringEquals": {"events:source": source}, "Null": {"events:source": "false"}},
    )


def remembers_findings(*, table_arn: str) -> Statement:
    """The handler remembers what it has told, and counts failed sign-ins."""
    return allow("RememberFindings", actions=["dynamodb:GetItem", "dynamodb:UpdateItem"], resources=[table_arn])


def notes_heartbeats(*, table_arn: str) -> Statement:
    """The handler notes in the roster who was heard."""
    return allow("NoteHeartbeats", actions=["dynamodb:UpdateItem"], resources=[table_arn])


def checks_roster(*, table_arn: str) -> Statement:
    """The roster check reads who was heard and marks whose silence it has told."""
    return allow("CheckRoster", actions=["dynamodb:Scan", "dynamodb:UpdateItem"], resources=[table_arn])


def remembers_differences(*, table_arn: str) -> Statement:
    """The guard remembers which differences are open, how often it acted, and how far a sweep has come."""
    return allow(
        "RememberDifferences",
        actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        resources=[table_arn],
    )


def lists_places(*, table_arn: str) -> Statement:
    """A sweep reads in the roster which accounts and Regions there are."""
    return allow("ListPlaces", actions=["dynamodb:Scan"], resources=[table_arn])


def guard_takes_member_role(organization_id: str, *, partition: str, function_arn: str) -> Statement:
    """The guard takes its role of a member of the organization, while its own function runs and at no other time.

    So credentials of the role help nobody who got them elsewhere. A trust policy cannot ask for the function; the
    caller's own policy can.
    https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    """
    return allow(
        "TakeSecurityGroupRole",
        actions=["sts:AssumeRole"],
        resources=[f"arn:{partition}:iam::*:role/{layout.GUARD_MEMBER_ROLE}"],
        conditions={
            "StringEquals": {"aws:ResourceOrgID": organization_id},
            "ArnEquals": {"lambda:SourceFunctionArn": function_arn},
        },
    )


def takes_member_role(organization_id: str, *, partition: str) -> Statement:
    """The handler takes the one narrow role of a member of the organization."""
    return allow(
        "TakeMemberReadRole",
        actions=["sts:AssumeRole"],
        resources=[f"arn:{partition}:iam::*:role/{layout.HUB_READ_ROLE}"],
        conditions={"StringEquals": {"aws:ResourceOrgID": organization_id}},
    )


def uses_operations_key(*, key_arn: str, via: list[str]) -> Statement:
    """A function uses the operations key through the services that keep its messages and memory."""
    return allow(
        "UseOperationsKey",
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": via}},
    )


def writes_access_events(*, bucket_arn: str, account: str) -> Statement:
    """The delivery role puts access events, and what could not be delivered, where they belong."""
    return allow(
        "WriteAccessEvents",
        actions=["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
        resources=[f"{bucket_arn}/{prefix}*" for prefix in access_event_prefixes(account)],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def locates_log_bucket(*, bucket_arn: str, account: str) -> Statement:
    """The delivery role finds the Region of the bucket."""
    return allow(
        "LocateBucket",
        actions=["s3:GetBucketLocation"],
        resources=[bucket_arn],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def lists_access_events(*, bucket_arn: str, account: str) -> Statement:
    """The delivery role lists what lies under its own prefixes."""
    return allow(
        "ListAccessEvents",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": account},
            "StringLike": {"s3:prefix": [f"{prefix}*" for prefix in access_event_prefixes(account)]},
        },
    )


def encrypts_access_events(*, key_arn: str, via_s3: str) -> Statement:
    """The delivery role uses the evidence key through S3; ``kms:Decrypt`` is what bucket keys ask of a writer."""
    return allow(
        "EncryptAccessEvents",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": via_s3}},
    )


def access_event_prefixes(account: str) -> tuple[str, str]:
    """Where access events lie, and what of them could not be delivered."""
    return layout.ACCESS_EVENTS_PREFIX, layout.errors_of("access-events", account)
