"""Who uses the evidence key for transcripts, and that nobody uses it by hand.

https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#cross-account-delivery-s3
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, anonymous, delivery_role, outsider, role, root, user
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, TWO_LAYERS, Case, Rule, Target, each
from tools.simulate.world import KEY_USE, World

_DELIVERY = ("kms:Decrypt", "kms:GenerateDataKey")


def _through_s3(world: World, region: str, object_key: str = "") -> Target:
    bucket = world.bucket_arn(BucketKind.LOGS, region)
    arn = f"{bucket}/{object_key}" if object_key else bucket
    return world.key(region, via=world.service("s3", region), context={"aws:s3:arn": arn})


def _own(world: World, account: str, region: str) -> list[Target]:
    return [
        _through_s3(world, region),
        _through_s3(world, region, f"transcripts/account={account}/region={region}/a.json.gz"),
        _through_s3(world, region, f"errors/transcripts/account={account}/a"),
    ]


def _of_others(world: World) -> list[Case]:
    return [
        (delivery_role(world, account).as_administrator(), target)
        for account in world.accounts
        for other in world.accounts
        if other != account
        for region in world.regions
        for target in _own(world, other, region)[1:]
    ]


def rules(world: World) -> list[Rule]:
    """What delivery roles do with the key, and what nobody does."""
    return [
        Rule(
            sentence="The delivery role of a member encrypts its own transcripts, with bucket keys or without.",
            allowed=True,
            cases=[
                (delivery_role(world, account), target)
                for account in world.accounts
                for region in world.regions
                for target in _own(world, account, region)
            ],
            actions=_DELIVERY,
            circumstances=EITHER,
        ),
        Rule(
            sentence="No delivery role uses the key for another account's transcripts.",
            allowed=False,
            cases=_of_others(world),
            actions=_DELIVERY,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No delivery role uses the key for recordings or for trail files.",
            allowed=False,
            cases=[
                (delivery_role(world, account).as_administrator(), target)
                for account in world.accounts
                for region in world.regions
                for target in (
                    _through_s3(world, region, f"cloudtrail/AWSLogs/{account}/CloudTrail/a.json.gz"),
                    world.key(
                        region,
                        via=world.service("s3", region),
                        context={"aws:s3:arn": f"{world.bucket_arn(BucketKind.RECORDINGS, region)}/a"},
                    ),
                    world.key(region, via=world.service("s3", region)),
                )
            ],
            actions=_DELIVERY,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No delivery role uses the key directly, through another service or through another Region's S3.",
            allowed=False,
            cases=[
                (delivery_role(world, account).as_administrator(), target)
                for account in world.accounts
                for region in world.regions
                for target in (
                    world.key(region, context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, region)}),
                    world.key(
                        region,
                        via=world.service("dynamodb", region),
                        context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, region)},
                    ),
                    world.key(
                        region,
                        via=world.service("s3", "eu-west-3"),
                        context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, region)},
                    ),
                )
            ],
            actions=_DELIVERY,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No role of another name and no user encrypts transcripts.",
            allowed=False,
            cases=[
                (requester, target)
                for account in world.accounts
                for requester in (
                    administrator(world, account),
                    role(world, account, f"path/{layout.DELIVERY_ROLE}"),
                    role(world, account, f"{layout.DELIVERY_ROLE}2"),
                    user(world, account, layout.DELIVERY_ROLE),
                )
                for region in world.regions
                for target in _own(world, account, region)
            ],
            actions=_DELIVERY,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="A role that is named like the delivery role outside the organization does not use the key.",
            allowed=False,
            cases=each(
                [outsider(world, layout.DELIVERY_ROLE), outsider(world, layout.DELIVERY_ROLE, organization="")],
                [target for region in world.regions for target in _own(world, "888888888888", region)],
            ),
            actions=_DELIVERY,
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nobody uses the key by hand: no administrator, no root user, no role that deploys or reads.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    role(world, world.archive, layout.AUDITOR_ROLE),
                    *(role(world, world.archive, name) for name in world.execution_roles(world.home)),
                    anonymous(),
                ],
                world.keys(),
            ),
            actions=(*KEY_USE, "kms:CreateGrant", "kms:GenerateMac", "kms:Sign"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
    ]
