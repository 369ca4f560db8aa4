"""Who takes which role: the service that AWS names for it, the auditors that the settings name, and nobody else."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, execution_roles, outsider, role, root, service
from tools.simulate.requests import EITHER, Requester, Rule, Target, each
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World

_ASSUME = ("sts:AssumeRole",)
_SERVICES = (
    "cloudtrail.amazonaws.com",
    "ec2.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "ssm.amazonaws.com",
)


def _service_roles(world: World) -> list[tuple[str, str]]:
    """Name and service of each role that every member has."""
    found = [(layout.DELIVERY_ROLE, "firehose.amazonaws.com"), (layout.SUBSCRIPTION_ROLE, "logs.amazonaws.com")]
    if world.settings.session_manager.document == "upsert":
        found.append((layout.SESSION_PREFERENCES_ROLE, "lambda.amazonaws.com"))
    if world.settings.trail.mode == "member":
        found.append((layout.TRAIL_LOGS_ROLE, "cloudtrail.amazonaws.com"))
    return found


def _roles(world: World) -> list[Target]:
    return [
        *(world.role(account, name) for account in world.accounts for name, _ in _service_roles(world)),
        world.role(world.archive, layout.ARCHIVE_TRAIL_LOGS_ROLE),
    ]


def _acting(world: World, name: str, account: str, region: str) -> Requester:
    source = f"arn:{world.partition}:logs:{region}:{account}:log-group:{layout.SESSION_LOG_GROUP}:*"
    return service(name, account=account, organization=world.organization, source_arn=source)


def _auditors(world: World) -> list[tuple[str, str]]:
    """Account and name of a role that fits each pattern of the settings."""
    arns = [arn.replace("*", "x") for arn in world.settings.archive.auditors]
    return [(arn.split(":")[4], arn.split(":role/", 1)[1]) for arn in arns]


def _auditor_rules(world: World) -> list[Rule]:
    target = [world.role(world.archive, layout.AUDITOR_ROLE)]
    return [
        Rule(
            sentence="The roles named in the settings take the auditor role.",
            allowed=True,
            cases=each([role(world, account, name) for account, name in _auditors(world)], target),
            actions=_ASSUME,
            circumstances=EITHER,
        ),
        Rule(
            sentence="They do not once their account has left the organization.",
            allowed=False,
            cases=each(
                [
                    role(world, account, name, organization=organization)
                    for account, name in _auditors(world)
                    for organization in ("", OUTSIDE_ORGANIZATION)
                ],
                target,
            ),
            actions=_ASSUME,
        ),
        Rule(
            sentence="Nobody else takes the auditor role, no administrator, root user, service or stranger.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    *(role(world, account, f"path/{name}") for account, name in _auditors(world)),
                    *(outsider(world, name) for _, name in _auditors(world)),
                    *execution_roles(world, world.home),
                    *(service(name, account=world.archive, organization=world.organization) for name in _SERVICES),
                ],
                target,
            ),
            actions=_ASSUME,
        ),
    ]


def rules(world: World) -> list[Rule]:
    """Who takes the roles of members and of the archive."""
    return [
        Rule(
            sentence="The service that AWS documents for a role takes it, for its own account.",
            allowed=True,
            cases=[
                (_acting(world, principal, account, region), world.role(account, name))
                for account in world.accounts
                for region in world.regions
                for name, principal in _service_roles(world)
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="CloudTrail takes the log role of the archive's own trail.",
            allowed=True,
            cases=[
                (
                    service("cloudtrail.amazonaws.com", account=world.archive, organization=world.organization),
                    world.role(world.archive, layout.ARCHIVE_TRAIL_LOGS_ROLE),
                )
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="No other service takes a role.",
            allowed=False,
            cases=[
                (_acting(world, other, account, world.home), world.role(account, name))
                for account in world.accounts
                for name, principal in _service_roles(world)
                for other in _SERVICES
                if other != principal
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="CloudWatch Logs takes the subscription role for log groups of that account alone.",
            allowed=False,
            cases=[
                (requester, world.role(account, layout.SUBSCRIPTION_ROLE))
                for account in world.accounts
                for requester in (
                    _acting(world, "logs.amazonaws.com", OUTSIDER, world.home),
                    service("logs.amazonaws.com"),
                    *(
                        _acting(world, "logs.amazonaws.com", other, world.home)
                        for other in world.accounts
                        if other != account
                    ),
                )
            ],
            actions=_ASSUME,
        ),
        Rule(
            sentence="No person takes a service's role: no administrator of any account, no root user.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    outsider(world),
                ],
                _roles(world),
            ),
            actions=_ASSUME,
        ),
        *(_auditor_rules(world) if world.settings.archive.auditors else []),
    ]
