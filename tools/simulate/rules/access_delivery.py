"""Who writes judged records into the log bucket: one role of the archive account, at home alone.

https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    delivery_role,
    outsider,
    own_role,
    role,
    root,
    service,
    user,
)
from tools.simulate.requests import (
    EITHER,
    OWN_POLICY_ALONE,
    PLAIN,
    WHATEVER_ALLOWS_IT,
    Requester,
    Rule,
    Target,
    each,
)
from tools.simulate.world import GETS, OUTSIDER, World

_WRITES = ("s3:PutObject", "s3:ReplicateObject")
_ENCRYPTS = ("kms:Decrypt", "kms:GenerateDataKey")


def _prefixes(world: World) -> tuple[str, str]:
    return "access-events/", f"errors/access-events/account={world.archive}/"


def _records(world: World, bucket: Target) -> list[Target]:
    return [world.thing(bucket, f"{prefix}day=2026-01-02/a.json.gz") for prefix in _prefixes(world)]


def _elsewhere(world: World, bucket: Target) -> list[Target]:
    keys = (
        "a.json.gz",
        "access-events",
        "access-events2/a.json.gz",
        f"transcripts/account={world.archive}/region=x/a.json.gz",
        f"transcripts/account={world.members[0]}/region=x/a.json.gz",
        f"cloudtrail/AWSLogs/{world.archive}/CloudTrail/a.json.gz",
        f"errors/transcripts/account={world.archive}/a.json.gz",
        f"errors/access-events/account={world.members[0]}/a.json.gz",
        "errors/access-events/a.json.gz",
    )
    return [world.thing(bucket, key) for key in keys]


def _others(world: World) -> list[Requester]:
    """Whoever else might write at home, with every right that his account can give."""
    archive = world.archive
    return [
        *(delivery_role(world, account).as_administrator() for account in world.accounts),
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(role(world, account, layout.ACCESS_DELIVERY_ROLE) for account in world.members),
        role(world, archive, f"{layout.ACCESS_DELIVERY_ROLE}2"),
        role(world, archive, f"path/{layout.ACCESS_DELIVERY_ROLE}"),
        user(world, archive, layout.ACCESS_DELIVERY_ROLE),
        *(
            own_role(world, archive, name).as_administrator()
            for name in (
                layout.ACCESS_EVENTS_ROLE,
                layout.GUARD_ROLE,
                layout.ROSTER_CHECK_ROLE,
                layout.RECORDING_NOTICE_ROLE,
            )
        ),
        outsider(world, layout.ACCESS_DELIVERY_ROLE),
        outsider(world, layout.ACCESS_DELIVERY_ROLE, organization=""),
        anonymous(),
        service("firehose.amazonaws.com", account=archive, organization=world.organization),
    ]


def _key(world: World, *contexts: str, region: str = "", via: str = "s3") -> list[Target]:
    region = region or world.home
    through = world.service(via, region) if via else ""
    return [world.key(region, via=through, context={"aws:s3:arn": context}) for context in contexts]


def _bucket_rules(world: World) -> list[Rule]:
    home = world.bucket(BucketKind.LOGS, world.home)
    delivery = own_role(world, world.archive, layout.ACCESS_DELIVERY_ROLE)
    mighty = delivery.as_administrator()
    elsewhere = [bucket for bucket in world.buckets(BucketKind.LOGS) if bucket != home]
    return [
        Rule(
            sentence="The access delivery role puts judged records, and what it could not deliver, at home.",
            allowed=True,
            cases=each([delivery], _records(world, home)),
            actions=("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The access delivery role finds the Region of the log bucket.",
            allowed=True,
            cases=[(delivery, home)],
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The access delivery role lists what lies under its own prefixes.",
            allowed=True,
            cases=each([delivery], [world.listing(home, prefix) for prefix in _prefixes(world)]),
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It lists nothing else.",
            allowed=False,
            cases=each(
                [delivery],
                [
                    home,
                    *(world.listing(home, prefix) for prefix in ("", "transcripts/", "cloudtrail/", "access-events")),
                ],
            ),
            actions=("s3:ListBucket",),
        ),
        Rule(
            sentence="The access delivery role puts nothing elsewhere, whatever its own policy says.",
            allowed=False,
            cases=[
                *each([mighty], _elsewhere(world, home)),
                *((mighty, record) for bucket in elsewhere for record in _records(world, bucket)),
                *((mighty, world.thing(bucket, "access-events/a")) for bucket in world.buckets(BucketKind.RECORDINGS)),
            ],
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody else puts judged records: no writer, administrator, root user, function or stranger.",
            allowed=False,
            cases=[
                (requester, record)
                for requester in _others(world)
                if requester.account
                for record in _records(world, home)
            ],
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Data Firehose itself puts no judged record, nor does an anonymous caller.",
            allowed=False,
            cases=each([requester for requester in _others(world) if not requester.account], _records(world, home)),
            actions=_WRITES,
            circumstances=(PLAIN,),
        ),
        Rule(
            sentence="The access delivery role reads, removes and relabels nothing, its own records neither.",
            allowed=False,
            cases=each([mighty], _records(world, home)),
            actions=(
                *GETS,
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutObjectRetention",
                "s3:PutObjectTagging",
            ),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="It follows no bucket of that name into a stranger's account, should ours be gone.",
            allowed=False,
            cases=[
                *((delivery, world.own(record.arn, OUTSIDER)) for record in _records(world, home)),
            ],
            actions=("s3:PutObject",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it find or list one there.",
            allowed=False,
            cases=[
                (
                    delivery,
                    Target(
                        words="a stranger's bucket of that name",
                        arn=home.arn,
                        owner=OUTSIDER,
                        context={"s3:prefix": "access-events/"},
                    ),
                )
            ],
            actions=("s3:ListBucket",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nor does it ask for its Region.",
            allowed=False,
            cases=[(delivery, world.own(home.arn, OUTSIDER))],
            actions=("s3:GetBucketLocation",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """What it does with the bucket, and what with the evidence key."""
    home = world.bucket(BucketKind.LOGS, world.home)
    delivery = own_role(world, world.archive, layout.ACCESS_DELIVERY_ROLE)
    records = [home.arn, *(record.arn for record in _records(world, home))]
    regions = [region for region in world.regions if region != world.home]
    return [
        *_bucket_rules(world),
        Rule(
            sentence="The access delivery role encrypts judged records with the evidence key, through S3.",
            allowed=True,
            cases=each([delivery], _key(world, *records)),
            actions=_ENCRYPTS,
            circumstances=EITHER,
        ),
        Rule(
            sentence="The access delivery role does not use the evidence key for anything else, directly or elsewhere.",
            allowed=False,
            cases=each(
                [delivery.as_administrator()],
                [
                    *_key(world, *records, via=""),
                    *_key(world, *records, via="sqs"),
                    *_key(
                        world,
                        f"{home.arn}/transcripts/account={world.archive}/a",
                        f"{home.arn}/cloudtrail/AWSLogs/a",
                        f"{home.arn}2",
                        world.bucket_arn(BucketKind.RECORDINGS, world.home),
                    ),
                    *(target for region in regions for target in _key(world, *records, region=region)),
                ],
            ),
            actions=_ENCRYPTS,
        ),
        Rule(
            sentence="It does no more than that with the evidence key.",
            allowed=False,
            cases=each([delivery.as_administrator()], _key(world, *records)),
            actions=(
                "kms:CreateGrant",
                "kms:Encrypt",
                "kms:PutKeyPolicy",
                "kms:ReEncryptFrom",
                "kms:ScheduleKeyDeletion",
            ),
        ),
        Rule(
            sentence="Nobody else uses the evidence key for judged records.",
            allowed=False,
            cases=[(requester, target) for requester in _others(world) for target in _key(world, *records[1:])],
            actions=_ENCRYPTS,
        ),
    ]
