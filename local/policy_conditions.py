"""Condition blocks of a policy, evaluated as AWS documents them; what is not modelled raises.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from local.policy_patterns import UnmodelledPolicyError, expand, literal, matches, matches_arn

Keys = Mapping[str, str]
"""The request context, its names in lower case. A key that is absent was not sent."""

_MODELLED_KEYS: Final = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:viaawsservice",
        "aws:securetransport",
        "aws:requestedregion",
        "aws:resourceaccount",
        "s3:resourceaccount",
        "s3:x-amz-acl",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:tlsversion",
        "s3:prefix",
        "kms:viaservice",
        "kms:calleraccount",
        "kms:grantisforawsresource",
        "kms:encryptioncontextkeys",
        "events:source",
        "events:detail-type",
        "events:eventbusinvocation",
    }
)
_SETS: Final = {"ForAllValues:": True, "ForAnyValue:": False}
"""The set qualifiers, and what they say where the key was not sent."""
_SET_KEYS: Final = frozenset({"events:source", "events:detail-type"})
"""Keys of many values of which a request here carries one; of others we would have to know all values."""
_MODELLED_FAMILIES: Final = ("aws:resourcetag/", "kms:encryptioncontext:")
"""Keys that name what they ask for. Tags are sent for EC2's resources alone."""


def _number(value: str) -> float:
    return float(value)


_AFFIRMATIVE: Final[dict[str, Callable[[str, str, Keys], bool]]] = {
    "StringEquals": lambda actual, wanted, keys: actual == literal(wanted, keys),
    "StringEqualsIgnoreCase": lambda actual, wanted, keys: actual.lower() == literal(wanted, keys).lower(),
    "StringLike": lambda actual, wanted, keys: matches(actual, expand(wanted, keys)),
    "ArnEquals": lambda actual, wanted, keys: matches_arn(actual, wanted, keys),
    "ArnLike": lambda actual, wanted, keys: matches_arn(actual, wanted, keys),
    "Bool": lambda actual, wanted, keys: actual.lower() == literal(wanted, keys).lower(),
    "NumericEquals": lambda actual, wanted, _keys: _number(actual) == _number(wanted),
    "NumericLessThan": lambda actual, wanted, _keys: _number(actual) < _number(wanted),
    "NumericLessThanEquals": lambda actual, wanted, _keys: _number(actual) <= _number(wanted),
    "NumericGreaterThan": lambda actual, wanted, _keys: _number(actual) > _number(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted, _keys: _number(actual) >= _number(wanted),
}
_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


def conditions_hold(conditions: Mapping[str, Any], *, keys: Keys) -> bool:
    """Every operator and every key of the block holds.

    All of them are read even where one has failed, so that a form that is not modelled never hides.

    Raises:
        UnmodelledPolicyError: An operator, a key or a variable that this evaluation does not know.
    """
    held = [
        _holds(operator, key.lower(), _as_list(wanted), keys)
        for operator, block in conditions.items()
        for key, wanted in block.items()
    ]
    return all(held)


def _holds(operator: str, key: str, wanted: list[str], keys: Keys) -> bool:
    if key not in _MODELLED_KEYS and not key.startswith(_MODELLED_FAMILIES) and key not in keys:
        raise UnmodelledPolicyError(f"condition key {key}")
    actual = keys.get(key)
    for qualifier, unsent in _SETS.items():
        if operator.startswith(qualifier):
            if key not in _SET_KEYS:
                raise UnmodelledPolicyError(f"{operator} of the key {key}")
            return unsent if actual is None else _holds(operator.removeprefix(qualifier), key, wanted, keys)
    if operator == "Null":
        return all((actual is None) == (value.lower() == "true") for value in wanted)
    name = operator.removesuffix("IfExists")
    base = _NEGATED.get(name, name)
    if base not in _AFFIRMATIVE:
        raise UnmodelledPolicyError(f"condition operator {operator}")
    if actual is None:
        return name in _NEGATED or operator != name
    found = any(_AFFIRMATIVE[base](actual, value, keys) for value in wanted)
    return found != (name in _NEGATED)


def _as_list(wanted: Any) -> list[str]:
    values = wanted if isinstance(wanted, list) else [wanted]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
