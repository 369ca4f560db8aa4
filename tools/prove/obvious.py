"""Looks for a request that refutes a claim among the values that the policies themselves suggest.

Z3 proves over all strings, and is slow to find one string; this is the other way round. Every atom is evaluated for
every candidate, so what is left to Z3 is which candidates fit together.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

import z3

Domains = Mapping[str, Sequence[str]]
"""The candidates of each variable, by its name."""


def find(question: z3.BoolRef, domains: Domains) -> dict[str, str] | None:
    """Values under which the question holds; None where no combination of candidates does, which proves nothing."""
    atoms = atoms_of(question)
    domains = _with_constants(domains, atoms)
    chosen = {
        name: [z3.Bool(f"{name} is candidate {index}") for index in range(len(values))]
        for name, values in domains.items()
    }
    solver = z3.Solver()
    for switches in chosen.values():
        solver.add(z3.PbEq([(switch, 1) for switch in switches], 1))
    solver.add(z3.substitute(question, *[(atom, _held(atom, domains, chosen)) for atom in atoms]))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return {
        name: next(
            value
            for value, switch in zip(domains[name], switches, strict=True)
            if z3.is_true(model.eval(switch, model_completion=True))
        )
        for name, switches in chosen.items()
    }


def atoms_of(question: z3.BoolRef) -> list[z3.BoolRef]:
    """The smallest parts of the question that are true or false by themselves."""
    atoms, pending, seen = [], [question], set()
    while pending:
        term = pending.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_and(term) or z3.is_or(term) or z3.is_not(term) or z3.is_implies(term):
            pending += term.children()
        elif not (z3.is_true(term) or z3.is_false(term)):
            atoms.append(term)
    return atoms


def _with_constants(domains: Domains, atoms: Sequence[z3.BoolRef]) -> dict[str, list[str]]:
    """What a variable is compared with is a candidate, too."""
    more: dict[str, set[str]] = {name: set(values) for name, values in domains.items()}
    for atom in atoms:
        if z3.is_eq(atom):
            for variable, constant in (atom.children(), reversed(atom.children())):
                if z3.is_string_value(constant) and _name(variable) in more:
                    more[_name(variable)].add(constant.as_string())
    return {name: sorted(values) for name, values in more.items()}


def _held(atom: z3.BoolRef, domains: Domains, chosen: Mapping[str, Sequence[z3.BoolRef]]) -> z3.BoolRef:
    """The combinations of candidates under which an atom is true."""
    variables = _variables(atom)
    names = [_name(variable) for variable in variables]
    ways = []
    for picks in itertools.product(*(range(len(domains[name])) for name in names)):
        values = tuple(domains[name][pick] for name, pick in zip(names, picks, strict=True))
        if _is_true(atom, variables, values):
            ways.append(z3.And(*(chosen[name][pick] for name, pick in zip(names, picks, strict=True))))
    return z3.Or(*ways)


_ATOMS: Final[dict[int, z3.BoolRef]] = {}
"""Keeps atoms alive, so that Z3 gives no other atom the id of one that is remembered."""
_TRUTH: Final[dict[tuple[int, tuple[str, ...]], bool]] = {}


def _is_true(atom: z3.BoolRef, variables: Sequence[z3.ExprRef], values: tuple[str, ...]) -> bool:
    """The atom under these values; the same atoms come again in every question about a policy, and are remembered."""
    key = (_ATOMS.setdefault(atom.get_id(), atom).get_id(), values)
    if key not in _TRUTH:
        concrete = [z3.StringVal(value) for value in values]
        term = z3.substitute(atom, *zip(variables, concrete, strict=True))
        _TRUTH[key] = z3.is_true(z3.simplify(term))
    return _TRUTH[key]


def _name(term: z3.ExprRef) -> str:
    """The name of a variable; Z3's printer takes a hundred times as long."""
    return str(term.decl().name())


def _variables(term: z3.ExprRef) -> list[z3.ExprRef]:
    found: list[z3.ExprRef] = []
    pending, seen = [term], set()
    while pending:
        part = pending.pop()
        if part.get_id() in seen:
            continue
        seen.add(part.get_id())
        if z3.is_const(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.append(part)
        pending += part.children()
    return found
