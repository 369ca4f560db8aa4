"""What is to be told, of what was found and what is known: pure.

A gap passes through four phases. ``opening`` and ``closing`` are written before the bus is told, ``open`` and
``closed`` after: whatever a crash leaves, the next run knows that something may have been told, tells it again under
the same id, or tells the opposite where that has become true. So the last event of a gap is what is the case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from .gaps import Gap

OPENING: Final = "opening"
OPEN: Final = "open"
CLOSING: Final = "closing"
CLOSED: Final = "closed"
PHASES: Final = (OPENING, OPEN, CLOSING, CLOSED)


class Known(NamedTuple):
    """What the table knows of a gap.

    Attributes:
        opening: How often it has been open, this time included.
        revision: How often it was written; who writes next must have read the latest.
    """

    gap: Gap
    phase: str
    opening: int
    revision: int


class Step(NamedTuple):
    """One telling: ``before`` is written, the bus told ``state``, ``after`` written.

    ``before`` is None where an earlier run has written it.
    """

    gap: Gap
    state: str
    opening: int
    before: str | None
    after: str
    revision: int


def plan(found: Mapping[str, Gap], known: Mapping[str, Known], answered: Collection[str]) -> list[Step]:
    """The steps that make what was told agree with what was found, oldest first.

    Args:
        found: The gaps there are now, by key.
        known: What the table knows, by key.
        answered: The askers that answered: nobody else's gap is over because it was not found.
    """
    steps = []
    for key, gap in found.items():
        before = known.get(key)
        if before is None:
            steps.append(Step(gap, OPEN, 1, OPENING, OPEN, 0))
        elif before.phase == OPENING:
            steps.append(Step(gap, OPEN, before.opening, None, OPEN, before.revision))
        elif before.phase in (CLOSING, CLOSED):
            steps.append(Step(gap, OPEN, before.opening + 1, OPENING, OPEN, before.revision))
    for key, before in known.items():
        if key in found or before.phase == CLOSED or before.gap.asker not in answered:
            continue
        mark = None if before.phase == CLOSING else CLOSING
        steps.append(Step(before.gap, CLOSED, before.opening, mark, CLOSED, before.revision))
    return sorted(steps, key=lambda step: (step.gap.time, step.gap.key))
