"""The check of the evidence: what it remembers and says, beside what every function does that asks."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import own_role
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, PLAIN, Rule, each
from tools.simulate.world import World

_PUT = ("events:PutEvents",)
_USE = ("kms:Decrypt", "kms:GenerateDataKey")


def _memory_rules(world: World) -> list[Rule]:
    check = own_role(world, world.archive, layout.CHECK_ROLE)
    ours, roster = world.table(layout.CHECK_TABLE), world.table(layout.ROSTER_TABLE)
    via = world.service("dynamodb", world.home)
    keys = [
        world.operations_key(via=via, context={"aws:dynamodb:tableName": name})
        for name in (layout.CHECK_TABLE, layout.ROSTER_TABLE)
    ]
    other = {"aws:dynamodb:tableName": layout.STATE_TABLE}
    return [
        Rule(
            sentence="The check remembers what it told, and reads who is enrolled.",
            allowed=True,
            cases=[(check, ours)],
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It reads the roster.",
            allowed=True,
            cases=[(check, roster)],
            actions=("dynamodb:Scan",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It forgets nothing, and writes neither the roster nor what others remember.",
            allowed=False,
            cases=[(check, ours)],
            actions=("dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:UpdateTable"),
        ),
        Rule(
            sentence="The check writes into no other table.",
            allowed=False,
            cases=[
                (check, world.table(name))
                for name in (layout.ROSTER_TABLE, layout.STATE_TABLE, layout.GUARD_TABLE, f"{layout.CHECK_TABLE}2")
            ],
            actions=("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        ),
        Rule(
            sentence="DynamoDB uses the key of the two tables for the check.",
            allowed=True,
            cases=each([check], keys),
            actions=_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="DynamoDB learns about it.",
            allowed=True,
            cases=[(check, world.operations_key(via=via))],
            actions=("kms:DescribeKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="By its own policy the check decrypts no other table, and nothing through another service.",
            allowed=False,
            cases=[
                (check, world.operations_key(via=via, context=other)),
                (check, world.operations_key(via=via)),
                (
                    check,
                    world.operations_key(
                        via=world.service("sqs", world.home), context={"aws:dynamodb:tableName": layout.CHECK_TABLE}
                    ),
                ),
            ],
            actions=_USE,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="It makes no grant.",
            allowed=False,
            cases=each([check], keys),
            actions=("kms:CreateGrant",),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]


def _speaking_rules(world: World) -> list[Rule]:
    check = own_role(world, world.archive, layout.CHECK_ROLE)
    return [
        Rule(
            sentence="The check says what is missing, under a source of its own.",
            allowed=True,
            cases=[(check, world.bus(["access-evidence.evidence"], ["Evidence Missing"]))],
            actions=_PUT,
            circumstances=EITHER,
        ),
        Rule(
            sentence="The check speaks neither for the hub nor for AWS, nor without saying for whom.",
            allowed=False,
            cases=[
                (check, world.bus(sources, ["Finding"]))
                for sources in (
                    ["access-evidence.hub"],
                    ["access-evidence.roster"],
                    ["access-evidence.security-groups"],
                    ["aws.s3"],
                    ["access-evidence.evidence", "aws.signin"],
                    [],
                )
            ],
            actions=_PUT,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Remembering, speaking, and writing nothing but results."""
    check = own_role(world, world.archive, layout.CHECK_ROLE)
    derived = world.bucket(BucketKind.DERIVED, world.home)
    return [
        *_memory_rules(world),
        *_speaking_rules(world),
        Rule(
            sentence="The check writes nothing else that is derived.",
            allowed=False,
            cases=[(check, world.thing(derived, key)) for key in ("a", "reports/a", "compacted/a", "allow-list/a")],
            actions=("s3:PutObject",),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]
