"""Who wakes a person: the hub's alarms and its handler.

https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, anonymous, outsider, own_role, role, root, service
from tools.simulate.requests import EITHER, Requester, Rule, each
from tools.simulate.world import OUTSIDER, World

_PUBLISH = ("sns:Publish",)


def _alarm(world: World, name: str, *, account: str = "", region: str = "", said: str | None = None) -> Requester:
    """CloudWatch for an alarm of the archive account at home, or of another account or Region."""
    of = account or world.archive
    arn = f"arn:{world.partition}:cloudwatch:{region or world.home}:{of}:alarm:{name}"
    return service("cloudwatch.amazonaws.com", account=of if said is None else said, source_arn=arn)


def rules(world: World) -> list[Rule]:
    """Publishing and subscribing."""
    topic = [world.topic()]
    ours = _alarm(world, "evidence-hub-no-events")
    handler = own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE)
    alarm_arn = f"arn:{world.partition}:cloudwatch:{world.home}:{world.archive}:alarm:evidence-hub-no-events"
    return [
        Rule(
            sentence="The hub's alarms and its handler publish to the alerts topic.",
            allowed=True,
            cases=each([ours, handler], topic),
            actions=_PUBLISH,
            circumstances=EITHER,
        ),
        Rule(
            sentence="No other alarm does, of whatever account or Region, and no other service.",
            allowed=False,
            cases=each(
                [
                    _alarm(world, "other"),
                    _alarm(world, "x-evidence-hub-no-events"),
                    _alarm(world, "evidence-transcripts-delivery-fails"),
                    _alarm(world, "evidence-hub-no-events", region="eu-west-3"),
                    *(
                        _alarm(world, "evidence-hub-no-events", account=account)
                        for account in (*world.members, OUTSIDER)
                    ),
                    _alarm(world, "evidence-hub-no-events", said=OUTSIDER),
                    _alarm(world, "evidence-hub-no-events", said=""),
                    service("cloudwatch.amazonaws.com", account=world.archive),
                    service("cloudwatch.amazonaws.com"),
                    *(
                        service(name, account=world.archive, source_arn=alarm_arn)
                        for name in ("events.amazonaws.com", "s3.amazonaws.com", "budgets.amazonaws.com")
                    ),
                ],
                topic,
            ),
            actions=_PUBLISH,
        ),
        Rule(
            sentence="No other role of the hub publishes, nor does anybody of another account; nobody there listens.",
            allowed=False,
            cases=each(
                [
                    *(
                        own_role(world, world.archive, name)
                        for name in (
                            layout.ROSTER_CHECK_ROLE,
                            layout.GUARD_ROLE,
                            layout.ACCESS_DELIVERY_ROLE,
                            layout.RECORDING_NOTICE_ROLE,
                        )
                    ),
                    *(administrator(world, account) for account in world.members),
                    *(root(world, account) for account in world.members),
                    *(role(world, account, layout.ACCESS_EVENTS_ROLE) for account in world.members),
                    outsider(world),
                    outsider(world, layout.ACCESS_EVENTS_ROLE),
                    anonymous(),
                ],
                topic,
            ),
            actions=(*_PUBLISH, "sns:Subscribe", "sns:SetTopicAttributes"),
        ),
        Rule(
            sentence="The handler and CloudWatch neither subscribe nor change the topic.",
            allowed=False,
            cases=each([handler, ours], topic),
            actions=("sns:AddPermission", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe"),
        ),
        Rule(
            sentence="Nobody publishes without TLS.",
            allowed=False,
            cases=each(
                [requester.without_tls() for requester in (ours, handler, administrator(world, world.archive))], topic
            ),
            actions=_PUBLISH,
        ),
    ]
