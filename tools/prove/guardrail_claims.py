"""What is claimed of the organization's guardrails: each refuses all that it is there for, and nothing beside it.

A service control policy binds users, roles and root users of members, neither services nor their service-linked roles;
a resource control policy whoever calls.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import z3

from stacks.settings import Settings
from tools.prove.encoding import Request, acts, concerns, listed
from tools.prove.guardrail_bounds import OF_MANAGED_POLICIES, Bound, bounds_of, is_asked_of, is_outside_perimeter
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_anonymous, is_identity, is_service, names
from tools.prove.refutation import Prover
from tools.prove.unread import UnknownPolicyError

_PERIMETER: Final = ("s3:*", "kms:*")
_ANYBODY: Final = "*"


@dataclass(frozen=True)
class Asked:
    """Which of the questions are asked: see :func:`prove_guardrail`."""

    only: str | None
    actions: Collection[str] | None

    def whether_enough(self, actions: Sequence[str]) -> list[str]:
        """The actions of which it is asked whether they are refused."""
        return [action for action in actions if self.only is None and self._wanted(action)]

    def sentences(self, policy: Policy) -> Iterator[tuple[Mapping[str, Any], str]]:
        """The sentences of which it is asked whether they refuse too much, with each of their actions."""
        for statement in policy.statements:
            if self.only in (None, statement["Sid"]):
                for action in filter(self._wanted, listed(statement["Action"])):
                    yield statement, action

    def _wanted(self, action: str) -> bool:
        return self.actions is None or action in self.actions


def prove_guardrail(
    policy: Policy,
    settings: Settings,
    prover: Prover,
    *,
    only: str | None = None,
    actions: Collection[str] | None = None,
) -> None:
    """Every claim about one such policy; refutations stay with the prover.

    Args:
        policy: A service or resource control policy.
        settings: Of the same assembly.
        prover: Who asks.
        only: The one sentence of which to ask whether it refuses too much; by default each, and of all of them whether
            they refuse enough.
        actions: The only actions to ask about; by default all.

    Raises:
        UnknownPolicyError: It allows something, which a guardrail has no need of, or nothing is known of it.
        UnmodelledError: It says something that is not encoded.
    """
    if any(statement["Effect"] != "Deny" for statement in policy.statements):
        raise UnknownPolicyError(f"an Allow in the {policy}")
    asked = Asked(only, actions)
    if policy.kind is PolicyKind.RESOURCE_CONTROL:
        _perimeter(policy, settings, prover, asked)
        return
    try:
        bounds = bounds_of(policy, settings)
    except LookupError as error:
        raise UnknownPolicyError(str(error)) from error
    _refuses_all(policy, settings, prover, bounds, asked)
    _refuses_nothing_else(policy, settings, prover, bounds, asked)


def _refuses_all(policy: Policy, settings: Settings, prover: Prover, bounds: Sequence[Bound], asked: Asked) -> None:
    for bound in bounds:
        for action in asked.whether_enough(bound.actions):
            request = Request(action)
            prover.never(
                f"nobody is let through to {bound.what}",
                policy=policy,
                sid="no sentence",
                request=request,
                terms=[
                    _member(request, policy, settings),
                    bound.covers(request),
                    z3.Not(_denied(policy.statements, request)),
                ],
            )


def _refuses_nothing_else(
    policy: Policy, settings: Settings, prover: Prover, bounds: Sequence[Bound], asked: Asked
) -> None:
    """Nobody's other work is stopped, and the deployment's not at all but where nobody is excepted."""
    for statement, action in asked.sentences(policy):
        request = Request(None if "*" in action else action)
        meant = [bound for bound in bounds if action in bound.actions]
        prover.never(
            "a guardrail refuses nothing that it is not there for",
            policy=policy,
            sid=statement["Sid"],
            request=request,
            terms=[
                _member(request, policy, settings),
                acts(request, [action]),
                is_asked_of(request, action, policy.place.partition),
                concerns(_of_action(statement, action), request),
                z3.Not(z3.Or(*(bound.covers(request) for bound in meant))),
            ],
        )


def _perimeter(policy: Policy, settings: Settings, prover: Prover, asked: Asked) -> None:
    organization = settings.organization.id
    for action in asked.whether_enough(_PERIMETER):
        request = Request()
        prover.never(
            "nobody from outside the organization, and no service for an account outside it, has anything",
            policy=policy,
            sid="no sentence",
            request=request,
            terms=[
                _caller(request, policy, settings),
                acts(request, [action]),
                is_outside_perimeter(request, organization),
                z3.Not(_denied(policy.statements, request)),
            ],
        )
    for statement, action in asked.sentences(policy):
        request = Request()
        prover.never(
            "the perimeter stops nobody of the organization, and no service that acts for it or does not say for whom",
            policy=policy,
            sid=statement["Sid"],
            request=request,
            terms=[
                _caller(request, policy, settings),
                acts(request, [action]),
                z3.And(names(statement["Principal"], request), concerns(statement, request)),
                z3.Not(z3.And(is_outside_perimeter(request, organization), acts(request, _PERIMETER))),
            ],
        )


def _denied(statements: Sequence[Mapping[str, Any]], request: Request) -> z3.BoolRef:
    return z3.Or(
        *(
            z3.And(names(statement.get("Principal", _ANYBODY), request), concerns(statement, request))
            for statement in statements
        )
    )


def _member(request: Request, policy: Policy, settings: Settings) -> z3.BoolRef:
    """A user, role or root user of the organization calls."""
    return z3.And(
        is_identity(
            request,
            archive=settings.archive.account,
            organization_id=settings.organization.id,
            partition=policy.place.partition,
        ),
        request.key("aws:PrincipalOrgID") == settings.organization.id,
    )


def _caller(request: Request, policy: Policy, settings: Settings) -> z3.BoolRef:
    """Anybody calls."""
    identity = is_identity(
        request,
        archive=settings.archive.account,
        organization_id=settings.organization.id,
        partition=policy.place.partition,
    )
    return z3.Or(identity, is_service(request), is_anonymous(request))


def _of_action(statement: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    """The statement with those of its resources of which an action is asked: of its own service, and in IAM of roles or
    of policies.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    if "Resource" not in statement:
        return statement
    service = action.partition(":")[0]
    own = [item for item in listed(statement["Resource"]) if item == "*" or item.split(":")[2] in (service, "*")]
    if service == "iam":
        form = "policy/" if action in OF_MANAGED_POLICIES else "role/"
        own = [item for item in own if item == "*" or item.split(":")[5].startswith(form)]
    return {**statement, "Resource": own}
