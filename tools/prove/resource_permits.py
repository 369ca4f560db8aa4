"""What the archive's buckets and keys may allow, to whom, and which page asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.permits import Permit
from tools.prove.policies import Policy, PolicyKind

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


@dataclass(frozen=True)
class Trail:
    """A trail that may deliver here: its ARN and the account, or organization, under whose name its files lie."""

    arn: str
    files: tuple[str, ...]


def resource_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """The sentences for one bucket or key policy of the archive; none for what is not expected to be there."""
    archive, region = settings.archive.account, policy.place.region
    if policy.owner != archive:
        return _log_key_of_member(policy) if policy.kind is PolicyKind.KEY else []
    if policy.kind is PolicyKind.KEY:
        return _evidence_key(policy, settings)
    name = policy.subject.split(":::")[1]
    suffix = f"{archive}-{region}"
    if name == f"evidence-logs-{suffix}":
        return _log_bucket(policy, settings)
    if name == f"evidence-recordings-{suffix}" and settings.records_in(region):
        return [
            Permit(
                service="ssm-guiconnect.amazonaws.com",
                actions=("s3:PutObject",),
                resources=(f"{policy.subject}/*",),
                when={"aws:SourceOrgID": (settings.organization.id,)},
                source=pages.RECORDING,
            )
        ]
    if name == f"evidence-access-logs-{suffix}":
        kinds = ("logs", "recordings", "derived") if region == settings.regions.home else ("logs", "recordings")
        return [
            Permit(
                service="logging.s3.amazonaws.com",
                actions=("s3:PutObject",),
                resources=(f"{policy.subject}/*",),
                when={
                    "aws:SourceAccount": (archive,),
                    "aws:SourceArn": tuple(
                        f"arn:{policy.place.partition}:s3:::evidence-{kind}-{suffix}" for kind in kinds
                    ),
                },
                source=pages.ACCESS_LOGS,
            )
        ]
    return []


def trails(policy: Policy, settings: Settings) -> list[Trail]:
    """The trails that the settings admit to the home Region; multi-Region trails deliver to no other."""
    home, archive, partition = settings.regions.home, settings.archive.account, policy.place.partition
    if policy.place.region != home:
        return []

    def arn(region: str, account: str, name: str) -> str:
        return f"arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"

    admitted = [Trail(arn(home, archive, "evidence-archive-access"), (archive,))]
    if settings.trail.mode == "member":
        admitted.append(Trail(arn("*", "*", "evidence-management-events"), ("*",)))
    if settings.trail.mode == "organization":
        management = settings.organization.management_account
        admitted.append(Trail(arn(home, management, "evidence-organization"), (management, settings.organization.id)))
    return admitted


def _log_bucket(policy: Policy, settings: Settings) -> list[Permit]:
    bucket, organization, partition = policy.subject, settings.organization.id, policy.place.partition
    delivery = (f"arn:{partition}:iam::*:role/evidence-delivery",)
    own = (f"transcripts/account={OWN}/*", f"errors/transcripts/account={OWN}/*")
    ours = {"aws:PrincipalOrgID": (organization,)}
    found = [
        Permit(
            roles=delivery,
            actions=("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
            resources=tuple(f"{bucket}/{prefix}" for prefix in own),
            when=ours,
            source=pages.FIREHOSE,
        ),
        Permit(
            roles=delivery, actions=("s3:GetBucketLocation",), resources=(bucket,), when=ours, source=pages.FIREHOSE
        ),
        Permit(
            roles=delivery,
            actions=("s3:ListBucket",),
            resources=(bucket,),
            when=ours | {"s3:prefix": own},
            source=pages.FIREHOSE,
        ),
    ]
    for trail in trails(policy, settings):
        found += [
            Permit(
                service="cloudtrail.amazonaws.com",
                actions=("s3:GetBucketAcl",),
                resources=(bucket,),
                when={"aws:SourceArn": (trail.arn,)},
                source=pages.CONTROL_TOWER_BUCKET,
            ),
            Permit(
                service="cloudtrail.amazonaws.com",
                actions=("s3:PutObject",),
                resources=tuple(f"{bucket}/cloudtrail/AWSLogs/{owner}/*" for owner in trail.files),
                when={"aws:SourceArn": (trail.arn,), "aws:SourceOrgID": (organization,)},
                source=pages.CLOUDTRAIL_BUCKET,
            ),
        ]
    return found


def _evidence_key(policy: Policy, settings: Settings) -> list[Permit]:
    return [
        *_administration(policy, settings),
        *_delivery(policy, settings),
        *_trails(policy, settings),
        *(_recording(policy, settings) if settings.records_in(policy.place.region) else []),
        *_archive_log_groups(policy, settings),
        *(_member_log_groups(policy, settings) if settings.session_manager.log_key == "archive" else []),
    ]


def _administration(policy: Policy, settings: Settings) -> list[Permit]:
    archive, region = settings.archive.account, policy.place.region

    def roles(names: list[str]) -> tuple[str, ...]:
        return tuple(f"arn:{policy.place.partition}:iam::{archive}:role/{name}" for name in names)

    found = [
        Permit(
            account=archive,
            roles=roles(settings.archive.execution_roles(region)),
            actions=ADMINISTER_KEY,
            source=pages.KEY_POLICY,
        ),
        Permit(account=archive, actions=READ_KEY, source=pages.KEY_POLICY),
    ]
    others = [
        name
        for other in settings.regions.governed
        if other != region
        for name in settings.archive.execution_roles(other)
    ]
    if region == settings.regions.home and others:
        found.append(Permit(account=archive, roles=roles(others), actions=("kms:ReplicateKey",), source=pages.REPLICAS))
    if settings.archive.auditors:
        found.append(
            Permit(
                account=archive,
                roles=roles(["evidence-auditor"]),
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


def _archive_log_groups(policy: Policy, settings: Settings) -> list[Permit]:
    place, archive = policy.place, settings.archive.account
    if place.region != settings.regions.home:
        return []
    logs = f"logs.{place.region}.{policy.place.dns_suffix}"
    context = {
        "kms:EncryptionContext:aws:logs:arn": (
            f"arn:{place.partition}:logs:{place.region}:{archive}:log-group:/evidence/archive-access",
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
