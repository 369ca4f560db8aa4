"""What the proof's encoding says of one concrete request, to hold it against another evaluator."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import z3

from stacks.settings import Settings
from tools.prove.encoding import ABSENT
from tools.prove.guarded import Guarded
from tools.prove.policies import Policy


class ConcreteRequests:
    """Requests to one resource, whose callers' own policies allow everything."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._guarded = Guarded(policy, settings)
        self._ways: dict[str, z3.BoolRef] = {}

    def reach(self, action: str, resource: str, context: Mapping[str, str | Sequence[str]]) -> bool:
        """The encoding lets the request in; a key that the context does not name was not sent.

        Of many values of a key an Allow asks the same, so a request with them passes where one with each passes.
        """
        names = sorted(context)
        each = itertools.product(*([value] if isinstance(value := context[name], str) else value for name in names))
        return all(self._reach(action, resource, dict(zip(names, values, strict=True))) for values in each)

    def _reach(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        request = self._guarded.request(action)
        if action not in self._ways:
            let_in = z3.Or(*(opening.lets(request) for opening in self._guarded.openings()))
            self._ways[action] = z3.And(let_in, z3.Not(self._guarded.denies(request)))
        sent = {key.lower(): value for key, value in context.items()}
        values = [(request.resource, z3.StringVal(resource))]
        values += [
            (variable, z3.StringVal(sent.get(key, ABSENT))) for key, variable in request.context.string_vars.items()
        ]
        return bool(z3.is_true(z3.simplify(z3.substitute(self._ways[action], *values))))
