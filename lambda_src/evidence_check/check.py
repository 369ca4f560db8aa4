"""Asks every asker, then tells what is new and what is over; what could not be asked is told as well.

What is guaranteed:

* A gap is told once each time that it opens and once each time that it closes, under one id; where a run ends between
  the telling and its confirmation, the same is told again under the same id.
* Where several runs end anywhere and a last one does not, what was told last of every gap is what is the case.
* One asker's fault, one refused entry and one conflict keep no other gap from being told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from .gaps import UNASKED, Gap, entry
from .memory import ConflictError
from .steps import OPEN, OPENING, Known, Step, plan

Json = dict[str, Any]

BATCH_ENTRIES: Final = 10
"""What one PutEvents takes. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""
MOST_OF_A_FAMILY: Final = 10
"""Where more askers of a family fail, one finding tells it of all."""


class Asker(NamedTuple):
    """Whoever looks for one sort of gaps in one place.

    Attributes:
        name: ``family`` or ``family/place``.
        ask: Takes its open gaps and returns all gaps that there are now, by key.
    """

    name: str
    account: str
    region: str
    ask: Callable[[Sequence[Gap]], Mapping[str, Gap]]


def check(
    askers: Callable[[Mapping[str, Known]], Iterable[Asker]],
    *,
    known: Callable[[], Mapping[str, Known]],
    write: Callable[[Step, str, int], None],
    put: Callable[[Sequence[Json]], Sequence[str | None]],
    bus: str,
    log: Callable[[Json], None],
) -> Json:
    """Tells of the gaps and returns how many it told: ``opened`` and ``closed``.

    Args:
        askers: Who is asked, given what is known.
        known: What the table knows of gaps, by key.
        write: Writes the phase of a step's gap over a revision; raises ConflictError where that is not the latest.
        put: Puts at most ten entries and returns an error, or None, for each.
        bus: The name of the bus.
        log: Takes what an operator should read.

    Raises:
        RuntimeError: at the end, where something must be told again, so that an alarm sees it.
    """
    before = known()
    found, answered = _ask(askers(before), before, log)
    steps = plan(found, before, answered)
    told = {"opened": 0, "closed": 0}
    failed = 0
    for start in range(0, len(steps), BATCH_ENTRIES):
        batch, lost = _announced(steps[start : start + BATCH_ENTRIES], write, log)
        failed += lost
        for (step, revision), error in zip(batch, _put([step for step, _ in batch], put, bus), strict=True):
            try:
                if error is not None:
                    raise RuntimeError(f"the bus took no event: {error}")
                write(step, step.after, revision)
                told["opened" if step.state == OPEN else "closed"] += 1
            except ConflictError:
                continue  # whoever wrote it told the same
            except Exception as problem:
                failed += 1
                log({"message": "not told", "gap": step.gap.key, "state": step.state, "reason": str(problem)})
    if failed:
        raise RuntimeError(f"{failed} of {len(steps)} gaps must be told again")
    return told


def _ask(
    askers: Iterable[Asker], known: Mapping[str, Known], log: Callable[[Json], None]
) -> tuple[dict[str, Gap], set[str]]:
    """What was found, and who answered. An asker that fails is a gap itself."""
    still: dict[str, list[Gap]] = {}
    for each in known.values():
        if each.phase in (OPENING, OPEN):
            still.setdefault(each.gap.asker, []).append(each.gap)
    found: dict[str, Gap] = {}
    answered: set[str] = set()
    failed: dict[str, list[Gap]] = {}
    for asker in askers:
        family = asker.name.partition("/")[0]
        failed.setdefault(family, [])
        try:
            found.update(asker.ask(still.get(asker.name, ())))
            answered.add(asker.name)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:500]
            log({"message": "not answered", "asker": asker.name, "reason": reason})
            failed[family].append(_unasked(asker, reason))
    for family, gaps in failed.items():
        if len(gaps) > MOST_OF_A_FAMILY:
            text = f"{len(gaps)} questions of {family} were not answered. The first: {gaps[0].text}"
            gaps = [gaps[0]._replace(asker=family, account="", region="", about=family, text=text)]
        elif not any(gap.asker == family for gap in gaps):
            answered.add(family)
        found.update((gap.key, gap) for gap in gaps)
    return found, answered


def _unasked(asker: Asker, reason: str) -> Gap:
    text = f"{asker.name} was not answered, so what is missing there is not known: {reason}"
    return Gap(asker.name, UNASKED, asker.account, asker.region, asker.name, "", text, asker.name)


def _announced(
    steps: Iterable[Step], write: Callable[[Step, str, int], None], log: Callable[[Json], None]
) -> tuple[list[tuple[Step, int]], int]:
    """The steps that may be told now, each with the revision that its gap has, and how many may not."""
    batch, lost = [], 0
    for step in steps:
        try:
            if step.before is not None:
                write(step, step.before, step.revision)
            batch.append((step, step.revision + (step.before is not None)))
        except ConflictError:
            log({"message": "another run tells it", "gap": step.gap.key})
        except Exception as problem:
            lost += 1
            log({"message": "not noted", "gap": step.gap.key, "state": step.state, "reason": str(problem)})
    return batch, lost


def _put(steps: list[Step], put: Callable[[Sequence[Json]], Sequence[str | None]], bus: str) -> Sequence[str | None]:
    if not steps:
        return []
    try:
        return put([entry(each.gap, opening=each.opening, state=each.state, bus=bus) for each in steps])
    except Exception as error:  # unanswered as a whole; the next batch may do better
        return [str(error) or type(error).__name__] * len(steps)
