"""Prints what the product costs a month."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from stacks.settings import Settings
from stacks.settings_file import SettingsError, load_settings
from tools.cost.document import DOCUMENT, rewrite
from tools.cost.inventory import archive_inventory, member_inventory
from tools.cost.model import Bill, bill
from tools.cost.page import as_json, as_markdown, print_bill
from tools.cost.prices import PRICES, load_prices
from tools.cost.volumes import Volumes, add_arguments, chosen
from tools.synthesis import EXAMPLE, SynthesisError, synthesize


def main(arguments: list[str] | None = None) -> int:
    """Prints the bill of a month, by service, for the settings and volumes that are given.

    Ends with 0, or with 2 when a file has mistakes.
    """
    options = _parser().parse_args(arguments)
    try:
        settings, volumes = load_settings(options.config), chosen(options)
        with tempfile.TemporaryDirectory() as scratch:
            assembly = options.assembly or Path(scratch)
            if options.assembly is None:
                synthesize(assembly, config=options.config.resolve())
            counts = options.accounts or [volumes.accounts or _known(settings)]
            bills = bills_of(settings, volumes, assembly, counts, prices=options.prices)
    except (OSError, SettingsError, SynthesisError, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.write:
        rewrite(options.write, as_markdown(bills))
    elif options.format == "json":
        print(as_json(bills, volumes))
    elif options.format == "markdown":
        print(as_markdown(bills), end="")
    else:
        for found in bills:
            print_bill(Console(highlight=False), found)
    return 0


def bills_of(
    settings: Settings, volumes: Volumes, assembly: Path, counts: list[float], *, prices: Path = PRICES
) -> list[Bill]:
    """One bill for each number of accounts, of the templates in a cloud assembly."""
    archive, member, listed = archive_inventory(assembly), member_inventory(assembly, settings), load_prices(prices)
    return [bill(settings, replace(volumes, accounts=count), archive, member, listed) for count in counts]


def _known(settings: Settings) -> float:
    return float(len({settings.archive.account, *settings.members.direct, *settings.query.accounts}))


def _counts(text: str) -> list[float]:
    counts = [float(part) for part in text.split(",")]
    if any(not 1 <= count <= 100_000 for count in counts):
        raise argparse.ArgumentTypeError("must be numbers from 1 to 100000, with commas between")
    return counts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make cost", description=main.__doc__)
    parser.add_argument("--config", type=Path, default=EXAMPLE, help="the settings file")
    parser.add_argument("--assembly", type=Path, help="what was synthesized from it, instead of synthesizing")
    parser.add_argument("--accounts", type=_counts, help="how many accounts, or several: 10,100,1000")
    parser.add_argument("--volumes", type=Path, help="a TOML file of volumes, by their names without dashes")
    parser.add_argument("--prices", type=Path, default=PRICES, help="another file of unit prices")
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=DOCUMENT, help="write the Markdown table into docs/cost.md"
    )
    add_arguments(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
