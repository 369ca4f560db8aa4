"""DuckDB over a copy of the archive's files, locked so that a query reaches nothing else."""

from __future__ import annotations

import functools
import glob
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from tools.query import tables, translate
from tools.query.compaction import windows
from tools.query.library import Library, Question
from tools.query.names import check_names
from tools.query.parsing import statement
from tools.query.problems import QueryError

_MOST_BROKEN: Final = 1000


class Answer(NamedTuple):
    """The rows of a query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Reading(NamedTuple):
    """How much a query reads: openings of files, and bytes of them."""

    files: int
    bytes: int


class Archive:
    """The tables and views of the library over the files of a folder.

    Args:
        library: What `sql/` holds.
        folder: A copy of a bucket, or a folder that holds such copies by the buckets' names.
        partitions: Those that a catalog lists, by table, and that have files.

    Raises:
        QueryError: There is no such folder, or its name cannot be used.
    """

    def __init__(
        self, library: Library, folder: Path, partitions: Mapping[str, Sequence[tables.Partition]] | None = None
    ) -> None:
        if not folder.is_dir():
            raise QueryError(f"{folder} is no folder.")
        self._library = library
        self._partitions = partitions or {}
        self._root = str(folder.resolve())
        if glob.has_magic(self._root):
            raise QueryError(f"{self._root}: DuckDB takes *, ? and [ in the name of a folder for a pattern; rename it.")
        self._globs = {name: self._matching(table) for name, table in library.tables.items()}
        self._windows = windows(library.views)
        self._narrowed: set[str] = set()
        self._broken: dict[str, list[str]] = {name: [] for name in library.tables}
        self._made: set[str] = set()
        self._connection = self._open()

    @property
    def is_empty(self) -> bool:
        """There is no file of any table."""
        return not any(self._globs.values())

    @property
    def broken(self) -> list[str]:
        """The files that could not be opened so far; each counts as one record that could not be read."""
        return sorted(path for paths in self._broken.values() for path in paths)

    def columns(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """The columns of tables and views, with their types."""
        self._make(names)
        return {
            name: {row[0]: row[1] for row in self._connection.execute(f'DESCRIBE "{name}"').fetchall()}
            for name in sorted(names)
        }

    def ask(self, question: Question, arguments: Sequence[str]) -> Answer:
        """The answer to a question of the library.

        Raises:
            QueryError: There are more or fewer arguments than the question has parameters.
        """
        if len(arguments) != len(question.parameters):
            wanted = " ".join(f"<{name}>" for name in question.parameters) or "nothing"
            raise QueryError(f"{question.name} wants {wanted} after it, not {len(arguments)} words.")
        return self._run(question.text, arguments)

    def select(self, text: str, arguments: Sequence[str] = ()) -> Answer:
        """The answer to one SELECT that somebody typed, in Athena's SQL, with a value for each question mark.

        Raises:
            QueryError: It is not run; see `translate` and `check_names`.
        """
        reads = translate.translate(text, relations=self._library.relations).reads
        check_names(statement(text), self.columns(reads))
        return self._run(text, arguments)

    def measure(self, text: str, arguments: Sequence[str] = ()) -> Reading:
        """How much one SELECT reads: partitions that it leaves out are not opened.

        Raises:
            QueryError: It is not run; see `translate`.
        """
        translated = translate.translate(text, relations=self._library.relations)
        self._make(translated.reads)
        told = self._connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {translated.text}", list(arguments)).fetchone()
        plan = json.loads(told[1] if told else "{}")
        return Reading(sum(_files_read(node) for node in plan["operator"]), plan["io"]["total_bytes_read"])

    def unload(self, text: str, folder: str) -> None:
        """Writes the rows of one SELECT as Parquet, as Athena's UNLOAD does.

        Args:
            text: In Athena's SQL.
            folder: Below the archive's; it is made.

        Raises:
            QueryError: It is not run; see `translate`, or the folder lies elsewhere.
        """
        target = Path(self._root, folder).resolve()
        if not target.is_relative_to(self._root):
            raise QueryError(f"{folder} is not below the archive's folder.")
        target.mkdir(parents=True, exist_ok=True)
        translated = translate.translate(text, relations=self._library.relations)
        self._make(translated.reads)
        self._connection.execute(
            f"COPY ({translated.text}) TO {tables.text(f'{target}/0.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )

    def _run(self, text: str, arguments: Sequence[str]) -> Answer:
        translated = translate.translate(text, relations=self._library.relations)
        while True:  # a file that cannot be opened is set aside and counted
            try:
                self._make(translated.reads)
                cursor = self._connection.execute(translated.text, list(arguments))
                return Answer(
                    columns=tuple(column[0] for column in cursor.description or ()),
                    types=tuple(str(column[1]) for column in cursor.description or ()),
                    rows=cursor.fetchall(),
                )
            except duckdb.Error as error:
                unopened = isinstance(error, duckdb.IOException | duckdb.InvalidInputException)
                if not (unopened and self._set_aside(str(error))):
                    raise QueryError(_told(error)) from None
                self._connection.close()
                self._connection = self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": "",
            }
        )
        for setting in (
            "SET TimeZone = 'UTC'",
            "SET preserve_insertion_order = false",
            f"SET allowed_directories = ['{self._root.replace(chr(39), chr(39) * 2)}']",
            "SET enable_external_access = false",
            *tables.MACROS,
            *translate.MACROS,
        ):
            connection.execute(setting)
        self._made, self._narrowed = set(), set()
        for table in self._library.tables.values():
            connection.execute(self._view_of(table))
        connection.execute("SET lock_configuration = true")
        return connection

    def _view_of(self, table: tables.Table) -> str:
        if table.listed:
            return tables.listing(table, root=self._root, partitions=self._partitions.get(table.name, ()))
        globs = self._outside_window(table) if table.name in self._narrowed else self._globs[table.name]
        return tables.reading(table, root=self._root, globs=globs, broken=self._broken[table.name])

    def _narrow(self, names: Iterable[str]) -> None:
        """Offers DuckDB no file of a day that is read from Parquet, since it takes a while to leave one out; but where
        these names reach a table by another way too, all of its files.
        """
        whole = self._library.beneath(names, not_through=(window.view for window in self._windows.values()))
        narrowed = {name for name in self._windows if name not in whole and self._partitions}
        changed, self._narrowed = narrowed ^ self._narrowed, narrowed
        for name in changed:
            self._connection.execute(self._view_of(self._library.tables[name]))

    @functools.cache  # noqa: B019 - an archive lives as long as its files are asked about
    def _outside_window(self, table: tables.Table) -> list[str]:
        day, window = re.compile(table.partition_pattern("day")), self._windows[table.name]
        files = (path for pattern in self._globs[table.name] for path in glob.iglob(pattern))  # noqa: PTH207 - as DuckDB
        return [path for path in files if not ((told := day.search(path)) and window.covers(told[1]))]

    def _make(self, names: Iterable[str]) -> None:
        """The views of these names and those that they read; DuckDB takes time for each, so not for the others."""
        self._narrow(names)
        wanted = self._library.beneath(names)
        for name, text in self._library.views.items():
            if name in wanted - self._made:
                translated = translate.translate(text, relations=self._library.relations)
                self._connection.execute(f'CREATE VIEW "{name}" AS {translated.text}')
                self._made.add(name)

    def _matching(self, table: tables.Table) -> list[str]:
        patterns = [pattern for place in (self._root, f"{self._root}/*") for pattern in table.globs(place)]
        return [pattern for pattern in patterns if next(glob.iglob(pattern), None) is not None]  # noqa: PTH207 - as DuckDB

    def _set_aside(self, message: str) -> bool:
        """Whether the message names a file of the archive, which is not asked for again."""
        for name, patterns in self._globs.items():
            for pattern in patterns:
                for path in glob.iglob(pattern):  # noqa: PTH207 - as DuckDB
                    known = self._broken[name]
                    if path in message and path not in known and len(known) < _MOST_BROKEN:
                        known.append(path)
                        return True
        return False


def _files_read(node: dict[str, Any]) -> int:
    own = int(node.get("extra_info", {}).get("Total Files Read", 0))
    return own + sum(map(_files_read, node.get("children", ())))


def _told(error: duckdb.Error) -> str:
    """The first lines of what DuckDB says: what is wrong, and where."""
    return "\n".join(str(error).strip().splitlines()[:6])
