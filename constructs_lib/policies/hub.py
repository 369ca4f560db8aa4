"""Who may speak to the access hub: its bus, its queues and its topic."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib import archive_layout as layout
from constructs_lib.policies.forwarding import EVENTS, by_rules_of
from constructs_lib.policies.statement import ANYONE, Statement, allow, deny, service


def members_forward_events(
    organization_id: str, *, partition: str, bus_arn: str, sources: Sequence[str], detail_types: Sequence[str]
) -> Statement:
    """Members forward events as their forwarding role, and only of the sources and kinds that their rules name.

    A call brings up to ten events, so both keys have many values. ``ForAllValues`` holds of no value at all too, so
    both must be there. That no other kind of event comes does not make the content true: an administrator of a member
    can still make his own rules forward.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    """
    return allow(
        "MembersForwardEvents",
        principal=ANYONE,
        actions=["events:PutEvents"],
        resources=[bus_arn],
        conditions={
            "StringEquals": {"aws:PrincipalOrgID": organization_id},
            "ArnLike": {"aws:PrincipalArn": f"arn:{partition}:iam::*:role/{layout.FORWARD_ROLE}"},
            "ForAllValues:StringEquals": {"events:source": list(sources), "events:detail-type": list(detail_types)},
            "Null": {"events:source": "false", "events:detail-type": "false"},
        },
    )


def rule_fills_queue(*, queue_arn: str, account: str, rule_arn: str) -> Statement:
    """EventBridge brings what comes onto the bus into the handler's queue."""
    return allow(
        "HubRuleFillsQueue",
        principal=service(EVENTS),
        actions=["sqs:SendMessage"],
        resources=[queue_arn],
        conditions=by_rules_of(account, rule_arn=rule_arn),
    )


def alarms_publish(*, partition: str, topic_arn: str, region: str, account: str) -> Statement:
    """CloudWatch tells of the hub's own alarms.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    alarms = f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{layout.HUB_ALARM_PREFIX}*"
    return allow(
        "HubAlarmsPublish",
        principal=service("cloudwatch.amazonaws.com"),
        actions=["sns:Publish"],
        resources=[topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": alarms}},
    )


def topic_takes_tls_alone(*, topic_arn: str) -> Statement:
    """Nobody publishes without TLS.

    https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
    """
    return deny(
        "DenyInsecureTransport",
        actions=["sns:Publish"],
        resources=[topic_arn],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
