"""Compares two sets of templates: which stacks, and what in them, came, went or changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tools.template_diff.policies import StatementChange, statement_changes, without_statements
from tools.template_diff.values import ValueChange, differences

Kind = Literal["added", "changed", "removed"]
RESOURCES = "Resources"


@dataclass(frozen=True, slots=True)
class ElementChange:
    """A resource, parameter, output or other member of a template that differs."""

    kind: Kind
    section: str
    name: str
    old: Any
    new: Any
    values: tuple[ValueChange, ...]
    statements: tuple[StatementChange, ...]

    @property
    def type(self) -> str:
        """The type of the resource (the new one, where it changed), or empty."""
        element = self.old if self.kind == "removed" else self.new
        return str(element.get("Type", "")) if isinstance(element, dict) else ""


@dataclass(frozen=True, slots=True)
class StackChange:
    """A template that differs, with what differs in it: resources first."""

    kind: Kind
    name: str
    elements: tuple[ElementChange, ...]


def compare(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> list[StackChange]:
    """The differences between two sets of templates by name, sorted by name; equal templates are left out."""
    return [
        StackChange(_kind(old.get(name), new.get(name)), name, _element_changes(old.get(name, {}), new.get(name, {})))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _element_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[ElementChange, ...]:
    sections = sorted(old.keys() | new.keys(), key=lambda section: (section != RESOURCES, section))
    return tuple(
        _element_change(section, name, before.get(name), after.get(name))
        for section in sections
        for before, after in [(_members(old.get(section)), _members(new.get(section)))]
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _element_change(section: str, name: str, old: Any, new: Any) -> ElementChange:
    kind = _kind(old, new)
    values = differences(without_statements(old), without_statements(new)) if kind == "changed" else []
    return ElementChange(kind, section, name, old, new, tuple(values), tuple(statement_changes(old, new)))


def _kind(old: Any, new: Any) -> Kind:
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


def _members(section: Any) -> dict[str, Any]:
    """The members of a section; a plain value such as Description is its own only member."""
    if section is None:
        return {}
    return section if isinstance(section, dict) else {"": section}
