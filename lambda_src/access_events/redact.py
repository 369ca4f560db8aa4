"""Takes out of an event what would let its reader enter a session or a machine; everything else stays as it came."""

from __future__ import annotations

import re

from .shapes import ENCODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECRETS = frozenset({"ConnectionKey", "tokenValue", "userData", "UserData"})
"""GuiConnect's key to a connection, Session Manager's token of a data channel, what an instance is started with."""
HIDDEN = "<sensitiveDataRemoved>"
"""What CloudTrail itself writes in place of an instance's user data."""
MARKER = "[removed by access-evidence]"

_NAMES = "ConnectionKey|tokenValue|userData|UserData"
# In JSON, a name between bare quotes that a colon follows is a key, never a part of a string.
_STRING = rf'("(?:{_NAMES})"\s*:\s*)(?!"{HIDDEN}")"(?:[^"\\]|\\.)*"'
_OTHER_VALUE = rf'"(?:{_NAMES})"\s*:\s*[^"\s]'


def may_hold_secrets(raw: str) -> bool:
    """Whether a text must be looked through; an escape could hide the name of a secret."""
    return "ConnectionKey" in raw or "tokenValue" in raw or "\\u00" in raw


def may_hold_user_data(raw: str) -> bool:
    """The same of an instance's user data, which only calls of EC2 and what is unknown can bring."""
    return "serData" in raw


def redact(raw: str, event: Any) -> str | None:
    """The JSON text with a marker for each secret; None where it holds none.

    Where names are spelled plainly and secrets are strings, every other byte stays as it was; any other text is
    written anew from the parsed event.
    """
    if "\\u00" not in raw and re.search(_OTHER_VALUE, raw) is None:
        text, found = re.subn(_STRING, rf'\1"{MARKER}"', raw)
        return text if found else None
    cleaned = _without_secrets(event)
    return None if cleaned == event else ENCODE(cleaned)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: MARKER if key in SECRETS and item != HIDDEN else _without_secrets(item) for key, item in value.items()
        }
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


def text_without_secrets(text: str) -> str:
    """The same for a text that is no JSON: whatever follows the name of a secret up to the end of its value."""
    if not (may_hold_secrets(text) or may_hold_user_data(text)):
        return text
    names = "|".join("".join(rf"(?:{letter}|\\u{ord(letter):04x})" for letter in name) for name in sorted(SECRETS))
    value = r'(?:\\*"(?:[^"\\]|\\[^"])*(?:\\*"|$)|[^\s,}]+)'
    return re.sub(rf"((?:{names})\\*[\"']?\s*[:=]\s*){value}", rf'\1"{MARKER}"', text, flags=re.IGNORECASE)
