"""Shows a person, or a program, what a check found."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.sg_check.judgement import MISSING, Finding, Verdict

MOST = 4
"""A rule for every port breaks a limit in dozens of ranges; a person sees so many of them."""


def print_page(console: Console, verdict: Verdict) -> None:
    """A table for each file with findings, a line for each place that cannot be judged, and a verdict."""
    for file in dict.fromkeys(finding.file for finding in verdict.findings):
        console.print(_table(file, [finding for finding in verdict.findings if finding.file == file]))
        console.print()
    for place in verdict.unjudged:
        console.print(Text(f"cannot be judged: {place}", style="yellow"), soft_wrap=True)
    looked = f"{_counted(verdict.rules, 'rule')} of {_counted(verdict.groups, 'group')} judged"
    if verdict.findings:
        console.print(Text(f"{_counted(len(verdict.findings), 'finding')}; {looked}.", style="bold red"))
    elif verdict.unjudged:
        console.print(Text(f"No finding, but not everything can be judged; {looked}.", style="yellow"))
    elif verdict.groups:
        console.print(Text(f"All is as approved; {looked}.", style="green"))
    else:
        console.print("There is no security group.")


def as_json(verdict: Verdict) -> str:
    """The same for a program, with every range."""
    return json.dumps(
        {
            "groups": verdict.groups,
            "rules": verdict.rules,
            "findings": [finding._asdict() for finding in verdict.findings],
            "unjudged": [place._asdict() for place in verdict.unjudged],
        },
        indent=2,
    )


def told(finding: Finding, most: int = MOST) -> str:
    """What a finding says, on one line."""
    more = len(finding.texts) - most
    return "; ".join(finding.texts[:most]) + (f"; and {more} more" if more > 0 else "")


def _table(file: str, findings: list[Finding]) -> Table:
    table = Table(title=file, title_justify="left", title_style="bold", header_style="dim", box=None)
    for name in ("group", "rule", "what", "breaks"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        place = "missing" if finding.kind == MISSING else finding.place
        table.add_row(*(Text(cell) for cell in (finding.group, place, told(finding), finding.breaks)))
    return table


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
