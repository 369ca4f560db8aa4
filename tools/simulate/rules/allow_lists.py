"""The network allow-list: the watcher keeps it and fills its prefix lists, AWS calls it, nobody else writes."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import (
    administrator,
    anonymous,
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
_NAME = layout.NETWORK_ROLE
_TOPIC_OF_AWS = "arn:aws:sns:us-east-1:806199016981:AmazonIpSpaceChanged"
_OWNER_OF_TOPIC = "806199016981"
_FILL = ("ec2:GetManagedPrefixListEntries", "ec2:ModifyManagedPrefixList")


def _list(world: World) -> Target:
    return world.thing(world.bucket(BucketKind.DERIVED, world.home), "allow-list/ap-northeast-1/current.json")


def _others(world: World) -> list[Requester]:
    return [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(requester for region in world.regions for requester in execution_roles(world, region)),
        role(world, world.archive, layout.CHECK_ROLE),
        role(world, world.archive, f"path/{_NAME}"),
        *(role(world, account, _NAME) for account in world.members),
        outsider(world, _NAME),
        anonymous(),
    ]


def _keeping_rules(world: World) -> list[Rule]:
    watcher = own_role(world, world.archive, _NAME)
    derived = world.bucket(BucketKind.DERIVED, world.home)
    return [
        Rule(
            sentence="The watcher writes lists and reads them.",
            allowed=True,
            cases=[(watcher, _list(world))],
            actions=("s3:GetObject", "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The watcher sees which lists there are.",
            allowed=True,
            cases=[(watcher, world.listing(derived, "allow-list/state.json"))],
            actions=("s3:ListBucket",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The watcher sees nothing else that is derived.",
            allowed=False,
            cases=[(watcher, world.listing(derived, key)) for key in ("", "reports/", "athena-results/", "allow-list")],
            actions=("s3:ListBucket",),
        ),
        Rule(
            sentence="The watcher removes no list.",
            allowed=False,
            cases=[(watcher, _list(world))],
            actions=("s3:DeleteObject", "s3:DeleteObjectVersion"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The watcher neither reads nor writes anything else that is derived.",
            allowed=False,
            cases=[(watcher, world.thing(derived, key)) for key in ("a", "allow-list", "compacted/a", "reports/a")],
            actions=("s3:GetObject", "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The watcher reads and writes no evidence.",
            allowed=False,
            cases=each([watcher], world.objects([BucketKind.LOGS, BucketKind.RECORDINGS], "a")),
            actions=(*GETS, "s3:PutObject"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
        Rule(
            sentence="The watcher uses the evidence key for no object, not even for its own lists.",
            allowed=False,
            cases=[
                (
                    watcher,
                    world.key(
                        world.home,
                        via=world.service("s3", world.home),
                        context={"aws:s3:arn": f"{world.bucket_arn(BucketKind.DERIVED, world.home)}{key}"},
                    ),
                )
                for key in ("", "/allow-list/a", "/reports/a")
            ],
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]


def _telling_rules(world: World) -> list[Rule]:
    watcher = own_role(world, world.archive, _NAME)
    via = world.service("sns", world.home)
    topic = world.topic()
    encrypting = world.operations_key(via=via, context={"aws:sns:topicArn": topic.arn})
    return [
        Rule(
            sentence="The watcher tells people, through a topic that is encrypted for it.",
            allowed=True,
            cases=[(watcher, topic)],
            actions=("sns:Publish",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="SNS encrypts what it tells.",
            allowed=True,
            cases=[(watcher, encrypting)],
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="By its own policy it uses that key for nothing else.",
            allowed=False,
            cases=[
                (watcher, world.operations_key(via=via, context={"aws:sns:topicArn": f"{topic.arn}-other"})),
                (watcher, world.operations_key(via=via)),
                (
                    watcher,
                    world.operations_key(via=world.service("sqs", world.home), context={"aws:sns:topicArn": topic.arn}),
                ),
            ],
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            circumstances=(PLAIN, OWN_POLICY_ALONE),
        ),
    ]


def _prefix_list_rules(world: World) -> list[Rule]:
    regions = world.settings.workspaces_network.prefix_list_regions
    if not regions:
        return []
    watcher = own_role(world, world.archive, _NAME)
    key, value = layout.PREFIX_LIST_TAG

    def found(region: str, tag: str | None, account: str = world.archive) -> Target:
        arn = f"arn:{world.partition}:ec2:{region}:{account}:prefix-list/pl-0123456789abcdef0"
        context = {"aws:RequestedRegion": region} | ({} if tag is None else {f"aws:ResourceTag/{key}": tag})
        return Target(words=f"a prefix list tagged {tag} in {region}", arn=arn, owner=account, context=context)

    def looking(region: str) -> Target:
        context = {"aws:RequestedRegion": region}
        return Target(words=f"the prefix lists of {region}", arn="*", owner=world.archive, context=context)

    return [
        Rule(
            sentence="The watcher fills the prefix lists that bear its tag.",
            allowed=True,
            cases=[(watcher, found(region, value)) for region in regions],
            actions=_FILL,
        ),
        Rule(
            sentence="The watcher finds them.",
            allowed=True,
            cases=[(watcher, looking(region)) for region in regions],
            actions=("ec2:DescribeManagedPrefixLists",),
        ),
        Rule(
            sentence="The watcher changes no other prefix list.",
            allowed=False,
            cases=[
                (watcher, target)
                for region in regions
                for target in (found(region, None), found(region, "other"), found("sa-east-1", value))
            ],
            actions=_FILL,
        ),
        Rule(
            sentence="The watcher looks nowhere else.",
            allowed=False,
            cases=[(watcher, looking("sa-east-1"))],
            actions=("ec2:DescribeManagedPrefixLists",),
        ),
        Rule(
            sentence="The watcher neither makes, removes nor tags prefix lists.",
            allowed=False,
            cases=[(watcher, found(region, value)) for region in regions],
            actions=("ec2:CreateManagedPrefixList", "ec2:CreateTags", "ec2:DeleteManagedPrefixList"),
        ),
    ]


def _calling_rules(world: World) -> list[Rule]:
    arn = f"arn:{world.partition}:lambda:{world.home}:{world.archive}:function:{_NAME}"
    function = Target(words=f"the function {_NAME}", arn=arn, owner=world.archive, policy=arn)
    stream = world.log_group_arn(world.archive, world.home, layout.NETWORK_LOG_GROUP)

    def topic(source_arn: str, account: str) -> Requester:
        return service("sns.amazonaws.com", account=account, source_arn=source_arn)

    elsewhere = _TOPIC_OF_AWS.replace(_OWNER_OF_TOPIC, world.members[0])
    return [
        Rule(
            sentence="AWS's topic and the schedule call the watcher.",
            allowed=True,
            cases=[
                (topic(_TOPIC_OF_AWS, _OWNER_OF_TOPIC), function),
                (events(world, world.archive, world.home, _NAME), function),
            ],
            actions=("lambda:InvokeFunction",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No other topic, rule, account or service calls the watcher or changes it.",
            allowed=False,
            cases=each(
                [
                    topic(f"{_TOPIC_OF_AWS}2", _OWNER_OF_TOPIC),
                    topic(elsewhere, world.members[0]),
                    topic(world.topic().arn, world.archive),
                    service("sns.amazonaws.com", account=_OWNER_OF_TOPIC),
                    events(world, world.archive, world.home, "other"),
                    events(world, world.members[0], world.home, _NAME),
                    *(administrator(world, account) for account in world.members),
                    outsider(world),
                    anonymous(),
                ],
                [function],
            ),
            actions=("lambda:InvokeFunction", "lambda:UpdateFunctionCode"),
        ),
        Rule(
            sentence="The watcher writes its own log.",
            allowed=True,
            cases=[(own_role(world, world.archive, _NAME), world.own(f"{stream}:log-stream:a", world.archive))],
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Lambda takes the watcher's role.",
            allowed=True,
            cases=[(service("lambda.amazonaws.com"), world.role(world.archive, _NAME))],
            actions=("sts:AssumeRole",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No person and no other service takes the watcher's role.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    service("sns.amazonaws.com"),
                    service("events.amazonaws.com"),
                    outsider(world),
                ],
                [world.role(world.archive, _NAME)],
            ),
            actions=("sts:AssumeRole",),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Keeping, telling, prefix lists and being called, where there is a watcher; that nobody else writes, always."""
    own = (_keeping_rules, _telling_rules, _prefix_list_rules, _calling_rules)
    return [
        *(rule for part in own if world.settings.workspaces_network.regions for rule in part(world)),
        Rule(
            sentence="Nobody else writes a list: no administrator, no root user, nobody who deploys.",
            allowed=False,
            cases=each(_others(world), [_list(world)]),
            actions=_WRITES,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No service writes a list.",
            allowed=False,
            cases=each(
                [
                    service(principal, account=world.archive, organization=world.organization)
                    for principal in ("lambda.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com")
                ],
                [_list(world)],
            ),
            actions=_WRITES,
            circumstances=(PLAIN, CARELESS),
        ),
    ]
