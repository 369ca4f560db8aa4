"""Fills the report page with data: of a function, and of ``make report``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

SLOT = "{{report data}}"
"""Stands in the template where data goes: the whole content of a script element that is data and never run."""

LISTS = ("items", "findings", "unreadable")

# Within the element these would end it or open a comment; as escapes of JSON they are the same text. All that is
# not ASCII is escaped too, so that neither line separators nor halves of surrogate pairs reach the file.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


class ReportError(ValueError):
    """The template has not one slot, or the data is not what the page shows; the message says what is wrong."""


def fill(template: str, data: Mapping[str, Any]) -> str:
    """The page, holding the data: whatever its texts contain, the page shows them and runs none of them.

    Args:
        template: What ``report/template.html`` holds.
        data: ``generated``, ``archive``, ``range`` (``from``, ``until``), ``items`` (rows of the view
            access_timeline), ``findings`` and ``unreadable``. Times are texts or datetimes, in UTC where they name no
            zone.

    Raises:
        ReportError: where the template or the data is not as said.
    """
    before, slot, after = template.partition(SLOT)
    if not slot or SLOT in after:
        raise ReportError(f"the template has not exactly one {SLOT}")
    if mistakes := _mistakes(data):
        raise ReportError("; ".join(mistakes))
    try:
        text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_written)
    except (TypeError, ValueError, RecursionError) as error:
        raise ReportError(f"the data cannot be written as JSON: {error}") from None
    return f"{before}{text.translate(_ESCAPES)}{after}"


def _mistakes(data: Mapping[str, Any]) -> list[str]:
    mistakes = [] if isinstance(data.get("range"), Mapping) else ["range is not an object"]
    for name in LISTS:
        rows = data.get(name)
        if not isinstance(rows, list):
            mistakes.append(f"{name} is not a list")
            continue
        wrong = next((index for index, row in enumerate(rows) if not isinstance(row, Mapping)), None)
        if wrong is not None:
            mistakes.append(f"{name}[{wrong}] is not an object")
    return mistakes


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is neither text, number nor time")
