"""Who puts which events on the hub's bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, anonymous, outsider, own_role, role, root, service, user
from tools.simulate.requests import EITHER, PLAIN, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World

_PUT = ("events:PutEvents",)
_API_CALL = "AWS API Call via CloudTrail"
_CALLED = (
    "aws.cloudtrail", "aws.cloudwatch", "aws.ec2", "aws.events", "aws.firehose", "aws.iam", "aws.kms", "aws.logs",
    "aws.organizations", "aws.s3", "aws.signin", "aws.sns", "aws.sqs", "aws.ssm", "aws.ssm-guiconnect",
)  # fmt: skip
_FORWARDED = (
    ("aws.workspaces", "WorkSpaces Access"),
    ("aws.signin", "AWS Console Sign In via CloudTrail"),
    ("aws.signin", "AWS Console Signin via CloudTrail"),
    ("aws.cloudwatch", "CloudWatch Alarm State Change"),
    ("aws.events", "Scheduled Event"),
    *((source, _API_CALL) for source in _CALLED),
)
"""What members send: source and kind."""
_OF_THE_HUB = "access-evidence.hub"
_OF_THE_ROSTER = "access-evidence.roster"
_OF_THE_GUARD = "access-evidence.security-groups"


def _sign_in(world: World) -> Target:
    return world.bus(["aws.signin"], ["AWS Console Sign In via CloudTrail"])


def _misnamed(world: World, account: str) -> list[Requester]:
    return [
        role(world, account, f"{layout.FORWARD_ROLE}2"),
        role(world, account, f"x-{layout.FORWARD_ROLE}"),
        role(world, account, f"path/{layout.FORWARD_ROLE}"),
        user(world, account, layout.FORWARD_ROLE),
        role(world, account, layout.DELIVERY_ROLE),
        administrator(world, account),
        root(world, account),
    ]


def _member_rules(world: World) -> list[Rule]:
    forwarding = [role(world, account, layout.FORWARD_ROLE) for account in world.members]
    return [
        Rule(
            sentence="The forwarding role of a member puts events of the sources and kinds that its rules name.",
            allowed=True,
            cases=each(
                [own_role(world, account, layout.FORWARD_ROLE) for account in world.accounts],
                [world.bus([source], [kind]) for source, kind in _FORWARDED],
            ),
            actions=_PUT,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It puts several of them in one call.",
            allowed=True,
            cases=each(forwarding, [world.bus(["aws.workspaces", "aws.signin"], ["WorkSpaces Access", _API_CALL])]),
            actions=_PUT,
        ),
        Rule(
            sentence="It puts no event of another source, least of all one that only the hub says.",
            allowed=False,
            cases=each(
                forwarding,
                [
                    world.bus([source], [_API_CALL])
                    for source in (
                        _OF_THE_HUB,
                        _OF_THE_ROSTER,
                        _OF_THE_GUARD,
                        "com.example.app",
                        "aws.health",
                        "aws.signin2",
                        "AWS.S3",
                    )
                ],
            ),
            actions=_PUT,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It puts no event of another kind: it cannot say that a recording has arrived.",
            allowed=False,
            cases=each(
                forwarding,
                [
                    world.bus(["aws.s3"], ["Object Created"]),
                    world.bus(["aws.ec2"], ["EC2 Instance State-change Notification"]),
                    world.bus(["aws.signin"], ["Sign-in Anomaly Alert"]),
                    world.bus(["aws.events"], ["scheduled event"]),
                ],
            ),
            actions=_PUT,
        ),
        Rule(
            sentence="One event that is not admitted spoils the call.",
            allowed=False,
            cases=each(
                forwarding,
                [
                    world.bus(["aws.signin", _OF_THE_HUB], [_API_CALL]),
                    world.bus([_OF_THE_HUB, "aws.signin"], [_API_CALL]),
                    world.bus(["aws.signin"], [_API_CALL, "Finding"]),
                ],
            ),
            actions=_PUT,
        ),
        Rule(
            sentence="It puts nothing that does not say its source or kind.",
            allowed=False,
            cases=each(forwarding, [world.bus([], [_API_CALL]), world.bus(["aws.signin"], []), world.bus()]),
            actions=_PUT,
        ),
        Rule(
            sentence="No other role, user or administrator of a member puts events.",
            allowed=False,
            cases=[
                (requester, _sign_in(world)) for account in world.members for requester in _misnamed(world, account)
            ],
            actions=_PUT,
        ),
        Rule(
            sentence="Nobody from outside the organization puts events, nor does a service by itself.",
            allowed=False,
            cases=each(
                [
                    *(
                        outsider(world, layout.FORWARD_ROLE, organization=organization)
                        for organization in (OUTSIDE_ORGANIZATION, "")
                    ),
                    outsider(world),
                    anonymous(),
                    service("events.amazonaws.com", account=OUTSIDER, organization=OUTSIDE_ORGANIZATION),
                    service("events.amazonaws.com", account=world.members[0], organization=world.organization),
                ],
                [_sign_in(world)],
            ),
            actions=_PUT,
        ),
        Rule(
            sentence="Nobody from another account looks at the bus or deletes it.",
            allowed=False,
            cases=each([*forwarding, *(administrator(world, account) for account in world.members)], [world.bus()]),
            actions=("events:DeleteEventBus", "events:DescribeEventBus"),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Members, and the hub's own functions."""
    handler = own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE)
    roster = own_role(world, world.archive, layout.ROSTER_CHECK_ROLE)
    guard = own_role(world, world.archive, layout.GUARD_ROLE)
    notices = own_role(world, world.archive, layout.RECORDING_NOTICE_ROLE)
    default_bus = world.bus([_OF_THE_HUB], ["Finding"]).arn.replace(layout.HUB_BUS, "default")
    elsewhere = Target(
        words="the archive account's default bus",
        arn=default_bus,
        owner=world.archive,
        context={"events:source": [_OF_THE_HUB], "events:detail-type": ["Finding"]},
    )
    return [
        *_member_rules(world),
        Rule(
            sentence="Handler, roster check and guard put what they found, each under a source of its own.",
            allowed=True,
            cases=[
                (handler, world.bus([_OF_THE_HUB], ["Finding"])),
                (roster, world.bus([_OF_THE_ROSTER], ["Silence"])),
                (guard, world.bus([_OF_THE_GUARD], ["Security Group Judgement"])),
            ],
            actions=_PUT,
            circumstances=EITHER,
        ),
        Rule(
            sentence="None of them speaks for another, nor without saying for whom, nor on another bus.",
            allowed=False,
            cases=[
                *each([handler], [world.bus([_OF_THE_ROSTER], ["Silence"]), elsewhere]),
                *each([roster], [world.bus([_OF_THE_HUB], ["Finding"]), elsewhere]),
                *each([guard], [world.bus([_OF_THE_HUB], ["Finding"]), world.bus([_OF_THE_ROSTER], ["Silence"])]),
                *each([handler, roster], [world.bus([_OF_THE_GUARD], ["Security Group Judgement"])]),
                *each(
                    [handler, roster, guard],
                    [
                        _sign_in(world),
                        world.bus(["aws.s3"], ["Object Created"]),
                        world.bus([_OF_THE_HUB, "aws.signin"], ["Finding"]),
                        world.bus([], ["Finding"]),
                    ],
                ),
            ],
            actions=_PUT,
        ),
        Rule(
            sentence="The archive tells the bus of recordings that have arrived.",
            allowed=True,
            cases=[(notices, world.bus(["aws.s3"], ["Object Created"]))],
            actions=_PUT,
            circumstances=EITHER,
        ),
        Rule(
            sentence="No role of the hub but its functions puts events.",
            allowed=False,
            cases=[(own_role(world, world.archive, layout.ACCESS_DELIVERY_ROLE), _sign_in(world))],
            actions=_PUT,
            circumstances=(PLAIN,),
        ),
        Rule(
            sentence="Remains: administrators of the archive account put whatever events they like on the hub's bus.",
            allowed=True,
            cases=[(administrator(world, world.archive), world.bus(["com.example.app"], ["Invented"]))],
            actions=_PUT,
            circumstances=EITHER,
        ),
    ]
