"""The Glue catalog: tables, the partitions of Parquet, and the days that a view reads from it."""

from __future__ import annotations

import base64
import json
import re
from datetime import date
from typing import Any, Final, NamedTuple

from .days import Window
from .files import Source, source

Json = dict[str, Any]
_FIRST_AND_UNTIL: Final = re.compile(r"day >= '([^']*)' AND day < '([^']*)'")
_BEFORE: Final = "/* Presto View: "
_AFTER: Final = " */"
_INPUT: Final = (
    *("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys"),
    *("ViewOriginalText", "ViewExpandedText", "TableType", "Parameters"),
)
"""What of a table's description can be given back. https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html"""
FILES: Final = "evidence.files"
"""The parameter of a partition that says which JSON files its Parquet was written from."""


class Run(NamedTuple):
    """A partition: where its Parquet lies, which files it was written from, and whether it has the table's columns."""

    location: str
    files: str
    current: bool


class Catalog:
    """One table of JSON files with its table of Parquet and the view over both.

    Args:
        glue: A client.
        database: Of all three.
        table: The table of JSON files.
        view: What combines them.
    """

    def __init__(self, glue: Any, *, database: str, table: str, view: str) -> None:
        self._glue, self._database, self._view = glue, database, view
        self.table, self.parquet, self.flat = table, f"compacted_{table}", f"uncompacted_{table}"
        self.source: Source = source(self._table(table)["Parameters"])
        self._storage = self._table(self.parquet)["StorageDescriptor"]
        self.columns: list[str] = [column["Name"] for column in self._storage["Columns"]]
        self.location: str = self._storage["Location"]

    def runs(self, *, verified: str) -> dict[date, Run]:
        """The partitions that are verified, 'yes' or 'no', by day."""
        found = {}
        for page in self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=self._database, TableName=self.parquet
        ):
            for partition in page["Partitions"]:
                day, stage = partition["Values"]
                storage = partition["StorageDescriptor"]
                parsed = self.source.read(day)
                if stage == verified and parsed is not None:
                    files = partition.get("Parameters", {}).get(FILES, "")
                    current = storage["Columns"] == self._storage["Columns"]
                    found[parsed] = Run(storage["Location"], files, current)
        return found

    def point(self, day: date, *, verified: str, location: str, files: str, there: bool) -> None:
        """The partition of a day names this folder from now on.

        Args:
            day: Its first key.
            verified: Its second, 'yes' or 'no'.
            location: The folder of a run.
            files: Which JSON files that run has read.
            there: There is such a partition.

        Raises:
            RuntimeError: Glue did not change it.
        """
        values = [self.source.written(day), verified]
        described = {
            "Values": values,
            "StorageDescriptor": {**self._storage, "Location": location},
            "Parameters": {FILES: files},
        }
        place = {"DatabaseName": self._database, "TableName": self.parquet}
        if not there:
            self._glue.create_partition(**place, PartitionInput=described)
            return
        entry = {"PartitionValueList": values, "PartitionInput": described}
        errors = self._glue.batch_update_partition(**place, Entries=[entry]).get("Errors", [])
        if errors:
            raise RuntimeError(f"{self.parquet} {values} was not updated: {errors[0]['ErrorDetail']}")

    def show(self, window: Window) -> bool:
        """Lets the view read the days of a window from Parquet, and all others from JSON; whether it did not before.

        Raises:
            ValueError: The catalog's view is none of ours.
        """
        described = self._table(self._view)
        definition = json.loads(base64.b64decode(described["ViewOriginalText"].removeprefix(_BEFORE)[: -len(_AFTER)]))
        text = definition["originalSql"]
        found = _FIRST_AND_UNTIL.search(text)
        if found is None or text.count(found[1]) != 2 or text.count(found[2]) != 2:
            raise ValueError(f"{self._view} does not say twice from which day to which it reads Parquet")
        first, until = (self.source.written(day) for day in window)
        if (found[1], found[2]) == (first, until):
            return False
        definition["originalSql"] = re.sub(
            f"'({re.escape(found[1])}|{re.escape(found[2])})'",
            lambda each: f"'{first if each[1] == found[1] else until}'",
            text,
        )
        encoded = base64.b64encode(json.dumps(definition, ensure_ascii=False).encode()).decode()
        changed = {key: value for key, value in described.items() if key in _INPUT and value != ""}
        changed["ViewOriginalText"] = f"{_BEFORE}{encoded}{_AFTER}"
        self._glue.update_table(DatabaseName=self._database, TableInput=changed, SkipArchive=True)
        return True

    def _table(self, name: str) -> Json:
        table: Json = self._glue.get_table(DatabaseName=self._database, Name=name)["Table"]
        return table
