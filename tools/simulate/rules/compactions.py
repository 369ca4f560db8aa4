"""Parquet: the compaction writes and shows it, those who ask in Athena read it, and nobody else does either."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    asking,
    execution_roles,
    outsider,
    own_role,
    role,
    root,
    service,
)
from tools.simulate.requests import (
    CARELESS,
    EITHER,
    OWN_POLICY_ALONE,
    PLAIN,
    WHATEVER_ALLOWS_IT,
    Requester,
    Rule,
    Target,
    each,
)
from tools.simulate.world import GETS, World

_WRITES = ("s3:PutObject",)
_POINT = ("glue:BatchUpdatePartition", "glue:CreatePartition")
_FILE = "compacted/cloudtrail/day=2026-11-23/run=1/0"


def _parquet(world: World) -> Target:
    return world.thing(world.bucket(BucketKind.DERIVED, world.home), _FILE)


def _table(world: World, name: str) -> Target:
    return world.own(f"arn:{world.partition}:glue:{world.home}:{world.archive}:table/evidence/{name}", world.archive)


def _compaction(world: World) -> Requester:
    return own_role(world, world.archive, layout.COMPACTION_ROLE)


def _readers(world: World) -> list[Requester]:
    """Who asks and does not write: auditors, and the other functions."""
    functions = (layout.CHECK_ROLE, *([layout.REPORT_ROLE] if world.settings.query.auditors else []))
    return [
        *(asking(world, name) for name in world.settings.query.auditors),
        *(own_role(world, world.archive, name) for name in functions),
    ]


def _others(world: World) -> list[Requester]:
    """Who does not ask in Athena."""
    return [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(requester for region in world.regions for requester in execution_roles(world, region)),
        role(world, world.archive, layout.AUDITOR_ROLE),
        role(world, world.archive, layout.ROSTER_CHECK_ROLE),
        role(world, world.archive, f"path/{layout.COMPACTION_ROLE}"),
        *(role(world, account, layout.COMPACTION_ROLE) for account in world.members),
        outsider(world, layout.COMPACTION_ROLE),
        anonymous(),
    ]


def _encrypted(world: World) -> Target:
    context = {"aws:s3:arn": f"{world.bucket_arn(BucketKind.DERIVED, world.home)}/{_FILE}"}
    return world.key(world.home, via=world.service("s3", world.home), context=context)


def _writing_rules(world: World) -> list[Rule]:
    compaction = _compaction(world)
    derived = world.bucket(BucketKind.DERIVED, world.home)
    return [
        Rule(
            sentence="Athena writes Parquet as the compaction's role, in parts.",
            allowed=True,
            cases=[(compaction, _parquet(world))],
            actions=("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Parquet is encrypted through S3, under its own context.",
            allowed=True,
            cases=[(compaction, _encrypted(world))],
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody else who asks encrypts what would pass for Parquet.",
            allowed=False,
            cases=each([own_role(world, world.archive, layout.CHECK_ROLE)], [_encrypted(world)]),
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The compaction removes no Parquet.",
            allowed=False,
            cases=[(compaction, _parquet(world))],
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The compaction writes nothing else that is derived.",
            allowed=False,
            cases=[(compaction, world.thing(derived, key)) for key in ("a", "compacted", "reports/a", "allow-list/a")],
            actions=_WRITES,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The compaction lists nothing else that is derived.",
            allowed=False,
            cases=[(compaction, world.listing(derived, key)) for key in ("", "reports/", "athena-results/audit/")],
            actions=("s3:ListBucket",),
        ),
    ]


def _showing_rules(world: World) -> list[Rule]:
    compaction = _compaction(world)
    parquet = [_table(world, f"compacted_{name}") for name in ("access_events", "cloudtrail", "transcripts")]
    views = [_table(world, name) for name in ("access_event_lines", "cloudtrail_calls", "transcript_seconds")]
    others = [_table(world, name) for name in ("cloudtrail", "transcripts", "access_timeline", "compacted_other")]
    return [
        Rule(
            sentence="The compaction names the folder of a day in the tables of Parquet.",
            allowed=True,
            cases=each([compaction], parquet),
            actions=_POINT,
        ),
        Rule(
            sentence="The compaction tells the views over both kinds of files which days they read from Parquet.",
            allowed=True,
            cases=each([compaction], views),
            actions=("glue:UpdateTable",),
        ),
        Rule(
            sentence="The compaction changes no other table or view.",
            allowed=False,
            cases=each([compaction], others),
            actions=(*_POINT, "glue:UpdateTable"),
        ),
        Rule(
            sentence="The compaction neither redefines tables of Parquet nor gives views partitions.",
            allowed=False,
            cases=[*((compaction, table) for table in parquet)],
            actions=("glue:DeletePartition", "glue:DeleteTable", "glue:UpdateTable"),
        ),
        Rule(
            sentence="It takes no view away.",
            allowed=False,
            cases=each([compaction], views),
            actions=(*_POINT, "glue:DeleteTable"),
        ),
        Rule(
            sentence="Nobody else who asks does so.",
            allowed=False,
            cases=each(_readers(world), [*parquet, *views]),
            actions=(*_POINT, "glue:UpdateTable"),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Writing, showing, reading."""
    derived = world.bucket(BucketKind.DERIVED, world.home)
    readers = [*_readers(world), _compaction(world)]
    return [
        *_writing_rules(world),
        *_showing_rules(world),
        Rule(
            sentence="Those who ask in Athena read Parquet.",
            allowed=True,
            cases=each(readers, [_parquet(world)]),
            actions=("s3:GetObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="They find what a folder of it holds.",
            allowed=True,
            cases=each(readers, [world.listing(derived, "compacted/"), world.listing(derived, _FILE)]),
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Of those who ask, the compaction alone writes Parquet.",
            allowed=False,
            cases=each([each_one.as_administrator() for each_one in _readers(world)], [_parquet(world)]),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody else reads or writes Parquet: no administrator, no root user, no general auditor.",
            allowed=False,
            cases=each(_others(world), [_parquet(world)]),
            actions=(*GETS, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No service reads or writes Parquet.",
            allowed=False,
            cases=each(
                [
                    service(principal, account=world.archive, organization=world.organization)
                    for principal in ("athena.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com")
                ],
                [_parquet(world)],
            ),
            actions=(*GETS, *_WRITES),
            circumstances=(PLAIN, CARELESS),
        ),
    ]
