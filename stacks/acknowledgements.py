"""What cdk-nag finds and why it stays: every acknowledgement with its reason.

Applied where cdk-nag runs (a test), not at every synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from constructs import IConstruct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind, bucket_name
from stacks.settings import Settings

OWN_LOGS = "arn:<AWS::Partition>:logs:{region}:<AWS::AccountId>:log-group:{group}"

NIST = {
    "CloudWatchAlarmAction": (
        "A member has no topic: its alarms go to the hub as events. The alarms of the hub itself have one."
    ),
    "DynamoDBInBackupPlan": "Point-in-time recovery keeps 35 days; members fill the roster again within the hour.",
    "IAMNoInlinePolicy": "One policy for one role, which lives and dies with it and cannot be attached to another.",
    "LambdaConcurrency": (
        "The inline functions of members: one call per change; a new account's limit leaves nothing to reserve "
        "(decision 8). The hub's functions reserve theirs."
    ),
    "LambdaDLQ": (
        "Inline functions: the deployment waits for the answer and fails without it; nobody may replay the call "
        "(decision 8). Messages of handler and guard return to such queues. The checks, the report and the watcher of "
        "address ranges come again by themselves; alarms tell if they do not."
    ),
    "LambdaInsideVPC": "They call AWS APIs alone; a VPC would have to exist in every account and Region.",
    "S3BucketReplicationEnabled": "Evidence stays in its Region, kept by versions, lock and a Deny of removals.",
    "S3DefaultEncryptionKMS": "The target of S3 server access logs takes SSE-S3 alone; the others take the key.",
}
"""Rules of the NIST 800-53 R5 pack that some resource does not follow, each with the reason."""


def acknowledge_findings(scope: IConstruct, settings: Settings) -> None:
    """Acknowledge, below a scope, every finding of the AwsSolutions and NIST 800-53 R5 packs that is meant to be."""
    cdk.Validations.of(scope).acknowledge(
        *(cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in acknowledgements(settings))
    )


def acknowledgements(settings: Settings) -> Iterator[tuple[str, str]]:
    """Rule ids and the reason why each finding stays."""
    yield (
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy]",
        "Default Host Management Configuration demands AWS's own policy on its role.",
    )
    yield "AwsSolutions-SQS3", "These queues are where dead letters go: of EventBridge, whose rules name them as such."
    yield "AwsSolutions-L1", "Lambda supports Python 3.13, the newest that the functions are tested on."
    for rule, reason in _wildcards(settings):
        yield f"AwsSolutions-IAM5[{rule}]", reason
    for rule, reason in NIST.items():
        yield f"NIST.800.53.R5-{rule}", reason


def _wildcards(settings: Settings) -> Iterator[tuple[str, str]]:
    for action in ("kms:GenerateDataKey*", "kms:ReEncrypt*"):
        yield f"Action::{action}", "The two variants of one call, as AWS documents it for CloudWatch Logs, on one key."
    yield from _member_wildcards()
    yield from _hub_wildcards(settings)
    yield from _query_wildcards(settings)
    yield from _network_wildcards(settings)
    logs, recordings = (
        bucket_name(kind, account=settings.archive.account, region="*")
        for kind in (BucketKind.LOGS, BucketKind.RECORDINGS)
    )
    every_region = "One name in every Region of the archive account, so that policies do not grow with the Regions."
    yield f"Resource::arn:<AWS::Partition>:s3:::{logs}", every_region
    yield f"Resource::arn:<AWS::Partition>:s3:::{recordings}", every_region
    yield f"Resource::arn:<AWS::Partition>:kms:*:{settings.archive.account}:key/<ArchiveKeyId>", every_region
    yield f"Resource::arn:<AWS::Partition>:kms:*:{settings.archive.account}:key/<ArchiveKey7841D70B>", every_region
    channel_key = settings.session_manager.channel_key_arn
    if channel_key is not None:
        own_part = ":".join(channel_key.split(":")[4:])
        yield f"Resource::arn:<AWS::Partition>:kms:*:{own_part}", "A multi-Region key, in every Region."
    for prefix in (layout.transcripts_of("<AWS::AccountId>"), layout.errors_of("transcripts", "<AWS::AccountId>")):
        yield f"Resource::arn:<AWS::Partition>:s3:::{logs}/{prefix}*", "The objects under the account's own prefix."
    for bucket in (logs, recordings):
        yield f"Resource::arn:<AWS::Partition>:s3:::{bucket}/*", "An auditor reads all evidence and nothing else."


def _query_wildcards(settings: Settings) -> Iterator[tuple[str, str]]:
    home = f"{settings.regions.home}:<AWS::AccountId>"
    derived = bucket_name(BucketKind.DERIVED, account=settings.archive.account, region=settings.regions.home)
    for name in settings.query.auditors:
        yield (
            f"Resource::arn:<AWS::Partition>:s3:::{derived}/{layout.athena_results(name)}*",
            "The results of one auditor, under its own prefix; Athena chooses their names.",
        )
    for name in (layout.CHECK, layout.COMPACTION, layout.REPORT):
        yield (
            f"Resource::arn:<AWS::Partition>:s3:::{derived}/{layout.athena_results(name)}*",
            "The results of a function's queries, under its own prefix; Athena chooses their names.",
        )
    yield (
        f"Resource::arn:<AWS::Partition>:kms:{home}:key/*",
        "The key of the hub's tables and topic, whose id another stack knows; bound to DynamoDB and two tables by "
        "name, and to SNS and the topic.",
    )
    yield (
        f"Resource::arn:<AWS::Partition>:s3:::{derived}/{layout.COMPACTED_PREFIX}*",
        "The Parquet of all tables, days and runs: the compaction's role writes it, those who ask in Athena read it.",
    )
    yield (
        f"Resource::arn:<AWS::Partition>:s3:::{derived}/{layout.REPORTS_PREFIX}*",
        "The pages of all days, which the report's role writes and auditors read.",
    )
    yield (
        f"Resource::arn:<AWS::Partition>:glue:{home}:table/{layout.EVIDENCE_DATABASE}/*",
        "The tables and views of the one database of the evidence, which an auditor reads.",
    )


def _network_wildcards(settings: Settings) -> Iterator[tuple[str, str]]:
    derived = bucket_name(BucketKind.DERIVED, account=settings.archive.account, region=settings.regions.home)
    yield (
        f"Resource::arn:<AWS::Partition>:s3:::{derived}/{layout.ALLOW_LIST_PREFIX}*",
        "Every version of the lists of every Region, which the watcher writes and reads again.",
    )
    for region in settings.workspaces_network.prefix_list_regions:
        yield (
            f"Resource::arn:<AWS::Partition>:ec2:{region}:<AWS::AccountId>:prefix-list/*",
            "Prefix lists get their ids in other stacks; bound to the tag that those stacks give.",
        )


def _hub_wildcards(settings: Settings) -> Iterator[tuple[str, str]]:
    logs = bucket_name(BucketKind.LOGS, account=settings.archive.account, region=settings.regions.home)
    for prefix in (layout.ACCESS_EVENTS_PREFIX, layout.errors_of("access-events", settings.archive.account)):
        yield f"Resource::arn:<AWS::Partition>:s3:::{logs}/{prefix}*", "The objects under the writer's own prefix."
    yield (
        f"Resource::arn:<AWS::Partition>:iam::*:role/{layout.HUB_READ_ROLE}",
        "The one role of every member; bound to the organization, since accounts come and go.",
    )
    yield (
        f"Resource::arn:<AWS::Partition>:iam::*:role/{layout.GUARD_MEMBER_ROLE}",
        "The guard's one role of every member; bound to the organization and to the guard's own function.",
    )


def _member_wildcards() -> Iterator[tuple[str, str]]:
    yield (
        "Resource::*",
        "Systems Manager actions of an instance on itself, cloudtrail:DescribeTrails and what describes WorkSpaces, "
        "prefix lists or security groups, or lists Athena's workgroups, take no narrower resource.",
    )
    yield (
        f"Resource::{OWN_LOGS.format(region='*', group='*')}",
        "logs:DescribeLogGroups cannot be narrowed to a group; the agent asks it before every session.",
    )
    yield (
        "Resource::arn:<AWS::Partition>:cloudtrail:*:*:trail/*",
        "The check of an existing trail reads an organization trail, which belongs to another account.",
    )
    yield (
        "Resource::arn:<AWS::Partition>:kms:*:<AWS::AccountId>:key/*",
        "Keys of the account's own that other stacks make; bound to CloudWatch Logs and one log group prefix.",
    )
    yield (
        "Resource::arn:<AWS::Partition>:ec2:*:*:prefix-list/*",
        "A rule may name any prefix list: of the account, of another that shares it, or AWS's own. They are only read.",
    )
    yield (
        "Resource::arn:<AWS::Partition>:ec2:*:<AWS::AccountId>:security-group/*",
        "The guard acts on any group of the own account, where the settings say so; bound to its one role.",
    )
    every_region = "One name in every Region of the own account."
    yield f"Resource::arn:<AWS::Partition>:ssm:*:<AWS::AccountId>:document/{layout.SESSION_DOCUMENT}", every_region
    yield (
        f"Resource::arn:<AWS::Partition>:firehose:*:<AWS::AccountId>:deliverystream/{layout.TRANSCRIPT_STREAM}",
        every_region,
    )
    yield f"Resource::{OWN_LOGS.format(region='*', group=layout.SESSION_LOG_GROUP)}", every_region
    yield f"Resource::{OWN_LOGS.format(region='*', group=layout.SESSION_LOG_GROUP)}:*", every_region
    streams = "The log streams of one log group; their names are chosen by the service that writes."
    for group in (
        layout.DELIVERY_LOG_GROUP,
        layout.SESSION_PREFERENCES_LOG_GROUP,
        layout.TRAIL_CHECK_LOG_GROUP,
        layout.ACCESS_DELIVERY_LOG_GROUP,
        layout.ACCESS_EVENTS_LOG_GROUP,
        layout.ROSTER_CHECK_LOG_GROUP,
        layout.GUARD_LOG_GROUP,
        layout.asking_log_group(layout.CHECK),
        layout.asking_log_group(layout.COMPACTION),
        layout.asking_log_group(layout.REPORT),
        layout.NETWORK_LOG_GROUP,
    ):
        yield f"Resource::{OWN_LOGS.format(region='*', group=group)}:log-stream:*", streams
    for group in (layout.TRAIL_LOG_GROUP, layout.ARCHIVE_TRAIL_LOG_GROUP, layout.ORGANIZATION_TRAIL_LOG_GROUP):
        yield f"Resource::{OWN_LOGS.format(region='<AWS::Region>', group=group)}:log-stream:*", streams
