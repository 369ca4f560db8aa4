"""Auditors who ask in Athena: each in its own workgroup, its results for itself alone."""

from __future__ import annotations

from dataclasses import replace

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
    asking,
    auditor,
    execution_roles,
    outsider,
    role,
    root,
    service,
)
from tools.simulate.requests import (
    CARELESS,
    DENIES_LOST,
    EITHER,
    OWN_POLICY_ALONE,
    PLAIN,
    WHATEVER_ALLOWS_IT,
    Case,
    Requester,
    Rule,
    Target,
    each,
)
from tools.simulate.world import GETS, OUTSIDE_ORGANIZATION, World

_EVIDENCE = (BucketKind.LOGS, BucketKind.RECORDINGS)
_ASSUME = ("sts:AssumeRole",)
_ASK = (
    "athena:GetNamedQuery",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetWorkGroup",
    "athena:ListNamedQueries",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
_ARRANGE = (
    "athena:CreateNamedQuery",
    "athena:CreatePreparedStatement",
    "athena:DeleteNamedQuery",
    "athena:DeleteWorkGroup",
    "athena:UpdateNamedQuery",
    "athena:UpdateWorkGroup",
)
_WRITES = ("s3:PutObject",)
_COPIES = ("s3:GetObjectAttributes", "s3:GetObjectVersionForReplication", "s3:GetObjectTorrent")


def _result(world: World, name: str) -> Target:
    return world.thing(world.bucket(BucketKind.DERIVED, world.home), f"athena-results/{name}/1.csv")


def _of_others(world: World) -> list[Case]:
    return [
        (asking(world, name), _result(world, other))
        for name in world.settings.query.auditors
        for other in (*world.settings.query.auditors, "former")
        if other != name
    ]


def _others(world: World) -> list[Requester]:
    """Who asks nothing in Athena."""
    archive = world.archive
    return [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(requester for region in world.regions for requester in execution_roles(world, region)),
        role(world, archive, layout.AUDITOR_ROLE),
        role(world, archive, layout.query_role("nobody")),
        role(world, archive, f"path/{layout.query_role(next(iter(world.settings.query.auditors), 'nobody'))}"),
        *(role(world, account, layout.query_role("audit")) for account in world.members),
        outsider(world, layout.query_role("audit")),
        anonymous(),
    ]


def _workgroup(world: World, name: str) -> Target:
    return world.own(
        f"arn:{world.partition}:athena:{world.home}:{world.archive}:workgroup/{layout.query_workgroup(name)}",
        world.archive,
    )


def _glue(world: World, part: str) -> Target:
    return world.own(f"arn:{world.partition}:glue:{world.home}:{world.archive}:{part}", world.archive)


def _catalog(world: World, name: str) -> Target:
    return world.own(f"arn:{world.partition}:athena:{world.home}:{world.archive}:datacatalog/{name}", world.archive)


def _encrypting(world: World, *, key: str = "", region: str = "", via: str = "s3") -> Target:
    """The key through S3 for an object of the derived bucket, or for the bucket, where bucket keys are used."""
    bucket = world.bucket_arn(BucketKind.DERIVED, world.home)
    region = region or world.home
    return world.key(
        region, via=world.service(via, region), context={"aws:s3:arn": f"{bucket}/{key}" if key else bucket}
    )


def _trusted(world: World, name: str) -> Requester:
    arn = world.settings.query.auditors[name].replace("*", "x")
    return role(world, arn.split(":")[4], arn.split(":role/", 1)[1])


def _trust_rules(world: World) -> list[Rule]:
    names = list(world.settings.query.auditors)
    taken = {name: world.role(world.archive, layout.query_role(name)) for name in names}
    return [
        Rule(
            sentence="The role that the settings name for an auditor takes the auditor's role.",
            allowed=True,
            cases=[(_trusted(world, name), taken[name]) for name in names],
            actions=_ASSUME,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It takes no other auditor's.",
            allowed=False,
            cases=[(_trusted(world, name), taken[other]) for name in names for other in names if other != name],
            actions=_ASSUME,
        ),
        Rule(
            sentence="Nobody else takes an auditor's role to ask in Athena, nor the named one from elsewhere.",
            allowed=False,
            cases=[
                *each(
                    [
                        *(administrator(world, account) for account in world.accounts),
                        *(root(world, account) for account in world.accounts),
                        *execution_roles(world, world.home),
                        outsider(world),
                        *(
                            service(principal, account=world.archive, organization=world.organization)
                            for principal in ("athena.amazonaws.com", "glue.amazonaws.com", "lambda.amazonaws.com")
                        ),
                    ],
                    taken.values(),
                ),
                *(
                    (role(world, _trusted(world, name).account, "x", organization=organization), taken[name])
                    for name in names
                    for organization in ("", OUTSIDE_ORGANIZATION)
                ),
            ],
            actions=_ASSUME,
        ),
    ]


def _own_rules(world: World) -> list[Rule]:
    names = list(world.settings.query.auditors)
    derived = world.bucket(BucketKind.DERIVED, world.home)
    evidence = world.objects(_EVIDENCE, "transcripts/account=222222222222/a.json.gz")
    return [
        Rule(
            sentence="An auditor asks in its own workgroup.",
            allowed=True,
            cases=[(asking(world, name), _workgroup(world, name)) for name in names],
            actions=_ASK,
            circumstances=EITHER,
        ),
        Rule(
            sentence="An auditor asks in no other workgroup and sees no queries there.",
            allowed=False,
            cases=[
                (asking(world, name), _workgroup(world, other))
                for name in names
                for other in (*names, "nobody", f"{name}2")
                if other != name
            ]
            + [
                (
                    asking(world, name),
                    world.own(
                        f"arn:{world.partition}:athena:{world.home}:{world.archive}:workgroup/primary", world.archive
                    ),
                )
                for name in names
            ],
            actions=_ASK,
        ),
        Rule(
            sentence="An auditor does not arrange its workgroup: limit, place of results and named queries stay.",
            allowed=False,
            cases=[(asking(world, name), _workgroup(world, name)) for name in names],
            actions=_ARRANGE,
        ),
        Rule(
            sentence="An auditor's console lists workgroups.",
            allowed=True,
            cases=each([asking(world, name) for name in names], [world.own("*", world.archive)]),
            actions=("athena:ListDataCatalogs", "athena:ListWorkGroups"),
        ),
        Rule(
            sentence="It looks up tables in the account's own catalog.",
            allowed=True,
            cases=each([asking(world, name) for name in names], [_catalog(world, "AwsDataCatalog")]),
            actions=("athena:GetTableMetadata", "athena:ListDatabases"),
        ),
        Rule(
            sentence="It looks into no other catalog, which may lead to another source of data, and makes none.",
            allowed=False,
            cases=each([asking(world, name) for name in names], [_catalog(world, "other")]),
            actions=("athena:CreateDataCatalog", "athena:GetDataCatalog", "athena:ListDatabases"),
        ),
        Rule(
            sentence="An auditor's query finds tables and views of the evidence.",
            allowed=True,
            cases=each([asking(world, name) for name in names], [_glue(world, "table/evidence/transcripts")]),
            actions=("glue:GetTable", "glue:GetPartitions"),
        ),
        Rule(
            sentence="An auditor sees no other table and changes none.",
            allowed=False,
            cases=each(
                [asking(world, name) for name in names],
                [_glue(world, "table/default/a"), _glue(world, "table/evidence2/a")],
            ),
            actions=("glue:GetTable", "glue:UpdateTable"),
        ),
        Rule(
            sentence="An auditor changes no table of the evidence.",
            allowed=False,
            cases=each([asking(world, name) for name in names], [_glue(world, "table/evidence/transcripts")]),
            actions=("glue:CreateTable", "glue:DeleteTable", "glue:UpdateTable"),
        ),
        Rule(
            sentence="An auditor's role reads evidence of every account, in every Region.",
            allowed=True,
            cases=each([asking(world, name) for name in names], evidence),
            actions=GETS,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It lists it.",
            allowed=True,
            cases=each([asking(world, name) for name in names], world.buckets(*_EVIDENCE)),
            actions=("s3:GetBucketLocation", "s3:ListBucket"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It decrypts what S3 hands over.",
            allowed=True,
            cases=each(
                [asking(world, name) for name in names],
                [world.key(region, via=world.service("s3", region)) for region in world.regions],
            ),
            actions=("kms:Decrypt",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="It adds, changes and removes no evidence.",
            allowed=False,
            cases=each([asking(world, name) for name in names], evidence),
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectTagging"),
            circumstances=(PLAIN, DENIES_LOST, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Athena writes an auditor's results as its role, which reads them.",
            allowed=True,
            cases=[(asking(world, name), _result(world, name)) for name in names],
            actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="An auditor removes no results.",
            allowed=False,
            cases=[(asking(world, name), _result(world, name)) for name in names],
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Athena finds the Region of the bucket for results as an auditor's role.",
            allowed=True,
            cases=each([asking(world, name) for name in names], [derived]),
            actions=("s3:GetBucketLocation",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="An auditor's role puts no results into a stranger's bucket of that name, even if invited.",
            allowed=False,
            cases=[
                (asking(world, name), replace(_result(world, name), owner=world.members[0], policy=""))
                for name in names
                if world.members
            ],
            actions=("s3:GetObject", "s3:PutObject"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="An auditor lists its own results.",
            allowed=True,
            cases=[(asking(world, name), world.listing(derived, f"athena-results/{name}/")) for name in names],
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="An auditor does not list what else is derived.",
            allowed=False,
            cases=[
                (asking(world, name), world.listing(derived, prefix))
                for name in names
                for prefix in ("", "athena-results/", f"athena-results/{name}", "athena-results/former/", "allow-list/")
            ],
            actions=("s3:ListBucket",),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="An auditor neither reads nor writes anything else that is derived.",
            allowed=False,
            cases=[
                (asking(world, name), world.thing(derived, key))
                for name in names
                for key in ("a", f"athena-results/{name}", "allow-list/a", "reports")
            ],
            actions=(*GETS, *_WRITES),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="Results are encrypted through S3.",
            allowed=True,
            cases=each(
                [asking(world, name) for name in names],
                [_encrypting(world), _encrypting(world, key="athena-results/a/1.csv")],
            ),
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="An auditor's role encrypts nothing else, with administrator rights neither.",
            allowed=False,
            cases=each(
                [
                    requester
                    for name in names
                    for requester in (asking(world, name), asking(world, name).as_administrator())
                ],
                [
                    _encrypting(world, key="allow-list/a"),
                    _encrypting(world, via="lambda"),
                    world.key(world.home),
                    world.key(
                        world.home,
                        via=world.service("s3", world.home),
                        context={"aws:s3:arn": world.bucket_arn(BucketKind.LOGS, world.home)},
                    ),
                    *(_encrypting(world, region=region) for region in world.regions if region != world.home),
                ],
            ),
            actions=("kms:GenerateDataKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Where auditors ask, and that nobody else sees the answers."""
    names = list(world.settings.query.auditors)
    results = [_result(world, name) for name in (*names, "former")]
    return [
        *((*_trust_rules(world), *_own_rules(world)) if names else ()),
        Rule(
            sentence="No auditor reads or writes another's results, or what a former auditor left.",
            allowed=False,
            cases=_of_others(world),
            actions=(*GETS, *_COPIES, *_WRITES),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="No auditor reads or writes another's results, whatever allows it.",
            allowed=False,
            cases=[
                (requester.as_administrator(), target)
                for requester, target in _of_others(world)
                if not target.arn.endswith("/former/1.csv")
            ],
            actions=(*GETS, *_COPIES, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody else reads or writes results, of former auditors neither: no administrator, no root user.",
            allowed=False,
            cases=each(_others(world), results),
            actions=(*GETS, *_COPIES, *_WRITES),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="The general auditor's role reads no results.",
            allowed=False,
            cases=each([auditor(world)] if world.settings.archive.auditors else [], results),
            actions=GETS,
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="No service reads or writes results.",
            allowed=False,
            cases=each(
                [
                    service(principal, account=world.archive, organization=world.organization)
                    for principal in ("athena.amazonaws.com", "s3.amazonaws.com", "firehose.amazonaws.com")
                ],
                results,
            ),
            actions=(*GETS, *_WRITES),
            circumstances=(PLAIN, CARELESS),
        ),
    ]
