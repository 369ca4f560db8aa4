"""Who asks: roles, users, services and strangers, each with the condition keys that AWS sends for them.

The simulator adds none of these by itself.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from dataclasses import replace

from constructs_lib import archive_layout as layout
from tools.simulate.requests import ADMINISTRATOR, Requester
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World


def role(
    world: World,
    account: str,
    name: str,
    *,
    policies: tuple[str, ...] = (ADMINISTRATOR,),
    organization: str | None = None,
) -> Requester:
    """A session of a role, with administrator rights unless its policies are named.

    Args:
        world: The organization.
        account: Of the role.
        name: With its path, if it has one.
        policies: Names of the policies that it carries.
        organization: Another organization than ours; empty for an account that belongs to none.
    """
    belongs_to = world.organization if organization is None else organization
    whose = f" of the organization {belongs_to}" if belongs_to else " of no organization"
    session = f"arn:{world.partition}:sts::{account}:assumed-role/{name.rsplit('/', 1)[-1]}/session"
    return Requester(
        words=f"the role {name} of {account}" + ("" if organization is None else whose),
        principal=session,
        account=account,
        member=belongs_to == world.organization,
        policies=policies,
        context={
            "aws:PrincipalArn": world.role_arn(account, name),
            "aws:PrincipalAccount": account,
            "aws:PrincipalIsAWSService": "false",
            "aws:SecureTransport": "true",
        }
        | ({"aws:PrincipalOrgID": belongs_to} if belongs_to else {}),
    )


def delivery_role(world: World, account: str) -> Requester:
    """The delivery role of a member, with the policy that its template gives it."""
    return role(world, account, layout.DELIVERY_ROLE, policies=(layout.DELIVERY_ROLE,))


def administrator(world: World, account: str) -> Requester:
    """A person with administrator rights in an account of the organization."""
    return role(world, account, "Administrator")


def auditor(world: World) -> Requester:
    """The role that reads evidence, with the policy that its template gives it."""
    return role(world, world.archive, layout.AUDITOR_ROLE, policies=(layout.AUDITOR_ROLE,))


def asking(world: World, name: str) -> Requester:
    """The role as which an auditor asks in Athena, with the policy that its template gives it."""
    return own_role(world, world.archive, layout.query_role(name))


def execution_roles(world: World, region: str) -> list[Requester]:
    """The roles that deploy the archive of a Region; their own policies allow everything."""
    return [role(world, world.archive, name) for name in world.execution_roles(region)]


def outsider(world: World, name: str = "Administrator", *, organization: str = OUTSIDE_ORGANIZATION) -> Requester:
    """A role of an account outside the organization, with every right that its account can give."""
    return role(world, OUTSIDER, name, organization=organization)


def outsiders(world: World) -> list[Requester]:
    """Roles of another organization and of none, named as ours or otherwise."""
    return [
        outsider(world),
        outsider(world, layout.DELIVERY_ROLE),
        outsider(world, layout.AUDITOR_ROLE),
        outsider(world, organization=""),
    ]


def user(world: World, account: str, name: str) -> Requester:
    """An IAM user of a member, with administrator rights."""
    arn = f"arn:{world.partition}:iam::{account}:user/{name}"
    return Requester(
        words=f"the user {name} of {account}",
        principal=arn,
        account=account,
        member=True,
        policies=(ADMINISTRATOR,),
        context={
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": account,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalOrgID": world.organization,
            "aws:SecureTransport": "true",
        },
    )


def root(world: World, account: str) -> Requester:
    """The root user of an account: everything is allowed to it that no resource or organization policy denies."""
    arn = f"arn:{world.partition}:iam::{account}:root"
    return Requester(
        words=f"the root user of {account}",
        principal=arn,
        account=account,
        member=True,
        policies=(ADMINISTRATOR,),
        context={
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": account,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalOrgID": world.organization,
            "aws:SecureTransport": "true",
        },
    )


def anonymous() -> Requester:
    """A caller who signs nothing; AWS sends no key about the principal."""
    return Requester(words="an anonymous caller", principal=None, context={"aws:SecureTransport": "true"})


def service(
    name: str,
    *,
    account: str = "",
    organization: str = "",
    source_arn: str = "",
) -> Requester:
    """An AWS service that calls directly, on behalf of a resource or account.

    Args:
        name: For instance ``cloudtrail.amazonaws.com``.
        account: ``aws:SourceAccount``; empty where the service does not send it.
        organization: ``aws:SourceOrgID``; empty where the service does not send it.
        source_arn: ``aws:SourceArn``; empty where the service does not send it.
    """
    sent = {"aws:SourceAccount": account, "aws:SourceOrgID": organization, "aws:SourceArn": source_arn}
    about = ", ".join(f"{key.removeprefix('aws:')} {value}" for key, value in sent.items() if value)
    return Requester(
        words=f"{name} ({about or 'it does not say for whom'})",
        principal=name,
        context={
            "aws:PrincipalIsAWSService": "true",
            "aws:SecureTransport": "true",
            **{key: value for key, value in sent.items() if value},
        },
    )


def trail(world: World, account: str, name: str, *, organization: str | None = None, sent: bool = True) -> Requester:
    """CloudTrail for one trail.

    Args:
        world: The organization.
        account: Of the trail.
        name: Of the trail.
        organization: Another organization than ours; empty for none.
        sent: Whether CloudTrail says for which account and organization it acts.
    """
    belongs_to = world.organization if organization is None else organization
    return service(
        "cloudtrail.amazonaws.com",
        account=account if sent else "",
        organization=belongs_to if sent else "",
        source_arn=world.trail_arn(account, name),
    )


def events(world: World, account: str, region: str, rule: str) -> Requester:
    """EventBridge for one rule, named with its bus before it unless that is the default bus."""
    return service("events.amazonaws.com", account=account, source_arn=world.rule_arn(account, region, rule))


def own_role(world: World, account: str, name: str) -> Requester:
    """A role with the policies that its template gives it."""
    return role(world, account, name, policies=(name,))


def service_linked_role(world: World, account: str, name: str, service_name: str) -> Requester:
    """A role that an AWS service made for itself: no service control policy binds it.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    return replace(role(world, account, f"aws-service-role/{service_name}/{name}"), member=False)


def forwarded(requester: Requester, service_name: str) -> Requester:
    """The same person, for whom an AWS service calls another with the person's own rights."""
    through = {"aws:CalledVia": [service_name], "aws:CalledViaFirst": service_name, "aws:CalledViaLast": service_name}
    return replace(
        requester,
        words=f"{service_name} for {requester.words}",
        context={**requester.context, **through, "aws:ViaAWSService": "true"},
    )
