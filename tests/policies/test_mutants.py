"""Every mistake in a policy or a resource turns some check red: an invariant, a proof or a simulated request."""

from __future__ import annotations

import inspect
import itertools
import json
import shutil
from collections.abc import Iterator

import pytest

from tests import test_invariants
from tests.assembly import Assembly
from tests.policies.mutants import MUTANTS
from tools.prove.encoding import UnmodelledError
from tools.prove.intrinsics import UnresolvedIntrinsicError
from tools.prove.policies import Policy, load_policies
from tools.prove.proof import prove_policy
from tools.prove.refutation import Prover
from tools.prove.unread import UnknownPolicyError
from tools.simulate.engine import SimulationError
from tools.simulate.simulation import failures


def invariants_broken(assembly: Assembly, settings, variant) -> Iterator[str]:
    """The names of the tests over all templates that fail for this assembly of the example."""
    given = {
        "any_assembly": assembly,
        "assembly": assembly,
        "settings": settings,
        "variant": lambda name: assembly if name == "example" else variant(name),
    }
    for name, function in vars(test_invariants).items():
        if not name.startswith("test_"):
            continue
        named = [mark.args for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
        wanted = set(inspect.signature(function).parameters)
        for case in itertools.chain(*(values for _, values in named)) if named else [()]:
            arguments = dict(zip(named[0][0], case, strict=True)) if named else {}
            if not wanted <= given.keys() | arguments.keys():
                continue
            try:
                function(**{key: value for key, value in (given | arguments).items() if key in wanted})
            except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError):
                yield name


def caught_by(assembly: Assembly, settings, intact: list[Policy], variant) -> str | None:
    """The first check that notices: cheap ones first."""
    for name in invariants_broken(assembly, settings, variant):
        return f"invariant {name}"
    try:
        policies = load_policies(assembly.directory, settings)
    except (UnknownPolicyError, UnresolvedIntrinsicError) as error:
        return f"loader: {error}"
    changed = [policy for policy in policies if policy not in intact]
    prover = Prover(enough=1)
    try:
        for policy in changed:
            prove_policy(policy, settings, prover)
    except UnmodelledError as error:
        return f"proof, not encoded: {error}"
    if prover.refutations:
        return f"proof: {prover.refutations[0].claim}"
    try:
        wrong = failures(policies, settings, subjects={policy.subject for policy in changed})
    except SimulationError as error:
        return f"simulation, not answered: {error}"
    return f"simulation: {wrong[0].splitlines()[0]}" if wrong else None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_check_notices_that(mutant, assembly, settings, loaded, variant, tmp_path, record_property):
    directory = tmp_path / "assembly"
    shutil.copytree(assembly.directory, directory)
    file = directory / f"{mutant.template}.template.json"
    template = json.loads(file.read_text())
    before = json.dumps(template)
    mutant.change(template)
    assert json.dumps(template) != before
    file.write_text(json.dumps(template))
    check = caught_by(Assembly(directory), settings, loaded[0], variant)
    record_property(f"mutants caught by {str(check).split()[0].rstrip(':,')}", 1)
    assert check is not None


def test_nothing_is_noticed_where_nothing_is_wrong(assembly, settings, loaded, variant):
    assert caught_by(assembly, settings, loaded[0], variant) is None


def test_there_are_more_than_a_hundred_and_forty_mutants_and_no_two_are_the_same():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) > 140
