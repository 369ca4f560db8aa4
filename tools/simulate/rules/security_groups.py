"""What the guard of security groups may do: at home, in a member, and where it is told to act.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from dataclasses import replace

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, anonymous, outsider, own_role, role, root, service
from tools.simulate.requests import EITHER, OWN_POLICY_ALONE, Case, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World

_ASSUME = ("sts:AssumeRole",)
_DESCRIBE = ("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups")
_ENTRIES = ("ec2:GetManagedPrefixListEntries",)
_REVOKE = ("ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress")
_AUTHORIZE = ("ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress")
_CHANGE = {"revoke": _REVOKE, "restore": (*_REVOKE, *_AUTHORIZE)}
_NEVER = (
    "ec2:CreateTags",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteTags",
    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
)


def _guard(world: World, *, within: str = layout.GUARD_FUNCTION) -> Requester:
    """The guard's role while a function runs; by what it does elsewhere, Lambda says for no function."""
    guard = own_role(world, world.archive, layout.GUARD_ROLE)
    if not within:
        return guard
    arn = f"arn:{world.partition}:lambda:{world.home}:{world.archive}:function:{within}"
    return replace(
        guard, words=f"{guard.words} in {within}", context={**guard.context, "lambda:SourceFunctionArn": arn}
    )


def _member_role(world: World, account: str, *, organization: str | None = None, name: str = "") -> Target:
    """A role of an account that the guard wants; STS sends the organization of the role."""
    found = world.role(account, name or layout.GUARD_MEMBER_ROLE)
    belongs_to = world.organization if organization is None else organization
    words = f"{found.words} in {belongs_to or 'no organization'}"
    return replace(found, words=words, context={"aws:ResourceOrgID": belongs_to} if belongs_to else {})


def _inviting(target: Target) -> Target:
    return replace(target, policy="")


def _group(world: World, account: str) -> Target:
    return world.own(f"arn:{world.partition}:ec2:{world.home}:{account}:security-group/sg-0123456789abcdef0", account)


def _list(world: World, requester: Requester, owner: str) -> Case:
    """A prefix list as its reader sees it; AWS's own bear its name instead of an account."""
    arn = f"arn:{world.partition}:ec2:{world.home}:{owner}:prefix-list/pl-0123456789abcdef0"
    return requester, Target(words=f"a prefix list of {owner}", arn=arn, owner=requester.account)


def _at_home(world: World) -> list[Rule]:
    guard = _guard(world)
    return [
        Rule(
            sentence="The guard remembers differences in its own table.",
            allowed=True,
            cases=[(guard, world.table(layout.GUARD_TABLE))],
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The guard reads in the roster where to sweep.",
            allowed=True,
            cases=[(guard, world.table(layout.ROSTER_TABLE))],
            actions=("dynamodb:Scan",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="The guard removes nothing from its memory and does not read it as a whole.",
            allowed=False,
            cases=[(guard, world.table(layout.GUARD_TABLE))],
            actions=("dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:Scan", "dynamodb:UpdateTable"),
        ),
        Rule(
            sentence="The guard changes neither the roster nor the handler's memory.",
            allowed=False,
            cases=[(guard, world.table(name)) for name in (layout.ROSTER_TABLE, layout.STATE_TABLE)],
            actions=("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        ),
        Rule(
            sentence="The other functions of the hub do not open the guard's memory.",
            allowed=False,
            cases=[
                (own_role(world, world.archive, name), world.table(layout.GUARD_TABLE))
                for name in (layout.ACCESS_EVENTS_ROLE, layout.ROSTER_CHECK_ROLE)
            ],
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"),
        ),
        Rule(
            sentence="The guard has no right of its own in a member, nor in the archive account.",
            allowed=False,
            cases=[
                *((guard, world.own("*", account)) for account in world.accounts),
            ],
            actions=_DESCRIBE,
        ),
        Rule(
            sentence="The guard changes no security group as itself.",
            allowed=False,
            cases=[(guard, _group(world, account)) for account in world.accounts],
            actions=(*_REVOKE, *_AUTHORIZE),
        ),
    ]


def _taking(world: World) -> list[Rule]:
    targets = [_member_role(world, account) for account in world.accounts]
    stolen = [_guard(world, within=""), _guard(world, within="evidence-access-events"), _guard(world, within="other")]
    others = (layout.ACCESS_EVENTS_ROLE, layout.ROSTER_CHECK_ROLE, layout.ACCESS_DELIVERY_ROLE, layout.AUDITOR_ROLE)
    return [
        Rule(
            sentence="The guard, while its function runs, takes its role of every member.",
            allowed=True,
            cases=each([_guard(world)], targets),
            actions=_ASSUME,
            circumstances=EITHER,
        ),
        Rule(
            sentence="With the guard's credentials outside its function nobody takes the role of a member.",
            allowed=False,
            cases=each(stolen, [*targets, *(_inviting(target) for target in targets)]),
            actions=_ASSUME,
            circumstances=EITHER,
        ),
        Rule(
            sentence="The guard follows no invitation of another role, another organization or none.",
            allowed=False,
            cases=each(
                [_guard(world)],
                [
                    _inviting(_member_role(world, world.members[0], name="Administrator")),
                    _inviting(_member_role(world, world.members[0], name=layout.HUB_READ_ROLE)),
                    _inviting(_member_role(world, OUTSIDER, organization=OUTSIDE_ORGANIZATION)),
                    _inviting(_member_role(world, OUTSIDER, organization="")),
                ],
            ),
            actions=_ASSUME,
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="No other role of the hub goes to the guard's role of a member, even if invited.",
            allowed=False,
            cases=each(
                [
                    own_role(world, world.archive, name)
                    for name in (layout.ACCESS_EVENTS_ROLE, layout.ROSTER_CHECK_ROLE, layout.ACCESS_DELIVERY_ROLE)
                ],
                [_inviting(target) for target in targets],
            ),
            actions=_ASSUME,
            circumstances=(OWN_POLICY_ALONE,),
        ),
        Rule(
            sentence="Nobody else takes the guard's role of a member: no role of the hub, administrator or stranger.",
            allowed=False,
            cases=each(
                [
                    *(role(world, world.archive, name) for name in (*others, f"{layout.GUARD_ROLE}2")),
                    role(world, world.archive, f"path/{layout.GUARD_ROLE}"),
                    *(role(world, account, layout.GUARD_ROLE) for account in world.members),
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    outsider(world, layout.GUARD_ROLE),
                    anonymous(),
                    *(service(name, account=world.archive) for name in ("ec2.amazonaws.com", "lambda.amazonaws.com")),
                ],
                targets,
            ),
            actions=_ASSUME,
        ),
        Rule(
            sentence="The guard's role of a member takes no tags and no other name along.",
            allowed=False,
            cases=each([role(world, world.archive, layout.GUARD_ROLE)], targets[:1]),
            actions=("sts:SetSourceIdentity", "sts:TagSession"),
        ),
    ]


def _in_members(world: World) -> list[Rule]:
    reading = [own_role(world, account, layout.GUARD_MEMBER_ROLE) for account in world.accounts]
    return [
        Rule(
            sentence="The guard's role of a member describes security groups, their rules and prefix lists.",
            allowed=True,
            cases=[(requester, world.own("*", requester.account)) for requester in reading],
            actions=_DESCRIBE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="It reads what prefix lists hold: the account's, shared ones, and AWS's own.",
            allowed=True,
            cases=[
                _list(world, requester, owner)
                for requester in reading
                for owner in (requester.account, world.archive, "aws")
            ],
            actions=_ENTRIES,
            circumstances=EITHER,
        ),
        Rule(
            sentence="By itself the guard's role of a member changes no security group.",
            allowed=False,
            cases=[(requester, _group(world, requester.account)) for requester in reading],
            actions=(*_REVOKE, *_AUTHORIZE, *_NEVER),
        ),
        Rule(
            sentence="It changes no prefix list.",
            allowed=False,
            cases=[_list(world, requester, requester.account) for requester in reading],
            actions=("ec2:DeleteManagedPrefixList", "ec2:ModifyManagedPrefixList"),
        ),
    ]


def _acting(world: World) -> list[Rule]:
    """Where the guard acts; all accounts of a mode have the same template."""
    modes = set(world.settings.security_groups.enforcement.values())
    if not modes:
        return []
    (mode,) = modes
    carried = (layout.GUARD_MEMBER_ROLE, layout.GUARD_ENFORCEMENT_POLICY)
    account, other = world.members[:2]
    guard = role(world, account, layout.GUARD_MEMBER_ROLE, policies=carried)
    never = [action for action in (*_REVOKE, *_AUTHORIZE, *_NEVER) if action not in _CHANGE[mode]]
    return [
        Rule(
            sentence="Where the guard is told to act, its role changes groups as far as it is told to.",
            allowed=True,
            cases=[(guard, _group(world, account))],
            actions=_CHANGE[mode],
            circumstances=EITHER,
        ),
        Rule(
            sentence="Where it is told to act it does nothing beyond that, to groups least of all.",
            allowed=False,
            cases=[(guard, _group(world, account))],
            actions=never,
        ),
        Rule(
            sentence="Where it acts it does not reach the groups of another account.",
            allowed=False,
            cases=[(guard, replace(_group(world, other), owner=account))],
            actions=(*_REVOKE, *_AUTHORIZE),
        ),
        Rule(
            sentence="Attached to another role, the policy of enforcement lets it do nothing.",
            allowed=False,
            cases=[
                (role(world, account, name, policies=(layout.GUARD_ENFORCEMENT_POLICY,)), _group(world, account))
                for name in ("Operator", f"{layout.GUARD_MEMBER_ROLE}2", layout.HUB_READ_ROLE)
            ],
            actions=(*_REVOKE, *_AUTHORIZE),
        ),
    ]


def rules(world: World) -> list[Rule]:
    """At home, on the way to a member, there, and where it acts."""
    return [*_at_home(world), *_taking(world), *_in_members(world), *_acting(world)]
