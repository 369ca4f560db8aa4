"""What is claimed of the organization's own resource policy: the archive account looks up, and nobody does more."""

from __future__ import annotations

from typing import Final

import z3

from stacks.settings import Settings
from tools.prove.encoding import Request, acts, concerns, listed
from tools.prove.permits import Permit
from tools.prove.policies import Policy
from tools.prove.principals import is_anonymous, is_identity, is_service, names
from tools.prove.refutation import Prover

_DELEGATION: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html"


def prove_organization(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Each sentence allows no more than looking up accounts and units, to the archive account alone.

    Raises:
        UnmodelledError: It says something that is not encoded.
    """
    permits = _permits(policy, settings)
    for statement in policy.statements:
        if only not in (None, statement["Sid"]):
            continue
        for action in listed(statement["Action"]):
            request = Request(None if "*" in action or "?" in action else action)
            identity = is_identity(
                request,
                archive=settings.archive.account,
                organization_id=settings.organization.id,
                partition=policy.place.partition,
            )
            prover.never(
                "the archive account reads which accounts and units there are, and nobody does more",
                policy=policy,
                sid=statement["Sid"],
                request=request,
                terms=[
                    z3.Or(identity, is_service(request), is_anonymous(request)),
                    names(statement["Principal"], request),
                    acts(request, [action]),
                    concerns(statement, request),
                    z3.Not(z3.Or(*(permit.covers(request) for permit in permits))),
                ],
            )


def _permits(policy: Policy, settings: Settings) -> list[Permit]:
    here = f"arn:{policy.place.partition}:organizations::{settings.organization.management_account}"
    of_ours = {kind: f"{here}:{kind}/{settings.organization.id}/*" for kind in ("account", "ou", "root")}
    return [
        Permit(
            account=settings.archive.account,
            actions=("organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:ListRoots"),
            source=_DELEGATION,
        ),
        Permit(
            account=settings.archive.account,
            actions=(
                "organizations:DescribeAccount",
                "organizations:DescribeOrganizationalUnit",
                "organizations:ListAccountsForParent",
                "organizations:ListOrganizationalUnitsForParent",
                "organizations:ListParents",
            ),
            resources=tuple(of_ours.values()),
            source=_DELEGATION,
        ),
    ]
