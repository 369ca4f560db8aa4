"""Reads the times that AWS writes, as OCSF keeps them: milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime


def milliseconds(iso: str | None) -> int | None:
    """``2026-05-01T12:00:00Z``, with or without fraction, with any offset; None for what is no such time.

    A time without an offset is taken as UTC, as AWS means it.
    """
    if iso is None:
        return None
    try:
        moment = datetime.fromisoformat(iso)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def iso(moment: int) -> str:
    """The inverse, for people: to the second, in UTC."""
    try:
        return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{moment} ms"


def day(moment: int) -> str:
    """The day in UTC, ``2026-05-01``."""
    return iso(moment)[:10]
