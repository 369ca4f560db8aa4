"""What the doctor found, for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from tools.doctor.verdict import Found, State, worst


def as_json(found: Sequence[Found], *, at: datetime) -> str:
    """One object: when, the worst state, how many verdicts of each state, and every verdict."""
    counts = Counter(one.verdict.state for one in found)
    document = {
        "at": at.isoformat(timespec="seconds"),
        "state": worst(one.verdict.state for one in found),
        "counts": {state: counts[state] for state in State},
        "verdicts": [
            {
                "check": check,
                "state": one.state,
                "account": one.place.account,
                "region": one.place.region or None,
                "what": one.what,
                "fix": one.fix or None,
            }
            for check, one in found
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
