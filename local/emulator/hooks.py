"""How an adaptor takes hold of MiniStack: by private names, so a name that moved fails at the start."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any, Final

SUPPORTED: Final = "1.5.33"


class EmulatorMovedError(Exception):
    """MiniStack no longer has what an adaptor hooks into."""


def require_supported_version() -> None:
    """Nothing is hooked into a version that nobody has looked at."""
    found = version("ministack")
    if found != SUPPORTED:
        raise EmulatorMovedError(f"the adaptors know MiniStack {SUPPORTED}, this is {found}")


def replace(module: ModuleType, name: str, make: Callable[[Any], Any]) -> None:
    """Puts `make(original)` in the place of a module's attribute."""
    if not hasattr(module, name):
        raise EmulatorMovedError(f"{module.__name__}.{name} is gone")
    setattr(module, name, make(getattr(module, name)))


def replace_entry(table: dict[str, Any], name: str, make: Callable[[Any], Any]) -> None:
    """Puts `make(original)` in the place of a dispatch table's entry."""
    if name not in table:
        raise EmulatorMovedError(f"the entry {name} is gone")
    table[name] = make(table[name])


def add_entry(table: dict[str, Any], name: str, value: Any) -> None:
    """Adds an entry that MiniStack must not have by itself: when it has learnt it, ours is to be thrown away."""
    if name in table:
        raise EmulatorMovedError(f"MiniStack has {name} by now: remove the adaptor")
    table[name] = value
