"""What the watcher of AWS's address ranges may do, and who writes the allow-lists."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib import archive_layout as layout
from constructs_lib.policies.query import WRITES
from constructs_lib.policies.statement import Statement, allow, deny


def keeps_allow_lists(*, bucket_arn: str, account: str) -> Statement:
    """The watcher writes lists and reads those that it wrote, to say what changed; it removes none."""
    return allow(
        "KeepAllowLists",
        actions=["s3:GetObject", "s3:PutObject"],
        resources=[f"{bucket_arn}/{layout.ALLOW_LIST_PREFIX}*"],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def lists_allow_lists(*, bucket_arn: str, account: str) -> Statement:
    """The watcher sees which lists there are: without this, S3 would not tell a missing one from a forbidden one."""
    return allow(
        "ListAllowLists",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={
            "StringEquals": {"aws:ResourceAccount": account},
            "StringLike": {"s3:prefix": f"{layout.ALLOW_LIST_PREFIX}*"},
        },
    )


def finds_prefix_lists(*, regions: Sequence[str]) -> Statement:
    """The watcher finds its prefix lists by name, in their Regions; the call takes no narrower resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    return allow(
        "FindPrefixLists",
        actions=["ec2:DescribeManagedPrefixLists"],
        resources=["*"],
        conditions={"StringEquals": {"aws:RequestedRegion": list(regions)}},
    )


def fills_prefix_lists(*, partition: str, account: str, regions: Sequence[str]) -> Statement:
    """The watcher reads and changes the entries of prefix lists that bear its tag, and of no others.

    Tagging is not among these actions, so it cannot make another list its own.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    key, value = layout.PREFIX_LIST_TAG
    return allow(
        "FillPrefixLists",
        actions=["ec2:GetManagedPrefixListEntries", "ec2:ModifyManagedPrefixList"],
        resources=[f"arn:{partition}:ec2:{region}:{account}:prefix-list/*" for region in regions],
        conditions={"StringEquals": {f"aws:ResourceTag/{key}": value}},
    )


def tells_of_changes(*, topic_arn: str) -> Statement:
    """The watcher tells people what changed, and what it did not dare."""
    return allow("TellOfChanges", actions=["sns:Publish"], resources=[topic_arn])


def uses_key_of_topic(*, partition: str, region: str, account: str, via_sns: str, topic_arn: str) -> Statement:
    """SNS encrypts for the watcher what it tells this topic, with the key of the account that the topic has.

    The key's id is another stack's to know; SNS names the topic in the context of every call.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return allow(
        "UseKeyOfTopic",
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=[f"arn:{partition}:kms:{region}:{account}:key/*"],
        conditions={
            "StringEquals": {"kms:ViaService": via_sns, "kms:EncryptionContext:aws:sns:topicArn": topic_arn},
        },
    )


def deny_allow_lists_by_others(*, bucket_arn: str, role_arn: str | None) -> Statement:
    """Lists are written by the watcher's role alone, so that nobody opens a firewall by way of them."""
    return deny(
        "DenyAllowListsByOthers",
        actions=WRITES,
        resources=[f"{bucket_arn}/{layout.ALLOW_LIST_PREFIX}*"],
        conditions={"ArnNotEquals": {"aws:PrincipalArn": [role_arn]}} if role_arn else None,
    )
