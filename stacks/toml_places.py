"""Finds the line of a key in a TOML text, for error messages; tables and keys one level deep, as settings have."""

from __future__ import annotations

import re


def line_of(text: str, path: tuple[str | int, ...], value: object = None) -> int | None:
    """The 1-based line where a key stands; its table's line where the key is missing; None where neither is.

    Args:
        text: The whole file.
        path: Table, key and, for an element of an array, its index.
        value: The element, looked for from the key's line on, since an array may span lines.
    """
    lines = text.splitlines()
    names = [str(part) for part in path]
    if not names:
        return None
    table = _first(lines, rf"\s*\[\s*{re.escape(names[0])}\s*\]")
    if table is None:
        return _first(lines, rf"\s*{re.escape(names[0])}\s*=")
    if len(names) == 1:
        return table
    end = _first(lines, r"\s*\[[^\[\"]+\]\s*(#.*)?$", after=table) or len(lines) + 1
    key = _first(lines[: end - 1], rf"\s*[\"']?{re.escape(names[1])}[\"']?\s*=", after=table)
    if key is None:
        return table
    if len(names) == 2 or not isinstance(value, str):
        return key
    return _first(lines[: end - 1], rf".*[\"']{re.escape(value)}[\"']", after=key - 1) or key


def _first(lines: list[str], pattern: str, after: int = 0) -> int | None:
    """The first line past ``after`` that starts with the pattern, counted from 1."""
    for number, line in enumerate(lines[after:], start=after + 1):
        if re.match(pattern, line):
            return number
    return None
