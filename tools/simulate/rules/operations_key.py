"""Who uses the key of the hub's topic, queues, tables and log groups, and through what.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import (
    administrator,
    anonymous,
    events,
    execution_roles,
    outsiders,
    own_role,
    root,
    service,
)
from tools.simulate.requests import EITHER, PLAIN, TWO_LAYERS, Rule, Target, each
from tools.simulate.world import (
    KEY_ADMINISTRATION,
    KEY_DESTRUCTION,
    KEY_USE,
    OUTSIDE_ORGANIZATION,
    OUTSIDER,
    World,
)

_GROUPS = (
    layout.ACCESS_EVENTS_LOG_GROUP,
    layout.ROSTER_CHECK_LOG_GROUP,
    layout.ACCESS_DELIVERY_LOG_GROUP,
    layout.GUARD_LOG_GROUP,
)
_HUB_RULE = f"{layout.HUB_BUS}/evidence-access-events"
_GUARD_RULE = f"{layout.HUB_BUS}/evidence-security-groups"
_SWEEP = "evidence-security-group-sweep"
_FUNCTIONS = (layout.ACCESS_EVENTS_ROLE, layout.ROSTER_CHECK_ROLE, layout.GUARD_ROLE)
_SEND = ("kms:Decrypt", "kms:GenerateDataKey")
_METADATA = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants")


def _through(world: World, *names: str, region: str = "") -> list[Target]:
    return [world.operations_key(via=world.service(name, region or world.home)) for name in names]


def _group(world: World, group: str, *, account: str = "", region: str = "", through: bool = False) -> Target:
    arn = world.log_group_arn(account or world.archive, region or world.home, group)
    via = world.service("logs", world.home) if through else ""
    return world.operations_key(via=via, context={"aws:logs:arn": arn})


def _administration_rules(world: World) -> list[Rule]:
    key, execution = [world.operations_key()], execution_roles(world, world.home)
    everybody = [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE).as_administrator(),
    ]
    return [
        Rule(
            sentence="The execution roles of the home Region administer the operations key.",
            allowed=True,
            cases=each(execution, key),
            actions=(*KEY_ADMINISTRATION, "kms:DescribeKey", "kms:GetKeyPolicy"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody else administers the operations key, no administrator, root user or function.",
            allowed=False,
            cases=each(everybody, key),
            actions=KEY_ADMINISTRATION,
        ),
        Rule(
            sentence="Nobody disables the operations key or schedules its deletion, the execution roles neither.",
            allowed=False,
            cases=each([*everybody, *execution], key),
            actions=KEY_DESTRUCTION,
        ),
        Rule(
            sentence="Who administers the operations key does not use it, but through the services that keep things.",
            allowed=False,
            cases=each(execution, [world.operations_key(), *_through(world, "s3", "lambda")]),
            actions=(*KEY_USE, "kms:CreateGrant"),
        ),
        Rule(
            sentence="Administrators of the archive account look at the operations key.",
            allowed=True,
            cases=each([administrator(world, world.archive)], key),
            actions=_METADATA,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody of another account looks at the operations key.",
            allowed=False,
            cases=each([administrator(world, account) for account in world.members], key),
            actions=_METADATA,
        ),
    ]


def _log_group_rules(world: World) -> list[Rule]:
    logs = service(world.service("logs", world.home))
    writers = [
        own_role(world, world.archive, name)
        for name in (layout.ACCESS_EVENTS_ROLE, layout.ROSTER_CHECK_ROLE, layout.ACCESS_DELIVERY_ROLE)
    ]
    strange = [
        _group(world, layout.SESSION_LOG_GROUP),
        _group(world, f"{layout.ACCESS_EVENTS_LOG_GROUP}2"),
        _group(world, "/aws/lambda/evidence-access-events"),
        _group(world, layout.ACCESS_EVENTS_LOG_GROUP, account=world.members[0]),
        _group(world, layout.ACCESS_EVENTS_LOG_GROUP, region="eu-west-3"),
        world.operations_key(),
    ]
    return [
        Rule(
            sentence="CloudWatch Logs encrypts the hub's log groups with the operations key.",
            allowed=True,
            cases=each([logs], [_group(world, group) for group in _GROUPS]),
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudWatch Logs encrypts no other group with the operations key.",
            allowed=False,
            cases=each([logs], strange),
            actions=_SEND,
        ),
        Rule(
            sentence="The hub's roles write to their log groups with the operations key, through CloudWatch Logs.",
            allowed=True,
            cases=each(writers, [_group(world, group, through=True) for group in _GROUPS]),
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Through CloudWatch Logs nobody uses the operations key for another group or from outside.",
            allowed=False,
            cases=[
                *each(
                    [writer.as_administrator() for writer in writers],
                    [
                        _group(world, layout.SESSION_LOG_GROUP, through=True),
                        _group(world, layout.ACCESS_EVENTS_LOG_GROUP, account=world.members[0], through=True),
                        *_through(world, "logs"),
                    ],
                ),
                *each(
                    [administrator(world, account) for account in world.members],
                    [_group(world, layout.ACCESS_EVENTS_LOG_GROUP, through=True)],
                ),
            ],
            actions=_SEND,
        ),
        Rule(
            sentence="Nobody uses the operations key for the hub's log groups but through CloudWatch Logs.",
            allowed=False,
            cases=each(
                [administrator(world, world.archive), *(writer.as_administrator() for writer in writers)],
                [_group(world, layout.ACCESS_EVENTS_LOG_GROUP)],
            ),
            actions=(*_SEND, "kms:CreateGrant"),
        ),
        Rule(
            sentence="Through CloudWatch Logs nobody hands the operations key on or changes it.",
            allowed=False,
            cases=each(
                [administrator(world, world.archive)], [_group(world, layout.ACCESS_EVENTS_LOG_GROUP, through=True)]
            ),
            actions=("kms:CreateGrant", "kms:PutKeyPolicy"),
        ),
    ]


def _keeper_rules(world: World) -> list[Rule]:
    keepers = _through(world, "dynamodb", "sns", "sqs")
    functions = [own_role(world, world.archive, name) for name in _FUNCTIONS]
    operator = administrator(world, world.archive)
    taken, given = (
        {"kms:GrantIsForAWSResource": is_for_service, "kms:ViaService": world.service("dynamodb", world.home)}
        for is_for_service in ("true", "false")
    )
    return [
        Rule(
            sentence="The hub's functions and operators use the operations key through SQS, SNS and DynamoDB.",
            allowed=True,
            cases=each([*functions, operator], keepers),
            actions=(*KEY_USE, "kms:DescribeKey"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody uses the operations key directly, through another service or in another Region.",
            allowed=False,
            cases=each(
                [
                    *functions,
                    *(function.as_administrator() for function in functions),
                    operator,
                    root(world, world.archive),
                ],
                [world.operations_key(), *_through(world, "s3", "lambda"), *_through(world, "sqs", region="eu-west-3")],
            ),
            actions=KEY_USE,
        ),
        Rule(
            sentence="Other roles of the hub do not use the operations key through these, nor do other accounts.",
            allowed=False,
            cases=each(
                [
                    own_role(world, world.archive, layout.ACCESS_DELIVERY_ROLE),
                    own_role(world, world.archive, layout.RECORDING_NOTICE_ROLE),
                    *(administrator(world, account) for account in world.members),
                ],
                keepers,
            ),
            actions=KEY_USE,
        ),
        Rule(
            sentence="DynamoDB takes grants on the operations key for whoever makes a table in the archive account.",
            allowed=True,
            cases=[(operator, _with(world, taken))],
            actions=("kms:CreateGrant",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody makes another grant on the operations key.",
            allowed=False,
            cases=[
                *each([operator, root(world, world.archive)], [_with(world, given), world.operations_key()]),
                *each(
                    [operator],
                    [
                        _with(world, taken | {"kms:ViaService": world.service(name, world.home)})
                        for name in ("sqs", "sns", "ssm-guiconnect")
                    ],
                ),
                *each([administrator(world, account) for account in world.members], [_with(world, taken)]),
                *each(functions, [_with(world, taken)]),
            ],
            actions=("kms:CreateGrant",),
        ),
    ]


def _with(world: World, context: dict[str, str]) -> Target:
    key = world.operations_key()
    words = f"{key.words}, {', '.join(f'{name} {value}' for name, value in context.items())}"
    return Target(words=words, arn=key.arn, owner=key.owner, policy=key.policy, context=context)


def _service_rules(world: World) -> list[Rule]:
    key, archive, home = [world.operations_key()], world.archive, world.home
    alarms = service("cloudwatch.amazonaws.com", account=archive)
    announced = [
        service(
            "events.amazonaws.com",
            account=archive,
            organization=world.organization,
            source_arn=world.rule_arn(archive, home, _HUB_RULE),
        ),
        service("cloudwatch.amazonaws.com", account=archive, organization=world.organization),
    ]
    return [
        Rule(
            sentence="EventBridge encrypts what rules of the hub bring, and CloudWatch what the hub's alarms say.",
            allowed=True,
            cases=each(
                [
                    *(events(world, archive, home, name) for name in (_HUB_RULE, _GUARD_RULE, _SWEEP)),
                    alarms,
                    *announced,
                ],
                key,
            ),
            actions=_SEND,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Neither does for another rule, account or Region, and no other service uses the operations key.",
            allowed=False,
            cases=each(
                [
                    events(world, archive, home, f"{layout.HUB_BUS}/other"),
                    events(world, archive, home, "evidence-access-events"),
                    events(world, archive, home, f"{_SWEEP}2"),
                    events(world, archive, home, f"other-bus/{_SWEEP}"),
                    events(world, archive, "eu-west-3", _HUB_RULE),
                    events(world, OUTSIDER, home, _HUB_RULE),
                    events(world, world.members[0], home, _HUB_RULE),
                    service("events.amazonaws.com", account=archive),
                    service("events.amazonaws.com", source_arn=world.rule_arn(archive, home, _HUB_RULE)),
                    service("cloudwatch.amazonaws.com"),
                    *(service("cloudwatch.amazonaws.com", account=account) for account in (*world.members, OUTSIDER)),
                    service("s3.amazonaws.com", account=archive),
                    service("sns.amazonaws.com", account=archive),
                    service("firehose.amazonaws.com", account=archive),
                ],
                key,
            ),
            actions=_SEND,
        ),
        Rule(
            sentence="EventBridge and CloudWatch do no more with the operations key, nor does CloudWatch Logs.",
            allowed=False,
            cases=[
                *each([events(world, archive, home, _HUB_RULE), alarms], key),
                (service(world.service("logs", home)), _group(world, layout.ACCESS_EVENTS_LOG_GROUP)),
            ],
            actions=("kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:Sign"),
        ),
        Rule(
            sentence="The name of a rule or alarm of ours does not help a service that acts for outsiders.",
            allowed=False,
            cases=[
                *each(
                    [
                        service(
                            "events.amazonaws.com",
                            account=archive,
                            organization=OUTSIDE_ORGANIZATION,
                            source_arn=world.rule_arn(archive, home, _HUB_RULE),
                        ),
                        service("cloudwatch.amazonaws.com", account=archive, organization=OUTSIDE_ORGANIZATION),
                    ],
                    key,
                ),
                (
                    service(world.service("logs", home), organization=OUTSIDE_ORGANIZATION),
                    _group(world, layout.ACCESS_EVENTS_LOG_GROUP),
                ),
            ],
            actions=_SEND,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Administration, log groups, what keeps things, services, and the perimeter."""
    key = [world.operations_key(), *_through(world, "sqs")]
    outside = [
        service(name, account=OUTSIDER, organization=OUTSIDE_ORGANIZATION)
        for name in ("cloudwatch.amazonaws.com", "events.amazonaws.com", world.service("logs", world.home))
    ]
    return [
        *_administration_rules(world),
        *_log_group_rules(world),
        *_keeper_rules(world),
        *_service_rules(world),
        Rule(
            sentence="Nobody from outside uses the operations key, no anonymous caller, no service for an outsider.",
            allowed=False,
            cases=each([*outsiders(world), anonymous(), *outside], key),
            actions=(*_SEND, "kms:CreateGrant", "kms:DescribeKey"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="No role of the hub but the delivery role opens the evidence key, through whatever service.",
            allowed=False,
            cases=each(
                [
                    own_role(world, world.archive, name).as_administrator()
                    for name in (*_FUNCTIONS, layout.RECORDING_NOTICE_ROLE)
                ],
                [
                    world.key(world.home),
                    *(world.key(world.home, via=world.service(name, world.home)) for name in ("s3", "sqs", "dynamodb")),
                ],
            ),
            actions=_SEND,
            circumstances=(PLAIN,),
        ),
    ]
