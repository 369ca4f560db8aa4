"""Statements as Z3 terms, exactly: iamprover's encoder for what it models, and the rest by what AWS documents.

iamprover leaves out absent keys, ``…IfExists``, ``Null``, ``ForAllValues`` and policy variables, and lets ``*`` cross
the colons of an ARN; each of these is encoded here. A form that neither encodes raises, so it never counts as proved.

Of a key that may have many values a request here carries one or none. For an Allow that asks something of *all* values
that is no loss: where some set of values refutes a claim, one of them refutes it alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

import z3
from iamprover.engine.conditions import encode_condition
from iamprover.engine.context import Context
from iamprover.engine.patterns import matches_any
from iamprover.model import Condition

Statement = Mapping[str, Any]

ABSENT: Final = "<absent>"
"""The value of a condition key that a request does not carry; no real value looks like it."""

_ELEMENTS: Final = {
    "Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition",
}  # fmt: skip
_OPERATORS: Final = {
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike",
    "ArnNotLike", "Bool",
}  # fmt: skip
_EVERY: Final = "ForAllValues:"
_OF_MANY_VALUES: Final = {
    "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths",
    "aws:sourceorgpaths", "aws:tagkeys", "events:detail-type", "events:source", "events:targetarn",
    "kms:encryptioncontextkeys", "kms:grantoperations",
}  # fmt: skip
"""Keys that AWS lists as arrays. Of these only what is said of all values, or of there being any, is encoded.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_ARN_SEGMENTS: Final = 6
_NOT_COLON: Final = z3.Union(z3.Range(chr(0), "9"), z3.Range(";", chr(0xFFFF)))


class UnmodelledError(Exception):
    """A form of policy that is not encoded; what it means is not proved."""


class Request:
    """Any request: a free action, a free resource and a free value, or absence, for every condition key.

    Args:
        action: The one action to ask for; by default any.
        name: Keeps the variables of two requests apart.
    """

    def __init__(self, action: str | None = None, *, name: str = "") -> None:
        self.context = Context(name)
        self._samples: dict[str, set[str]] = {}
        self.action = z3.String(f"{name}action") if action is None else z3.StringVal(action.lower())
        self.resource = z3.String(f"{name}resource")

    def asks_one_of(self, actions: Sequence[str]) -> bool:
        """The request is pinned to one of these actions."""
        return z3.is_string_value(self.action) and self.action.as_string() in {action.lower() for action in actions}

    def key(self, name: str) -> z3.SeqRef:
        """The value of a condition key."""
        return self.context.string(name)

    def has(self, name: str) -> z3.BoolRef:
        """The request carries the key."""
        return z3.Not(self.key(name) == ABSENT)

    def consider(self, value: z3.SeqRef, pattern: str) -> None:
        """Remember values that match a pattern: a request that refutes a claim is often made of such."""
        self._samples.setdefault(value.sexpr(), set()).update(samples_of(pattern))

    def candidates(self) -> dict[str, list[str]]:
        """For each variable the values that the policies suggest, a strange one and, for a key, absence."""
        found = {
            str(variable): {ABSENT, "strange", *_USUAL.get(name, ()), *self._of(variable)}
            for name, variable in self.context.string_vars.items()
        }
        for variable in (self.action, self.resource):
            if not z3.is_string_value(variable):
                found[str(variable)] = {"strange", *self._of(variable)}
        return {name: sorted(values) for name, values in found.items()}

    def _of(self, variable: z3.SeqRef) -> set[str]:
        return self._samples.get(variable.sexpr(), set())

    def lacks(self, *names: str) -> z3.BoolRef:
        """The request carries none of the keys."""
        return z3.And(*(self.key(name) == ABSENT for name in names))


_ACCOUNTS: Final = ("222222222222", "333333333333")
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:principalaccount": _ACCOUNTS,
    "aws:principalarn": tuple(
        f"arn:aws:iam::{account}:{who}" for account in _ACCOUNTS for who in ("root", "role/strange")
    ),
    "aws:principalisawsservice": ("true", "false"),
    "aws:principalorgid": ("o-strange000",),
    "aws:principalservicename": ("strange.amazonaws.com",),
    "aws:securetransport": ("true", "false"),
    "aws:sourceorgid": ("o-strange000",),
    "aws:viaawsservice": ("true", "false"),
}
"""Values that keys of these names take in any request, in the partition that almost everybody uses."""


def samples_of(pattern: str) -> set[str]:
    """Values that match a pattern, accounts filled in where an ARN or a variable asks for one."""
    if "${" in pattern:
        filled = {_VARIABLE.sub(account, pattern) for account in _ACCOUNTS}
    else:
        parts = pattern.split(":", _ARN_SEGMENTS - 1)
        of_account = len(parts) == _ARN_SEGMENTS and parts[4] == "*"
        filled = {":".join([*parts[:4], account, parts[5]]) for account in _ACCOUNTS} if of_account else {pattern}
    return {text.replace("*", "x").replace("?", "x") for text in filled}


def listed(value: Any) -> list[str]:
    """A policy element as a list of strings."""
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def acts(request: Request, patterns: Sequence[str]) -> z3.BoolRef:
    """The action is one of the patterns, whatever their case; for a pinned action that is known at once."""
    if z3.is_string_value(request.action):
        action = request.action.as_string()
        return z3.BoolVal(any(fnmatchcase(action, pattern.lower()) for pattern in patterns))
    for pattern in patterns:
        request.consider(request.action, pattern.lower())
    return matches_any(request.action, list(patterns), case_insensitive=True)


def concerns(statement: Statement, request: Request) -> z3.BoolRef:
    """The statement speaks about the action and the resource, and its conditions hold; its principal aside.

    Raises:
        UnmodelledError: An element, operator or variable that is not encoded.
    """
    unknown = set(statement) - _ELEMENTS
    if unknown or statement["Effect"] not in ("Allow", "Deny"):
        raise UnmodelledError(f"{statement.get('Sid')}: {', '.join(sorted(unknown)) or statement['Effect']}")
    every = [operator for operator in statement.get("Condition", {}) if operator.startswith(_EVERY)]
    if every and statement["Effect"] == "Deny":
        raise UnmodelledError(f"{statement.get('Sid')}: {', '.join(every)} in a Deny")
    terms = [acts(request, listed(statement["Action"]))]
    if z3.is_false(terms[0]):
        return terms[0]
    if "Resource" in statement:
        terms.append(_among(request.resource, listed(statement["Resource"]), request))
    if "NotResource" in statement:
        terms.append(z3.Not(_among(request.resource, listed(statement["NotResource"]), request)))
    terms += [
        holds(operator, key, listed(values), request)
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    ]
    return z3.And(*terms)


def holds(operator: str, key: str, values: Sequence[str], request: Request) -> z3.BoolRef:
    """One operator and one key of a condition block.

    Raises:
        UnmodelledError: The operator or a variable is not encoded.
    """
    if operator == "Null":
        absent = request.key(key) == ABSENT
        return z3.Or(*(absent if value.lower() == "true" else z3.Not(absent) for value in values))
    if operator.startswith(_EVERY) != (key.lower() in _OF_MANY_VALUES):
        raise UnmodelledError(f"{operator} of {key}")
    if operator == f"{_EVERY}StringEquals":
        return z3.Or(request.key(key) == ABSENT, _matches("StringEquals", key, values, request))
    name = operator.removesuffix("IfExists")
    if name not in _OPERATORS:
        raise UnmodelledError(f"the condition operator {operator}")
    negated = "Not" in name
    match = _matches(name.replace("Not", ""), key, values, request)
    if negated:
        return z3.Or(request.key(key) == ABSENT, z3.Not(match))
    return z3.And(request.has(key), match) if name == operator else z3.Or(request.key(key) == ABSENT, match)


def like(value: z3.SeqRef, pattern: str, request: Request) -> z3.BoolRef:
    """A value matches a pattern of ``*``, ``?`` and policy variables.

    Raises:
        UnmodelledError: A wildcard beside a variable anywhere but at the end.
    """
    if pattern == "*":
        return z3.BoolVal(True)
    request.consider(value, pattern)
    if not any(special in pattern for special in ("*", "?", "${")):
        return value == pattern
    if "${" not in pattern:
        return matches_any(value, [pattern])
    stem = pattern.removesuffix("*")
    text = _filled(stem, request)
    matched = z3.PrefixOf(text, value) if stem != pattern else value == text
    return z3.And(*(request.has(name) for name in _VARIABLE.findall(stem)), matched)


def arn_like(value: z3.SeqRef, pattern: str, request: Request) -> z3.BoolRef:
    """An ARN matches a pattern whose wildcards stay within one of the six parts, but for the last.

    Raises:
        UnmodelledError: A pattern with a policy variable, or that is no ARN.
    """
    segments = pattern.split(":", _ARN_SEGMENTS - 1)
    if "${" in pattern or len(segments) != _ARN_SEGMENTS:
        raise UnmodelledError(f"the ARN pattern {pattern}")
    request.consider(value, pattern)
    if "*" not in pattern and "?" not in pattern:
        return value == pattern
    parts: list[z3.ReRef] = []
    for index, segment in enumerate(segments):
        last = index == _ARN_SEGMENTS - 1
        parts += [_segment(segment, any_character=z3.AllChar(z3.ReSort(z3.StringSort())) if last else _NOT_COLON)]
        parts += [] if last else [z3.Re(":")]
    return z3.InRe(value, z3.Concat(*parts))


def _matches(operator: str, key: str, values: Sequence[str], request: Request) -> z3.BoolRef:
    value = request.key(key)
    if operator.startswith("Arn"):
        return z3.Or(*(arn_like(value, pattern, request) for pattern in values))
    if operator == "StringLike" or (operator == "StringEquals" and any("${" in item for item in values)):
        if operator == "StringEquals" and any("*" in item for item in values):
            raise UnmodelledError(f"StringEquals with a variable and a star: {', '.join(values)}")
        return z3.Or(*(like(value, pattern, request) for pattern in values))
    for item in values:
        request.consider(value, item)
    term = encode_condition(Condition(operator, key, list(values)), request.context)
    if term is None:
        raise UnmodelledError(f"{operator} {key}: {', '.join(values)}")
    return term


def _among(value: z3.SeqRef, patterns: Sequence[str], request: Request) -> z3.BoolRef:
    return z3.Or(*(like(value, pattern, request) for pattern in patterns))


def _filled(text: str, request: Request) -> z3.SeqRef:
    parts = _VARIABLE.split(text)
    if any(wild in literal for literal in parts[::2] for wild in "*?") or any(
        name in "*?$" or "," in name for name in parts[1::2]
    ):
        raise UnmodelledError(f"a wildcard beside a variable: {text}")
    terms = [z3.StringVal(part) if index % 2 == 0 else request.key(part) for index, part in enumerate(parts) if part]
    return z3.Concat(*terms) if len(terms) > 1 else terms[0]


def _segment(text: str, *, any_character: z3.ReRef) -> z3.ReRef:
    parts = [
        {"*": z3.Star(any_character), "?": any_character}.get(piece, z3.Re(piece))
        for piece in re.split(r"([*?])", text)
        if piece
    ]
    return z3.Concat(*parts) if len(parts) > 1 else (parts[0] if parts else z3.Re(""))
