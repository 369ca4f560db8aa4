"""What the watcher of AWS's address ranges may do, and who calls it; written apart from the policies."""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.permits import Permit
from tools.prove.policies import UNLEARNT_KEY_ID, Policy

OBJECTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
PREFIX_LISTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
NOTICES = "https://docs.aws.amazon.com/vpc/latest/userguide/subscribe-notifications.html"
LOGS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"

WATCHER: Final = "evidence-workspaces-network"
TOPIC_OF_AWS: Final = "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"
USE_KEY: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def network_roles(settings: Settings) -> list[str]:
    """The role that keeps allow-lists, where there are any."""
    return [WATCHER] if settings.workspaces_network.regions else []


def called_by_aws(policy: Policy, settings: Settings) -> list[Permit]:
    """AWS's own topic calls the watcher; none for other functions."""
    place = f"{settings.regions.home}:{settings.archive.account}"
    ours = f"arn:{policy.place.partition}:lambda:{place}:function:{WATCHER}"
    if policy.subject != ours or not network_roles(settings):
        return []
    return [
        Permit(
            service="sns.amazonaws.com",
            actions=("lambda:InvokeFunction",),
            resources=(ours,),
            when={"aws:SourceArn": (TOPIC_OF_AWS,)},
            source=NOTICES,
        )
    ]


def network_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """What the role of the watcher does; none for other roles."""
    archive, home = settings.archive.account, settings.regions.home
    if policy.owner != archive or policy.subject.split("/")[-1] not in network_roles(settings):
        return []
    partition, suffix = policy.place.partition, policy.place.dns_suffix
    here = f"{home}:{archive}"
    derived = f"arn:{partition}:s3:::evidence-derived-{archive}-{home}"
    ours = {"aws:ResourceAccount": (archive,)}
    topic = f"arn:{partition}:sns:{here}:evidence-alerts"
    key = f"arn:{partition}:kms:{here}:key/{settings.archive.key_id or UNLEARNT_KEY_ID}"
    via_logs = {"kms:ViaService": (f"logs.{home}.{suffix}",)}
    groups = {"kms:EncryptionContext:aws:logs:arn": (f"arn:{partition}:logs:*:{archive}:log-group:/evidence/*",)}
    return [
        Permit(
            actions=("s3:GetObject", "s3:PutObject"),
            resources=(f"{derived}/allow-list/*",),
            when=ours,
            source=OBJECTS,
        ),
        Permit(
            actions=("s3:ListBucket",),
            resources=(derived,),
            when=ours | {"s3:prefix": ("allow-list/*",)},
            source=OBJECTS,
        ),
        Permit(actions=("sns:Publish",), resources=(topic,), source=pages.TOPIC),
        Permit(
            actions=("kms:Decrypt", "kms:GenerateDataKey*"),
            resources=(f"arn:{partition}:kms:{here}:key/*",),
            when={
                "kms:ViaService": (f"sns.{home}.{suffix}",),
                "kms:EncryptionContext:aws:sns:topicArn": (topic,),
            },
            source=pages.TOPIC_KEY,
        ),
        *_prefix_lists(policy, settings),
        Permit(
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(f"arn:{partition}:logs:*:{archive}:log-group:/evidence/workspaces-network:log-stream:*",),
            source=LOGS,
        ),
        Permit(actions=USE_KEY, resources=(key,), when=via_logs | groups, source=pages.LOGS_KEY),
        Permit(actions=("kms:DescribeKey",), resources=(key,), when=via_logs, source=pages.LOGS_KEY),
    ]


def _prefix_lists(policy: Policy, settings: Settings) -> list[Permit]:
    regions = settings.workspaces_network.prefix_list_regions
    if not regions:
        return []
    ec2 = f"arn:{policy.place.partition}:ec2"
    return [
        Permit(
            actions=("ec2:DescribeManagedPrefixLists",),
            when={"aws:RequestedRegion": regions},
            source=PREFIX_LISTS,
        ),
        Permit(
            actions=("ec2:GetManagedPrefixListEntries", "ec2:ModifyManagedPrefixList"),
            resources=tuple(f"{ec2}:{region}:{settings.archive.account}:prefix-list/*" for region in regions),
            when={"aws:ResourceTag/evidence:purpose": ("workspaces-streaming",)},
            source=PREFIX_LISTS,
        ),
    ]
