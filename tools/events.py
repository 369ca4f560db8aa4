"""The sample events and a policy for them, as the measurements of the event handler take them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tools.synthesis import ROOT

POLICY: dict[str, Any] = {
    "networks": {"default": ["192.0.2.0/24", "2001:db8::/32"]},
    "failed_sign_ins": {"threshold": 5, "window_minutes": 15},
    "protected": {"key_ids": ["mrk-00000000000000000000000000000000"]},
    "exceptions": [
        {"owner": "security", "reason": "measured", "expires": "2030-01-01", "rule": "no-mfa", "principal": "nobody"}
    ],
}


def samples() -> dict[str, str]:
    """Every sample that comes over the bus, as one compact line, by name."""
    events = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "tests/events").glob("*.json"))}
    return {name: json.dumps(event, separators=(",", ":")) for name, event in events.items() if "detail" in event}


def seconds_per_pass(work: Callable[[], object], *, rounds: int) -> float:
    """The processor time of one pass, of many."""
    start = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - start) / rounds
