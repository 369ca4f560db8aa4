"""Finds the lines of keys in a TOML text, for error messages: tables, arrays of them, inline ones, and elements."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

_SYMBOL = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\n\[\]{}=.,]"
    r"|[^\s\[\]{}=.,\"'#]+",
    re.DOTALL,
)
_NEWLINE, _END = "\n", ""


def line_of(text: str, path: KeyPath) -> int | None:
    """The 1-based line where a key stands; of what holds it, where it is missing; None where neither is.

    Args:
        text: The whole file, valid TOML.
        path: Tables, key and, for an element of an array, its index.
    """
    places = places_in(text)
    return next((places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places), None)


def places_in(text: str) -> dict[KeyPath, int]:
    """The line of every table, key and element of a valid TOML text."""
    reader = _Reader(text)
    table: KeyPath = ()
    while reader.symbol != _END:
        if reader.symbol == _NEWLINE:
            reader.advance()
        elif reader.symbol == "[":
            table = reader.header()
        else:
            reader.pair(table)
    return reader.places


class _Reader:
    """Walks over the symbols and notes where each path begins."""

    def __init__(self, text: str) -> None:
        self._symbols = _symbols(text)
        self._last_of_array: dict[KeyPath, int] = {}
        self.places: dict[KeyPath, int] = {}
        self.advance()

    def advance(self) -> None:
        self.symbol, self.line = next(self._symbols)

    def header(self) -> KeyPath:
        """``[table]`` or ``[[array]]``."""
        line = self.line
        self.advance()
        is_array = self.symbol == "["
        if is_array:
            self.advance()
        path: KeyPath = ()
        names = self._key()
        for name in names:
            path = self._within(path, name)
            self.places.setdefault(path, line)
        for _ in range(2 if is_array else 1):
            self.advance()
        if is_array:
            self._last_of_array[path] = self._last_of_array.get(path, -1) + 1
        path = self._within(path)
        self.places[path] = line
        return path

    def pair(self, table: KeyPath) -> None:
        """``key = value``, where the key may have dots."""
        path, line = table, self.line
        for name in self._key():
            path = (*path, name)
            self.places.setdefault(path, line)
        self.advance()
        self._value(path)

    def _key(self) -> list[str]:
        names: list[str] = []
        while self.symbol not in ("=", "]"):
            if self.symbol != ".":
                names.append(_plain(self.symbol))
            self.advance()
        return names

    def _value(self, path: KeyPath) -> None:
        if self.symbol == "[":
            self._array(path)
        elif self.symbol == "{":
            self._inline_table(path)
        else:
            while self.symbol not in (_END, _NEWLINE, ",", "]", "}"):
                self.advance()

    def _array(self, path: KeyPath) -> None:
        self.advance()
        index = 0
        while self.symbol != "]":
            if self.symbol in (_NEWLINE, ","):
                self.advance()
                continue
            self.places[(*path, index)] = self.line
            self._value((*path, index))
            index += 1
        self.advance()

    def _inline_table(self, path: KeyPath) -> None:
        self.advance()
        while self.symbol != "}":
            if self.symbol in (_NEWLINE, ","):
                self.advance()
            else:
                self.pair(path)
        self.advance()

    def _within(self, path: KeyPath, *names: str) -> KeyPath:
        """A path one name deeper, and in the last table of an array where one stands on the way."""
        if path in self._last_of_array:
            path = (*path, self._last_of_array[path])
        return (*path, *names)


def _symbols(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _SYMBOL.finditer(text):
        symbol = match.group()
        if not symbol.startswith("#"):
            yield symbol, line
        line += symbol.count("\n")
    while True:
        yield _END, line


def _plain(name: str) -> str:
    """The name that a key spells, perhaps in quotes."""
    return next(iter(tomllib.loads(f"{name} = 0")))
