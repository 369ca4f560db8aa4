"""What bus, queues, topic, log groups and functions may allow: whoever speaks to the access hub, and rules of members.

Sources and kinds of events are spelled out again, so that a wider pattern of a rule does not widen the bus unseen.
"""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.network_permits import called_by_aws
from tools.prove.permits import Permit
from tools.prove.policies import Policy, PolicyKind

SOURCES: Final = (
    "aws.cloudtrail",
    "aws.cloudwatch",
    "aws.ec2",
    "aws.events",
    "aws.firehose",
    "aws.iam",
    "aws.kms",
    "aws.logs",
    "aws.monitoring",
    "aws.organizations",
    "aws.s3",
    "aws.signin",
    "aws.sns",
    "aws.sqs",
    "aws.ssm",
    "aws.ssm-guiconnect",
    "aws.workspaces",
)
"""Whose events a member forwards: services whose calls tell of access, or change what protects evidence."""
DETAIL_TYPES: Final = (
    "AWS API Call via CloudTrail",
    "AWS Console Sign In via CloudTrail",
    "AWS Console Signin via CloudTrail",
    "CloudWatch Alarm State Change",
    "Scheduled Event",
    "WorkSpaces Access",
)
"""Which kinds of them. What S3 says of an object is none: recordings arrive in the archive alone."""

EVENTS: Final = "events.amazonaws.com"
SCHEDULED: Final = (
    "evidence-check",
    "evidence-compaction",
    "evidence-report",
    "evidence-roster-check",
    "evidence-workspaces-network",
)


def hub_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """The sentences for one resource that carries events or logs them; none for what is not expected."""
    found = {
        PolicyKind.BUS: _bus,
        PolicyKind.FUNCTION: _scheduled,
        PolicyKind.LOGS: _workspaces_logins,
        PolicyKind.QUEUE: _queue,
        PolicyKind.TOPIC: _topic,
    }.get(policy.kind)
    return [] if found is None else found(policy, settings)


def _is_ours(policy: Policy, settings: Settings, service: str, name: str) -> bool:
    """The resource of this name in the archive's home Region."""
    place = f"{settings.regions.home}:{settings.archive.account}"
    return policy.subject == f"arn:{policy.place.partition}:{service}:{place}:{name}"


def _rule(policy: Policy, name: str) -> str:
    place = policy.place
    return f"arn:{place.partition}:events:{place.region}:{place.account}:rule/{name}"


def _bus(policy: Policy, settings: Settings) -> list[Permit]:
    if not _is_ours(policy, settings, "events", "event-bus/evidence-hub"):
        return []
    return [
        Permit(
            roles=(f"arn:{policy.place.partition}:iam::*:role/evidence-event-forward",),
            actions=("events:PutEvents",),
            resources=(policy.subject,),
            when={
                "aws:PrincipalOrgID": (settings.organization.id,),
                "events:source": SOURCES,
                "events:detail-type": DETAIL_TYPES,
            },
            source=pages.BUS,
        )
    ]


def _queue(policy: Policy, settings: Settings) -> list[Permit]:
    """Which rules of its own account fill a queue; into that of the handler's dead letters SQS moves by itself."""
    name, hub = policy.subject.split(":")[-1], "evidence-hub/evidence-access-events"
    changes, sweep = "evidence-hub/evidence-security-groups", "evidence-security-group-sweep"
    at_home = _is_ours(policy, settings, "sqs", name)
    in_archive = policy.owner == settings.archive.account
    rules = {
        "evidence-access-events": hub if at_home else None,
        "evidence-access-events-undelivered": hub if at_home else None,
        "evidence-security-groups": changes if at_home else None,
        "evidence-security-groups-dead-letters": changes if at_home else None,
        "evidence-security-group-sweep": sweep if at_home else None,
        "evidence-security-group-sweep-dead-letters": sweep if at_home else None,
        "evidence-forwarding-dead-letters": None if in_archive else "evidence-*",
        "evidence-forwarding-dead-letters-of-recordings": "evidence-*" if in_archive else None,
    }
    rule = rules.get(name)
    if rule is None:
        return []
    return [
        Permit(
            service=EVENTS,
            actions=("sqs:SendMessage",),
            resources=(policy.subject,),
            when={"aws:SourceAccount": (policy.owner,), "aws:SourceArn": (_rule(policy, rule),)},
            source=pages.DEAD_LETTERS if "dead-letters" in name or "undelivered" in name else pages.QUEUE,
        )
    ]


def _topic(policy: Policy, settings: Settings) -> list[Permit]:
    if not _is_ours(policy, settings, "sns", "evidence-alerts"):
        return []
    place = policy.place
    alarms = f"arn:{place.partition}:cloudwatch:{place.region}:{place.account}:alarm:evidence-hub-*"
    return [
        Permit(
            service="cloudwatch.amazonaws.com",
            actions=("sns:Publish",),
            resources=(policy.subject,),
            when={"aws:SourceAccount": (policy.owner,), "aws:SourceArn": (alarms,)},
            source=pages.TOPIC,
        )
    ]


def _workspaces_logins(policy: Policy, settings: Settings) -> list[Permit]:
    """Of a member alone; a stream can be made without a source, because AWS documents none for it."""
    if policy.owner == settings.archive.account:
        return []
    place = policy.place
    streams = (f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:/evidence/workspaces-access:*",)
    from_rule = {"aws:SourceArn": (_rule(policy, "evidence-workspaces-logins"),)}
    return [
        permit
        for service in (EVENTS, "delivery.logs.amazonaws.com")
        for permit in (
            Permit(service=service, actions=("logs:CreateLogStream",), resources=streams, source=pages.QUEUE),
            Permit(
                service=service,
                actions=("logs:PutLogEvents",),
                resources=streams,
                when=from_rule,
                source=pages.QUEUE,
            ),
        )
    ]


def _scheduled(policy: Policy, settings: Settings) -> list[Permit]:
    """A function that a schedule of the same name calls."""
    name = policy.subject.split(":")[-1]
    if name not in SCHEDULED or not _is_ours(policy, settings, "lambda", f"function:{name}"):
        return []
    return [
        Permit(
            service=EVENTS,
            actions=("lambda:InvokeFunction",),
            resources=(policy.subject,),
            when={"aws:SourceArn": (_rule(policy, name),)},
            source=pages.QUEUE,
        ),
        *called_by_aws(policy, settings),
    ]
