"""What the hub's roles may not do by their own policies, should the owner of a thing leave the decision to them."""

from __future__ import annotations

from dataclasses import replace

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import own_role
from tools.simulate.requests import OWN_POLICY_ALONE, Circumstance, Requester, Rule, Target, each
from tools.simulate.world import GETS, World

_ALONE: tuple[Circumstance, ...] = (OWN_POLICY_ALONE,)
_KEY_USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")


def _another_key(world: World, via: str, context: str = "") -> Target:
    """A key of the archive account that is neither the evidence key nor the operations key."""
    arn = f"arn:{world.partition}:kms:{world.home}:{world.archive}:key/11111111-1111-4111-8111-111111111111"
    sent = {"kms:ViaService": world.service(via, world.home)}
    if context:
        sent["kms:EncryptionContext:aws:logs:arn"] = context
    return Target(
        words=f"another key through {via} for {context or 'nothing'}", arn=arn, owner=world.archive, context=sent
    )


def _key_rules(world: World, functions: list[Requester], delivery: Requester) -> list[Rule]:
    keepers = ("dynamodb", "sns", "sqs")
    log_group = world.log_group_arn(world.archive, world.home, layout.ACCESS_EVENTS_LOG_GROUP)
    foreign_group = world.log_group_arn(world.members[0], world.home, layout.ACCESS_EVENTS_LOG_GROUP)
    record = {"aws:s3:arn": f"{world.bucket_arn(BucketKind.LOGS, world.home)}/access-events/a"}
    logs = world.service("logs", world.home)
    own_group = {"aws:logs:arn": log_group}
    return [
        Rule(
            sentence="By their own policies the hub's functions open no key but the operations key, and none directly.",
            allowed=False,
            cases=each(
                functions,
                [
                    world.operations_key(),
                    *(world.operations_key(via=world.service(name, world.home)) for name in ("s3", "lambda")),
                    world.key(world.home),
                    *(world.key(world.home, via=world.service(name, world.home)) for name in keepers),
                    *(_another_key(world, name) for name in keepers),
                ],
            ),
            actions=_KEY_USE,
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy the access delivery role opens the evidence key alone, through S3 alone.",
            allowed=False,
            cases=each(
                [delivery],
                [
                    world.key(world.home, context=record),
                    world.key(world.home, via=world.service("sqs", world.home), context=record),
                    world.operations_key(via=world.service("s3", world.home), context=record),
                    _another_key(world, "s3"),
                ],
            ),
            actions=_KEY_USE,
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy the access delivery role encrypts nothing of another place of the archive.",
            allowed=False,
            cases=each(
                [delivery],
                [
                    replace(world.key(region, via=world.service("s3", region), context=record), policy="")
                    for region in ("eu-west-3", "us-west-1")
                ],
            ),
            actions=_KEY_USE,
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By their own policies the hub's roles use keys for log groups of ours, through Logs alone.",
            allowed=False,
            cases=each(
                [*functions, delivery],
                [
                    world.operations_key(context=own_group),
                    world.operations_key(via=world.service("s3", world.home), context=own_group),
                    world.operations_key(via=logs),
                    world.operations_key(via=logs, context={"aws:logs:arn": foreign_group}),
                    world.operations_key(
                        via=logs, context={"aws:logs:arn": log_group.replace("/evidence/", "/other/")}
                    ),
                    _another_key(world, "logs", log_group),
                ],
            ),
            actions=_KEY_USE,
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By their own policies the hub's roles look at no key but through what they use it for.",
            allowed=False,
            cases=each(
                [*functions, delivery],
                [
                    world.operations_key(),
                    world.operations_key(via=world.service("s3", world.home)),
                    _another_key(world, "logs"),
                ],
            ),
            actions=("kms:DescribeKey",),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By their own policies the hub's roles hand no key on, change none and destroy none.",
            allowed=False,
            cases=each(
                [*functions, delivery],
                [
                    *(world.operations_key(via=world.service(name, world.home)) for name in ("sqs", "dynamodb")),
                    world.operations_key(via=logs, context=own_group),
                    world.key(world.home, via=world.service("s3", world.home), context=record),
                ],
            ),
            actions=("kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
            circumstances=_ALONE,
        ),
    ]


def _bucket_rules(world: World, delivery: Requester) -> list[Rule]:
    home = world.bucket(BucketKind.LOGS, world.home)
    others = [bucket for bucket in world.buckets() if bucket != home]
    return [
        Rule(
            sentence="By its own policy the access delivery role puts nothing elsewhere.",
            allowed=False,
            cases=each(
                [delivery],
                [
                    world.thing(home, f"transcripts/account={world.archive}/a"),
                    world.thing(home, f"errors/access-events/account={world.members[0]}/a"),
                    world.thing(home, "access-events2/a"),
                    *(world.thing(bucket, "access-events/a") for bucket in others),
                ],
            ),
            actions=("s3:PutObject", "s3:PutObjectAcl"),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy it neither reads nor removes what it put.",
            allowed=False,
            cases=[(delivery, world.thing(home, "access-events/a"))],
            actions=(*GETS, "s3:DeleteObject", "s3:PutObjectRetention"),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy it lists no other bucket and changes none.",
            allowed=False,
            cases=each([delivery], [world.listing(bucket, "access-events/") for bucket in others]),
            actions=("s3:ListBucket",),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy it does not look at another bucket.",
            allowed=False,
            cases=[
                *((delivery, world.own(bucket.arn, world.archive)) for bucket in others),
            ],
            actions=("s3:GetBucketLocation",),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By its own policy it lists no versions.",
            allowed=False,
            cases=[(delivery, world.listing(home, "access-events/"))],
            actions=("s3:ListBucketVersions",),
            circumstances=_ALONE,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Keys, the bucket, and the rest."""
    archive = world.archive
    handler, roster, delivery, notices, guard = (
        own_role(world, archive, name)
        for name in (
            layout.ACCESS_EVENTS_ROLE,
            layout.ROSTER_CHECK_ROLE,
            layout.ACCESS_DELIVERY_ROLE,
            layout.RECORDING_NOTICE_ROLE,
            layout.GUARD_ROLE,
        )
    )
    groups = {
        layout.ACCESS_EVENTS_LOG_GROUP: handler,
        layout.ROSTER_CHECK_LOG_GROUP: roster,
        layout.ACCESS_DELIVERY_LOG_GROUP: delivery,
        layout.GUARD_LOG_GROUP: guard,
    }
    bus = world.bus()
    default_bus = bus.arn.replace(layout.HUB_BUS, "default")
    said = {
        "access-evidence.hub": handler,
        "access-evidence.roster": roster,
        "access-evidence.security-groups": guard,
        "aws.s3": notices,
    }
    stream = f"arn:{world.partition}:firehose:{world.home}:{archive}:deliverystream/{layout.ACCESS_EVENT_STREAM}"
    read_role = world.role_arn(world.members[0], layout.HUB_READ_ROLE)
    return [
        *_key_rules(world, [handler, roster, guard], delivery),
        *_bucket_rules(world, delivery),
        Rule(
            sentence="By its own policy the handler tells no other topic.",
            allowed=False,
            cases=[
                (handler, world.own(f"arn:{world.partition}:sns:{world.home}:{account}:{name}", account))
                for account, name in ((archive, "other"), (world.members[0], layout.ALERTS_TOPIC))
            ],
            actions=("sns:Publish",),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="The hub's functions write to no table of another name.",
            allowed=False,
            cases=each(
                [handler, roster, guard], [world.table("evidence-other"), world.table(f"{layout.ROSTER_TABLE}2")]
            ),
            actions=("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"),
        ),
        Rule(
            sentence="No role of the hub removes or reads what it logged, nor makes a group.",
            allowed=False,
            cases=[
                (requester, world.own(f"{world.log_group_arn(archive, world.home, group)}:log-stream:a", archive))
                for group, requester in groups.items()
            ],
            actions=("logs:DeleteLogStream", "logs:GetLogEvents"),
        ),
        Rule(
            sentence="The handler does not change the stream into which it puts records.",
            allowed=False,
            cases=[(handler, world.own(stream, archive))],
            actions=("firehose:DeleteDeliveryStream", "firehose:UpdateDestination"),
        ),
        Rule(
            sentence="By their own policies the hub's roles look at no bus and delete none.",
            allowed=False,
            cases=each([handler, roster, notices, guard], [world.own(bus.arn, archive)]),
            actions=("events:DeleteEventBus", "events:DescribeEventBus"),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="By their own policies they put events on no other bus, even under a source of their own.",
            allowed=False,
            cases=[
                (
                    requester,
                    Target(
                        words=f"the default bus with {source}",
                        arn=default_bus,
                        owner=archive,
                        context={"events:source": [source], "events:detail-type": ["Object Created"]},
                    ),
                )
                for source, requester in said.items()
            ],
            actions=("events:PutEvents",),
            circumstances=_ALONE,
        ),
        Rule(
            sentence="The handler takes a member's role as it is, without tags and without another's name.",
            allowed=False,
            cases=[
                (
                    handler,
                    Target(
                        words="the read role of a member, with tags or a source identity,",
                        arn=read_role,
                        owner=world.members[0],
                        context={"aws:ResourceOrgID": world.organization},
                    ),
                )
            ],
            actions=("sts:SetSourceIdentity", "sts:TagSession"),
            circumstances=_ALONE,
        ),
    ]
