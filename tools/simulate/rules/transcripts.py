"""Who writes to the log bucket: delivery roles of the organization, each under its own account's prefixes.

https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#cross-account-delivery-s3
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, delivery_role, role, root, service, user
from tools.simulate.requests import (
    CARELESS,
    DENIES_LOST,
    EITHER,
    PLAIN,
    TWO_LAYERS,
    WHATEVER_ALLOWS_IT,
    Case,
    Requester,
    Rule,
    each,
)
from tools.simulate.world import GETS, OUTSIDE_ORGANIZATION, OUTSIDER, World

_WRITES = ("s3:PutObject", "s3:ReplicateObject")


def _prefixes(account: str) -> tuple[str, str]:
    return f"transcripts/account={account}/", f"errors/transcripts/account={account}/"


def _own(world: World) -> list[Case]:
    return [
        (delivery_role(world, account), world.thing(bucket, f"{prefix}region=x/day=2026-01-02/a.json.gz"))
        for account in world.accounts
        for bucket in world.buckets(BucketKind.LOGS)
        for prefix in _prefixes(account)
    ]


def _of_others(world: World, accounts: tuple[str, ...]) -> list[Case]:
    return [
        (requester, world.thing(bucket, f"{prefix}region=x/day=2026-01-02/a.json.gz"))
        for account in accounts
        for requester in (delivery_role(world, account), delivery_role(world, account).as_administrator())
        for other in world.accounts
        if other != account
        for bucket in world.buckets(BucketKind.LOGS)
        for prefix in _prefixes(other)
    ]


def _elsewhere(world: World) -> list[Case]:
    return [
        (delivery_role(world, account).as_administrator(), world.thing(bucket, key))
        for account in world.accounts
        for bucket in world.buckets(BucketKind.LOGS)
        for key in (
            "a.json.gz",
            "transcripts/a.json.gz",
            f"transcripts/account={account}0/a.json.gz",
            f"errors/account={account}/a.json.gz",
            f"cloudtrail/AWSLogs/{account}/CloudTrail/a.json.gz",
            f"access-events/transcripts/account={account}/a.json.gz",
        )
    ]


def _misnamed(world: World, account: str) -> list[Requester]:
    return [
        role(world, account, f"{layout.DELIVERY_ROLE}2"),
        role(world, account, f"x-{layout.DELIVERY_ROLE}"),
        role(world, account, f"path/{layout.DELIVERY_ROLE}"),
        user(world, account, layout.DELIVERY_ROLE),
        administrator(world, account),
        root(world, account),
    ]


def _by_the_misnamed(world: World, accounts: tuple[str, ...]) -> list[Case]:
    return [
        (requester, world.thing(bucket, f"{prefix}a.json.gz"))
        for account in accounts
        for requester in _misnamed(world, account)
        for bucket in world.buckets(BucketKind.LOGS)
        for prefix in _prefixes(account)
    ]


def rules(world: World) -> list[Rule]:
    """What delivery roles do with the log bucket, and what nobody does."""
    logs = world.buckets(BucketKind.LOGS)
    delivery = [delivery_role(world, account) for account in world.accounts]
    foreign = role(world, OUTSIDER, layout.DELIVERY_ROLE, organization=OUTSIDE_ORGANIZATION)
    unaffiliated = role(world, OUTSIDER, layout.DELIVERY_ROLE, organization="")
    return [
        Rule(
            sentence="The delivery role of a member puts transcripts and errors under its own account's prefixes.",
            allowed=True,
            cases=_own(world),
            actions=("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The delivery role of a member finds the Region of a log bucket.",
            allowed=True,
            cases=each(delivery, logs),
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The delivery role of a member lists what lies under its own prefixes.",
            allowed=True,
            cases=[
                (delivery_role(world, account), world.listing(bucket, prefix))
                for account in world.accounts
                for bucket in logs
                for prefix in _prefixes(account)
            ],
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No delivery role lists the whole bucket or another account's prefixes.",
            allowed=False,
            cases=[
                (requester, target)
                for account in world.members
                for requester in (delivery_role(world, account), delivery_role(world, account).as_administrator())
                for bucket in logs
                for target in (
                    bucket,
                    world.listing(bucket, ""),
                    world.listing(bucket, "transcripts/"),
                    world.listing(bucket, f"transcripts/account={world.archive}/"),
                )
            ],
            actions=("s3:ListBucket",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No delivery role of a member writes under another account's prefixes.",
            allowed=False,
            cases=_of_others(world, world.members),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST, CARELESS),
        ),
        Rule(
            sentence="Nor does the archive account's own delivery role, whatever its account allows it.",
            allowed=False,
            cases=_of_others(world, (world.archive,)),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="A delivery role writes nowhere else in the log bucket, whatever else allows it.",
            allowed=False,
            cases=_elsewhere(world),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No user, no root user and no role of another name of a member writes to the log bucket.",
            allowed=False,
            cases=_by_the_misnamed(world, world.members),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST, CARELESS),
        ),
        Rule(
            sentence="Nor does one of the archive account, whatever its account allows it.",
            allowed=False,
            cases=_by_the_misnamed(world, (world.archive,)),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="None of them lists the log bucket, if it is a member's.",
            allowed=False,
            cases=[
                (requester, world.listing(bucket, f"transcripts/account={account}/"))
                for account in world.members
                for requester in _misnamed(world, account)
                for bucket in logs
            ],
            actions=("s3:ListBucket",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nor does it learn the bucket's Region.",
            allowed=False,
            cases=[case for account in world.members for case in each(_misnamed(world, account), logs)],
            actions=("s3:GetBucketLocation",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="A role that is named like the delivery role outside the organization reaches nothing.",
            allowed=False,
            cases=[
                (requester, target)
                for requester in (foreign, unaffiliated)
                for bucket in logs
                for target in (
                    world.thing(bucket, f"transcripts/account={OUTSIDER}/a.json.gz"),
                    world.thing(bucket, f"errors/transcripts/account={OUTSIDER}/a.json.gz"),
                )
            ],
            actions=("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nor does it find or list the log bucket.",
            allowed=False,
            cases=[
                (requester, world.listing(bucket, f"transcripts/account={OUTSIDER}/"))
                for requester in (foreign, unaffiliated)
                for bucket in logs
            ],
            actions=("s3:ListBucket",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nor does it learn the Region of the log bucket.",
            allowed=False,
            cases=each([foreign, unaffiliated], logs),
            actions=("s3:GetBucketLocation",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="A delivery role reads nothing, its own transcripts neither, whatever else allows it.",
            allowed=False,
            cases=[(requester.as_administrator(), target) for requester, target in _own(world)],
            actions=GETS,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Without TLS a delivery role writes nothing.",
            allowed=False,
            cases=[(requester.without_tls(), target) for requester, target in _own(world)],
            actions=("s3:PutObject",),
        ),
        Rule(
            sentence="A delivery role puts nothing into another kind of bucket.",
            allowed=False,
            cases=[
                (delivery_role(world, account).as_administrator(), target)
                for account in world.members
                for target in world.objects(
                    [kind for kind in BucketKind if kind is not BucketKind.LOGS], f"transcripts/account={account}/a"
                )
            ],
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No service but CloudTrail writes to the log bucket, for accounts of the organization neither.",
            allowed=False,
            cases=each(
                [
                    service(name, account=account, organization=world.organization)
                    for account in world.accounts
                    for name in (
                        "config.amazonaws.com",
                        "delivery.logs.amazonaws.com",
                        "firehose.amazonaws.com",
                        "logging.s3.amazonaws.com",
                        "ssm-guiconnect.amazonaws.com",
                        "ssm.amazonaws.com",
                    )
                ],
                world.objects([BucketKind.LOGS], f"transcripts/account={world.members[0]}/a.json.gz"),
            ),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
    ]
