"""CloudTrail: which trails write to the home log bucket and encrypt with the home key.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import trail
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, TWO_LAYERS, Case, Requester, Rule, Target, each
from tools.simulate.world import GETS, KEY_USE, OUTSIDE_ORGANIZATION, OUTSIDER, World

_MISNAMED = ("management-events", f"{layout.MEMBER_TRAIL}-2", f"x{layout.MEMBER_TRAIL}", f"{layout.ARCHIVE_TRAIL}2")


def _under(world: World, account: str, *, bucket: Target | None = None) -> list[Target]:
    home = bucket or world.bucket(BucketKind.LOGS, world.home)
    return [
        world.thing(home, f"cloudtrail/AWSLogs/{account}/{kind}/{region}/2026/01/02/a.json.gz")
        for kind in ("CloudTrail", "CloudTrail-Digest")
        for region in world.regions
    ]


def _encrypting(world: World, account: str, name: str, *, region: str | None = None) -> Target:
    return world.key(region or world.home, context={"aws:cloudtrail:arn": world.trail_arn(account, name)})


def _admitted(world: World) -> list[tuple[str, str, Sequence[str]]]:
    """Account, name and directories of each trail that the settings admit."""
    admitted: list[tuple[str, str, Sequence[str]]] = [(world.archive, layout.ARCHIVE_TRAIL, [world.archive])]
    if world.settings.trail.mode == "member":
        admitted += [(account, layout.MEMBER_TRAIL, [account]) for account in world.accounts]
    if world.settings.trail.mode == "organization":
        management = world.settings.organization.management_account
        admitted.append((management, layout.ORGANIZATION_TRAIL, [management, world.organization]))
    return admitted


def _refused(world: World) -> list[tuple[str, str]]:
    """Account and name of trails of the organization that the settings do not admit."""
    refused = [(account, name) for account in world.accounts for name in _MISNAMED]
    refused += [(account, layout.ARCHIVE_TRAIL) for account in world.members]
    refused += [(account, layout.ORGANIZATION_TRAIL) for account in world.accounts]
    if world.settings.trail.mode != "member":
        refused += [(account, layout.MEMBER_TRAIL) for account in world.accounts]
    return refused


def _foreign_trails(world: World) -> list[tuple[str, str]]:
    """Account and name of trails of another organization; the archive's own too, should its account move there."""
    names = (layout.MEMBER_TRAIL, layout.ARCHIVE_TRAIL, layout.ORGANIZATION_TRAIL)
    return [*((OUTSIDER, name) for name in names), (world.archive, layout.ARCHIVE_TRAIL)]


def _foreign(world: World) -> list[Requester]:
    return [trail(world, account, name, organization=OUTSIDE_ORGANIZATION) for account, name in _foreign_trails(world)]


def _foreign_encrypting(world: World) -> list[Case]:
    return [
        (trail(world, account, name, organization=OUTSIDE_ORGANIZATION), _encrypting(world, account, name))
        for account, name in _foreign_trails(world)
    ]


def rules(world: World) -> list[Rule]:
    """What CloudTrail does for each trail."""
    home = world.bucket(BucketKind.LOGS, world.home)
    admitted, refused = _admitted(world), _refused(world)
    trails = [trail(world, account, name) for account, name, _ in admitted]
    unadmitted = [trail(world, account, name) for account, name in refused]
    elsewhere = [
        world.thing(home, "transcripts/account=222222222222/a.json.gz"),
        world.thing(home, "AWSLogs/222222222222/CloudTrail/a.json.gz"),
        *world.objects([BucketKind.RECORDINGS, BucketKind.ACCESS_LOGS, BucketKind.DERIVED], "cloudtrail/AWSLogs/1/a"),
        *(
            target
            for region in world.regions
            if region != world.home
            for target in _under(world, world.archive, bucket=world.bucket(BucketKind.LOGS, region))
        ),
    ]
    return [
        Rule(
            sentence="CloudTrail writes the files and digests of the trails that the settings admit.",
            allowed=True,
            cases=[
                (trail(world, account, name), target)
                for account, name, directories in admitted
                for directory in directories
                for target in _under(world, directory)
            ],
            actions=("s3:PutObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudTrail checks the bucket for these trails, whether it names the organization or not.",
            allowed=True,
            cases=each(
                [trail(world, account, name, sent=sent) for account, name, _ in admitted for sent in (True, False)],
                [home],
            ),
            actions=("s3:GetBucketAcl",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudTrail writes nothing for a trail of another name, or of an account that has no such trail.",
            allowed=False,
            cases=[
                (requester, target)
                for requester in unadmitted
                for account in (world.members[0], world.archive)
                for target in _under(world, account)[:1]
            ],
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail does not check the bucket for such a trail either.",
            allowed=False,
            cases=each(unadmitted, [home]),
            actions=("s3:GetBucketAcl",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="The archive's and the organization's own trails write in their own directories alone.",
            allowed=False,
            cases=[
                (trail(world, account, name), target)
                for account, name, _ in admitted
                if name != layout.MEMBER_TRAIL
                for target in _under(world, world.members[0])
            ],
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail writes nowhere else.",
            allowed=False,
            cases=each(trails, elsewhere),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail writes nothing for a trail outside the organization, however it is named.",
            allowed=False,
            cases=each(_foreign(world), _under(world, OUTSIDER) + _under(world, world.archive)),
            actions=("s3:PutObject",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="CloudTrail writes nothing where it does not say for which organization.",
            allowed=False,
            cases=each(
                [
                    trail(world, OUTSIDER, layout.MEMBER_TRAIL, organization=""),
                    trail(world, OUTSIDER, layout.MEMBER_TRAIL, sent=False),
                    trail(world, world.archive, layout.ARCHIVE_TRAIL, sent=False),
                ],
                _under(world, OUTSIDER) + _under(world, world.archive),
            ),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail puts files and does nothing else with them.",
            allowed=False,
            cases=each(trails, _under(world, world.archive)),
            actions=(*GETS, "s3:DeleteObject", "s3:PutObjectAcl", "s3:PutObjectRetention"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail reads the bucket's ACL and does nothing else with the bucket.",
            allowed=False,
            cases=each(trails, [home]),
            actions=("s3:ListBucket", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:GetBucketPolicy"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail encrypts the files of these trails, whether it names the organization or not.",
            allowed=True,
            cases=[
                (trail(world, account, name, sent=sent), _encrypting(world, account, name))
                for account, name, _ in admitted
                for sent in (True, False)
            ],
            actions=("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudTrail checks the key for these trails, whether it names the organization or not.",
            allowed=True,
            cases=each(
                [trail(world, account, name, sent=sent) for account, name, _ in admitted for sent in (True, False)],
                [world.key(world.home)],
            ),
            actions=("kms:Decrypt", "kms:DescribeKey"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudTrail encrypts only under the context of the trail for which it calls.",
            allowed=False,
            cases=[
                (trail(world, account, name), target)
                for account, name, _ in admitted
                for target in (
                    world.key(world.home),
                    _encrypting(world, account, "management-events"),
                    world.key(world.home, context={"aws:s3:arn": home.arn}),
                )
            ],
            actions=("kms:GenerateDataKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail encrypts nothing for a trail that is not admitted, under an admitted context neither.",
            allowed=False,
            cases=[
                (trail(world, account, name), target)
                for account, name in refused
                for target in (
                    _encrypting(world, account, name),
                    _encrypting(world, world.archive, layout.ARCHIVE_TRAIL),
                    _encrypting(world, account, layout.MEMBER_TRAIL),
                )
            ],
            actions=("kms:GenerateDataKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="For a trail that is not admitted CloudTrail neither looks at the key nor decrypts.",
            allowed=False,
            cases=each(unadmitted, [world.key(world.home)]),
            actions=("kms:Decrypt", "kms:DescribeKey"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail does not use the keys of other Regions, to which no trail delivers.",
            allowed=False,
            cases=[
                (trail(world, account, name), _encrypting(world, account, name, region=region))
                for account, name, _ in admitted
                for region in world.regions
                if region != world.home
            ],
            actions=("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail neither encrypts by itself, grants nor administers.",
            allowed=False,
            cases=[(trail(world, account, name), _encrypting(world, account, name)) for account, name, _ in admitted],
            actions=("kms:CreateGrant", "kms:Encrypt", "kms:PutKeyPolicy", "kms:ReEncryptFrom"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudTrail uses the key for no trail of another organization that it names.",
            allowed=False,
            cases=_foreign_encrypting(world),
            actions=(*KEY_USE, "kms:DescribeKey"),
            circumstances=TWO_LAYERS,
        ),
    ]
