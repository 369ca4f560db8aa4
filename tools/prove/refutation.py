"""Asks Z3 for a request that a claim says cannot exist; what it finds is told as a request a person understands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import z3

from tools.prove.encoding import ABSENT, Request, UnmodelledError
from tools.prove.policies import Policy

_PRINTED_FIRST = ("aws:principalservicename", "aws:principalarn", "aws:principalaccount", "aws:principalorgid")


@dataclass(frozen=True, kw_only=True)
class Refutation:
    """A claim that does not hold, with the request that shows it and the sentence that lets it in."""

    claim: str
    policy: Policy
    sid: str
    caller: str
    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        context = "".join(f"\n      {key} = {value}" for key, value in sorted(self.context.items()))
        return (
            f"NOT PROVED: {self.claim}\n"
            f"  {self.policy}\n"
            f"  lets in, by {self.sid}:\n"
            f"    {self.caller} asks for {self.action} on {self.resource}{context}"
        )


class Prover:
    """Counts the questions it asks and keeps every refutation."""

    def __init__(self) -> None:
        self.queries = 0
        self.refutations: list[Refutation] = []

    def never(
        self, claim: str, *, policy: Policy, sid: str, request: Request, terms: Iterable[z3.BoolRef]
    ) -> bool:
        """No request satisfies all the terms; else the one found becomes a refutation.

        Raises:
            UnmodelledError: Z3 does not know the answer, which proves nothing.
        """
        solver = z3.Solver()
        solver.set("timeout", 10_000)
        solver.set("random_seed", 1)
        solver.add(*terms)
        self.queries += 1
        answer = solver.check()
        if answer == z3.unknown:
            raise UnmodelledError(f"{claim}: {solver.reason_unknown()} ({policy}, {sid})")
        if answer == z3.sat:
            self.refutations.append(_told(claim, policy, sid, request, solver.model()))
        return bool(answer == z3.unsat)


def _told(claim: str, policy: Policy, sid: str, request: Request, model: z3.ModelRef) -> Refutation:
    chosen = {key: value for key, value in request.context.assignments(model).items() if value != ABSENT}
    caller = chosen.get("aws:principalservicename") or chosen.get("aws:principalarn") or "an anonymous caller"
    organization = chosen.get("aws:principalorgid")
    of = f" (of organization {organization})" if organization else ""
    return Refutation(
        claim=claim,
        policy=policy,
        sid=sid,
        caller=f"{caller}{of}",
        action=_text(model, request.action),
        resource=_text(model, request.resource),
        context={key: value for key, value in chosen.items() if key not in _PRINTED_FIRST},
    )


def _text(model: z3.ModelRef, term: z3.SeqRef) -> str:
    return str(model.eval(term, model_completion=True).as_string())
