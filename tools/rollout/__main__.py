"""``make rollout``: where does the roll-out stand?"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from stacks.settings_file import SettingsError, load_settings
from tools.rollout.page import print_page
from tools.rollout.stack_sets import RolloutError, delete, standing, update, wait
from tools.rollout.state import Work, departures, retries

Act = Callable[..., str]
POLL_SECONDS = 5.0
EXAMPLE = Path("config/example.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Says where it stands, tries again what is behind, or takes an account's stacks away.

    Ends with 0 when every stack stands (after `leave`: when the account has none), with 1 when not, with 2 when nobody
    could be asked.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(options.config)
        call_as = "SELF" if settings.rollout.administrator is None else "DELEGATED_ADMIN"
        session: Any = boto3.Session(profile_name=options.profile)
        cloudformation = session.client("cloudformation", region_name=settings.regions.home)
        now = standing(cloudformation, call_as=call_as)
        if options.command == "resume":
            for some in retries(now):
                _try(cloudformation, some, call_as=call_as, minutes=options.minutes)
            now = standing(cloudformation, call_as=call_as)
        if options.command == "leave":
            return _leave(cloudformation, options, call_as=call_as)
    except RolloutError as error:
        print(error, file=sys.stderr)
        return 1
    except (SettingsError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.format == "json":
        print(json.dumps(now.as_json(), indent=2))
    else:
        print_page(Console(highlight=False), now)
    return 0 if now.complete else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make rollout", description="Where does the roll-out stand?")
    parser.add_argument("command", nargs="?", choices=("status", "resume", "leave"), default="status")
    parser.add_argument("account", nargs="?", type=_account, help="who leaves")
    parser.add_argument("--config", type=Path, default=EXAMPLE, help=f"the settings, by default {EXAMPLE}")
    parser.add_argument("--profile", help="credentials of the account that administers the StackSets")
    parser.add_argument("--minutes", type=float, default=60, help="how long to wait for an operation (default: 60)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="by default a table")
    return parser


def _account(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account of 12 digits")
    return text


def _leave(cloudformation: Any, options: argparse.Namespace, *, call_as: str) -> int:
    if options.account is None:
        print("whose stacks? make rollout ARGS='leave 222222222222'", file=sys.stderr)
        return 2
    for some in departures(standing(cloudformation, call_as=call_as), options.account):
        _do(cloudformation, delete, some, call_as=call_as, minutes=options.minutes)
    print(f"{options.account} has no stack of the roll-out any more. Move it out of the units now.")
    return 0


def _try(cloudformation: Any, some: Work, *, call_as: str, minutes: float) -> None:
    """One that fails again hinders no other; the page says why it did."""
    try:
        _do(cloudformation, update, some, call_as=call_as, minutes=minutes)
    except RolloutError as error:
        print(error, file=sys.stderr)


def _do(cloudformation: Any, act: Act, some: Work, *, call_as: str, minutes: float) -> None:
    places = f"{', '.join(some.accounts[:5])}{' …' if len(some.accounts) > 5 else ''} in {', '.join(some.regions)}"
    print(f"{some.stack_set}: {places}", file=sys.stderr, flush=True)
    operation = act(cloudformation, some, call_as=call_as)
    wait(cloudformation, some.stack_set, operation, call_as=call_as, seconds=minutes * 60, poll=POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
