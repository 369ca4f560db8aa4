"""Reads JSON that may have any shape: what is absent or of another type is absent, and nothing raises."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]
else:
    Json = dict

LONGEST = 1024
"""What is copied out of an event is cut to this many characters; ``raw_data`` has it whole."""

_EMPTY: Json = {}

ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Compact, and ASCII alone: a lone surrogate of a hostile event stays an escape and breaks nothing behind us."""


def mapping(parent: Json, key: str) -> Json:
    """The object at a key; an empty one (to be read only) where there is none."""
    value = parent.get(key)
    return value if value.__class__ is dict else _EMPTY


def text(parent: Json, key: str) -> str | None:
    """The string at a key, cut to what a record may hold; None where there is none or it is empty."""
    value = parent.get(key)
    if value and value.__class__ is str:
        return value if len(value) <= LONGEST else value[:LONGEST]
    return None


def texts(parent: Json, key: str) -> list[str]:
    """The strings of the list at a key."""
    value = parent.get(key)
    return [item[:LONGEST] for item in value[:100] if isinstance(item, str)] if isinstance(value, list) else []


def one_line(value: str) -> str:
    """A text that an event's author chose, so that it cannot forge lines or break an encoder: printable, one line."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(character if character.isprintable() else " " for character in value)
