"""What the keys may allow, to whom, and which page asks for it: evidence key, operations key, a member's log key."""

from __future__ import annotations

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.asking_permits import check_roles, compaction_roles, report_roles
from tools.prove.intrinsics import OWN_KEY_ID
from tools.prove.permits import Permit
from tools.prove.policies import Policy
from tools.prove.query_permits import asking_roles, reader_roles
from tools.prove.trails import trails

OWN = "${aws:PrincipalAccount}"
READ_KEY = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
)
ADMINISTER_KEY = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
USE_KEY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def key_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """The sentences of one key policy."""
    if policy.owner != settings.archive.account:
        return _log_key_of_member(policy)
    return _evidence_key(policy, settings) if is_evidence_key(policy) else _operations_key(policy, settings)


def is_evidence_key(policy: Policy) -> bool:
    """The key is the evidence key or a replica of it: the archive's one key of many Regions."""
    return not policy.subject.endswith(f"/{OWN_KEY_ID}")


def _evidence_key(policy: Policy, settings: Settings) -> list[Permit]:
    return [
        *_administration(policy, settings),
        *_delivery(policy, settings),
        *_access_delivery(policy, settings),
        *_query_results(policy, settings),
        *_trails(policy, settings),
        *(_recording(policy, settings) if settings.records_in(policy.place.region) else []),
        *_archive_log_groups(
            policy,
            settings,
            *("archive-access", "check", "compaction"),
            *(["report"] if settings.query.auditors else []),
            *(["workspaces-network"] if settings.workspaces_network.regions else []),
        ),
        *(_member_log_groups(policy, settings) if settings.session_manager.log_key == "archive" else []),
    ]


def _administers(policy: Policy, settings: Settings) -> list[Permit]:
    archive = settings.archive.account
    execution = _roles(policy, settings, settings.archive.execution_roles(policy.place.region))
    return [
        Permit(account=archive, roles=execution, actions=ADMINISTER_KEY, source=pages.KEY_POLICY),
        Permit(account=archive, actions=READ_KEY, source=pages.KEY_POLICY),
    ]


def _roles(policy: Policy, settings: Settings, names: list[str]) -> tuple[str, ...]:
    return tuple(f"arn:{policy.place.partition}:iam::{settings.archive.account}:role/{name}" for name in names)


def _administration(policy: Policy, settings: Settings) -> list[Permit]:
    archive, region = settings.archive.account, policy.place.region
    found = _administers(policy, settings)
    others = [
        name
        for other in settings.regions.governed
        if other != region
        for name in settings.archive.execution_roles(other)
    ]
    if region == settings.regions.home and others:
        makers = _roles(policy, settings, others)
        found.append(Permit(account=archive, roles=makers, actions=("kms:ReplicateKey",), source=pages.REPLICAS))
    if reader_roles(settings):
        found.append(
            Permit(
                account=archive,
                roles=_roles(policy, settings, reader_roles(settings)),
                actions=("kms:Decrypt",),
                when={"kms:ViaService": (f"s3.{region}.{policy.place.dns_suffix}",)},
                source=pages.KMS_VIA_S3,
            )
        )
    return found


def _delivery(policy: Policy, settings: Settings) -> list[Permit]:
    place = policy.place
    bucket = f"arn:{place.partition}:s3:::evidence-logs-{settings.archive.account}-{place.region}"
    return [
        Permit(
            roles=(f"arn:{place.partition}:iam::*:role/evidence-delivery",),
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            when={
                "aws:PrincipalOrgID": (settings.organization.id,),
                "kms:ViaService": (f"s3.{place.region}.{policy.place.dns_suffix}",),
                "kms:EncryptionContext:aws:s3:arn": (
                    bucket,
                    f"{bucket}/transcripts/account={OWN}/*",
                    f"{bucket}/errors/transcripts/account={OWN}/*",
                ),
            },
            source=pages.FIREHOSE,
        )
    ]


def _access_delivery(policy: Policy, settings: Settings) -> list[Permit]:
    place, archive = policy.place, settings.archive.account
    if place.region != settings.regions.home:
        return []
    bucket = f"arn:{place.partition}:s3:::evidence-logs-{archive}-{place.region}"
    return [
        Permit(
            account=archive,
            roles=(f"arn:{place.partition}:iam::{archive}:role/evidence-access-delivery",),
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            when={
                "kms:ViaService": (f"s3.{place.region}.{place.dns_suffix}",),
                "kms:EncryptionContext:aws:s3:arn": (
                    bucket,
                    f"{bucket}/access-events/*",
                    f"{bucket}/errors/access-events/account={archive}/*",
                ),
            },
            source=pages.FIREHOSE,
        )
    ]


def _query_results(policy: Policy, settings: Settings) -> list[Permit]:
    place, archive = policy.place, settings.archive.account
    if place.region != settings.regions.home:
        return []
    bucket = f"arn:{place.partition}:s3:::evidence-derived-{archive}-{place.region}"
    writers = [
        (asking_roles(settings), [f"{bucket}/athena-results/*"]),
        (check_roles(settings), [f"{bucket}/athena-results/check/*"]),
        (compaction_roles(settings), [f"{bucket}/athena-results/compaction/*", f"{bucket}/compacted/*"]),
        (report_roles(settings), [f"{bucket}/athena-results/report/*", f"{bucket}/reports/*"]),
    ]
    return [
        Permit(
            account=archive,
            roles=_roles(policy, settings, roles),
            actions=("kms:GenerateDataKey",),
            when={
                "kms:ViaService": (f"s3.{place.region}.{place.dns_suffix}",),
                "kms:EncryptionContext:aws:s3:arn": (bucket, *objects),
            },
            source=pages.KMS_VIA_S3,
        )
        for roles, objects in writers
        if roles
    ]


def _trails(policy: Policy, settings: Settings) -> list[Permit]:
    ours = {"aws:SourceOrgID": (settings.organization.id,)}
    found = []
    for trail in trails(policy, settings):
        found += [
            Permit(
                service="cloudtrail.amazonaws.com",
                actions=("kms:GenerateDataKey*",),
                when={"aws:SourceArn": (trail.arn,), "kms:EncryptionContext:aws:cloudtrail:arn": (trail.arn,)},
                when_sent=ours,
                source=pages.CLOUDTRAIL_KEY,
            ),
            Permit(
                service="cloudtrail.amazonaws.com",
                actions=("kms:Decrypt", "kms:DescribeKey"),
                when={"aws:SourceArn": (trail.arn,)},
                when_sent=ours,
                source=pages.CLOUDTRAIL_KEY,
            ),
        ]
    return found


def _recording(policy: Policy, settings: Settings) -> list[Permit]:
    region, suffix, organization = policy.place.region, policy.place.dns_suffix, settings.organization.id
    return [
        Permit(
            service="ssm-guiconnect.amazonaws.com",
            actions=("kms:GenerateDataKey*",),
            when={"aws:SourceOrgID": (organization,), "kms:ViaService": (f"s3.{region}.{suffix}",)},
            source=pages.RECORDING,
        ),
        Permit(
            actions=("kms:CreateGrant",),
            when={
                "aws:PrincipalOrgID": (organization,),
                "kms:ViaService": (f"ssm-guiconnect.{region}.{suffix}",),
                "aws:ViaAWSService": ("true",),
            },
            source=pages.RECORDING,
        ),
    ]


def _archive_log_groups(policy: Policy, settings: Settings, *groups: str) -> list[Permit]:
    place, archive = policy.place, settings.archive.account
    if place.region != settings.regions.home:
        return []
    logs = f"logs.{place.region}.{policy.place.dns_suffix}"
    context = {
        "kms:EncryptionContext:aws:logs:arn": tuple(
            f"arn:{place.partition}:logs:{place.region}:{archive}:log-group:/evidence/{group}" for group in groups
        )
    }
    return [
        Permit(service=logs, actions=USE_KEY, when=context, source=pages.LOGS_KEY),
        Permit(account=archive, actions=USE_KEY, when=context | {"kms:ViaService": (logs,)}, source=pages.LOGS_KEY),
    ]


def _member_log_groups(policy: Policy, settings: Settings) -> list[Permit]:
    place = policy.place
    logs = f"logs.{place.region}.{policy.place.dns_suffix}"
    groups = f"arn:{place.partition}:logs:{place.region}:{{}}:log-group:/evidence/*"
    member = {"aws:PrincipalOrgID": (settings.organization.id,), "kms:ViaService": (logs,)}
    return [
        Permit(
            service=logs,
            actions=USE_KEY,
            when={
                "aws:SourceOrgID": (settings.organization.id,),
                "kms:EncryptionContext:aws:logs:arn": (groups.format("*"),),
            },
            source=pages.LOGS_KEY,
        ),
        Permit(
            actions=USE_KEY,
            when=member | {"kms:EncryptionContext:aws:logs:arn": (groups.format(OWN),)},
            source=pages.LOGS_KEY,
        ),
        Permit(actions=("kms:DescribeKey",), when=member, source=pages.LOGS_KEY),
    ]


def _operations_key(policy: Policy, settings: Settings) -> list[Permit]:
    """The key of the hub's own things: its topic, queues, tables and log groups, and no bucket."""
    place, archive = policy.place, settings.archive.account

    def through(*services: str) -> tuple[str, ...]:
        return tuple(f"{service}.{place.region}.{place.dns_suffix}" for service in services)

    if place.region != settings.regions.home or place.template != "AccessHub":
        return []
    return [
        *_administers(policy, settings),
        *_archive_log_groups(
            policy, settings, "access-events", "roster-check", "access-delivery-errors", "security-group-guard"
        ),
        Permit(
            account=archive,
            actions=(*USE_KEY, "kms:DescribeKey"),
            when={"kms:ViaService": through("dynamodb", "sns", "sqs")},
            source=pages.QUEUE_KEY,
        ),
        Permit(
            account=archive,
            actions=("kms:CreateGrant",),
            when={"kms:ViaService": through("dynamodb"), "kms:GrantIsForAWSResource": ("true",)},
            source=pages.TABLE_KEY,
        ),
        Permit(
            service="events.amazonaws.com",
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            when={
                "aws:SourceAccount": (archive,),
                "aws:SourceArn": (
                    f"arn:{place.partition}:events:{place.region}:{archive}:rule/evidence-hub/evidence-*",
                    f"arn:{place.partition}:events:{place.region}:{archive}:rule/evidence-security-group-sweep",
                ),
            },
            source=pages.QUEUE_KEY,
        ),
        Permit(
            service="cloudwatch.amazonaws.com",
            actions=("kms:Decrypt", "kms:GenerateDataKey*"),
            when={"aws:SourceAccount": (archive,)},
            source=pages.TOPIC_KEY,
        ),
    ]


def _log_key_of_member(policy: Policy) -> list[Permit]:
    place = policy.place
    groups = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:/evidence/*"
    return [
        Permit(account=place.account, actions=("kms:*",), source=pages.KEY_POLICY),
        Permit(
            service=f"logs.{place.region}.{policy.place.dns_suffix}",
            actions=USE_KEY,
            when={"kms:EncryptionContext:aws:logs:arn": (groups,)},
            source=pages.LOGS_KEY,
        ),
    ]
