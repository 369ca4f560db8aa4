"""What the roles of members and of the archive may do, and who may take them; written apart from their policies.

The roles of the access hub stand beside, in :mod:`tools.prove.hub_role_permits`.
"""

from __future__ import annotations

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.asking_permits import asking_function_permits
from tools.prove.delivery_permits import delivers
from tools.prove.hub_role_permits import HubRolePermits, hub_trust_permits
from tools.prove.key_permits import USE_KEY
from tools.prove.network_permits import network_permits
from tools.prove.permits import Permit
from tools.prove.policies import UNLEARNT_KEY_ID, Policy
from tools.prove.query_permits import asking_roles, query_permits, query_trust_permits

TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
SUBSCRIPTION = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/subscriptions-confused-deputy.html"
TRAIL_LOGS = (
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html"
)
INSTANCE = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html"
)
SESSION_DOCUMENT = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html"
TRAIL_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html"
READ_OBJECTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"

TRUSTED_SERVICE = {
    "evidence-access-delivery": "firehose.amazonaws.com",
    "evidence-access-events": "lambda.amazonaws.com",
    "evidence-archive-trail-logs": "cloudtrail.amazonaws.com",
    "evidence-check": "lambda.amazonaws.com",
    "evidence-compaction": "lambda.amazonaws.com",
    "evidence-delivery": "firehose.amazonaws.com",
    "evidence-host-management": "ssm.amazonaws.com",
    "evidence-log-subscription": "logs.amazonaws.com",
    "evidence-organization-trail-logs": "cloudtrail.amazonaws.com",
    "evidence-report": "lambda.amazonaws.com",
    "evidence-roster-check": "lambda.amazonaws.com",
    "evidence-security-group-guard": "lambda.amazonaws.com",
    "evidence-session-preferences": "lambda.amazonaws.com",
    "evidence-trail-check": "lambda.amazonaws.com",
    "evidence-trail-logs": "cloudtrail.amazonaws.com",
    "evidence-workspaces-network": "lambda.amazonaws.com",
}
"""Which service takes which role; a role that is neither here nor known to the hub is taken by nobody."""

TRAIL_LOG_GROUPS = {
    "evidence-archive-trail-logs": "/evidence/archive-access",
    "evidence-organization-trail-logs": "/evidence/organization-trail",
    "evidence-trail-logs": "/evidence/cloudtrail",
}
"""The one log group, in the trail's home Region, that a trail's role writes to."""


def trust_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """Who may take a role."""
    name = policy.subject.split("/")[-1]
    if name == "evidence-auditor":
        return [
            Permit(
                roles=settings.archive.auditors,
                actions=("sts:AssumeRole",),
                when={"aws:PrincipalOrgID": (settings.organization.id,)},
                source=TRUST,
            )
        ]
    if name in asking_roles(settings):
        return query_trust_permits(policy, settings)
    service = TRUSTED_SERVICE.get(name)
    if service is None:
        return hub_trust_permits(policy, settings)
    own_groups = f"arn:{policy.place.partition}:logs:*:{policy.owner}:*"
    return [
        Permit(
            service=service,
            actions=("sts:AssumeRole",),
            when={"aws:SourceArn": (own_groups,)} if name == "evidence-log-subscription" else {},
            source=SUBSCRIPTION if name == "evidence-log-subscription" else TRUST,
        )
    ]


class RolePermits:
    """What the roles and the host policy may do, as text about one place."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._settings = settings
        self._hub = HubRolePermits(policy, settings)
        self._asking = query_permits(policy, settings)
        self._function = [*asking_function_permits(policy, settings), *network_permits(policy, settings)]
        self._archive = settings.archive.account
        self._account = policy.owner
        self._partition = policy.place.partition
        self._region = policy.place.region
        self._suffix = policy.place.dns_suffix
        key_id = settings.archive.key_id or UNLEARNT_KEY_ID
        self._key = f"arn:{self._partition}:kms:*:{self._archive}:key/{key_id}"
        self._role = policy.subject.split("/")[-1]

    def permits(self) -> list[Permit]:
        """The sentences for this role; none for a role that is not expected."""
        trail_log_group = TRAIL_LOG_GROUPS.get(self._role)
        if trail_log_group is not None:
            return self._writes_group(trail_log_group, "logs:CreateLogStream", "logs:PutLogEvents", region=self._region)
        if self._asking:
            return [*self._auditor(), *self._asking]
        if self._function:
            return self._function
        own = {
            "evidence-auditor": self._auditor,
            "evidence-delivery": self._delivery,
            "evidence-log-subscription": self._subscription,
            "evidence-session-host": self._host,
            "evidence-session-preferences": self._session_preferences,
            "evidence-trail-check": self._trail_check,
        }.get(self._role)
        return self._hub.permits() if own is None else own()

    def _arn(self, service: str, rest: str, region: str = "*") -> str:
        return f"arn:{self._partition}:{service}:{region}:{self._account}:{rest}"

    def _writes_group(self, group: str, *actions: str, region: str = "*") -> list[Permit]:
        """A role that writes to one log group and so uses the key of that group."""
        streams = self._arn("logs", f"log-group:{group}:log-stream:*", region)
        return [Permit(actions=actions, resources=(streams,), source=TRAIL_LOGS), *self._uses_log_key()]

    def _uses_log_key(self) -> list[Permit]:
        local = self._settings.session_manager.log_key == "account"
        member = not self._role.startswith(("evidence-archive-", "evidence-auditor"))
        key = self._arn("kms", "key/*") if local and member else self._key
        via = {"kms:ViaService": (f"logs.*.{self._suffix}",)}
        groups = {"kms:EncryptionContext:aws:logs:arn": (self._arn("logs", "log-group:/evidence/*"),)}
        return [
            Permit(actions=USE_KEY, resources=(key,), when=via | groups, source=pages.LOGS_KEY),
            Permit(actions=("kms:DescribeKey",), resources=(key,), when=via, source=pages.LOGS_KEY),
        ]

    def _delivery(self) -> list[Permit]:
        bucket = f"arn:{self._partition}:s3:::evidence-logs-{self._archive}-*"
        prefixes = tuple(f"{kind}account={self._account}/*" for kind in ("transcripts/", "errors/transcripts/"))
        return [
            *delivers(
                bucket=bucket,
                prefixes=prefixes,
                owner=self._archive,
                key=self._key,
                via_s3=f"s3.*.{self._suffix}",
            ),
            *self._writes_group("/evidence/delivery-errors", "logs:PutLogEvents"),
        ]

    def _subscription(self) -> list[Permit]:
        stream = self._arn("firehose", "deliverystream/evidence-transcripts")
        return [
            Permit(
                actions=("firehose:PutRecord", "firehose:PutRecordBatch"), resources=(stream,), source=pages.FIREHOSE
            )
        ]

    def _host(self) -> list[Permit]:
        group = self._arn("logs", "log-group:/evidence/session-manager")
        found = [
            Permit(
                actions=(
                    "ssm:UpdateInstanceInformation",
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ),
                source=INSTANCE,
            ),
            Permit(actions=("logs:DescribeLogGroups",), resources=(self._arn("logs", "log-group:*"),), source=INSTANCE),
            Permit(
                actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                resources=(group, f"{group}:*"),
                source=INSTANCE,
            ),
            *self._uses_log_key(),
        ]
        channel_key = self._settings.session_manager.channel_key_arn
        if channel_key is not None:
            _, _, _, region, account, key = channel_key.split(":")
            anywhere = "*" if key.startswith("key/mrk-") else region
            found.append(
                Permit(
                    actions=("kms:Decrypt",),
                    resources=(f"arn:{self._partition}:kms:{anywhere}:{account}:{key}",),
                    source=INSTANCE,
                )
            )
        return found

    def _session_preferences(self) -> list[Permit]:
        document = self._arn("ssm", "document/SSM-SessionManagerRunShell")
        return [
            Permit(
                actions=(
                    "ssm:CreateDocument",
                    "ssm:DeleteDocument",
                    "ssm:GetDocument",
                    "ssm:ListDocumentVersions",
                    "ssm:UpdateDocument",
                    "ssm:UpdateDocumentDefaultVersion",
                ),
                resources=(document,),
                source=SESSION_DOCUMENT,
            ),
            *self._writes_group("/evidence/session-preferences", "logs:CreateLogStream", "logs:PutLogEvents"),
        ]

    def _trail_check(self) -> list[Permit]:
        trail = f"arn:{self._partition}:cloudtrail:*:*:trail/*"
        return [
            Permit(actions=("cloudtrail:DescribeTrails",), source=TRAIL_ACTIONS),
            Permit(
                actions=("cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"),
                resources=(trail,),
                source=TRAIL_ACTIONS,
            ),
            *self._writes_group("/evidence/trail-check", "logs:CreateLogStream", "logs:PutLogEvents"),
        ]

    def _auditor(self) -> list[Permit]:
        buckets = tuple(
            f"arn:{self._partition}:s3:::evidence-{kind}-{self._archive}-*" for kind in ("logs", "recordings")
        )
        there = {"aws:ResourceAccount": (self._archive,)}
        return [
            Permit(
                actions=("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"),
                resources=buckets,
                when=there,
                source=READ_OBJECTS,
            ),
            Permit(
                actions=("s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion"),
                resources=tuple(f"{bucket}/*" for bucket in buckets),
                when=there,
                source=READ_OBJECTS,
            ),
            Permit(
                actions=("kms:Decrypt",),
                resources=(self._key,),
                when={"kms:ViaService": (f"s3.*.{self._suffix}",)},
                source=pages.KMS_VIA_S3,
            ),
        ]
