"""How events leave a member, and what the hub may ask of it in return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.event_patterns import OURS
from constructs_lib.policies.statement import (
    Conditions,
    Document,
    Statement,
    account_root,
    allow,
    deny,
    document,
    service,
    trust,
)

EVENTS: Final = "events.amazonaws.com"
LOG_WRITERS: Final = {"Service": [EVENTS, "delivery.logs.amazonaws.com"]}
"""Both write where a rule's target is a log group.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""


def by_rules_of(account: str, *, rule_arn: str | Sequence[str]) -> Conditions:
    """For rules of one account alone, of one name or of several."""
    return {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": rule_arn}}


def forward_trust(*, partition: str, account: str) -> Document:
    """EventBridge assumes the role for rules of ours in the same account.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    rules = f"arn:{partition}:events:*:{account}:rule/{OURS}*"
    return trust(EVENTS, conditions=by_rules_of(account, rule_arn=rules))


def forwards_events(*, hub_bus_arn: str) -> Statement:
    """The role puts events on the hub's bus and does nothing else."""
    return allow("ForwardEvents", actions=["events:PutEvents"], resources=[hub_bus_arn])


def keeps_dead_letters(*, queue_arn: str, account: str, rule_arn: str | Sequence[str]) -> Statement:
    """EventBridge keeps what rules of ours could not deliver."""
    return allow(
        "RulesKeepDeadLetters",
        principal=service(EVENTS),
        actions=["sqs:SendMessage"],
        resources=[queue_arn],
        conditions=by_rules_of(account, rule_arn=rule_arn),
    )


def queue_takes_tls_alone(*, queue_arn: str) -> Statement:
    """Nobody reads or writes the queue without TLS.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
    """
    return deny(
        "DenyInsecureTransport",
        actions=["sqs:*"],
        resources=[queue_arn],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def logs_workspaces_logins(*, group_arn: str, rule_arn: str) -> list[Statement]:
    """EventBridge writes the logins of one rule into one log group.

    No condition is documented for the making of the stream; an empty stream says nothing.
    """
    return [
        allow(
            "EventsCreateStreams",
            principal=LOG_WRITERS,
            actions=["logs:CreateLogStream"],
            resources=[f"{group_arn}:*"],
        ),
        allow(
            "EventsWriteLogins",
            principal=LOG_WRITERS,
            actions=["logs:PutLogEvents"],
            resources=[f"{group_arn}:*"],
            conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
        ),
    ]


def hub_read_trust(*, partition: str, archive_account: str) -> Document:
    """The hub's event handler takes the role, and nobody else of the archive account.

    The handler's role is named by condition, so that members can be enrolled before it exists.
    """
    return _hub_trust(
        "AccessEventsReads", partition=partition, archive_account=archive_account, role=layout.ACCESS_EVENTS_ROLE
    )


def guard_trust(*, partition: str, archive_account: str) -> Document:
    """The guard of the hub takes the role, and nobody else of the archive account; named as in the other."""
    return _hub_trust(
        "SecurityGroupGuardReads", partition=partition, archive_account=archive_account, role=layout.GUARD_ROLE
    )


def _hub_trust(sid: str, *, partition: str, archive_account: str, role: str) -> Document:
    return document(
        [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": account_root(partition=partition, account=archive_account),
                "Action": "sts:AssumeRole",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:{partition}:iam::{archive_account}:role/{role}"}},
            }
        ]
    )


def describes_workspaces() -> Statement:
    """The hub asks whose WorkSpace it is; the call lists, so it takes no narrower resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonworkspaces.html
    """
    return allow("DescribeWorkspaces", actions=["workspaces:DescribeWorkspaces"], resources=["*"])


def describes_security_groups() -> Statement:
    """The guard reads groups and their rules; these calls take no narrower resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    return allow(
        "DescribeSecurityGroups",
        actions=[
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
        ],
        resources=["*"],
    )


def reads_prefix_lists(*, partition: str) -> Statement:
    """The guard reads the entries of prefix lists: of the account, shared with it by others, and AWS's own."""
    return allow(
        "ReadPrefixLists",
        actions=["ec2:GetManagedPrefixListEntries"],
        resources=[f"arn:{partition}:ec2:*:*:prefix-list/*"],
    )


def revokes_rules(*, partition: str, account: str) -> Statement:
    """Where the guard acts, it takes rules out of the account's groups; attached to another role, this says nothing.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    return _changes_groups(
        "RevokeRules",
        ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
        partition=partition,
        account=account,
    )


def restores_rules(*, partition: str, account: str) -> Statement:
    """Where the guard restores baselines too, it puts rules into the account's groups, without tags.

    No resource of a rule is named, since EC2 asks for it only where a call brings tags.
    """
    return _changes_groups(
        "RestoreRules",
        ["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"],
        partition=partition,
        account=account,
    )


def _changes_groups(sid: str, actions: Sequence[str], *, partition: str, account: str) -> Statement:
    role = f"arn:{partition}:iam::{account}:role/{layout.GUARD_MEMBER_ROLE}"
    return allow(
        sid,
        actions=actions,
        resources=[f"arn:{partition}:ec2:*:{account}:security-group/*"],
        conditions={"ArnEquals": {"aws:PrincipalArn": role}},
    )
