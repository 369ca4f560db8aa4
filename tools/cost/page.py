"""Shows a bill as a table, as JSON, or, for several numbers of accounts, as a Markdown table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from tools.cost.model import Bill
from tools.cost.volumes import Volumes


def print_bill(console: Console, bill: Bill) -> None:
    """Every line by service, and what an account and all of it cost."""
    table = Table(title=f"USD a month, {bill.accounts:,.0f} accounts", caption=_caption(bill), title_justify="left")
    for heading in ("service", "item"):
        table.add_column(heading)
    for heading in ("quantity", "price", "USD"):
        table.add_column(heading, justify="right")
    for service, cost in bill.services().items():
        table.add_row(f"[bold]{service}", "", "", "", f"[bold]{cost:,.2f}")
        for line in (line for line in bill.lines if line.service == service):
            price = bill.prices.of[line.price]
            mark = "" if price.sourced else " *"
            words = f"{price.usd:g} / {price.per:,}{mark}"
            table.add_row("", line.item, f"{line.quantity(bill.accounts):,.1f}", words, f"{bill.cost(line):,.2f}")
    table.add_section()
    for name, value in (
        ("all of it", bill.total),
        ("of it, shared by all", bill.shared),
        ("one more account", bill.an_account),
    ):
        table.add_row(f"[bold]{name}", "", "", "", f"[bold]{value:,.2f}")
    console.print(table)


def as_json(bills: Sequence[Bill], volumes: Volumes) -> str:
    """The bills with their volumes and prices, for programs."""
    prices = bills[0].prices
    document = {
        "prices": {"looked_up": prices.looked_up.isoformat(), "region": prices.region},
        "volumes": {name: value for name, value in asdict(volumes).items() if name != "accounts"},
        "bills": [
            {
                "accounts": bill.accounts,
                "total": round(bill.total, 2),
                "shared": round(bill.shared, 2),
                "one_more_account": round(bill.an_account, 2),
                "services": {service: round(cost, 2) for service, cost in bill.services().items()},
                "lines": [
                    asdict(line) | {"quantity": line.quantity(bill.accounts), "usd": round(bill.cost(line), 4)}
                    for line in bill.lines
                ],
            }
            for bill in bills
        ],
    }
    return json.dumps(document, indent=2)


def as_markdown(bills: Sequence[Bill]) -> str:
    """One column for each number of accounts, one row for each service, the dearest first."""
    heads = " | ".join(f"{bill.accounts:,.0f} accounts" for bill in bills)
    rows = [f"| USD a month | {heads} |", f"| --- |{' ---: |' * len(bills)}"]
    for service in bills[-1].services():
        rows.append(f"| {service} | {_cells(bill.services().get(service, 0) for bill in bills)} |")
    rows.append(f"| **all of it** | {_cells((bill.total for bill in bills), '**')} |")
    rows.append(f"| an account | {_cells(bill.total / max(bill.accounts, 1) for bill in bills)} |")
    return "\n".join(rows) + "\n"


def _cells(values: Iterable[float], mark: str = "") -> str:
    return " | ".join(f"{mark}{value:,.2f}{mark}" for value in values)


def _caption(bill: Bill) -> str:
    prices = bill.prices
    unsourced = any(not prices.of[line.price].sourced for line in bill.lines)
    words = f"List prices of {prices.region}, looked up on {prices.looked_up}; no free tier, no discount, no tax."
    return f"{words} *: found nowhere, see tools/cost/prices.toml." if unsourced else words
