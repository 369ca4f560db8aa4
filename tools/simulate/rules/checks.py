"""The check of the evidence: it asks, remembers and speaks as itself, and touches nothing else."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, anonymous, asking, events, outsider, own_role, service
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, PLAIN, WHATEVER_ALLOWS_IT, Rule, Target, each
from tools.simulate.world import GETS, World

_PUT = ("events:PutEvents",)
_WRITES = ("s3:PutObject",)
_USE = ("kms:Decrypt", "kms:GenerateDataKey")


def _asking_rules(world: World) -> list[Rule]:
    check = own_role(world, world.archive, layout.CHECK_ROLE)
    readers = [asking(world, name) for name in world.settings.query.auditors]
    derived = world.bucket(BucketKind.DERIVED, world.home)
    workgroup = f"arn:{world.partition}:athena:{world.home}:{world.archive}:workgroup/evidence-"
    table = f"arn:{world.partition}:glue:{world.home}:{world.archive}:table/evidence/transcripts"
    results = world.thing(derived, "athena-results/check/1.csv")
    via_s3 = world.service("s3", world.home)
    in_bucket = {"aws:s3:arn": world.bucket_arn(BucketKind.DERIVED, world.home)}
    return [
        Rule(
            sentence="The check asks in its own workgroup.",
            allowed=True,
            cases=[(check, world.own(f"{workgroup}check", world.archive))],
            actions=("athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It asks in nobody else's, and arranges none.",
            allowed=False,
            cases=[
                (check, world.own(f"{workgroup}{name}", world.archive))
                for name in ("report", *world.settings.query.auditors)
            ],
            actions=("athena:GetQueryResults", "athena:StartQueryExecution", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence="The check does not arrange its own workgroup.",
            allowed=False,
            cases=[(check, world.own(f"{workgroup}check", world.archive))],
            actions=("athena:CreateNamedQuery", "athena:DeleteWorkGroup", "athena:UpdateWorkGroup"),
        ),
        Rule(
            sentence="The check finds tables of the evidence.",
            allowed=True,
            cases=[(check, world.own(table, world.archive))],
            actions=("glue:GetPartitions", "glue:GetTable"),
        ),
        Rule(
            sentence="The check changes no table of the catalog.",
            allowed=False,
            cases=[(check, world.own(table, world.archive))],
            actions=("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
        ),
        Rule(
            sentence="The check reads transcripts, records and digests, in every Region.",
            allowed=True,
            cases=each([check], world.objects([BucketKind.LOGS], "cloudtrail/AWSLogs/1/CloudTrail-Digest/a.json.gz")),
            actions=("s3:GetObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The check lists what has arrived.",
            allowed=True,
            cases=each([check], world.buckets(BucketKind.LOGS)),
            actions=("s3:GetBucketLocation", "s3:ListBucket"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The check decrypts what S3 hands over.",
            allowed=True,
            cases=each([check], [world.key(region, via=world.service("s3", region)) for region in world.regions]),
            actions=("kms:Decrypt",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="By its own policy the check reads no recording.",
            allowed=False,
            cases=each([check], world.objects([BucketKind.RECORDINGS], "a")),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The check adds and removes no evidence.",
            allowed=False,
            cases=each([check], world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "a")),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Athena keeps the check's results as its role, which reads them.",
            allowed=True,
            cases=[(check, results)],
            actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The check finds the Region of their bucket.",
            allowed=True,
            cases=[(check, derived)],
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No auditor and no administrator reads or writes them.",
            allowed=False,
            cases=each([*readers, *(administrator(world, account) for account in world.accounts)], [results]),
            actions=(*GETS, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="The check writes nothing else that is derived.",
            allowed=False,
            cases=[(check, world.thing(derived, key)) for key in ("a", "reports/a", "compacted/a", "allow-list/a")],
            actions=_WRITES,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Results of the check are encrypted through S3.",
            allowed=True,
            cases=[(check, world.key(world.home, via=via_s3, context=in_bucket))],
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The check's role encrypts nothing else with the evidence key.",
            allowed=False,
            cases=[
                (check, world.key(world.home)),
                (
                    check,
                    world.key(
                        world.home,
                        via=via_s3,
                        context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, world.home)},
                    ),
                ),
            ],
            actions=("kms:GenerateDataKey",),
        ),
    ]


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
    arn = f"arn:{world.partition}:lambda:{world.home}:{world.archive}:function:{layout.CHECK_ROLE}"
    function = Target(words=f"the function {layout.CHECK_ROLE}", arn=arn, owner=world.archive, policy=arn)
    stream = world.log_group_arn(world.archive, world.home, layout.asking_log_group(layout.CHECK))
    role = world.role(world.archive, layout.CHECK_ROLE)
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
        Rule(
            sentence="The check writes its own log.",
            allowed=True,
            cases=[(check, world.own(f"{stream}:log-stream:a", world.archive))],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Lambda takes the check's role.",
            allowed=True,
            cases=[(service("lambda.amazonaws.com"), role)],
            actions=("sts:AssumeRole",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No person and no other service takes the check's role.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    service("athena.amazonaws.com"),
                    service("events.amazonaws.com"),
                    outsider(world),
                ],
                [role],
            ),
            actions=("sts:AssumeRole",),
        ),
        Rule(
            sentence="Its schedule calls the check.",
            allowed=True,
            cases=[(events(world, world.archive, world.home, layout.CHECK_ROLE), function)],
            actions=("lambda:InvokeFunction",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No other rule, account or service calls the check or changes it.",
            allowed=False,
            cases=each(
                [
                    events(world, world.archive, world.home, "other"),
                    events(world, world.archive, world.home, layout.REPORT_ROLE),
                    events(world, world.members[0], world.home, layout.CHECK_ROLE),
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
    """Asking, remembering, speaking."""
    return [*_asking_rules(world), *_memory_rules(world), *_speaking_rules(world)]
