"""Waits for what AWS does in its own time, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.1


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Asks again and again; whether it came to be in time."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        sleep(_PAUSE_SECONDS)
    return True
