"""Reads a TOML file into a model and reports every mistake in it at once, each with its place."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from stacks.section import Section
from stacks.toml_places import KeyPath, line_of

_KEY_ITSELF: Final = "[key]"
"""What pydantic puts behind a key that is wrong, where the keys of a table are anybody's choice."""

Finding = tuple[KeyPath, str, object]
Checks = Callable[[dict[str, Any], set[KeyPath]], Iterable[Finding]]
Model = TypeVar("Model", bound=Section)


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a settings file: where, what stands there, and what is allowed."""

    path: KeyPath
    message: str
    value: object = None
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        key = ".".join(str(part) for part in self.path)
        shown = "" if self.value is None else f" = {self.value!r}"
        return f"{place}{key}{shown}: {self.message}"


class SettingsError(Exception):
    """A settings file that nothing is synthesized from; its text lists every mistake."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda mistake: (mistake.line or 0, [str(part) for part in mistake.path]))
        noun = "mistake" if len(mistakes) == 1 else "mistakes"
        super().__init__("\n".join([f"{path}: {len(mistakes)} {noun}", *(f"  {item}" for item in self.mistakes)]))

    def joined(self, other: SettingsError | None) -> SettingsError:
        """This, and what is wrong with another file."""
        if other is not None:
            self.mistakes = [*self.mistakes, *other.mistakes]
            self.args = (f"{self}\n{other}",)
        return self


def load(path: Path, model: type[Model], checks: Checks, *, refused: Mapping[str, str] | None = None) -> Model:
    """Parse a file.

    Args:
        path: The file.
        model: What it is read into.
        checks: What no single value shows: gets the file as TOML reads it, and the keys that are already reported.
        refused: Keys that are none although somebody may expect them, each with the reason.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or holds any mistake; all of them are listed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(path, [Mistake((), f"cannot be read: {error}")]) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, [Mistake((), f"is not valid TOML: {error}")]) from None
    mistakes: list[Mistake] = []
    parsed = None
    try:
        # As JSON, because in strict mode only there an array is a tuple.
        parsed = model.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        for item in error.errors():
            value = None if item["type"] == "missing" else item["input"]
            key = tuple(part for part in item["loc"] if part != _KEY_ITSELF)
            message = item["msg"].removeprefix("Value error, ")
            if item["type"] == "extra_forbidden":
                message = (refused or {}).get(str(key[-1]), "is not a setting")
            mistakes.append(Mistake(key, message, value, line_of(text, key)))
    for key, message, value in checks(raw, {mistake.path for mistake in mistakes}):
        mistakes.append(Mistake(key, message, value, line_of(text, key)))
    if parsed is None or mistakes:
        raise SettingsError(path, mistakes)
    return parsed


def line_of_setting(path: Path, key: KeyPath) -> int | None:
    """The line of a setting in a file that has been parsed."""
    return line_of(path.read_text(encoding="utf-8"), key)
