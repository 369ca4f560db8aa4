"""Writes all differences as the text of a pull request: what would be lost and who may do what come first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.template_diff.compare import Kind, StackChange
from tools.template_diff.page import stack_lines
from tools.template_diff.security import SecurityChange, security_changes
from tools.template_diff.stateful import Loss, losses

# GitHub refuses a comment of more than 65,536 characters; what the workflow adds must fit too.
LIMIT = 60_000
_CELL = 400
_WORDS: dict[Kind, str] = {"added": "added", "changed": "changed", "removed": "removed"}


def markdown(changes: Sequence[StackChange], *, since: str, accepted: Sequence[str] = ()) -> str:
    """The page of a reviewer, below GitHub's limit: stacks that no longer fit are named without their differences."""
    if not changes:
        return f"## Templates\n\nNo difference from {_code(since)}.\n"
    head = [
        "## Templates",
        f"{len(changes)} of the templates differ from {_code(since)}.",
        *_losses(losses(changes), accepted),
        *_security(security_changes(changes)),
        "### All differences",
    ]
    text = _cut("\n\n".join(head), LIMIT * 2 // 3)
    left = []
    for stack in changes:
        section = _stack(stack)
        if len(text) + len(section) > LIMIT:
            left.append(stack.name.removesuffix(".template.json"))
        else:
            text += "\n\n" + section
    if left:
        text += f"\n\nToo long to show here, see `make diff`: {', '.join(map(_code, left))}."
    return text + "\n"


def _losses(found: Sequence[Loss], accepted: Sequence[str]) -> list[str]:
    if not found:
        return ["### Evidence\n\nNo bucket, key, log group or other resource with data is replaced, deleted or let go."]
    rows = [
        f"| {_code(loss.place)} | {loss.type} | {_cell(loss.words)} | {'yes' if loss.place in accepted else '**no**'} |"
        for loss in found
    ]
    table = "\n".join(["| resource | type | what happens | accepted |", "| --- | --- | --- | --- |", *rows])
    return [f"### :stop_sign: Evidence: {len(found)} to lose\n\n{table}"]


def _security(found: Sequence[SecurityChange]) -> list[str]:
    if not found:
        return ["### Permissions and protection\n\nNothing changes who may do what, or what protects the evidence."]
    rows = [
        f"| {_WORDS[change.kind]} | {_code(f'{change.stack}/{change.name}')} | {change.type} | "
        f"{_cell(change.what)} | {_cell(change.words)} |"
        for change in found
    ]
    table = "\n".join(["| | resource | type | what | before -> after |", "| --- | --- | --- | --- | --- |", *rows])
    return [f"### :lock: Permissions and protection: {len(found)} changes\n\n{table}"]


def _stack(stack: StackChange) -> str:
    heading, *lines = (line.plain for line in stack_lines(stack))
    body = "\n".join(_diff_line(line) for line in lines)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", body))])
    return f"<details><summary>{_escaped(heading)}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>"


def _diff_line(line: str) -> str:
    """A line whose sign stands first, where a host that colours differences looks for it."""
    stripped = line.lstrip()
    sign = stripped[:1]
    if sign in ("+", "-") and len(stripped) < len(line):
        return sign + line.replace(sign, " ", 1)
    return f"!{line.replace('~', ' ', 1)}" if sign == "~" else f" {line}"


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _cell(text: str) -> str:
    """A text that stays in its cell: one line, no markup of its own."""
    short = text if len(text) <= _CELL else text[: _CELL - 1] + "…"
    return _code(" ".join(short.split()).replace("|", "\\|")) if short else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: text.rindex("\n", 0, limit)] + "\n\nMore than fits here: see `make diff`.\n\n### All differences"
