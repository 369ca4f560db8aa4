"""Shows a person, or a program, what a validation found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.verify.findings import Result


def print_page(console: Console, results: Sequence[Result]) -> None:
    """A row for each chain by trail, then a line for each failure and a verdict."""
    for trail in sorted({result.chain.trail for result in results}):
        console.print(_table(trail, [result for result in results if result.chain.trail == trail]))
        console.print()
    for result in results:
        for failure in result.failures:
            console.print(Text(str(failure), style="red"), soft_wrap=True)
    uncovered = sum(result.uncovered for result in results)
    if uncovered:
        console.print(f"{uncovered} trail files lie outside the time of the digests: nothing is known of them.")
    digests, files = sum(result.digests for result in results), sum(result.files for result in results)
    if is_valid(results):
        console.print(Text(f"{digests} digests and {files} files are as CloudTrail delivered them.", style="green"))
    elif not results:
        console.print(Text("There is no digest: nothing is proved.", style="red"))
    else:
        wrong = sum(len(result.failures) for result in results)
        console.print(Text(f"{wrong} wrong; {digests} digests and {files} files are valid.", style="bold red"))


def _table(trail: str, results: Sequence[Result]) -> Table:
    table = Table(title=trail or "no trail", title_justify="left", title_style="bold", header_style="dim", box=None)
    for name in ("account", "Region"):
        table.add_column(name, no_wrap=True)
    for name in ("digests", "files"):
        table.add_column(name, justify="right")
    table.add_column("valid until")
    table.add_column("verdict")
    for result in results:
        place = result.chain.place
        verdict = Text("valid", style="green") if result.valid else Text(f"{len(result.failures)} wrong", style="red")
        table.add_row(place.account, place.region, str(result.digests), str(result.files), result.end or "-", verdict)
    return table


def as_json(results: Sequence[Result]) -> str:
    """The same for a program."""
    chains = [
        {
            **asdict(result.chain.place),
            "trail": result.chain.trail,
            "home": result.chain.home,
            "digests": result.digests,
            "files": result.files,
            "uncovered": result.uncovered,
            "start": result.start,
            "end": result.end,
            "valid": result.valid,
            "failures": [asdict(failure) for failure in result.failures],
        }
        for result in results
    ]
    return json.dumps({"valid": is_valid(results), "chains": chains}, indent=2)


def is_valid(results: Sequence[Result]) -> bool:
    """At least one chain, and each of them valid."""
    return bool(results) and all(result.valid for result in results)
