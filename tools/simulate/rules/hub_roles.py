"""Who takes the hub's roles, and what their own policies let them do beyond bus, queue, topic, key and bucket."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, anonymous, events, outsider, own_role, root, service
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World

_ASSUME = ("sts:AssumeRole",)
_SERVICES = (
    "cloudtrail.amazonaws.com",
    "ec2.amazonaws.com",
    "events.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "scheduler.amazonaws.com",
)
_RECORDINGS_RULE = "evidence-stored-recordings"
_PLAIN_ROLES = {
    layout.ACCESS_EVENTS_ROLE: "lambda.amazonaws.com",
    layout.ROSTER_CHECK_ROLE: "lambda.amazonaws.com",
    layout.ACCESS_DELIVERY_ROLE: "firehose.amazonaws.com",
    layout.GUARD_ROLE: "lambda.amazonaws.com",
}
_READS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
_REMOVES = ("dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:PutItem", "dynamodb:UpdateTable")


def _function(world: World, account: str, name: str) -> Target:
    arn = f"arn:{world.partition}:lambda:{world.home}:{account}:function:{name}"
    return Target(words=f"the function {name}", arn=arn, owner=account, policy=arn)


def _stream(world: World, name: str) -> Target:
    return world.own(
        f"arn:{world.partition}:firehose:{world.home}:{world.archive}:deliverystream/{name}", world.archive
    )


def _log_stream(world: World, group: str) -> Target:
    return world.own(f"{world.log_group_arn(world.archive, world.home, group)}:log-stream:a", world.archive)


def _read_role(world: World, account: str, *, organization: str) -> Target:
    """The read role of an account, inviting the caller; STS sends the organization of the role."""
    arn = world.role_arn(account, layout.HUB_READ_ROLE)
    context = {"aws:ResourceOrgID": organization} if organization else {}
    words = f"{arn} of {organization or 'no organization'}"
    return Target(words=words, arn=arn, owner=account, context=context)


def _trust_rules(world: World) -> list[Rule]:
    archive = world.archive
    notices = world.role(archive, layout.RECORDING_NOTICE_ROLE)
    roles = [*(world.role(archive, name) for name in _PLAIN_ROLES), notices]
    return [
        Rule(
            sentence="Each role of the hub is taken by the service that AWS names for it.",
            allowed=True,
            cases=[(service(name, account=archive), world.role(archive, role)) for role, name in _PLAIN_ROLES.items()],
            actions=_ASSUME,
        ),
        Rule(
            sentence="EventBridge takes the role for recordings for rules of ours, in every Region of the archive.",
            allowed=True,
            cases=[(events(world, archive, region, _RECORDINGS_RULE), notices) for region in world.regions],
            actions=_ASSUME,
        ),
        Rule(
            sentence="EventBridge takes the role for recordings for no other rule and no other account.",
            allowed=False,
            cases=each(
                [
                    events(world, archive, world.home, "stored-recordings"),
                    events(world, archive, world.home, f"other-bus/{_RECORDINGS_RULE}"),
                    *(events(world, account, world.home, _RECORDINGS_RULE) for account in (*world.members, OUTSIDER)),
                    service("events.amazonaws.com", account=archive),
                    service(
                        "events.amazonaws.com",
                        account=OUTSIDER,
                        source_arn=world.rule_arn(archive, world.home, _RECORDINGS_RULE),
                    ),
                    service("events.amazonaws.com"),
                ],
                [notices],
            ),
            actions=_ASSUME,
        ),
        Rule(
            sentence="No other service takes a role of the hub.",
            allowed=False,
            cases=[
                (service(name, account=archive), target)
                for target in roles
                for name in _SERVICES
                if name != _PLAIN_ROLES.get(target.arn.rsplit("/", 1)[-1])
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="Whoever takes a role of the hub brings no tags and no other name along.",
            allowed=False,
            cases=[
                *((service(name, account=archive), world.role(archive, role)) for role, name in _PLAIN_ROLES.items()),
                (events(world, archive, world.home, _RECORDINGS_RULE), notices),
            ],
            actions=("sts:SetSourceIdentity", "sts:TagSession"),
        ),
        Rule(
            sentence="No person takes a role of the hub: no administrator of any account, no root user, no stranger.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    outsider(world),
                    anonymous(),
                ],
                roles,
            ),
            actions=_ASSUME,
        ),
    ]


def _handler_rules(world: World, handler: Requester) -> list[Rule]:
    invited = [_read_role(world, account, organization=world.organization) for account in world.members]
    other_role = Target(
        words="another role of a member",
        arn=world.role_arn(world.members[0], "Administrator"),
        owner=world.members[0],
        context={"aws:ResourceOrgID": world.organization},
    )
    return [
        Rule(
            sentence="The handler puts records into the stream of judged records.",
            allowed=True,
            cases=[(handler, _stream(world, layout.ACCESS_EVENT_STREAM))],
            actions=("firehose:PutRecordBatch",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The handler reaches no other stream, and changes none.",
            allowed=False,
            cases=[(handler, _stream(world, name)) for name in (layout.TRANSCRIPT_STREAM, "evidence-access-events2")],
            actions=("firehose:PutRecord", "firehose:PutRecordBatch", "firehose:UpdateDestination"),
        ),
        Rule(
            sentence="The handler remembers findings in its table and notes heartbeats in the roster.",
            allowed=True,
            cases=[(handler, world.table(name)) for name in (layout.STATE_TABLE, layout.ROSTER_TABLE)],
            actions=("dynamodb:UpdateItem",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The handler looks up what it remembers.",
            allowed=True,
            cases=[(handler, world.table(layout.STATE_TABLE))],
            actions=("dynamodb:GetItem",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The handler does not read the roster or another table, and removes nothing from any.",
            allowed=False,
            cases=[(handler, world.table(name)) for name in (layout.ROSTER_TABLE, "evidence-other")],
            actions=(*_READS, *_REMOVES),
        ),
        Rule(
            sentence="The handler removes nothing from its own memory.",
            allowed=False,
            cases=[(handler, world.table(layout.STATE_TABLE))],
            actions=("dynamodb:Scan", *_REMOVES),
        ),
        Rule(
            sentence="The handler goes to the read role of a member that invites it.",
            allowed=True,
            cases=each([handler], invited),
            actions=_ASSUME,
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="The handler follows no invitation of another role or of a stranger.",
            allowed=False,
            cases=each(
                [handler],
                [
                    other_role,
                    _read_role(world, OUTSIDER, organization=OUTSIDE_ORGANIZATION),
                    _read_role(world, OUTSIDER, organization=""),
                ],
            ),
            actions=_ASSUME,
            circumstances=(OWN_POLICY_ALONE,),
        ),
    ]


def _roster_rules(world: World, roster: Requester) -> list[Rule]:
    function = _function(world, world.archive, layout.ROSTER_CHECK_FUNCTION)
    schedule = "evidence-roster-check"
    return [
        Rule(
            sentence="The roster check reads the roster and marks whose silence it has told.",
            allowed=True,
            cases=[(roster, world.table(layout.ROSTER_TABLE))],
            actions=("dynamodb:Scan", "dynamodb:UpdateItem"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The roster check removes nobody from the roster, and touches no other table.",
            allowed=False,
            cases=[(roster, world.table(layout.ROSTER_TABLE))],
            actions=_REMOVES,
        ),
        Rule(
            sentence="The roster check does not open the handler's memory, nor its stream or a member's role.",
            allowed=False,
            cases=[(roster, world.table(layout.STATE_TABLE))],
            actions=(*_READS, "dynamodb:UpdateItem"),
        ),
        Rule(
            sentence="The schedule calls the roster check.",
            allowed=True,
            cases=[(events(world, world.archive, world.home, schedule), function)],
            actions=("lambda:InvokeFunction",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No other rule, account or service calls the roster check or changes it.",
            allowed=False,
            cases=each(
                [
                    events(world, world.archive, world.home, "other"),
                    events(world, world.archive, world.home, f"{layout.HUB_BUS}/{schedule}"),
                    events(world, world.members[0], world.home, schedule),
                    service("events.amazonaws.com", account=world.archive),
                    service("s3.amazonaws.com", source_arn=world.rule_arn(world.archive, world.home, schedule)),
                    *(administrator(world, account) for account in world.members),
                    outsider(world),
                    anonymous(),
                ],
                [function],
            ),
            actions=("lambda:InvokeFunction", "lambda:UpdateFunctionCode"),
        ),
        Rule(
            sentence="The schedule does no more than call it.",
            allowed=False,
            cases=[(events(world, world.archive, world.home, schedule), function)],
            actions=("lambda:DeleteFunction", "lambda:UpdateFunctionCode"),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Trust, then what each role does."""
    handler = own_role(world, world.archive, layout.ACCESS_EVENTS_ROLE)
    roster = own_role(world, world.archive, layout.ROSTER_CHECK_ROLE)
    delivery = own_role(world, world.archive, layout.ACCESS_DELIVERY_ROLE)
    notices = own_role(world, world.archive, layout.RECORDING_NOTICE_ROLE)
    guard = own_role(world, world.archive, layout.GUARD_ROLE)
    groups = {
        layout.ACCESS_EVENTS_LOG_GROUP: handler,
        layout.ROSTER_CHECK_LOG_GROUP: roster,
        layout.ACCESS_DELIVERY_LOG_GROUP: delivery,
        layout.GUARD_LOG_GROUP: guard,
    }
    return [
        *_trust_rules(world),
        *_handler_rules(world, handler),
        *_roster_rules(world, roster),
        Rule(
            sentence="Each role of the hub writes to its own log group.",
            allowed=True,
            cases=[(requester, _log_stream(world, group)) for group, requester in groups.items()],
            actions=("logs:PutLogEvents",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="No role of the hub writes to the group of another, nor removes what it said.",
            allowed=False,
            cases=[
                (requester, _log_stream(world, group))
                for group, owner in groups.items()
                for requester in (handler, roster, delivery, notices, guard)
                if requester is not owner
            ],
            actions=("logs:DeleteLogStream", "logs:PutLogEvents"),
        ),
        Rule(
            sentence="Only the handler puts records.",
            allowed=False,
            cases=each([roster, delivery, notices, guard], [_stream(world, layout.ACCESS_EVENT_STREAM)]),
            actions=("firehose:PutRecord", "firehose:PutRecordBatch"),
        ),
        Rule(
            sentence="No other role of the hub goes to the read role of a member, even if invited.",
            allowed=False,
            cases=each(
                [roster, delivery, notices, guard],
                [_read_role(world, world.members[0], organization=world.organization)],
            ),
            actions=_ASSUME,
            circumstances=(OWN_POLICY_ALONE,),
        ),
    ]
