"""CloudWatch Logs encrypts the archive's and, where the settings say so, the members' log groups with the evidence key.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, outsider, role, service
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, TWO_LAYERS, Case, Requester, Rule, Target, each
from tools.simulate.world import KEY_USE, OUTSIDE_ORGANIZATION, OUTSIDER, World

_ELSEWHERE = ("/aws/lambda/f", "evidence/session-manager", "/evidence", "/x/evidence/session-manager")


def _logs(world: World, region: str, account: str, *, organization: str | None = None) -> Requester:
    belongs_to = world.organization if organization is None else organization
    return service(world.service("logs", region), account=account, organization=belongs_to)


def _for(world: World, region: str, account: str, group: str) -> Target:
    return world.key(region, context={"aws:logs:arn": world.log_group_arn(account, region, group)})


def _through(world: World, region: str, account: str, group: str) -> Target:
    context = {"aws:logs:arn": world.log_group_arn(account, region, group)}
    return world.key(region, via=world.service("logs", region), context=context)


def _writers(world: World, account: str) -> list[Requester]:
    """Roles of a member that write to its log groups, with their own policies, and who administers the account."""
    own = [layout.DELIVERY_ROLE, layout.SESSION_PREFERENCES_ROLE]
    if world.settings.session_manager.document != "upsert":
        own.remove(layout.SESSION_PREFERENCES_ROLE)
    if world.settings.trail.mode == "member":
        own.append(layout.TRAIL_LOGS_ROLE)
    return [
        *(role(world, account, name, policies=(name,)) for name in own),
        role(world, account, "WebServer", policies=(layout.HOST_POLICY,)),
        administrator(world, account),
    ]


def _member_rules(world: World) -> list[Rule]:
    """Where the archive's key serves the members' log groups."""
    groups = (layout.SESSION_LOG_GROUP, layout.DELIVERY_LOG_GROUP, layout.TRAIL_LOG_GROUP)
    own: list[Case] = [
        (_logs(world, region, account), _for(world, region, account, group))
        for account in world.accounts
        for region in world.regions
        for group in groups
    ]
    return [
        Rule(
            sentence="CloudWatch Logs encrypts the evidence log groups of every account of the organization.",
            allowed=True,
            cases=own,
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Who writes to an evidence log group of its own account uses the key through CloudWatch Logs.",
            allowed=True,
            cases=[
                (requester, _through(world, region, account, layout.SESSION_LOG_GROUP))
                for account in world.accounts
                for requester in _writers(world, account)
                for region in world.regions
            ],
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="Who makes an evidence log group looks at the key through CloudWatch Logs.",
            allowed=True,
            cases=[
                (requester, world.key(region, via=world.service("logs", region)))
                for account in world.members
                for requester in _writers(world, account)
                for region in world.regions
            ],
            actions=("kms:DescribeKey",),
            circumstances=EITHER,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Whose log groups the key serves, and for whom it does not."""
    member_groups = world.settings.session_manager.log_key == "archive"
    archive_group = _for(world, world.home, world.archive, layout.ARCHIVE_TRAIL_LOG_GROUP)
    return [
        *(_member_rules(world) if member_groups else []),
        Rule(
            sentence="CloudWatch Logs encrypts the archive's own log group, even if it does not say for whom.",
            allowed=True,
            cases=[
                (_logs(world, world.home, world.archive), archive_group),
                (service(world.service("logs", world.home)), archive_group),
            ],
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="The archive's own trail writes to its log group with the key, through CloudWatch Logs.",
            allowed=True,
            cases=[
                (
                    role(
                        world, world.archive, layout.ARCHIVE_TRAIL_LOGS_ROLE, policies=(layout.ARCHIVE_TRAIL_LOGS_ROLE,)
                    ),
                    _through(world, world.home, world.archive, layout.ARCHIVE_TRAIL_LOG_GROUP),
                )
            ],
            actions=KEY_USE,
            circumstances=EITHER,
        ),
        Rule(
            sentence="CloudWatch Logs encrypts no group of another name, nor one of another Region.",
            allowed=False,
            cases=[
                (_logs(world, region, account), target)
                for account in world.accounts
                for region in world.regions
                for target in (
                    *(_for(world, region, account, group) for group in _ELSEWHERE),
                    world.key(
                        region,
                        context={"aws:logs:arn": world.log_group_arn(account, "eu-west-3", layout.SESSION_LOG_GROUP)},
                    ),
                    world.key(region),
                )
            ],
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="The logs service of another Region does not use the key of this one.",
            allowed=False,
            cases=[
                (_logs(world, "eu-west-3", account), _for(world, region, account, layout.SESSION_LOG_GROUP))
                for account in world.accounts
                for region in world.regions
            ],
            actions=KEY_USE,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudWatch Logs encrypts nothing for another organization, whatever the group is named.",
            allowed=False,
            cases=[
                (
                    _logs(world, region, OUTSIDER, organization=OUTSIDE_ORGANIZATION),
                    _for(world, region, OUTSIDER, group),
                )
                for region in world.regions
                for group in (layout.SESSION_LOG_GROUP, layout.ARCHIVE_TRAIL_LOG_GROUP)
            ],
            actions=KEY_USE,
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="CloudWatch Logs encrypts no member's group where it does not say for which organization.",
            allowed=False,
            cases=[
                (requester, _for(world, region, account, group))
                for region in world.regions
                for account in (OUTSIDER, *world.members)
                for group in (layout.SESSION_LOG_GROUP, layout.ARCHIVE_TRAIL_LOG_GROUP)
                for requester in (
                    service(world.service("logs", region)),
                    service(world.service("logs", region), account=account),
                )
            ],
            actions=("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="CloudWatch Logs neither grants nor administers.",
            allowed=False,
            cases=[
                (_logs(world, region, account), _for(world, region, account, layout.SESSION_LOG_GROUP))
                for account in world.accounts
                for region in world.regions
            ],
            actions=("kms:CreateGrant", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody uses the key for another account's log groups, or for groups of another name.",
            allowed=False,
            cases=[
                (administrator(world, account), target)
                for account in world.accounts
                for region in world.regions
                for target in (
                    *(
                        _through(world, region, other, layout.SESSION_LOG_GROUP)
                        for other in world.accounts
                        if other != account
                    ),
                    _through(world, region, account, "/aws/lambda/f"),
                    world.key(region, via=world.service("logs", region)),
                )
            ],
            actions=KEY_USE,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody uses the key for a log group but through the CloudWatch Logs of its Region.",
            allowed=False,
            cases=[
                (
                    administrator(world, account),
                    world.key(
                        region,
                        via=via,
                        context={"aws:logs:arn": world.log_group_arn(account, region, group)},
                    ),
                )
                for account in world.accounts
                for region in world.regions
                for group in (layout.SESSION_LOG_GROUP, layout.ARCHIVE_TRAIL_LOG_GROUP)
                for via in ("", world.service("s3", region), world.service("logs", "eu-west-3"))
            ],
            actions=KEY_USE,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody from outside uses or sees the key through CloudWatch Logs.",
            allowed=False,
            cases=each(
                [outsider(world), outsider(world, organization="")],
                [_through(world, region, OUTSIDER, layout.SESSION_LOG_GROUP) for region in world.regions],
            ),
            actions=(*KEY_USE, "kms:DescribeKey"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nobody of another account sees the key through another service.",
            allowed=False,
            cases=each(
                [administrator(world, account) for account in world.members],
                [world.key(region, via=world.service("s3", region)) for region in world.regions],
            ),
            actions=("kms:DescribeKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
    ]
