"""Shows a person where a roll-out stands."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.rollout.state import Standing

SHOWN: Final = 20
"""More that are behind are counted."""


def print_page(console: Console, standing: Standing) -> None:
    """A line for each StackSet, the stacks that are behind with the reason, and a verdict."""
    if standing.stack_sets:
        table = Table(title="StackSets", title_justify="left", title_style="bold", header_style="dim", box=None)
        for name in ("StackSet", "stacks", "behind", "operations"):
            table.add_column(name, overflow="fold", justify="left" if name == "StackSet" else "right")
        for item in standing.stack_sets:
            counted = (len(item.stacks), len(item.behind), len(item.running))
            table.add_row(Text(item.name), *(Text(str(number)) for number in counted))
        console.print(table)
        console.print()
    behind = [(item.name, stack) for item in standing.stack_sets for stack in item.behind]
    for name, stack in behind[:SHOWN]:
        said = f"{stack.account} {stack.region} {name}: {stack.detail or stack.status}"
        console.print(Text(f"{said}. {stack.reason}".rstrip(". ")), soft_wrap=True)
    if len(behind) > SHOWN:
        console.print(f"and {len(behind) - SHOWN} more")
    console.print(Text(standing.verdict, style="green" if standing.complete else "bold red"), soft_wrap=True)
