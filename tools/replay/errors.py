"""What a person who replays must read."""

from __future__ import annotations


class ReplayError(Exception):
    """It cannot be done, for a reason that the message says."""
