"""Asks Z3 for a request that a claim says cannot exist; what it finds is told as a request a person understands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import z3

from tools.prove.encoding import ABSENT, Request, UnmodelledError
from tools.prove.policies import Policy

GLANCE: Final = 200_000
EFFORT: Final = 20_000_000
"""Z3's own count of steps, after which it gives up a question: the same on every machine, unlike seconds."""
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

    def never(self, claim: str, *, policy: Policy, sid: str, request: Request, terms: Iterable[z3.BoolRef]) -> bool:
        """No request satisfies all the terms; else the one found becomes a refutation.

        Raises:
            UnmodelledError: Z3 does not know the answer, which proves nothing.
        """
        self.queries += 1
        question = z3.And(*terms)
        answer, solver = _ask(question, GLANCE)
        if answer == z3.unknown and _impossible_by_logic_alone(question):
            return True
        if answer == z3.unknown:
            answer, solver = _ask(question, EFFORT)
        if answer == z3.unknown:
            raise UnmodelledError(f"{claim}: {solver.reason_unknown()} ({policy}, {sid})")
        if answer == z3.sat:
            self.refutations.append(_told(claim, policy, sid, request, solver.model()))
        return bool(answer == z3.unsat)


def _ask(question: z3.BoolRef, effort: int) -> tuple[z3.CheckSatResult, z3.Solver]:
    solver = z3.Solver()
    solver.set("random_seed", 1)
    solver.set("rlimit", effort)
    solver.add(question)
    return solver.check(), solver


def _impossible_by_logic_alone(question: z3.BoolRef) -> bool:
    """A contradiction already when nobody looks into the strings."""
    opaque: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}
    pending, seen = [question], set()
    while pending:
        term = pending.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_and(term) or z3.is_or(term) or z3.is_not(term) or z3.is_implies(term):
            pending += term.children()
        elif not (z3.is_true(term) or z3.is_false(term)):
            opaque[term.get_id()] = (term, z3.Bool(f"atom{len(opaque)}"))
    solver = z3.Solver()
    solver.add(z3.substitute(question, *opaque.values()))
    return bool(solver.check() == z3.unsat)


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
