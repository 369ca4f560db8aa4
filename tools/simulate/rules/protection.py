"""Nobody removes evidence, and only the deployment changes how a bucket guards what it holds.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, execution_roles, outsider, role, root, service
from tools.simulate.requests import EITHER, WHATEVER_ALLOWS_IT, Requester, Rule, each
from tools.simulate.world import World

_POLICY = ("s3:DeleteBucketPolicy", "s3:PutBucketPolicy")
_CONFIGURATION = (
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
    "s3:DeleteBucketWebsite",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketAbac",
    "s3:PutBucketAcl",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
)
_REMOVAL = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectAnnotation",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionAnnotation",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObjectAnnotation",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:UpdateObjectEncryption",
)
_TRANSCRIPT = "transcripts/account=222222222222/a.json.gz"
_GUARDED = (BucketKind.LOGS, BucketKind.RECORDINGS, BucketKind.ACCESS_LOGS)


def _pretenders(world: World) -> list[Requester]:
    """Who might be mistaken for the deployment, each with every right that its account can give."""
    return [
        role(world, world.archive, layout.AUDITOR_ROLE),
        role(world, world.archive, layout.DELIVERY_ROLE),
        *execution_roles(world, "eu-west-3"),
        *(role(world, world.archive, f"path/{name}") for name in world.execution_roles(world.home)),
        *(role(world, account, name) for account in world.members for name in world.execution_roles(world.home)),
        *(administrator(world, account) for account in world.members),
        *(outsider(world, name) for name in world.execution_roles(world.home)),
    ]


def rules(world: World) -> list[Rule]:
    """Who changes buckets, and that nobody removes."""
    everybody = [
        administrator(world, world.archive),
        root(world, world.archive),
        *execution_roles(world, world.home),
        role(world, world.archive, layout.AUDITOR_ROLE),
        role(world, world.archive, layout.DELIVERY_ROLE),
        *(role(world, account, layout.DELIVERY_ROLE) for account in world.members),
        service("cloudtrail.amazonaws.com", account=world.archive, organization=world.organization),
        service("s3.amazonaws.com", account=world.archive, organization=world.organization),
    ]
    own_region = [
        (requester, bucket)
        for region in world.regions
        for requester in execution_roles(world, region)
        for kind in BucketKind
        if kind is not BucketKind.DERIVED or region == world.home
        for bucket in [world.bucket(kind, region)]
    ]
    other_region = [
        (requester, bucket)
        for region in world.regions
        for other in world.regions
        for requester in execution_roles(world, other)
        if requester not in execution_roles(world, region)
        for bucket in [world.bucket(BucketKind.LOGS, region)]
    ]
    return [
        Rule(
            sentence="The execution role of a Region changes policy and configuration of its buckets.",
            allowed=True,
            cases=own_region,
            actions=(*_POLICY, *_CONFIGURATION),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The execution role of one Region changes nothing in another.",
            allowed=False,
            cases=other_region,
            actions=(*_POLICY, *_CONFIGURATION),
        ),
        Rule(
            sentence="No administrator of the archive account changes policy or configuration of a bucket.",
            allowed=False,
            cases=each([administrator(world, world.archive)], world.buckets()),
            actions=(*_POLICY, *_CONFIGURATION),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The root user of the archive account changes no configuration of a bucket.",
            allowed=False,
            cases=each([root(world, world.archive)], world.buckets()),
            actions=_CONFIGURATION,
        ),
        Rule(
            sentence="Nobody who resembles the deployment changes the policy or the lock of a bucket.",
            allowed=False,
            cases=each(_pretenders(world), world.buckets()),
            actions=(*_POLICY, "s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration"),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No service changes the policy or the lock of a bucket.",
            allowed=False,
            cases=each(
                [service("s3.amazonaws.com", account=world.archive, organization=world.organization)], world.buckets()
            ),
            actions=(*_POLICY, "s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration"),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No administrator deletes, unlocks, relabels or re-encrypts what a bucket holds.",
            allowed=False,
            cases=each([administrator(world, world.archive)], world.objects(_GUARDED, _TRANSCRIPT)),
            actions=_REMOVAL,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nor does anybody else, no root user, deployment, reader, writer or service.",
            allowed=False,
            cases=each(everybody, world.objects(_GUARDED, _TRANSCRIPT)),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody deletes a bucket that holds evidence, whatever else allows it.",
            allowed=False,
            cases=each(everybody, world.buckets(*_GUARDED)),
            actions=("s3:DeleteBucket",),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="The deployment neither reads nor writes evidence.",
            allowed=False,
            cases=each(
                execution_roles(world, world.home), world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "a")
            ),
            actions=("s3:GetObject", "s3:PutObject"),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
    ]
