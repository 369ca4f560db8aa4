"""Prints the differences of templates as a page for a reviewer."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from tools.template_diff.compare import RESOURCES, ElementChange, Kind, StackChange
from tools.template_diff.policies import StatementChange
from tools.template_diff.security import security_changes
from tools.template_diff.stateful import losses
from tools.template_diff.values import ABSENT, ValueChange, differences, short

SIGNS: dict[Kind, tuple[str, str]] = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}


def print_page(console: Console, changes: Sequence[StackChange], *, since: str) -> None:
    """Prints all differences: what would be lost, who may do what, then stack by stack."""
    if not changes:
        _print(console, Text(f"No difference: the templates are those of {since}."))
        return
    for loss in losses(changes):
        _print(console, Text.assemble(("WARNING ", "bold red"), (str(loss), "red")))
    for change in security_changes(changes):
        sign, colour = SIGNS[change.kind]
        what = f"{sign} {change.stack}: {change.name} ({change.type}) {change.what}"
        _print(console, Text.assemble(("SECURITY ", "bold magenta"), (what, colour)))
    for stack in changes:
        _print(console, Text())
        for line in stack_lines(stack):
            _print(console, line)
    _print(console, Text())
    _print(console, Text(f"{len(changes)} of the templates differ from {since}."))


def stack_lines(stack: StackChange) -> Iterator[Text]:
    """What differs in one template: a heading, and every element below it."""
    yield _heading(stack)
    for element in stack.elements:
        yield from _element(element)


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True)


def _heading(stack: StackChange) -> Text:
    counts = Counter(element.kind for element in stack.elements if element.section == RESOURCES)
    tally = "  ".join(f"{sign}{counts[kind]}" for kind, (sign, _) in SIGNS.items())
    name = stack.name.removesuffix(".template.json")
    sign, colour = SIGNS[stack.kind]
    mark = "" if stack.kind == "changed" else f" ({stack.kind})"
    return Text.assemble((f"{sign} {name}{mark}", f"bold {colour}"), (f"   resources {tally}", "dim"))


def _element(element: ElementChange) -> Iterator[Text]:
    sign, colour = SIGNS[element.kind]
    where = element.type if element.section == RESOURCES else element.section
    yield Text.assemble((f"  {sign} {element.name or element.section}", colour), (f"  {where}", "dim"))
    for value in element.values:
        yield from _value(value, indent=6)
    for statement in element.statements:
        yield from _statement(statement)


def _value(change: ValueChange, *, indent: int) -> Iterator[Text]:
    margin = " " * indent
    if _is_text(change.old) and _is_text(change.new):
        yield Text(f"{margin}{change.path}")
        for line in list(difflib.unified_diff(change.old.splitlines(), change.new.splitlines(), n=1, lineterm=""))[2:]:
            yield Text(f"{margin}  {line}", {"+": "green", "-": "red"}.get(line[:1], "dim"))
        return
    parts: list[str | tuple[str, str]] = [f"{margin}{change.path}: "]
    if change.old is not ABSENT:
        parts.append((short(change.old), "red"))
    if change.old is not ABSENT and change.new is not ABSENT:
        parts.append(" -> ")
    if change.new is not ABSENT:
        parts.append((short(change.new), "green"))
    yield Text.assemble(*parts, " (added)" if change.old is ABSENT else " (removed)" if change.new is ABSENT else "")


def _statement(change: StatementChange) -> Iterator[Text]:
    kind: Kind = "added" if change.old is None else "removed" if change.new is None else "changed"
    sign, colour = SIGNS[kind]
    document = change.document.removeprefix("Properties.")
    yield Text.assemble((f"      {sign} statement {change.sid}", f"bold {colour}"), (f"  {document}", "dim"))
    if change.old is not None and change.new is not None:
        for value in differences(change.old, change.new):
            yield from _value(value, indent=10)
        return
    for key, value in (change.new or change.old or {}).items():
        if key != "Sid":
            yield Text(f"          {key}: {short(value)}", colour)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value
