"""``make sg-sweep``: is every live security group as approved?"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from constructs_lib.archive_layout import GUARD_TABLE, SWEEP_QUEUE
from tools.replay.errors import ReplayError
from tools.replay.queues import open_queue
from tools.sg_sweep.page import print_page
from tools.sg_sweep.sweeps import Progress, Report, SweepError, new_id, progress, start, wait


def main(
    arguments: list[str] | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Starts a sweep and waits for its report.

    Ends with 0 when nothing is new, or nobody waits, with 1 for new differences, with 2 when a place could not be read
    or the sweep not be started or awaited.
    """
    options = _parser().parse_args(arguments)
    try:
        report = _report(options, sleep, clock)
    except (SweepError, ReplayError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 2
    if report is None:
        return 0
    if options.format == "json":
        print(json.dumps(report, indent=2))
    else:
        print_page(Console(highlight=False), report)
    if report["unread_places"] or not report["places"]:
        return 2
    return 1 if report["new"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make sg-sweep", description="Have every security group on the hub's roster judged, and show the report."
    )
    parser.add_argument("--account", type=_account, help="the one to judge; by default every one on the roster")
    parser.add_argument("--in-region", metavar="REGION", help="likewise, the Region to judge")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--sweep", metavar="ID", help="start none, but wait for the report of this one")
    either.add_argument("--no-wait", action="store_true", help="start it and print its id")
    parser.add_argument("--minutes", type=float, default=60, help="how long to wait for the report (default: 60)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="by default a table")
    parser.add_argument("--profile", help="whose credentials may send into the queue and read the guard's table")
    parser.add_argument("--region", help="the hub's; by default the profile's")
    return parser


def _account(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account of 12 digits")
    return text


def _report(options: argparse.Namespace, sleep: Callable[[float], None], clock: Callable[[], float]) -> Report | None:
    session: Any = boto3.Session(profile_name=options.profile)
    sweep = options.sweep or new_id(datetime.now(UTC))
    if not options.sweep:
        queue = open_queue(session, SWEEP_QUEUE, region=options.region)
        start(queue, sweep, account=options.account, region=options.in_region)
        _say(f"sweep {sweep} is asked for")
        if options.no_wait:
            print(sweep)
            return None
    dynamodb = session.client("dynamodb", region_name=options.region)

    def tell(found: Progress) -> None:
        _say(f"sweep {sweep}: {found}")

    try:
        return wait(
            lambda: progress(dynamodb, GUARD_TABLE, sweep),
            say=tell,
            sleep=sleep,
            clock=clock,
            seconds=options.minutes * 60,
        )
    except SweepError as error:
        raise SweepError(f'{error}. It goes on without you; wait again: make sg-sweep ARGS="--sweep {sweep}"') from None


def _say(line: str) -> None:
    """Apart from the report, which a program may read."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
