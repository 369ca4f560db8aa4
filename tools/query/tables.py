"""A table as `sql/tables` declares it for Athena, and the files and columns that DuckDB reads for it.

Most tables find their files by a template of paths. Those of Parquet are told which folders hold their partitions, as
the Glue catalog tells Athena; a copy of the archive without a catalog has no rows of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sqlglot import exp

from tools.query.parsing import statement

LARGEST: Final = 128 * 1024 * 1024
"""Bytes of the longest line: a file of CloudTrail is one."""
_ORGANIZATION: Final = "{{organization_folder}}"
_PLACES: Final = {"yyyy-MM-dd": "[0-9]{4}-[0-9]{2}-[0-9]{2}", "yyyy/MM/dd": "[0-9]{4}/[0-9]{2}/[0-9]{2}"}


class Partition(NamedTuple):
    """A partition that a catalog lists: the values of its keys in order, and its folder below the copy's."""

    values: tuple[str, ...]
    folder: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns with their types in DuckDB, partitions in order, and how a path below a bucket tells them.

    A table whose partitions a catalog lists has no template.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    partitions: tuple[str, ...]
    template: str
    day_format: str
    whole_files: bool

    @property
    def listed(self) -> bool:
        """Its partitions are those that a catalog lists."""
        return not self.template

    def globs(self, bucket: str) -> list[str]:
        """The patterns of the table's files below a bucket's copy, one for each layout of the trail's folders."""
        if self.listed:
            return []
        pattern = self.template.replace("${day}", "/".join("*" * (self.day_format.count("/") + 1)))
        pattern = re.sub(r"\$\{\w+\}", "*", pattern)
        folders = ("", "o-*/") if _ORGANIZATION in pattern else ("",)
        return [f"{bucket}/{pattern.replace(_ORGANIZATION, folder)}/*.gz" for folder in folders]

    def partition_pattern(self, name: str) -> str:
        """A regular expression whose one group is the value of a partition in a path."""
        before, _, _ = self.template.partition(f"${{{name}}}")
        parts = re.split(r"(\$\{\w+\}|\{\{\w+\}\})", before)
        wanted = _PLACES[self.day_format] if name == "day" else "[^/]+"
        return f"(?:^|/){''.join(self._part(part) for part in parts)}({wanted})"

    def _part(self, part: str) -> str:
        if part == _ORGANIZATION:
            return "(?:o-[^/]+/)?"
        if part.startswith("$"):
            return _PLACES[self.day_format] if part == "${day}" else "[^/]+"
        return re.escape(part).replace("\\-", "-")


def read_table(path: Path) -> Table:
    """The table that a file of `sql/tables` creates.

    Raises:
        QueryError: The file cannot be read as SQL.
    """
    created = statement(path.read_text(encoding="utf-8"))
    properties = created.args["properties"].expressions
    named = {each.name: each.args["value"].name for each in properties if type(each) is exp.Property}
    partitions = next(each for each in properties if isinstance(each, exp.PartitionedByProperty))
    return Table(
        name=created.this.this.name,
        columns=tuple(
            (column.name, column.args["kind"].sql("duckdb", identify=True)) for column in created.this.expressions
        ),
        partitions=tuple(column.name for column in partitions.this.expressions),
        template=named.get("storage.location.template", "").partition("://")[2].partition("/")[2],
        day_format=named.get("projection.day.format", ""),
        whole_files=created.find(exp.InputOutputFormat) is not None,
    )


def reading(table: Table, *, root: str, globs: list[str], broken: list[str]) -> str:
    """DuckDB's view of a table: columns, partitions and ``"$path"``, as Athena has them.

    A line or a file that cannot be read is a row of NULLs with its partitions and path, so that it can be counted.

    Args:
        table: What to read.
        root: The folder, resolved; what lies below it is a bucket or a copy of one.
        globs: Patterns that match a file.
        broken: Files that cannot be opened.
    """
    inner = f"below({text(root)}, filename)"
    partitions = [f"told({inner}, {text(table.partition_pattern(name))}) AS {name}" for name in table.partitions]
    outside = [*partitions, f'uri({inner}) AS "$path"']
    selects = []
    if globs:
        skipped = f"WHERE filename NOT IN ({_texts(broken)})" if broken else ""
        selects.append(_select([*_read(table), *outside], "FROM", _files(table, globs), skipped))
    if broken:
        selects.append(
            _select([*_nothing(table.columns), *outside], "FROM", f"(SELECT unnest([{_texts(broken)}]) AS filename)")
        )
    return _view(table, selects)


def listing(table: Table, *, root: str, partitions: Sequence[Partition]) -> str:
    """DuckDB's view of a table of Parquet: columns, and the values of the partition that a file's folder is.

    Args:
        table: What to read.
        root: The folder, resolved, below which the partitions lie.
        partitions: Those that have files.
    """
    columns = [f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in table.columns]
    selects = []
    for values in sorted({partition.values[1:] for partition in partitions}):
        folders = {each.folder: each.values[0] for each in partitions if each.values[1:] == values}
        days = ", ".join(f"{text(folder)}: {text(day)}" for folder, day in folders.items())
        inner = f"below({text(root)}, filename)"
        first = f"MAP {{{days}}}[left({inner}, length({inner}) - length(parse_filename(filename)) - 1)]"
        told = zip(table.partitions, (first, *map(text, values)), strict=True)
        files = _texts([f"{root}/{folder}/*" for folder in folders])
        selects.append(
            _select(
                [*columns, *(f"{value} AS {name}" for name, value in told), f'uri({inner}) AS "$path"'],
                "FROM",
                f"read_parquet([{files}], filename = true, hive_partitioning = false)",
            )
        )
    return _view(table, selects)


MACROS: Final = (
    "CREATE MACRO below(root, path) AS substr(path, length(root) + 2)",
    "CREATE MACRO told(path, pattern) AS nullif(regexp_extract(path, pattern, 1), '')",
    # A copy of one bucket does not say which it is; below a folder of buckets the first name does.
    "CREATE MACRO uri(path) AS CASE WHEN regexp_matches(path, '^(transcripts|access-events|cloudtrail)/') "
    "THEN path ELSE 's3://' || path END",
)


def _view(table: Table, selects: Sequence[str]) -> str:
    """One view over all of them; without rows where there are none."""
    places = ((name, "VARCHAR") for name in (*table.partitions, "$path"))
    empty = _select(_nothing([*table.columns, *places]), "WHERE false")
    return f'CREATE OR REPLACE VIEW "{table.name}" AS {" UNION ALL ".join(selects) or empty}'


def _nothing(columns: Iterable[tuple[str, str]]) -> list[str]:
    return [f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns]


def _select(columns: list[str], *rest: str) -> str:
    return " ".join(["SELECT", ", ".join(columns), *rest])


def _read(table: Table) -> list[str]:
    source = "record." if table.whole_files else ""
    return [f'{source}"{name}" AS "{name}"' for name, _ in table.columns]


def _files(table: Table, globs: list[str]) -> str:
    if table.whole_files:
        record = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
        rows = 'SELECT unnest(coalesce("Records", [NULL])) AS record, filename FROM '
        return f"({rows}{_read_json(globs, {'Records': f'STRUCT({record})[]'})})"
    return _read_json(globs, dict(table.columns))


def _read_json(globs: list[str], columns: dict[str, str]) -> str:
    listed = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns.items())
    return (
        f"read_json([{_texts(globs)}], format = 'newline_delimited', compression = 'gzip', "
        f"records = true, ignore_errors = true, hive_partitioning = false, "
        f"filename = true, maximum_object_size = {LARGEST}, columns = {{{listed}}})"
    )


def _texts(values: list[str]) -> str:
    return ", ".join(map(text, values))


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
