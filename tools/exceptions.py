"""Names the exceptions of a settings file that have expired; they have no effect any more, only somebody's name."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from stacks.settings_file import SettingsError, line_of_setting, load_settings


def expired(path: Path, today: date) -> list[str]:
    """A line for every exception that ended before a day, in the order of the file.

    Raises:
        SettingsError: where the file holds a mistake.
    """
    return [
        f"{path}:{line_of_setting(path, ('access', 'exceptions', index))}: the exception of {exception.owner} "
        f"({exception.reason}) expired on {exception.expires}; renew it or take it out"
        for index, exception in enumerate(load_settings(path).access.exceptions)
        if exception.expires < today
    ]


def main(arguments: list[str] | None = None) -> int:
    """Prints the exceptions that have expired.

    Ends with 0 also where there are some, since what has expired endangers nothing; with 1 for a bad settings file.
    """
    parser = argparse.ArgumentParser(prog="tools.exceptions", description="Name the exceptions that have expired.")
    parser.add_argument("config", type=Path, help="the settings file")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=datetime.now(UTC).date(), help="by default the day in UTC"
    )
    options = parser.parse_args(arguments)
    try:
        lines = expired(options.config, options.today)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
