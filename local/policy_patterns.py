"""Wildcards and policy variables, as policy elements write them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final


class UnmodelledPolicyError(Exception):
    """A policy uses a form that this evaluation does not know; guessing could let a request pass."""


class MissingVariableError(Exception):
    """A policy variable names a key that the request does not carry; its statement does not apply."""


_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_LITERALS: Final = frozenset("*?$")
_ARN_PARTS: Final = 6


def expand(pattern: str, keys: Mapping[str, str]) -> str:
    """The pattern as a regular expression: `*` and `?` stay wild, the values of variables do not.

    Raises:
        MissingVariableError: A variable without a value in this request.
    """
    parts: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(pattern):
        parts += [_wild(pattern[end : variable.start()]), re.escape(_value(variable.group(1), keys))]
        end = variable.end()
    return "".join([*parts, _wild(pattern[end:])])


def literal(text: str, keys: Mapping[str, str]) -> str:
    """The text with its variables filled in and no wildcards."""
    return _VARIABLE.sub(lambda variable: _value(variable.group(1), keys), text)


def matches(value: str, expression: str) -> bool:
    """The whole value is described by an expression of `expand`."""
    return re.fullmatch(expression, value, re.DOTALL) is not None


def matches_arn(value: str, pattern: str, keys: Mapping[str, str]) -> bool:
    """Each of the six parts of an ARN matches by itself, so that a wildcard never crosses a colon."""
    wanted = _split_arn(pattern)
    if len(wanted) != _ARN_PARTS:
        raise UnmodelledPolicyError(f"{pattern!r} is no ARN pattern")
    given = value.split(":", _ARN_PARTS - 1)
    return len(given) == _ARN_PARTS and all(
        matches(part, expand(form, keys)) for part, form in zip(given, wanted, strict=True)
    )


def _split_arn(pattern: str) -> list[str]:
    """Splits at colons outside of `${…}`: the names of variables have colons of their own."""
    masked = _VARIABLE.sub(lambda found: found.group().replace(":", "\0"), pattern)
    return [part.replace("\0", ":") for part in masked.split(":", _ARN_PARTS - 1)]


def _value(variable: str, keys: Mapping[str, str]) -> str:
    if variable in _LITERALS:
        return variable
    name, separator, default = variable.partition(",")
    value = keys.get(name.strip().lower())
    if value is not None:
        return value
    if separator:
        return default.strip().strip("'")
    raise MissingVariableError(name.strip())


def _wild(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
