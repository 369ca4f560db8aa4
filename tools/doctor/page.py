"""Shows a person what the doctor found: a table of the checks, then what is to be done, the most severe first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tools.doctor.verdict import SEVERITY, Found, Place, State, worst

_STYLES: Final = {
    State.READY: "green",
    State.WARNING: "yellow",
    State.UNKNOWN: "magenta",
    State.BROKEN: "bold red",
}
_PLACES_NAMED: Final = 4


def print_page(console: Console, found: Sequence[Found], *, everything: bool = False) -> None:
    """How often each check gave which state; then each trouble with its fix, what is the same at many places once.

    Args:
        console: Where to.
        found: What was found.
        everything: Whether what is ready is told one by one as well.
    """
    console.print(_overview(found))
    for state in SEVERITY if everything else SEVERITY[1:]:
        for check, where, what, fix in _alike([one for one in found if one.verdict.state == state]):
            console.print()
            console.print(
                Text.assemble((state.value, _STYLES[state]), "  ", (check, "bold"), "  ", where), soft_wrap=True
            )
            console.print(Padding(Text(what), (0, 0, 0, 2)))
            if fix:
                # Commands are copied: nothing may break them.
                console.print(Text(f"  → {fix}", style="cyan"), soft_wrap=True)
    console.print()
    console.print(Text(verdict(found), style=_STYLES[worst(one.verdict.state for one in found)]), soft_wrap=True)


def verdict(found: Sequence[Found]) -> str:
    """The outcome in a line."""
    counts = Counter(one.verdict.state for one in found)
    accounts = {one.verdict.place.account for one in found}
    said = ", ".join(f"{counts[state]} {state.value}" for state in reversed(SEVERITY) if counts[state])
    return f"{said or 'nothing was looked at'}, in {len(accounts)} account{'' if len(accounts) == 1 else 's'}."


def places(some: Iterable[Place]) -> str:
    """Where something is, in as many words as a person reads."""
    named = [str(place) for place in sorted(set(some))]
    more = len(named) - _PLACES_NAMED
    return ", ".join(named[:_PLACES_NAMED]) + (f" and {more} more" if more > 0 else "")


def _overview(found: Sequence[Found]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("check", no_wrap=True)
    for state in SEVERITY:
        table.add_column(state.value, justify="right", no_wrap=True)
    by_check: dict[str, Counter[State]] = {}
    for check, one in found:
        by_check.setdefault(check, Counter())[one.state] += 1
    for check, counts in by_check.items():
        table.add_row(check, *(_number(counts[state], state) for state in SEVERITY))
    return table


def _number(number: int, state: State) -> Text:
    return Text(str(number), style=_STYLES[state]) if number else Text("-", style="dim")


def _alike(found: Sequence[Found]) -> list[tuple[str, str, str, str]]:
    rows: dict[tuple[str, str, str], list[Place]] = {}
    for check, one in found:
        rows.setdefault((check, one.what, one.fix), []).append(one.place)
    return [(check, places(where), what, fix) for (check, what, fix), where in rows.items()]
