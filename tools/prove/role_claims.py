"""What is claimed of roles: who takes them, and that their own policies allow no more than is permitted."""

from __future__ import annotations

import z3

from stacks.settings import Settings
from tools.prove.encoding import Request, acts, concerns, listed
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_anonymous, is_identity, is_service, names
from tools.prove.refutation import Prover
from tools.prove.role_permits import RolePermits, trust_permits


def prove_role(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Every sentence of a trust policy or of a role's own policy; refutations stay with the prover."""
    trust = policy.kind is PolicyKind.TRUST
    permits = trust_permits(policy, settings) if trust else RolePermits(policy, settings).permits()
    claim = "a role is taken by nobody else" if trust else "a role may do no more than its work asks for"
    for statement in policy.statements:
        if statement["Effect"] != "Allow" or only not in (None, statement["Sid"]):
            continue
        for pattern in listed(statement["Action"]):
            request = Request(None if "*" in pattern or "?" in pattern else pattern)
            identity = is_identity(
                request,
                archive=None if trust else settings.archive.account,
                organization_id=settings.organization.id,
                partition=policy.place.partition,
            )
            request.consider(request.key("aws:PrincipalAccount"), policy.owner)
            if trust:
                caller = z3.Or(identity, is_service(request), is_anonymous(request))
                terms = [caller, names(statement["Principal"], request), request.resource == policy.subject]
            else:
                terms = [identity]
            said = statement if "Resource" in statement else {**statement, "Resource": "*"}
            prover.never(
                claim,
                policy=policy,
                sid=statement["Sid"],
                request=request,
                terms=[
                    *terms,
                    acts(request, [pattern]),
                    concerns(said, request),
                    z3.Not(z3.Or(*(permit.covers(request) for permit in permits))),
                ],
            )
