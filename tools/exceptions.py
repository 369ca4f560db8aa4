"""Names the exceptions and approvals that have expired; they have no effect any more, only somebody's name."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from stacks.security_groups import FILE_NAME, load_security_groups
from stacks.settings_file import SettingsError, line_of_setting, load_settings


def expired(path: Path, today: date) -> list[str]:
    """A line for every exception of a settings file that ended before a day, in the order of the file.

    Raises:
        SettingsError: where the file holds a mistake.
    """
    return [
        _line(path, ("access", "exceptions", index), f"exception of {item.owner} ({item.reason})", item.expires)
        for index, item in enumerate(load_settings(path).access.exceptions)
        if item.expires < today
    ]


def expired_approvals(path: Path, today: date) -> list[str]:
    """A line for every approval of a security groups' file that ended before a day; none where there is no file.

    Raises:
        SettingsError: where the file holds a mistake.
    """
    return [
        _line(path, ("approvals", index), f"approval of {item.owner} ({item.reason})", item.expires)
        for index, item in enumerate(load_security_groups(path).approvals if path.exists() else ())
        if item.expires < today
    ]


def _approvals_of(config: Path) -> Path:
    """The file that the settings name; beside bad ones, or such as name none, the usual one."""
    try:
        named = load_settings(config).security_groups.approvals
    except SettingsError:
        named = None
    return config.parent / (named or FILE_NAME)


def _line(path: Path, key: tuple[str | int, ...], what: str, ended: date) -> str:
    return f"{path}:{line_of_setting(path, key)}: the {what} expired on {ended}; renew it or take it out"


def main(arguments: list[str] | None = None) -> int:
    """Prints the exceptions that have expired, and the approvals of the security groups' file that the settings name.

    Ends with 0 also where there are some, since what has expired endangers nothing; with 1 for a bad file.
    """
    parser = argparse.ArgumentParser(prog="tools.exceptions", description="Name the exceptions that have expired.")
    parser.add_argument(
        "config", type=Path, help=f"the settings file; the approvals it names, else {FILE_NAME} beside it, are read too"
    )
    parser.add_argument(
        "--today", type=date.fromisoformat, default=datetime.now(UTC).date(), help="by default the day in UTC"
    )
    options = parser.parse_args(arguments)
    status = 0
    for named, path in ((expired, options.config), (expired_approvals, _approvals_of(options.config))):
        try:
            lines = named(path, options.today)
        except SettingsError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        for line in lines:
            print(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
