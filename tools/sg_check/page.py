"""Shows a person, or a program, what a check found."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.sg_check.judgement import Finding, Verdict
from tools.sg_check.sentences import told


def print_page(console: Console, verdict: Verdict) -> None:
    """A table for each group with findings, a line for each place that cannot be judged, and a verdict."""
    groups: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        groups.setdefault(f"{finding.group} in {finding.file}", []).append(finding)
    for title, findings in groups.items():
        console.print(_table(title, findings))
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


def _table(title: str, findings: list[Finding]) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", header_style="dim", box=None)
    table.add_column("rule", overflow="fold", max_width=60)
    table.add_column("difference", overflow="fold")
    table.add_column("breaks", overflow="fold", max_width=30)
    place = None
    for finding in findings:
        rule = f"{finding.place}\n{finding.says}".strip() if finding.place != place else ""
        place = finding.place
        table.add_row(*(Text(cell) for cell in (rule, told(finding.texts), finding.breaks)))
    return table


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
