"""A word by which somebody accepts one certain loss, and no other; pure."""

from __future__ import annotations

import hashlib
import json

LENGTH = 12


def code(*parts: object) -> str:
    """The same for the same loss, whichever release of ip-ranges.json brings it; another for more or for less."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
