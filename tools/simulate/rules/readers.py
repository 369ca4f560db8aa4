"""Who reads evidence: the auditor role, where auditors are named, and nobody else."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, anonymous, auditor, execution_roles, outsider, role, root, service
from tools.simulate.requests import (
    CARELESS,
    DENIES_LOST,
    EITHER,
    OWN_POLICY_ALONE,
    PLAIN,
    WHATEVER_ALLOWS_IT,
    Requester,
    Rule,
    Target,
    each,
)
from tools.simulate.world import GETS, KEY_USE, World

_EVIDENCE = (BucketKind.LOGS, BucketKind.RECORDINGS)
_KEYS = ("transcripts/account=222222222222/a.json.gz", "cloudtrail/AWSLogs/222222222222/CloudTrail/a.json.gz")
_COPIES = (
    *GETS,
    "s3:GetObjectAttributes",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTorrent",
)


def _evidence(world: World) -> list[Target]:
    return [target for key in _KEYS for target in world.objects(_EVIDENCE, key)]


def _through_s3(world: World) -> list[Target]:
    return [world.key(region, via=world.service("s3", region)) for region in world.regions]


def _non_readers(world: World) -> list[Requester]:
    readers = [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(role(world, account, layout.DELIVERY_ROLE) for account in world.accounts),
        *(role(world, account, layout.AUDITOR_ROLE) for account in world.members),
        *(requester for region in world.regions for requester in execution_roles(world, region)),
        role(world, world.archive, f"{layout.AUDITOR_ROLE}2"),
        role(world, world.archive, f"path/{layout.AUDITOR_ROLE}"),
        outsider(world, layout.AUDITOR_ROLE),
        anonymous(),
    ]
    return readers if world.settings.archive.auditors else [*readers, role(world, world.archive, layout.AUDITOR_ROLE)]


def _auditor_rules(world: World) -> list[Rule]:
    """Where auditors are named."""
    stranger = world.own(
        f"arn:{world.partition}:s3:::evidence-logs-{world.archive}-stranger/a", account=world.members[0]
    )
    strange_bucket = world.own(stranger.arn.removesuffix("/a"), account=world.members[0])
    return [
        Rule(
            sentence="The auditor role reads evidence of every account, in every Region, and how long it is locked.",
            allowed=True,
            cases=each([auditor(world)], _evidence(world)),
            actions=(*GETS, "s3:GetObjectRetention"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The auditor role lists evidence.",
            allowed=True,
            cases=each([auditor(world)], world.buckets(*_EVIDENCE)),
            actions=("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The auditor role decrypts what S3 hands over.",
            allowed=True,
            cases=each([auditor(world)], _through_s3(world)),
            actions=("kms:Decrypt",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The auditor role decrypts in no other way, with administrator rights neither.",
            allowed=False,
            cases=each(
                [auditor(world), auditor(world).as_administrator()],
                [
                    target
                    for region in world.regions
                    for target in (
                        world.key(region),
                        world.key(region, via=world.service("lambda", region)),
                        world.key(region, via=world.service("s3", "eu-west-3")),
                    )
                ],
            ),
            actions=("kms:Decrypt",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="The auditor role does nothing else with the key through S3.",
            allowed=False,
            cases=each([auditor(world), auditor(world).as_administrator()], _through_s3(world)),
            actions=("kms:CreateGrant", "kms:Encrypt", "kms:GenerateDataKey", "kms:PutKeyPolicy"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="The auditor role's own policy lets it add, change and remove nothing.",
            allowed=False,
            cases=each([auditor(world)], _evidence(world)),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectTagging"),
            circumstances=(PLAIN, DENIES_LOST, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The auditor role's own policy lets it decrypt through S3 alone.",
            allowed=False,
            cases=each(
                [auditor(world)],
                [
                    target
                    for region in world.regions
                    for target in (world.key(region), world.key(region, via=world.service("lambda", region)))
                ],
            ),
            actions=("kms:Decrypt",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="The auditor role's own policy does not let it read the access-log and derived buckets.",
            allowed=False,
            cases=each([auditor(world)], world.objects([BucketKind.ACCESS_LOGS, BucketKind.DERIVED], "a")),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The auditor role reads no stranger's bucket that is named like ours, even where it is invited.",
            allowed=False,
            cases=[(auditor(world), stranger)],
            actions=GETS,
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it list one.",
            allowed=False,
            cases=[(auditor(world), strange_bucket)],
            actions=("s3:ListBucket",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Who reads evidence and who does not."""
    return [
        *(_auditor_rules(world) if world.settings.archive.auditors else []),
        Rule(
            sentence="Nobody else gets evidence, no administrator, root user, deployment or writer.",
            allowed=False,
            cases=each(_non_readers(world), _evidence(world)),
            actions=GETS,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody gets evidence by one of S3's other ways to a copy, whatever else allows it.",
            allowed=False,
            cases=each(
                [administrator(world, world.archive), root(world, world.archive)], world.objects(_EVIDENCE, _KEYS[0])
            ),
            actions=_COPIES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No service gets evidence, whatever else allows it.",
            allowed=False,
            cases=each(
                [
                    service(name, account=world.archive, organization=world.organization)
                    for name in ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "firehose.amazonaws.com")
                ],
                _evidence(world),
            ),
            actions=GETS,
            circumstances=(PLAIN, CARELESS),
        ),
        Rule(
            sentence="Nobody else uses the key through S3.",
            allowed=False,
            cases=each(_non_readers(world), _through_s3(world)),
            actions=KEY_USE,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No member lists evidence or looks at how it is kept.",
            allowed=False,
            cases=each([administrator(world, account) for account in world.members], world.buckets(*_EVIDENCE)),
            actions=("s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:ListBucket", "s3:ListBucketVersions"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Without TLS nobody reads.",
            allowed=False,
            cases=each(
                [role(world, world.archive, layout.AUDITOR_ROLE).without_tls()],
                _evidence(world) + world.objects([BucketKind.ACCESS_LOGS, BucketKind.DERIVED], "a"),
            ),
            actions=GETS,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
    ]
