"""The questions that are asked of every resource, and how a question about a way in is put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from tools.prove.encoding import Request, acts, concerns
from tools.prove.guarded import Guarded, Opening
from tools.prove.principals import is_anonymous, names
from tools.prove.refutation import Prover


def everything_is_encoded(guarded: Guarded) -> None:
    """Every statement of the policy says what is encoded, whichever of them is asked about.

    Raises:
        UnmodelledError: One does not.
    """
    for statement in guarded.policy.statements:
        names(statement["Principal"], Request())
        concerns(statement, Request())


def allows_no_more_than_is_permitted(guarded: Guarded, prover: Prover) -> None:
    """Each sentence by itself, whatever the Denies beside it would still refuse."""
    for opening in guarded.sentences():
        for request, asked in asked_of(guarded, opening):
            never(
                "a sentence allows no more than AWS's pages ask for",
                guarded,
                prover,
                opening,
                request,
                asked,
                guarded.somebody(request),
                z3.Not(guarded.permitted(request)),
                denies=False,
            )


def nobody_from_outside(guarded: Guarded, prover: Prover) -> None:
    """No user or role of another organization or of none, and nobody unsigned."""
    ours = guarded.settings.organization.id
    for opening in guarded.openings():
        for request, asked in asked_of(guarded, opening):
            stranger = z3.And(guarded.identity(request), z3.Not(request.key("aws:PrincipalOrgID") == ours))
            never(
                "no user or role from outside the organization, and nobody anonymous, has anything",
                guarded,
                prover,
                opening,
                request,
                asked,
                z3.Or(stranger, is_anonymous(request)),
            )


def never(
    claim: str,
    guarded: Guarded,
    prover: Prover,
    opening: Opening,
    request: Request,
    *terms: z3.BoolRef,
    denies: bool = True,
) -> None:
    """No request passes an opening, concerns the resource and meets the terms; the policy's Denies count by default."""
    if not _may_ask(opening.actions, request):
        return
    passed = [opening.lets(request), guarded.here(request), *terms]
    if denies:
        passed.append(z3.Not(guarded.denies(request)))
    prover.never(claim, policy=guarded.policy, sid=opening.sid, request=request, terms=passed)


def _may_ask(actions: Sequence[str], request: Request) -> bool:
    """Whether an opening speaks of a request's action at all: a question that is plainly about another is not asked."""
    return not z3.is_false(acts(request, actions))


def asked_of(guarded: Guarded, opening: Opening) -> Iterator[tuple[Request, z3.BoolRef]]:
    """A request for each action pattern: pinned where it is one action, free within the pattern otherwise."""
    for pattern in opening.actions:
        request = guarded.request(None if "*" in pattern or "?" in pattern else pattern)
        yield request, acts(request, [pattern])
