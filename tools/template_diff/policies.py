"""Compares the policy documents inside a resource statement by statement, by Sid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NO_SID = "(no Sid)"
_ELSEWHERE = "(statements)"


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One statement of one policy document, before and after; None where it is not there."""

    document: str
    sid: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


def statement_changes(old: Any, new: Any) -> list[StatementChange]:
    """What differs between the policy documents of two property trees; a moved statement is no difference."""
    before, after = dict(_documents(old, "")), dict(_documents(new, ""))
    return [
        change
        for path in sorted(before.keys() | after.keys())
        for change in _document_changes(path, before.get(path, []), after.get(path, []))
    ]


def without_statements(value: Any) -> Any:
    """The same tree without the statements of its policy documents, to compare the rest by itself."""
    if isinstance(value, dict):
        rest = {key: without_statements(item) for key, item in value.items()}
        return rest | {"Statement": _ELSEWHERE} if _is_document(value) else rest
    return [without_statements(item) for item in value] if isinstance(value, list) else value


def _document_changes(path: str, old: list[Any], new: list[Any]) -> Iterator[StatementChange]:
    gone = [statement for statement in old if statement not in new]
    come = [statement for statement in new if statement not in old]
    for statement in gone:
        sid = statement.get("Sid")
        successor = next((other for other in come if sid is not None and other.get("Sid") == sid), None)
        if successor is not None:
            come.remove(successor)
        yield StatementChange(path, _name(sid), statement, successor)
    for statement in come:
        yield StatementChange(path, _name(statement.get("Sid")), None, statement)


def _documents(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    if _is_document(value):
        yield path, _statements(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _documents(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _documents(item, f"{path}[{index}]")


def _is_document(value: Any) -> bool:
    return isinstance(value, dict) and bool(_statements(value))


def _statements(document: dict[str, Any]) -> list[Any]:
    listed = document.get("Statement")
    statements = listed if isinstance(listed, list) else [listed]
    return statements if all(isinstance(item, dict) and "Effect" in item for item in statements) else []


def _name(sid: Any) -> str:
    return sid if isinstance(sid, str) else _NO_SID
