"""The report page: the function asks and writes it, those who ask in Athena read it, and nobody else does either."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    asking,
    auditor,
    events,
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


def _encrypting(world: World, key: str = "") -> Target:
    bucket = world.bucket_arn(BucketKind.DERIVED, world.home)
    context = {"aws:s3:arn": f"{bucket}/{key}" if key else bucket}
    return world.key(world.home, via=world.service("s3", world.home), context=context)


def _own_rules(world: World) -> list[Rule]:
    """Where somebody asks in Athena."""
    report = own_role(world, world.archive, layout.REPORT_ROLE)
    readers = [asking(world, name) for name in world.settings.query.auditors]
    derived = world.bucket(BucketKind.DERIVED, world.home)
    workgroup = f"arn:{world.partition}:athena:{world.home}:{world.archive}:workgroup/evidence-"
    table = f"arn:{world.partition}:glue:{world.home}:{world.archive}:table/evidence/transcripts"
    stream = world.log_group_arn(world.archive, world.home, layout.asking_log_group(layout.REPORT))
    arn = f"arn:{world.partition}:lambda:{world.home}:{world.archive}:function:{layout.REPORT_ROLE}"
    function = Target(words=f"the function {layout.REPORT_ROLE}", arn=arn, owner=world.archive, policy=arn)
    results = world.thing(derived, "athena-results/report/1.csv")
    return [
        Rule(
            sentence="The report's role asks in its own workgroup.",
            allowed=True,
            cases=[(report, world.own(f"{workgroup}report", world.archive))],
            actions=("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It asks in no auditor's, and arranges none.",
            allowed=False,
            cases=[
                *((report, world.own(f"{workgroup}{name}", world.archive)) for name in world.settings.query.auditors),
            ],
            actions=("athena:GetQueryResults", "athena:StartQueryExecution", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence="It does not arrange its own.",
            allowed=False,
            cases=[(report, world.own(f"{workgroup}report", world.archive))],
            actions=("athena:CreateNamedQuery", "athena:DeleteWorkGroup", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence="No auditor asks in the report's workgroup.",
            allowed=False,
            cases=each(readers, [world.own(f"{workgroup}report", world.archive)]),
            actions=("athena:GetQueryResults", "athena:StartQueryExecution"),
        ),
        Rule(
            sentence="It finds tables of the evidence.",
            allowed=True,
            cases=[(report, world.own(table, world.archive))],
            actions=("glue:GetPartitions", "glue:GetTable"),
        ),
        Rule(
            sentence="It changes no table.",
            allowed=False,
            cases=[(report, world.own(table, world.archive))],
            actions=("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
        ),
        Rule(
            sentence="The report's role reads the files of the tables, in every Region.",
            allowed=True,
            cases=each([report], world.objects([BucketKind.LOGS], "access-events/day=2026-11-25/a.json.gz")),
            actions=("s3:GetObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The report's role decrypts what S3 hands over.",
            allowed=True,
            cases=each([report], [world.key(region, via=world.service("s3", region)) for region in world.regions]),
            actions=("kms:Decrypt",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It lists them.",
            allowed=True,
            cases=each([report], world.buckets(BucketKind.LOGS)),
            actions=("s3:GetBucketLocation", "s3:ListBucket"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="By its own policy it reads no recording.",
            allowed=False,
            cases=each([report], world.objects([BucketKind.RECORDINGS], "a")),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="It adds and removes no evidence.",
            allowed=False,
            cases=each([report], world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "a")),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Athena keeps the report's results as its role, which reads them.",
            allowed=True,
            cases=[(report, results)],
            actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It finds the Region of their bucket.",
            allowed=True,
            cases=[(report, derived)],
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No auditor reads or writes them.",
            allowed=False,
            cases=each(readers, [results]),
            actions=(*GETS, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
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
            sentence="Pages and results of the report are encrypted through S3.",
            allowed=True,
            cases=each([report], [_encrypting(world), _encrypting(world, "athena-results/report/1.csv")]),
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="So is a page by itself.",
            allowed=True,
            cases=[(report, _encrypting(world, _PAGE))],
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The report's role encrypts nothing else.",
            allowed=False,
            cases=each(
                [report],
                [
                    _encrypting(world, "compacted/a"),
                    world.key(world.home),
                    world.key(
                        world.home,
                        via=world.service("s3", world.home),
                        context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, world.home)},
                    ),
                ],
            ),
            actions=("kms:GenerateDataKey",),
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
        Rule(
            sentence="The function writes its own log.",
            allowed=True,
            cases=[(report, world.own(f"{stream}:log-stream:a", world.archive))],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Lambda takes the report's role.",
            allowed=True,
            cases=[(service("lambda.amazonaws.com"), world.role(world.archive, layout.REPORT_ROLE))],
            actions=("sts:AssumeRole",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody else does.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *readers,
                    service("athena.amazonaws.com"),
                    service("events.amazonaws.com"),
                    outsider(world),
                ],
                [world.role(world.archive, layout.REPORT_ROLE)],
            ),
            actions=("sts:AssumeRole",),
        ),
        Rule(
            sentence="Its schedule calls the function.",
            allowed=True,
            cases=[(events(world, world.archive, world.home, layout.REPORT_ROLE), function)],
            actions=("lambda:InvokeFunction",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No other rule, account or service calls the function or changes it.",
            allowed=False,
            cases=each(
                [
                    events(world, world.archive, world.home, "other"),
                    events(world, world.archive, world.home, f"{layout.HUB_BUS}/{layout.REPORT_ROLE}"),
                    events(world, world.members[0], world.home, layout.REPORT_ROLE),
                    service("events.amazonaws.com", account=world.archive),
                    *(administrator(world, account) for account in world.members),
                    outsider(world),
                    anonymous(),
                ],
                [function],
            ),
            actions=("lambda:InvokeFunction", "lambda:UpdateFunctionCode"),
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
