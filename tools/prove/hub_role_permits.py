"""What the roles of the access hub may do, and who may take them; written apart from their policies."""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.delivery_permits import delivers
from tools.prove.intrinsics import OWN_KEY_ID
from tools.prove.key_permits import USE_KEY
from tools.prove.permits import Permit
from tools.prove.policies import UNLEARNT_KEY_ID, Policy

TARGETS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"
QUEUE_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
TABLES = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"
ASSUME = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html"
WORKSPACES = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonworkspaces.html"

LOG_GROUPS: Final = {
    "evidence-access-delivery": "/evidence/access-delivery-errors",
    "evidence-access-events": "/evidence/access-events",
    "evidence-roster-check": "/evidence/roster-check",
}
"""The one log group of each."""
OWN_SOURCES: Final = {
    "evidence-access-events": "access-evidence.hub",
    "evidence-roster-check": "access-evidence.roster",
}
"""The one source under which a function puts events on the bus."""
FORWARDERS: Final = ("evidence-event-forward", "evidence-recording-notices")
"""The roles as which EventBridge brings events onto the bus."""


def hub_trust_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """Who takes a role that rules or the hub take; none for other roles."""
    name, partition, archive = policy.subject.split("/")[-1], policy.place.partition, settings.archive.account
    in_archive = policy.owner == archive
    if name in FORWARDERS and in_archive == (name == "evidence-recording-notices"):
        rules = f"arn:{partition}:events:*:{policy.owner}:rule/evidence-*"
        return [
            Permit(
                service="events.amazonaws.com",
                actions=("sts:AssumeRole",),
                when={"aws:SourceAccount": (policy.owner,), "aws:SourceArn": (rules,)},
                source=pages.CONFUSED_DEPUTY,
            )
        ]
    if name == "evidence-hub-read" and not in_archive:
        handler = f"arn:{partition}:iam::{archive}:role/evidence-access-events"
        return [Permit(account=archive, roles=(handler,), actions=("sts:AssumeRole",), source=ASSUME)]
    return []


class HubRolePermits:
    """What the roles of the hub, and those of members that serve it, may do."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._archive = settings.archive.account
        self._home = settings.regions.home
        self._organization = settings.organization.id
        self._partition, self._suffix = policy.place.partition, policy.place.dns_suffix
        self._role = policy.subject.split("/")[-1]
        self._in_archive = policy.owner == self._archive
        key_id = settings.archive.key_id or UNLEARNT_KEY_ID
        self._evidence_key = self._arn("kms", f"key/{key_id}")
        self._operations_key = self._arn("kms", f"key/{OWN_KEY_ID}")

    def permits(self) -> list[Permit]:
        """The sentences for this role; none for a role that is not of the hub."""
        in_members = {"evidence-event-forward": self._forwards, "evidence-hub-read": self._reads_member}
        in_archive = {
            "evidence-access-delivery": self._access_delivery,
            "evidence-access-events": self._access_events,
            "evidence-recording-notices": self._forwards,
            "evidence-roster-check": self._roster_check,
        }
        own = (in_archive if self._in_archive else in_members).get(self._role)
        return [] if own is None else own()

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:{self._partition}:{service}:{self._home}:{self._archive}:{rest}"

    def _forwards(self) -> list[Permit]:
        bus = (self._arn("events", "event-bus/evidence-hub"),)
        return [Permit(actions=("events:PutEvents",), resources=bus, source=TARGETS)]

    def _reads_member(self) -> list[Permit]:
        return [Permit(actions=("workspaces:DescribeWorkspaces",), source=WORKSPACES)]

    def _access_delivery(self) -> list[Permit]:
        bucket = f"arn:{self._partition}:s3:::evidence-logs-{self._archive}-{self._home}"
        prefixes = ("access-events/*", f"errors/access-events/account={self._archive}/*")
        return [
            *delivers(
                bucket=bucket,
                prefixes=prefixes,
                owner=self._archive,
                key=self._evidence_key,
                via_s3=f"s3.{self._home}.{self._suffix}",
            ),
            *self._writes_own_logs(),
        ]

    def _access_events(self) -> list[Permit]:
        return [
            Permit(
                actions=(
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ),
                resources=(self._arn("sqs", "evidence-access-events"),),
                source=QUEUE_SOURCE,
            ),
            Permit(
                actions=("firehose:PutRecordBatch",),
                resources=(self._arn("firehose", "deliverystream/evidence-access-events"),),
                source=pages.FIREHOSE,
            ),
            Permit(actions=("sns:Publish",), resources=(self._arn("sns", "evidence-alerts"),), source=pages.TOPIC),
            Permit(
                actions=("dynamodb:GetItem", "dynamodb:UpdateItem"),
                resources=(self._arn("dynamodb", "table/evidence-access-state"),),
                source=TABLES,
            ),
            Permit(
                actions=("dynamodb:UpdateItem",),
                resources=(self._arn("dynamodb", "table/evidence-roster"),),
                source=TABLES,
            ),
            Permit(
                actions=("sts:AssumeRole",),
                resources=(f"arn:{self._partition}:iam::*:role/evidence-hub-read",),
                when={"aws:ResourceOrgID": (self._organization,)},
                source=ASSUME,
            ),
            *self._of_function(),
        ]

    def _roster_check(self) -> list[Permit]:
        return [
            Permit(
                actions=("dynamodb:Scan", "dynamodb:UpdateItem"),
                resources=(self._arn("dynamodb", "table/evidence-roster"),),
                source=TABLES,
            ),
            *self._of_function(),
        ]

    def _of_function(self) -> list[Permit]:
        """What both functions do: put events under their own source, use the key, write their own log group."""
        services = tuple(f"{service}.{self._home}.{self._suffix}" for service in ("dynamodb", "sns", "sqs"))
        return [
            Permit(
                actions=("events:PutEvents",),
                resources=(self._arn("events", "event-bus/evidence-hub"),),
                when={"events:source": (OWN_SOURCES[self._role],)},
                source=pages.BUS,
            ),
            Permit(
                actions=(*USE_KEY, "kms:DescribeKey"),
                resources=(self._operations_key,),
                when={"kms:ViaService": services},
                source=pages.QUEUE_KEY,
            ),
            *self._writes_own_logs(),
        ]

    def _writes_own_logs(self) -> list[Permit]:
        groups = f"arn:{self._partition}:logs:*:{self._archive}:log-group:"
        via = {"kms:ViaService": (f"logs.{self._home}.{self._suffix}",)}
        context = {"kms:EncryptionContext:aws:logs:arn": (f"{groups}/evidence/*",)}
        return [
            Permit(
                actions=("logs:CreateLogStream", "logs:PutLogEvents"),
                resources=(f"{groups}{LOG_GROUPS[self._role]}:log-stream:*",),
                source=pages.LOGS_KEY,
            ),
            Permit(actions=USE_KEY, resources=(self._operations_key,), when=via | context, source=pages.LOGS_KEY),
            Permit(actions=("kms:DescribeKey",), resources=(self._operations_key,), when=via, source=pages.LOGS_KEY),
        ]
