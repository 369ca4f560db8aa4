"""``make query``: the questions of `sql/questions`, or any SELECT, over a copy of the archive."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console

from tools.query.engine import Answer, Archive
from tools.query.library import Library, Question, read_library
from tools.query.page import as_csv, as_json, print_table
from tools.query.problems import QueryError

WIDTH = 160


def main(arguments: list[str] | None = None) -> int:
    """Answers one query.

    Ends with 0 when it is answered, with 2 when it is not run.
    """
    options = _parser().parse_args(arguments)
    try:
        library = read_library()
        if not options.sql and not options.question:
            _list(library)
            return 0
        archive = Archive(library, options.folder)
        if archive.is_empty:
            raise QueryError(
                f"{options.folder} holds neither access-events/, transcripts/ nor cloudtrail/ of an archive."
            )
        answer = archive.select(options.sql) if options.sql else _ask(archive, library, options.question)
    except QueryError as error:
        print(error, file=sys.stderr)
        return 2
    _print(answer, options.format)
    for path in archive.broken:
        print(f"This file cannot be read, and counts as one record that cannot: {path}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make query", description="Ask a copy of the archive.")
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        default=Path("build/demo/archive"),
        help="a copy of a log bucket, or a folder of such copies named as the buckets",
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--question", help="a question and its words, such as 'who-was-on-host i-0123456789abcdef0'")
    wanted.add_argument("--sql", help="one SELECT in Athena's SQL")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="by default a table")
    return parser


def _list(library: Library) -> None:
    for question in library.questions.values():
        print(" ".join([question.name, *(f"<{name}>" for name in question.parameters)]))
        print(f"    {question.about}")


def _ask(archive: Archive, library: Library, words: str) -> Answer:
    try:
        name, *given = shlex.split(words)
    except ValueError as error:
        raise QueryError(f"{words}: {error}") from None
    question = library.questions.get(name)
    if question is None:
        raise QueryError(f"There is no question {name!r}; there are {', '.join(library.questions)}.")
    return archive.ask(question, _arguments(question, given))


def _arguments(question: Question, given: Sequence[str]) -> list[str]:
    """What was given, `today` and `yesterday` as days.

    Raises:
        QueryError: A day is none.
    """
    return [
        _day(value) if name == "day" else value for name, value in zip(question.parameters, given, strict=False)
    ] + list(given[len(question.parameters) :])


def _day(text: str) -> str:
    today = datetime.now(UTC).date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return (words.get(text) or date.fromisoformat(text)).isoformat()
    except ValueError:
        raise QueryError(f"{text!r} is no day: write 2026-11-25, today or yesterday.") from None


def _print(answer: Answer, form: str) -> None:
    if form == "table":
        console = Console(highlight=False)
        print_table(console if console.is_terminal else Console(highlight=False, width=WIDTH), answer)
    else:
        print(as_json(answer) if form == "json" else as_csv(answer), end="\n" if form == "json" else "")


if __name__ == "__main__":
    sys.exit(main())
