"""``make sg-check``: are these security groups as approved?"""

from __future__ import annotations

import argparse
import re
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from tools.sg_check.approved import approved
from tools.sg_check.files import load, read
from tools.sg_check.judgement import Judgement, Verdict
from tools.sg_check.page import as_json, print_page
from tools.sg_check.prefix_lists import read_prefix_lists
from tools.sg_check.sarif import as_sarif
from tools.sg_check.subjects import CheckError

WIDTH = 120


def main(arguments: list[str] | None = None) -> int:
    """Judges the security groups of files.

    Ends with 0 when all is as approved, with 1 for findings, with 2 when something cannot be judged or read.
    """
    options = _parser().parse_args(arguments)
    try:
        verdict = _verdict(options)
    except (CheckError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.format == "table":
        console = Console(highlight=False)
        print_page(Console(highlight=False, width=max(console.width, WIDTH)), verdict)
    else:
        print(as_json(verdict) if options.format == "json" else as_sarif(verdict))
    if verdict.unjudged and not options.allow_unresolved:
        return 2
    return 1 if verdict.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make sg-check", description="Judge security groups before they are live.")
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        help="a CloudFormation template, or what aws ec2 describe-security-groups or -security-group-rules printed",
    )
    parser.add_argument(
        "--approvals",
        type=Path,
        help="security_groups.toml, or the guard's document as JSON; without it nothing is approved",
    )
    parser.add_argument(
        "--approved", action="append", default=[], metavar="CIDR", help="one more network to administer from"
    )
    parser.add_argument(
        "--prefix-lists",
        action="append",
        default=[],
        metavar="[ID=]FILE",
        help="what prefix lists hold: of describe-prefix-lists, an object by id, or with ID= the entries of that list",
    )
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE", help="of a template")
    parser.add_argument("--account", default="", help="where the groups lie, if the file does not say it")
    parser.add_argument("--region", default="", help="likewise")
    parser.add_argument("--format", choices=("table", "json", "sarif"), default="table", help="by default a table")
    parser.add_argument(
        "--allow-unresolved", action="store_true", help="what cannot be judged does not count for the exit code"
    )
    parser.add_argument("--today", type=date.fromisoformat, help="the day in UTC; by default today")
    return parser


def _verdict(options: argparse.Namespace) -> Verdict:
    judgement = Judgement(
        approved(options.approvals, options.approved), _prefix_lists(options.prefix_lists), now=_now(options.today)
    )
    wrong = [pair for pair in options.parameter if "=" not in pair]
    if wrong:
        raise CheckError(f"--parameter {wrong[0]}: no NAME=VALUE")
    parameters = dict(pair.split("=", 1) for pair in options.parameter)
    return judgement.of(
        read(path, account=options.account, region=options.region, parameters=parameters) for path in options.files
    )


def _prefix_lists(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for argument in given:
        named = re.fullmatch(r"(pl-[0-9A-Za-z-]+)=(.+)", argument)
        path = Path(named[2] if named else argument)
        try:
            found |= read_prefix_lists(load(path), named[1] if named else "")
        except CheckError as error:
            raise CheckError(f"{path}: {error}") from None
    return found


def _now(today: date | None) -> int:
    """In milliseconds since 1970."""
    if today is None:
        return int(time.time() * 1000)
    return int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp() * 1000)


if __name__ == "__main__":
    sys.exit(main())
