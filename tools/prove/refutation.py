"""Asks Z3 for a request that a claim says cannot exist; what it finds is told as a request a person understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import z3

from tools.prove.encoding import ABSENT, Request, UnmodelledError
from tools.prove.obvious import atoms_of, find
from tools.prove.policies import Policy

GLANCE: Final = 30_000
EFFORT: Final = 20_000_000
"""Z3's own count of steps, after which it gives up a question, at first sight and for good: unlike seconds, the same on
every machine."""
SEEDS: Final = (1, 2, 3, 4)
"""Beginnings of Z3's search, tried one after the other: whether one finds its way depends on what was asked before."""
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


class EnoughError(Exception):
    """As many refutations as were asked for: further questions would only be built to be thrown away."""


class Prover:
    """Counts the questions it asks and keeps every refutation.

    Args:
        enough: How many refutations are enough to stop asking; by default it asks everything.
    """

    def __init__(self, *, enough: int | None = None) -> None:
        self._enough = enough
        self.queries = 0
        self.refutations: list[Refutation] = []

    def never(
        self,
        claim: str,
        *,
        policy: Policy,
        sid: str,
        request: Request,
        terms: Iterable[z3.BoolRef],
        beside: Iterable[Request] = (),
    ) -> bool:
        """No request satisfies all the terms; else the one found becomes a refutation.

        Raises:
            EnoughError: There are enough refutations; for this question, or already before it.
            UnmodelledError: Z3 does not know the answer, which proves nothing.
        """
        self._stop_at_enough()
        self.queries += 1
        question = z3.And(*terms)
        answer, values = _ask(question, GLANCE)
        if answer != z3.unsat:
            domains: dict[str, list[str]] = {}
            for asked in (request, *beside):
                domains |= asked.candidates()
            plain = find(question, domains)
            answer, values = (z3.sat, plain) if plain is not None else (answer, values)
        if answer == z3.unknown and _impossible_by_logic_alone(question):
            return True
        for seed in SEEDS:
            if answer == z3.unknown:
                answer, values = _ask(question, EFFORT, seed=seed)
        if answer == z3.unknown:
            raise UnmodelledError(f"{claim}: Z3 gives up ({policy}, {sid})")
        if answer == z3.sat:
            self.refutations.append(_told(claim, policy, sid, request, values))
            self._stop_at_enough()
        return bool(answer == z3.unsat)

    def _stop_at_enough(self) -> None:
        if self._enough is not None and len(self.refutations) >= self._enough:
            raise EnoughError


def _ask(question: z3.BoolRef, effort: int, *, seed: int = SEEDS[0]) -> tuple[z3.CheckSatResult, dict[str, str]]:
    """Z3's answer and, where it found one, the values of the variables."""
    solver = z3.Solver()
    solver.set("random_seed", seed)
    solver.set("rlimit", effort)
    solver.add(question)
    answer = solver.check()
    model = solver.model() if answer == z3.sat else []
    return answer, {str(name): model[name].as_string() for name in model if z3.is_string_value(model[name])}


def _impossible_by_logic_alone(question: z3.BoolRef) -> bool:
    """A contradiction already when nobody looks into the strings."""
    opaque = [(atom, z3.Bool(f"atom {index}")) for index, atom in enumerate(atoms_of(question))]
    solver = z3.Solver()
    solver.add(z3.substitute(question, *opaque))
    return bool(solver.check() == z3.unsat)


def _told(claim: str, policy: Policy, sid: str, request: Request, values: Mapping[str, str]) -> Refutation:
    sent = {
        key: values[str(variable)]
        for key, variable in request.context.string_vars.items()
        if values.get(str(variable), ABSENT) != ABSENT
    }
    caller = sent.get("aws:principalservicename") or sent.get("aws:principalarn") or "an anonymous caller"
    organization = sent.get("aws:principalorgid")
    of = f" (of organization {organization})" if organization else ""
    return Refutation(
        claim=claim,
        policy=policy,
        sid=sid,
        caller=f"{caller}{of}",
        action=_value(request.action, values),
        resource=_value(request.resource, values),
        context={key: value for key, value in sent.items() if key not in _PRINTED_FIRST},
    )


def _value(term: z3.SeqRef, values: Mapping[str, str]) -> str:
    return str(term.as_string()) if z3.is_string_value(term) else values.get(str(term), "anything")
