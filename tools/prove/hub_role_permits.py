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
EC2 = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
SOURCE_FUNCTION = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html"
WORKSPACES = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonworkspaces.html"

LOG_GROUPS: Final = {
    "evidence-access-delivery": "/evidence/access-delivery-errors",
    "evidence-access-events": "/evidence/access-events",
    "evidence-roster-check": "/evidence/roster-check",
    "evidence-security-group-guard": "/evidence/security-group-guard",
}
"""The one log group of each."""
OWN_SOURCES: Final = {
    "evidence-access-events": "access-evidence.hub",
    "evidence-roster-check": "access-evidence.roster",
    "evidence-security-group-guard": "access-evidence.security-groups",
}
"""The one source under which a function puts events on the bus."""
TAKERS: Final = {
    "evidence-hub-read": "evidence-access-events",
    "evidence-security-groups": "evidence-security-group-guard",
}
"""Which role of the hub takes which role of a member, each the one."""
ENFORCED: Final = {
    "MemberEnforcementRevoke": ("ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"),
    "MemberEnforcementRestore": (
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
    ),
}
"""What the guard may change in a member that has the one template or the other; in one that has none, nothing."""
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
    if name in TAKERS and not in_archive:
        taker = f"arn:{partition}:iam::{archive}:role/{TAKERS[name]}"
        return [Permit(account=archive, roles=(taker,), actions=("sts:AssumeRole",), source=ASSUME)]
    return []


class HubRolePermits:
    """What the roles of the hub, and those of members that serve it, may do."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._archive = settings.archive.account
        self._home = settings.regions.home
        self._organization = settings.organization.id
        self._partition, self._suffix = policy.place.partition, policy.place.dns_suffix
        self._role = policy.subject.split("/")[-1]
        self._owner, self._template = policy.owner, policy.place.template
        self._in_archive = policy.owner == self._archive
        key_id = settings.archive.key_id or UNLEARNT_KEY_ID
        self._evidence_key = self._arn("kms", f"key/{key_id}")
        self._operations_key = self._arn("kms", f"key/{OWN_KEY_ID}")

    def permits(self) -> list[Permit]:
        """The sentences for this role; none for a role that is not of the hub."""
        in_members = {
            "evidence-event-forward": self._forwards,
            "evidence-hub-read": self._reads_member,
            "evidence-security-group-enforcement": self._changes_groups,
            "evidence-security-groups": self._reads_groups,
        }
        in_archive = {
            "evidence-access-delivery": self._access_delivery,
            "evidence-access-events": self._access_events,
            "evidence-recording-notices": self._forwards,
            "evidence-roster-check": self._roster_check,
            "evidence-security-group-guard": self._guard,
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

    def _reads_groups(self) -> list[Permit]:
        return [
            Permit(
                actions=(
                    "ec2:DescribeSecurityGroupRules",
                    "ec2:DescribeSecurityGroups",
                    "ec2:GetManagedPrefixListEntries",
                ),
                source=EC2,
            )
        ]

    def _changes_groups(self) -> list[Permit]:
        """Only as the guard's own role, and only groups of the account."""
        return [
            Permit(
                actions=ENFORCED.get(self._template, ()),
                resources=(f"arn:{self._partition}:ec2:*:{self._owner}:security-group/*",),
                when={"aws:PrincipalArn": (f"arn:{self._partition}:iam::{self._owner}:role/evidence-security-groups",)},
                source=EC2,
            )
        ]

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

    def _guard(self) -> list[Permit]:
        sweep = self._arn("sqs", "evidence-security-group-sweep")
        return [
            Permit(
                actions=(
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ),
                resources=(self._arn("sqs", "evidence-security-groups"), sweep),
                source=QUEUE_SOURCE,
            ),
            Permit(actions=("sqs:SendMessage",), resources=(sweep,), source=QUEUE_SOURCE),
            Permit(
                actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
                resources=(self._arn("dynamodb", "table/evidence-security-group-state"),),
                source=TABLES,
            ),
            Permit(
                actions=("dynamodb:Scan",), resources=(self._arn("dynamodb", "table/evidence-roster"),), source=TABLES
            ),
            Permit(
                actions=("sts:AssumeRole",),
                resources=(f"arn:{self._partition}:iam::*:role/evidence-security-groups",),
                when={
                    "aws:ResourceOrgID": (self._organization,),
                    "lambda:SourceFunctionArn": (self._arn("lambda", "function:evidence-security-group-guard"),),
                },
                source=SOURCE_FUNCTION,
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
