"""Shows a person what a sweep found."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.sg_sweep.sweeps import Report


def print_page(console: Console, report: Report) -> None:
    """A table of the groups with most differences, one of the places that could not be read, and a verdict."""
    if report["worst"]:
        worst = _table("Most differences", "account", "Region", "group", "differences")
        for one in report["worst"]:
            worst.add_row(*_cells(one["account"], one["region"], one["group_id"], one["differences"]))
        console.print(worst)
        console.print()
    if report["unread"]:
        unread = _table("Could not be read", "account", "Region", "why")
        for one in report["unread"]:
            unread.add_row(*_cells(one["account"], one["region"], one["problem"]))
        console.print(unread)
        if report["unread_places"] > len(report["unread"]):
            console.print(f"and {report['unread_places'] - len(report['unread'])} more")
        console.print()
    looked = (
        f"{counted(report['rules'], 'rule')} of {counted(report['groups'], 'group')} "
        f"in {counted(report['places'] - report['unread_places'], 'place')} judged, "
        f"{report['started']} to {report['finished']}"
    )
    console.print(Text(f"{verdict(report)}; {looked}.", style=_style(report)), soft_wrap=True)


def verdict(report: Report) -> str:
    """The outcome, in a few words."""
    said = "All is as approved"
    if report["differences"]:
        said = f"{counted(report['differences'], 'difference')}, {report['new'] or 'none'} of them new"
    if not report["places"]:
        return "The roster has no such place"
    return f"{said}; {counted(report['unread_places'], 'place')} unread" if report["unread_places"] else said


def counted(number: int, name: str) -> str:
    """The number and what it counts."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _style(report: Report) -> str:
    if report["new"]:
        return "bold red"
    return "yellow" if report["unread_places"] or report["differences"] or not report["places"] else "green"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", header_style="dim", box=None)
    for name in columns:
        table.add_column(name, overflow="fold", justify="right" if name == "differences" else "left")
    return table


def _cells(*values: object) -> tuple[Text, ...]:
    return tuple(Text(str(value)) for value in values)
