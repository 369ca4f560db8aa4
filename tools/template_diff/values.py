"""Compares and words JSON values of templates; an intrinsic function counts as one value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final


class Absent:
    """The value of what is not there."""

    def __repr__(self) -> str:
        return "-"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value at one place, before and after; ABSENT where it is not there."""

    path: str
    old: Any
    new: Any


def differences(old: Any, new: Any, path: str = "") -> list[ValueChange]:
    """Every smallest place where two values differ.

    The items of a list are compared as a set unless both lists hold equally many objects.
    """
    return list(_differences(old, new, path))


def short(value: Any) -> str:
    """A value on one line, as a person would say it: `Key.Arn`, `${AWS::AccountId}`, `[a, b]`."""
    if isinstance(value, dict):
        return _intrinsic(value) or "{" + ", ".join(f"{key}: {short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(short(item) for item in value) + "]"
    if isinstance(value, str | Absent):
        return str(value)
    return json.dumps(value)


def is_intrinsic(value: Any) -> bool:
    """Whether CloudFormation computes the value."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    function, argument = next(iter(value.items()))
    return function.startswith("Fn::") or (function in {"Ref", "Condition"} and isinstance(argument, str))


def _differences(old: Any, new: Any, path: str) -> Iterator[ValueChange]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not is_intrinsic(old) and not is_intrinsic(new):
        for key in sorted(old.keys() | new.keys()):
            yield from _differences(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_differences(old, new, path)
    else:
        yield ValueChange(path, old, new)


def _list_differences(old: list[Any], new: list[Any], path: str) -> Iterator[ValueChange]:
    if len(old) == len(new) and all(isinstance(item, dict) for item in (*old, *new)):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(before, after, f"{path}[{index}]")
        return
    gone, come = _without(old, new), _without(new, old)
    if not gone and not come:
        yield ValueChange(path, old, new)  # the order alone
    for item in gone:
        yield ValueChange(f"{path}[]", item, ABSENT)
    for item in come:
        yield ValueChange(f"{path}[]", ABSENT, item)


def _without(items: list[Any], others: list[Any]) -> list[Any]:
    rest, left = list(others), []
    for item in items:
        if item in rest:
            rest.remove(item)
        else:
            left.append(item)
    return left


def _intrinsic(value: dict[str, Any]) -> str | None:
    if not is_intrinsic(value):
        return None
    function, argument = next(iter(value.items()))
    match function, argument:
        case "Ref", str():
            return f"${{{argument}}}"
        case "Fn::GetAtt", [str() as resource, str() as attribute]:
            return f"${{{resource}.{attribute}}}"
        case "Fn::GetAtt" | "Fn::Sub", str():
            return argument if function == "Fn::Sub" else f"${{{argument}}}"
        case "Fn::Join", [str() as separator, list() as parts]:
            return separator.join(short(part) for part in parts)
        case _:
            return f"{function.removeprefix('Fn::')}({short(argument)})"
