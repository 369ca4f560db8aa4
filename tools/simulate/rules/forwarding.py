"""How events leave a member: as which role, into which log group beside, and what the hub may ask in return.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, events, outsider, own_role, role, root, service
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDER, World

_ASSUME = ("sts:AssumeRole",)
_WRITE = ("logs:PutLogEvents",)
_RULE = "evidence-sessions"
_LOGINS = "evidence-workspaces-logins"


def _logins(world: World, account: str, region: str, group: str = layout.WORKSPACES_LOG_GROUP) -> Target:
    """A log stream, under the resource policy that the Region has for EventBridge."""
    arn = f"{world.log_group_arn(account, region, group)}:log-stream:a"
    policy = f"arn:{world.partition}:logs:{region}:{account}:resource-policy:{_LOGINS}"
    return Target(words=f"a stream of {group} of {account} in {region}", arn=arn, owner=account, policy=policy)


def _writers(world: World, account: str, region: str, rule: str = _LOGINS) -> list[Requester]:
    arn = world.rule_arn(account, region, rule)
    return [
        service(name, account=account, source_arn=arn)
        for name in ("events.amazonaws.com", "delivery.logs.amazonaws.com")
    ]


def _bus(world: World, region: str, account: str, name: str) -> Target:
    return Target(
        words=f"the bus {name} of {account} in {region}",
        arn=f"arn:{world.partition}:events:{region}:{account}:event-bus/{name}",
        owner=account,
        context={"events:source": ["aws.signin"], "events:detail-type": ["AWS API Call via CloudTrail"]},
    )


def _role_rules(world: World) -> list[Rule]:
    cases = [
        (events(world, account, region, _RULE), world.role(account, layout.FORWARD_ROLE))
        for account in world.accounts
        for region in world.forwarding_regions
    ]
    people = [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        outsider(world),
    ]
    targets = [world.role(account, layout.FORWARD_ROLE) for account in world.accounts]
    return [
        Rule(
            sentence="EventBridge takes the forwarding role for rules of ours in the same account.",
            allowed=True,
            cases=cases,
            actions=_ASSUME,
        ),
        Rule(
            sentence="EventBridge does not take it for other rules or accounts, nor does another service.",
            allowed=False,
            cases=[
                (requester, world.role(account, layout.FORWARD_ROLE))
                for account in world.accounts
                for requester in (
                    events(world, account, world.home, "sessions"),
                    events(world, account, world.home, f"custom-bus/{_RULE}"),
                    events(world, OUTSIDER, world.home, _RULE),
                    *(events(world, other, world.home, _RULE) for other in world.accounts if other != account),
                    service("events.amazonaws.com", account=account),
                    service("events.amazonaws.com", source_arn=world.rule_arn(account, world.home, _RULE)),
                    service(
                        "events.amazonaws.com", account=OUTSIDER, source_arn=world.rule_arn(account, world.home, _RULE)
                    ),
                    *(
                        service(name, account=account, source_arn=world.rule_arn(account, world.home, _RULE))
                        for name in ("lambda.amazonaws.com", "scheduler.amazonaws.com", "pipes.amazonaws.com")
                    ),
                )
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="EventBridge brings no tags and no other name along.",
            allowed=False,
            cases=cases,
            actions=("sts:SetSourceIdentity", "sts:TagSession"),
        ),
        Rule(
            sentence="No person takes the forwarding role.",
            allowed=False,
            cases=each(people, targets),
            actions=_ASSUME,
        ),
        Rule(
            sentence="The forwarding role puts events on no other bus, even if invited, and does nothing else there.",
            allowed=False,
            cases=[
                (own_role(world, account, layout.FORWARD_ROLE), bus)
                for account in world.accounts
                for bus in (
                    _bus(world, world.home, world.archive, "default"),
                    _bus(world, world.home, world.archive, f"{layout.HUB_BUS}2"),
                    _bus(world, "eu-west-3", world.archive, layout.HUB_BUS),
                    _bus(world, world.home, OUTSIDER, layout.HUB_BUS),
                    _bus(world, world.home, account, "default"),
                )
            ],
            actions=("events:PutEvents",),
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="The forwarding role looks at no bus and deletes none, that of the hub neither.",
            allowed=False,
            cases=[
                (own_role(world, account, layout.FORWARD_ROLE), world.own(bus.arn, bus.owner))
                for account in world.accounts
                for bus in (_bus(world, world.home, account, "default"), world.bus())
            ],
            actions=("events:DeleteEventBus", "events:DescribeEventBus"),
            circumstances=(OWN_POLICY_ALONE,),
        ),
    ]


def _log_group_rules(world: World) -> list[Rule]:
    places = [(account, region) for account in world.accounts for region in world.regions]
    return [
        Rule(
            sentence="EventBridge writes WorkSpaces logins into the group of the same account and Region.",
            allowed=True,
            cases=[
                (writer, _logins(world, account, region))
                for account, region in places
                for writer in _writers(world, account, region)
            ],
            actions=("logs:CreateLogStream", *_WRITE),
        ),
        Rule(
            sentence="It writes there for no other rule, account or Region, nor without saying for which.",
            allowed=False,
            cases=[
                (writer, _logins(world, account, region))
                for account, region in places
                for writer in (
                    *_writers(world, account, region, "other"),
                    *_writers(world, account, region, "evidence-sessions"),
                    *_writers(world, OUTSIDER, region),
                    *_writers(world, account, "eu-west-3"),
                    service("events.amazonaws.com", account=account),
                    service("events.amazonaws.com"),
                )
            ],
            actions=_WRITE,
        ),
        Rule(
            sentence="No other service writes there.",
            allowed=False,
            cases=[
                (
                    service(name, account=account, source_arn=world.rule_arn(account, region, _LOGINS)),
                    _logins(world, account, region),
                )
                for account, region in places
                for name in ("cloudtrail.amazonaws.com", "route53.amazonaws.com", "scheduler.amazonaws.com")
            ],
            actions=("logs:CreateLogStream", *_WRITE),
        ),
        Rule(
            sentence="Those sentences open no other group, and let nobody delete or read.",
            allowed=False,
            cases=[
                (writer, _logins(world, account, region, group))
                for account, region in places
                for writer in _writers(world, account, region)
                for group in (layout.SESSION_LOG_GROUP, f"{layout.WORKSPACES_LOG_GROUP}2")
            ],
            actions=("logs:CreateLogStream", *_WRITE),
        ),
        Rule(
            sentence="EventBridge neither deletes nor reads logins.",
            allowed=False,
            cases=[
                (writer, _logins(world, account, region))
                for account, region in places
                for writer in _writers(world, account, region)
            ],
            actions=("logs:DeleteLogStream", "logs:GetLogEvents"),
        ),
        Rule(
            sentence="Nobody of another account writes logins.",
            allowed=False,
            cases=[
                (requester, _logins(world, account, region))
                for account, region in places
                for requester in (
                    *(administrator(world, other) for other in world.accounts if other != account),
                    outsider(world),
                )
            ],
            actions=("logs:CreateLogStream", *_WRITE),
        ),
    ]


def _read_rules(world: World) -> list[Rule]:
    handler = role(world, world.archive, layout.ACCESS_EVENTS_ROLE)
    reading = [own_role(world, account, layout.HUB_READ_ROLE) for account in world.accounts]
    targets = [
        Target(
            words=target.words,
            arn=target.arn,
            owner=target.owner,
            policy=target.policy,
            context={"aws:ResourceOrgID": world.organization},
        )
        for target in (world.role(account, layout.HUB_READ_ROLE) for account in world.accounts)
    ]
    return [
        Rule(
            sentence="The hub's handler takes the read role of every member.",
            allowed=True,
            cases=each([own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE)], targets),
            actions=_ASSUME,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody else takes the read role of a member: no role of the hub, administrator or stranger.",
            allowed=False,
            cases=each(
                [
                    *(
                        role(world, world.archive, name)
                        for name in (
                            layout.ROSTER_CHECK_ROLE,
                            layout.GUARD_ROLE,
                            layout.ACCESS_DELIVERY_ROLE,
                            layout.AUDITOR_ROLE,
                            f"{layout.ACCESS_EVENTS_ROLE}2",
                            f"path/{layout.ACCESS_EVENTS_ROLE}",
                        )
                    ),
                    *(role(world, account, layout.ACCESS_EVENTS_ROLE) for account in world.members),
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    outsider(world, layout.ACCESS_EVENTS_ROLE),
                    *(
                        service(name, account=world.archive)
                        for name in ("events.amazonaws.com", "lambda.amazonaws.com", "workspaces.amazonaws.com")
                    ),
                ],
                targets,
            ),
            actions=_ASSUME,
        ),
        Rule(
            sentence="The read role takes no tags and no other name along, not even with administrator rights.",
            allowed=False,
            cases=each([handler], targets[:1]),
            actions=("sts:SetSourceIdentity", "sts:TagSession"),
        ),
        Rule(
            sentence="The read role describes WorkSpaces.",
            allowed=True,
            cases=[(requester, world.own("*", requester.account)) for requester in reading],
            actions=("workspaces:DescribeWorkspaces",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The read role changes no WorkSpace and goes nowhere else.",
            allowed=False,
            cases=[
                (
                    requester,
                    world.own(
                        f"arn:{world.partition}:workspaces:{world.home}:{requester.account}:workspace/ws-0123456789",
                        requester.account,
                    ),
                )
                for requester in reading
            ],
            actions=("workspaces:RebootWorkspaces", "workspaces:TerminateWorkspaces"),
        ),
        Rule(
            sentence="The handler has no right of its own in a member.",
            allowed=False,
            cases=[
                (own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE), world.own("*", account))
                for account in world.members
            ],
            actions=("workspaces:DescribeWorkspaces",),
        ),
        Rule(
            sentence="Even with administrator rights at home it takes no other role of a member.",
            allowed=False,
            cases=each(
                [handler],
                [
                    world.role(account, name)
                    for account in world.members
                    for name in (layout.FORWARD_ROLE, layout.DELIVERY_ROLE, layout.SUBSCRIPTION_ROLE)
                ],
            ),
            actions=_ASSUME,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """The forwarding role, the log group of logins, and the read role."""
    return [*_role_rules(world), *_log_group_rules(world), *_read_rules(world)]
