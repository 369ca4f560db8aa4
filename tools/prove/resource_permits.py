"""What each resource's policy may allow, to whom, and which page asks for it; of buckets here, of others beside."""

from __future__ import annotations

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.hub_permits import hub_permits
from tools.prove.key_permits import OWN, key_permits
from tools.prove.permits import Permit
from tools.prove.policies import Policy, PolicyKind
from tools.prove.trails import trails


def resource_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """The sentences for the policy of one resource; none for what is not expected to be there."""
    if policy.kind is PolicyKind.KEY:
        return key_permits(policy, settings)
    return _bucket(policy, settings) if policy.kind is PolicyKind.BUCKET else hub_permits(policy, settings)


def _bucket(policy: Policy, settings: Settings) -> list[Permit]:
    archive, region = settings.archive.account, policy.place.region
    if policy.owner != archive:
        return []
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
