"""Who fills and empties the queues of the hub and of those who forward to it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, anonymous, events, outsider, own_role, role, root, service
from tools.simulate.requests import EITHER, Case, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDER, World

_SEND = ("sqs:SendMessage",)
_TAKE = ("sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage", "sqs:SetQueueAttributes")
_HUB_RULE = f"{layout.HUB_BUS}/evidence-access-events"
_FILLED = {
    _HUB_RULE: (layout.HUB_QUEUE, layout.HUB_UNDELIVERED),
    f"{layout.HUB_BUS}/evidence-security-groups": (layout.GUARD_QUEUE, layout.GUARD_DEAD_LETTERS),
    "evidence-security-group-sweep": (layout.SWEEP_QUEUE, layout.SWEEP_DEAD_LETTERS),
}
"""Which rule of the archive account fills which queue, and where it leaves what it could not bring there."""
_EMPTIED = {
    layout.ACCESS_EVENTS_ROLE: (layout.HUB_QUEUE,),
    layout.GUARD_ROLE: (layout.GUARD_QUEUE, layout.SWEEP_QUEUE),
}


def _by_their_rules(world: World) -> list[Case]:
    return [
        (events(world, world.archive, world.home, rule), world.queue(world.archive, world.home, name))
        for rule, names in _FILLED.items()
        for name in names
    ]


def _hub_queues(world: World) -> list[Target]:
    names = [*(name for names in _FILLED.values() for name in names), layout.HUB_DEAD_LETTERS]
    return [world.queue(world.archive, world.home, name) for name in names]


def _dead_letters(world: World) -> list[tuple[str, str, Target]]:
    """Account, Region and queue of whoever forwards."""
    members = [
        (account, region, world.queue(account, region, layout.FORWARDING_DEAD_LETTERS))
        for account in world.accounts
        for region in world.forwarding_regions
    ]
    recordings = [
        (world.archive, region, world.queue(world.archive, region, layout.RECORDING_DEAD_LETTERS))
        for region in world.regions
    ]
    return [*members, *recordings]


def _half_said(account: str, rule_arn: str) -> list[Requester]:
    name = "events.amazonaws.com"
    return [service(name), service(name, account=account), service(name, source_arn=rule_arn)]


def _strange_services(account: str, rule_arn: str) -> list[Requester]:
    return [
        service(name, account=account, source_arn=rule_arn)
        for name in ("cloudwatch.amazonaws.com", "s3.amazonaws.com", "scheduler.amazonaws.com", "sns.amazonaws.com")
    ]


def _hub_rules(world: World) -> list[Rule]:
    archive, home = world.archive, world.home
    rule = events(world, archive, home, _HUB_RULE)
    rule_arn = world.rule_arn(archive, home, _HUB_RULE)
    disguised = [
        service("events.amazonaws.com", account=world.members[0], source_arn=world.rule_arn(archive, home, name))
        for name in _FILLED
    ]
    strange = [
        events(world, archive, home, f"{layout.HUB_BUS}/evidence-access-events2"),
        events(world, archive, home, f"{layout.HUB_BUS}/other"),
        events(world, archive, home, "evidence-access-events"),
        events(world, archive, "eu-west-3", _HUB_RULE),
        events(world, world.members[0], home, _HUB_RULE),
        events(world, OUTSIDER, home, _HUB_RULE),
        *disguised,
        *_half_said(archive, rule_arn),
        *_strange_services(archive, rule_arn),
    ]
    mine = [
        (own_role(world, archive, name), world.queue(archive, home, queue))
        for name, queues in _EMPTIED.items()
        for queue in queues
    ]
    foreign = [
        (own_role(world, archive, name), queue)
        for name, queues in _EMPTIED.items()
        for queue in _hub_queues(world)
        if not queue.arn.endswith(tuple(f":{own}" for own in queues))
    ]
    sweep = (own_role(world, archive, layout.GUARD_ROLE), world.queue(archive, home, layout.SWEEP_QUEUE))
    return [
        Rule(
            sentence="EventBridge fills each queue of the hub for its one rule, and keeps what it cannot bring there.",
            allowed=True,
            cases=_by_their_rules(world),
            actions=_SEND,
            circumstances=EITHER,
        ),
        Rule(
            sentence="For no other rule, account or Region does it, nor does another service.",
            allowed=False,
            cases=each(strange, _hub_queues(world)),
            actions=_SEND,
        ),
        Rule(
            sentence="No rule of the hub fills the queue of another.",
            allowed=False,
            cases=[
                (events(world, archive, home, name), queue)
                for name, own in _FILLED.items()
                for queue in _hub_queues(world)
                if not queue.arn.endswith(tuple(f":{one}" for one in own))
            ],
            actions=_SEND,
        ),
        Rule(
            sentence="Not even that rule brings anything into the queue of what could not be handled.",
            allowed=False,
            cases=[(rule, world.queue(archive, home, layout.HUB_DEAD_LETTERS))],
            actions=_SEND,
        ),
        Rule(
            sentence="The handler takes messages out of its queue, and the guard out of its two.",
            allowed=True,
            cases=mine,
            actions=(
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Neither of them opens another queue.",
            allowed=False,
            cases=foreign,
            actions=(*_SEND, *_TAKE),
        ),
        Rule(
            sentence="Neither purges or changes its own queues.",
            allowed=False,
            cases=mine,
            actions=("sqs:DeleteQueue", "sqs:PurgeQueue", "sqs:SetQueueAttributes"),
        ),
        Rule(
            sentence="The guard sends itself the places of a sweep.",
            allowed=True,
            cases=[sweep],
            actions=_SEND,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Apart from that no function fills the queue that it empties.",
            allowed=False,
            cases=[case for case in mine if case != sweep],
            actions=_SEND,
        ),
        Rule(
            sentence="No other role of the hub opens a queue.",
            allowed=False,
            cases=each(
                [
                    own_role(world, archive, name)
                    for name in (layout.ROSTER_CHECK_ROLE, layout.ACCESS_DELIVERY_ROLE, layout.RECORDING_NOTICE_ROLE)
                ],
                _hub_queues(world),
            ),
            actions=(*_SEND, "sqs:ReceiveMessage"),
        ),
        Rule(
            sentence="An operator of the archive account brings dead letters back.",
            allowed=True,
            cases=each([administrator(world, archive)], _hub_queues(world)),
            actions=(*_SEND, "sqs:DeleteMessage", "sqs:ReceiveMessage"),
            circumstances=EITHER,
        ),
    ]


def _by_rules_of_its_account(world: World) -> list[Case]:
    return [
        (events(world, account, region, name), queue)
        for account, region, queue in _dead_letters(world)
        for name in ("evidence-sessions", "evidence-heartbeat")
    ]


def _by_others(world: World) -> list[Case]:
    cases: list[Case] = []
    for account, region, queue in _dead_letters(world):
        rule_arn = world.rule_arn(account, region, "evidence-sessions")
        other = next(member for member in world.accounts if member != account)
        cases += each(
            [
                events(world, account, region, "other"),
                events(world, account, region, "x-evidence-sessions"),
                events(world, account, "eu-west-3", "evidence-sessions"),
                events(world, other, region, "evidence-sessions"),
                events(world, OUTSIDER, region, "evidence-sessions"),
                service("events.amazonaws.com", account=other, source_arn=rule_arn),
                *_half_said(account, rule_arn),
                *_strange_services(account, rule_arn),
            ],
            [queue],
        )
    return cases


def rules(world: World) -> list[Rule]:
    """The hub's queues, then those of whoever forwards, then what holds for all."""
    forwarding = [queue for _, _, queue in _dead_letters(world)]
    everywhere = [*_hub_queues(world), *forwarding]
    return [
        *_hub_rules(world),
        Rule(
            sentence="EventBridge keeps what rules of ours could not deliver in the queue of their account and Region.",
            allowed=True,
            cases=_by_rules_of_its_account(world),
            actions=_SEND,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It keeps nothing of other rules, accounts or Regions there, nor does another service.",
            allowed=False,
            cases=_by_others(world),
            actions=_SEND,
        ),
        Rule(
            sentence="EventBridge takes nothing out of a queue and changes none.",
            allowed=False,
            cases=[
                *each([events(world, world.archive, world.home, rule) for rule in _FILLED], _hub_queues(world)),
                *_by_rules_of_its_account(world),
            ],
            actions=_TAKE,
        ),
        Rule(
            sentence="Nobody of another account reads or fills a queue: no administrator, root user or stranger.",
            allowed=False,
            cases=[
                (requester, queue)
                for queue in everywhere
                for requester in (
                    *(
                        stranger
                        for account in world.accounts
                        if account != queue.owner
                        for stranger in (
                            administrator(world, account),
                            root(world, account),
                            role(world, account, layout.FORWARD_ROLE),
                        )
                    ),
                    outsider(world),
                    anonymous(),
                )
            ],
            actions=(*_SEND, "sqs:ReceiveMessage"),
        ),
        Rule(
            sentence="Without TLS neither EventBridge nor an administrator reaches a queue.",
            allowed=False,
            cases=[
                *((administrator(world, queue.owner).without_tls(), queue) for queue in everywhere),
                *(
                    (requester.without_tls(), queue)
                    for requester, queue in (*_by_their_rules(world), *_by_rules_of_its_account(world))
                ),
            ],
            actions=(*_SEND, "sqs:ReceiveMessage"),
        ),
    ]
