"""The functions that ask for evidence: each asks, reads and logs as itself, and is called by its schedule alone.

What one of them does besides stands in a module of its own.
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, anonymous, asking, events, outsider, own_role, service
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, PLAIN, WHATEVER_ALLOWS_IT, Rule, Target, each
from tools.simulate.world import GETS, World

_WRITES = ("s3:PutObject",)


def _functions(world: World) -> tuple[str, ...]:
    """Whatever is missing is looked for always; the report is written where somebody asks in Athena."""
    return (layout.CHECK, layout.COMPACTION, *([layout.REPORT] if world.settings.query.auditors else []))


def _asking_rules(world: World, name: str) -> list[Rule]:
    function = own_role(world, world.archive, layout.asking_role(name))
    workgroup = f"arn:{world.partition}:athena:{world.home}:{world.archive}:workgroup/evidence-"
    own = world.own(f"{workgroup}{name}", world.archive)
    others = [
        other
        for other in (layout.CHECK, layout.COMPACTION, layout.REPORT, *world.settings.query.auditors)
        if other != name
    ]
    table = world.own(
        f"arn:{world.partition}:glue:{world.home}:{world.archive}:table/evidence/transcripts", world.archive
    )
    readers = [asking(world, auditor) for auditor in world.settings.query.auditors]
    return [
        Rule(
            sentence=f"The {name} asks in its own workgroup.",
            allowed=True,
            cases=[(function, own)],
            actions=("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"The {name} asks in nobody else's workgroup, and arranges none.",
            allowed=False,
            cases=[(function, world.own(f"{workgroup}{other}", world.archive)) for other in others],
            actions=("athena:GetQueryResults", "athena:StartQueryExecution", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence=f"The {name} does not arrange its own.",
            allowed=False,
            cases=[(function, own)],
            actions=("athena:CreateNamedQuery", "athena:DeleteWorkGroup", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence=f"The {name} finds tables of the evidence.",
            allowed=True,
            cases=[(function, table)],
            actions=("glue:GetPartitions", "glue:GetTable"),
        ),
        Rule(
            sentence=f"The {name} changes no table.",
            allowed=False,
            cases=[(function, table)],
            actions=("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
        ),
        *(
            [
                Rule(
                    sentence=f"No auditor asks in the {name}'s workgroup.",
                    allowed=False,
                    cases=each(readers, [own]),
                    actions=("athena:GetQueryResults", "athena:StartQueryExecution"),
                )
            ]
            if readers
            else []
        ),
    ]


def _reading_rules(world: World, name: str) -> list[Rule]:
    function = own_role(world, world.archive, layout.asking_role(name))
    return [
        Rule(
            sentence=f"The {name} reads transcripts, records, trail files and digests, in every Region.",
            allowed=True,
            cases=each([function], world.objects([BucketKind.LOGS], "access-events/day=2026-11-25/a.json.gz")),
            actions=("s3:GetObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"The {name} lists them.",
            allowed=True,
            cases=each([function], world.buckets(BucketKind.LOGS)),
            actions=("s3:GetBucketLocation", "s3:ListBucket"),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"The {name} decrypts what S3 hands over.",
            allowed=True,
            cases=each([function], [world.key(region, via=world.service("s3", region)) for region in world.regions]),
            actions=("kms:Decrypt",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"By its own policy the {name} reads no recording.",
            allowed=False,
            cases=each([function], world.objects([BucketKind.RECORDINGS], "a")),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence=f"The {name} adds and removes no evidence.",
            allowed=False,
            cases=each([function], world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "a")),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]


def _result_rules(world: World, name: str) -> list[Rule]:
    function = own_role(world, world.archive, layout.asking_role(name))
    derived = world.bucket(BucketKind.DERIVED, world.home)
    results = world.thing(derived, f"athena-results/{name}/1.csv")
    others = [asking(world, auditor) for auditor in world.settings.query.auditors]
    others += [administrator(world, account) for account in world.accounts]

    def encrypting(kind: BucketKind, key: str = "") -> Target:
        context = {"aws:s3:arn": f"{world.bucket_arn(kind, world.home)}{key}"}
        return world.key(world.home, via=world.service("s3", world.home), context=context)

    return [
        Rule(
            sentence=f"Athena keeps the {name}'s results as its role, which reads them.",
            allowed=True,
            cases=[(function, results)],
            actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"The {name} finds the Region of their bucket.",
            allowed=True,
            cases=[(function, derived)],
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"No auditor and no administrator reads or writes results of the {name}.",
            allowed=False,
            cases=each(others, [results]),
            actions=(*GETS, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence=f"Results of the {name} are encrypted through S3.",
            allowed=True,
            cases=each(
                [function],
                [encrypting(BucketKind.DERIVED), encrypting(BucketKind.DERIVED, f"/athena-results/{name}/1.csv")],
            ),
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"The {name}'s role encrypts nothing else with the evidence key.",
            allowed=False,
            cases=each(
                [function],
                [
                    encrypting(BucketKind.DERIVED, "/allow-list/a"),
                    encrypting(BucketKind.LOGS),
                    world.key(world.home),
                ],
            ),
            actions=("kms:GenerateDataKey",),
        ),
    ]


def _calling_rules(world: World, name: str) -> list[Rule]:
    of_function = layout.asking_role(name)
    arn = f"arn:{world.partition}:lambda:{world.home}:{world.archive}:function:{of_function}"
    function = Target(words=f"the function {of_function}", arn=arn, owner=world.archive, policy=arn)
    stream = world.log_group_arn(world.archive, world.home, layout.asking_log_group(name))
    return [
        Rule(
            sentence=f"The {name} writes its own log.",
            allowed=True,
            cases=[(own_role(world, world.archive, of_function), world.own(f"{stream}:log-stream:a", world.archive))],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"Lambda takes the {name}'s role.",
            allowed=True,
            cases=[(service("lambda.amazonaws.com"), world.role(world.archive, of_function))],
            actions=("sts:AssumeRole",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"No person and no other service takes the {name}'s role.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(asking(world, auditor) for auditor in world.settings.query.auditors),
                    service("athena.amazonaws.com"),
                    service("events.amazonaws.com"),
                    outsider(world),
                ],
                [world.role(world.archive, of_function)],
            ),
            actions=("sts:AssumeRole",),
        ),
        Rule(
            sentence=f"Its schedule calls the {name}.",
            allowed=True,
            cases=[(events(world, world.archive, world.home, of_function), function)],
            actions=("lambda:InvokeFunction",),
            circumstances=EITHER,
        ),
        Rule(
            sentence=f"No other rule, account or service calls the {name} or changes it.",
            allowed=False,
            cases=each(
                [
                    events(world, world.archive, world.home, "other"),
                    events(world, world.archive, world.home, f"{layout.HUB_BUS}/{of_function}"),
                    events(world, world.members[0], world.home, of_function),
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
    """Of each function: asking, reading, results, being called."""
    return [
        rule
        for name in _functions(world)
        for part in (_asking_rules, _reading_rules, _result_rules, _calling_rules)
        for rule in part(world, name)
    ]
