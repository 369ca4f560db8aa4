"""The report page: the function writes it, those who ask in Athena read it, and nobody else does either."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    asking,
    auditor,
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
_PAGE = "reports/2026-11-25/access-evidence.html"


def _page(world: World) -> Target:
    return world.thing(world.bucket(BucketKind.DERIVED, world.home), _PAGE)


def _others(world: World) -> list[Requester]:
    """Who neither asks in Athena nor writes pages."""
    return [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(requester for region in world.regions for requester in execution_roles(world, region)),
        role(world, world.archive, layout.AUDITOR_ROLE),
        role(world, world.archive, layout.ROSTER_CHECK_ROLE),
        role(world, world.archive, f"path/{layout.REPORT_ROLE}"),
        *(role(world, account, layout.REPORT_ROLE) for account in world.members),
        outsider(world, layout.REPORT_ROLE),
        anonymous(),
    ]


def _encrypted_page(world: World) -> Target:
    context = {"aws:s3:arn": f"{world.bucket_arn(BucketKind.DERIVED, world.home)}/{_PAGE}"}
    return world.key(world.home, via=world.service("s3", world.home), context=context)


def _own_rules(world: World) -> list[Rule]:
    """Where somebody asks in Athena."""
    report = own_role(world, world.archive, layout.REPORT_ROLE)
    readers = [asking(world, name) for name in world.settings.query.auditors]
    derived = world.bucket(BucketKind.DERIVED, world.home)
    return [
        Rule(
            sentence="The function writes pages.",
            allowed=True,
            cases=[(report, _page(world))],
            actions=_WRITES,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It reads no page.",
            allowed=False,
            cases=[(report, _page(world))],
            actions=GETS,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="It removes no page.",
            allowed=False,
            cases=[(report, _page(world))],
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="It writes nothing else that is derived.",
            allowed=False,
            cases=[(report, world.thing(derived, key)) for key in ("a", "reports", "compacted/a", "allow-list/a")],
            actions=_WRITES,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="A page is encrypted through S3, under its own context.",
            allowed=True,
            cases=[(report, _encrypted_page(world))],
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Those who ask in Athena read the pages, and superseded ones.",
            allowed=True,
            cases=each(readers, [_page(world)]),
            actions=GETS,
            circumstances=EITHER,
        ),
        Rule(
            sentence="They see of which days there are any.",
            allowed=True,
            cases=each(readers, [world.listing(derived, "reports/"), world.listing(derived, "reports/2026-11-25/")]),
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="They write none.",
            allowed=False,
            cases=each([each_one.as_administrator() for each_one in readers], [_page(world)]),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="By their own policy they remove none.",
            allowed=False,
            cases=each(readers, [_page(world)]),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """What holds wherever the derived bucket is, and what the function does where somebody asks."""
    return [
        *(_own_rules(world) if world.settings.query.auditors else ()),
        Rule(
            sentence="Nobody else reads or writes a page: no administrator, no root user, no general auditor.",
            allowed=False,
            cases=each(_others(world), [_page(world)]),
            actions=(*GETS, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="The general auditor's role reads no page.",
            allowed=False,
            cases=each([auditor(world)] if world.settings.archive.auditors else [], [_page(world)]),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="No service reads or writes a page.",
            allowed=False,
            cases=each(
                [
                    service(principal, account=world.archive, organization=world.organization)
                    for principal in ("athena.amazonaws.com", "lambda.amazonaws.com", "s3.amazonaws.com")
                ],
                [_page(world)],
            ),
            actions=(*GETS, *_WRITES),
            circumstances=(PLAIN, CARELESS),
        ),
    ]
