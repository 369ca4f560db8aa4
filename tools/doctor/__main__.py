"""``make doctor``: what stands between this organization and its evidence?"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from stacks.settings import Settings
from stacks.settings_file import SettingsError, load_settings
from tools.doctor.accounts import DEFAULT_ROLE, Accounts
from tools.doctor.answers.every import settle
from tools.doctor.answers.page import as_document
from tools.doctor.checks.every import CHECKS
from tools.doctor.document import as_json
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, UnseenError
from tools.doctor.page import print_page
from tools.doctor.run import examine
from tools.doctor.verdict import Found, exit_code

EXAMPLE: Final = Path("config/example.toml")
COULD_NOT_LOOK: Final = 2
_NAMES: Final = tuple(check.name for check in CHECKS)


def main(arguments: list[str] | None = None) -> int:
    """Reads every account and Region of the settings, and changes nothing.

    Ends with 0 when all is ready or a warning, with 1 when something is broken, with 2 when nothing is broken as far as
    could be seen but something could not be looked at.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(options.config)
        session = boto3.Session(profile_name=options.profile)
        accounts = Accounts(session, role=options.role_name, home=settings.regions.home)
        eyes = Eyes(accounts)
        expected = Expected(
            settings=settings,
            members=_members(settings, eyes, options),
            now=datetime.now(UTC),
            partition=session.get_partition_for_region(settings.regions.home),
        )
        wanted = [check for check in CHECKS if not options.check or check.name in options.check]
        chosen = [check for check in wanted if check.name not in options.skip]
        found = examine(chosen, eyes, expected, at_once=options.at_once)
        if options.answers is not None:
            _write(options.answers, as_document(settle(eyes, expected), at=expected.now))
    except (OSError, SettingsError, UnseenError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return COULD_NOT_LOOK
    _tell(found, options, expected.now)
    if not found:
        return COULD_NOT_LOOK
    return exit_code(one.verdict.state for one in found)


def _tell(found: Sequence[Found], options: Any, now: datetime) -> None:
    document = as_json(found, at=now)
    _write(options.output, document)
    if options.format == "json":
        print(document, end="")
    else:
        print_page(Console(highlight=False), found, everything=options.all)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _members(settings: Settings, eyes: Eyes, options: Any) -> list[str]:
    """The accounts to look at: those that are named, all of the organization, or those of the settings."""
    if options.account:
        return sorted(set(options.account))
    if options.organization:
        management = settings.organization.management_account
        listed = Expected(settings=settings, members=[], now=datetime.now(UTC)).management
        found = eyes.pages(listed, "organizations", "list_accounts", "Accounts")
        # Service-managed StackSets, and so a roll-out, leave the management account out.
        return sorted(one["Id"] for one in found if one["Status"] == "ACTIVE" and one["Id"] != management)
    return sorted({settings.archive.account, *settings.members.direct, *settings.query.accounts})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make doctor", description=main.__doc__)
    parser.add_argument("--config", type=Path, default=EXAMPLE, help="the settings file")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--account", type=_account, action="append", help="one to look at; by default the settings'")
    which.add_argument("--organization", action="store_true", help="look at every account of the organization")
    parser.add_argument("--check", action="append", choices=_NAMES, help="one to make; by default all")
    parser.add_argument("--skip", action="append", choices=_NAMES, default=[], help="one to leave out")
    parser.add_argument("--profile", help="whose credentials begin")
    parser.add_argument("--role-name", default=DEFAULT_ROLE, help="who reads an account (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=16, help="how many places to look at together (default: 16)")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--all", action="store_true", help="also show each thing that is ready")
    parser.add_argument("--output", type=Path, default=Path("build/doctor.json"), help="where the JSON document goes")
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="also settle what AWS does not document, as far as it shows"
    )
    return parser


def _account(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account of 12 digits")
    return text


if __name__ == "__main__":
    sys.exit(main())
