"""An archive in a folder, its catalog, and an Athena that runs over both: what the compaction works with."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from constructs_lib.query.catalog import table_input, view_input
from constructs_lib.query.schema import read_schema
from lambda_src.compaction.athena import UnansweredError
from lambda_src.compaction.catalog import Catalog
from lambda_src.compaction.compact import compact
from tests.lambda_src.access_events.variants import MEMBER
from tests.tools.query.copies import LOGS, REGION, Copy, sql
from tools.query.compaction import windows
from tools.query.engine import Archive
from tools.query.tables import Partition

DERIVED = f"evidence-derived-111111111111-{REGION}"
VIEWS = {"access_events": "access_event_lines", "transcripts": "transcript_seconds", "cloudtrail": "cloudtrail_calls"}
PLACES = {
    "home_log_bucket": LOGS,
    "log_bucket_of_region": f"{LOGS.removesuffix(REGION)}${{region}}",
    "derived_bucket": DERIVED,
    "accounts": f"111111111111,{MEMBER}",
    "regions": REGION,
    "trail_regions": REGION,
    "organization_folder": "",
    "first_day": "NOW-400DAYS",
    "first_trail_day": "NOW-400DAYS",
}
DAYS = [date(2026, 5, day) for day in (4, 3, 2, 1)]


class CrashError(Exception):
    """The function ended here."""


class World:
    """A copy of the archive in a folder, with what the catalog says of it.

    Attributes:
        asked: The statements that Athena ran.
        crashes_before: The number of the statement or call before which the function ends.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.copy = Copy(folder)
        self.folder = folder
        self.glue = Glue(self)
        self.asked: list[str] = []
        self.listed: list[str] = []
        self.failures: list[dict[str, Any]] = []
        self.loses = 0
        self.crashes_before = -1
        self._steps = 0
        self._runs = 0

    def step(self) -> None:
        """Counts what could be the last thing that the function does."""
        if self._steps == self.crashes_before:
            raise CrashError
        self._steps += 1

    def run(self, table: str = "transcripts", *, days: Iterable[date] = DAYS, ready: int = 100, **changes: Any) -> Any:
        """One run of the function for a table; of how many days it has time."""
        self._steps, left = 0, iter([True] * ready)
        return compact(
            Catalog(self.glue, database="evidence", table=table, view=VIEWS[table]),
            days,
            ask=self.ask,
            list_objects=self.list_objects,
            new_run=self._new_run,
            ready=lambda: next(left, False),
            oldest=changes.get("oldest", date(2026, 1, 1)),
            log=self.failures.append,
        )

    def archive(self) -> Archive:
        """What a query reads: the views as the catalog has them, and the partitions that have files."""
        partitions = {
            name: [each for each in self._partitions(name) if any(self.folder.joinpath(each.folder).glob("*"))]
            for name in self.glue.partitions
        }
        return Archive(replace(sql(), views={**sql().views, **self.glue.texts()}), self.folder, partitions)

    def rows(self, view: str) -> list[Any]:
        """All rows of a view, in an order that does not depend on where they were read."""
        return sorted(map(repr, self.archive().select(f"SELECT * FROM {view}").rows))

    def reads_parquet(self, table: str) -> tuple[str, str]:
        """From which day to before which one the table's view reads Parquet."""
        window = windows({**sql().views, **self.glue.texts()})[table]
        return window.first, window.until

    def ask(self, text: str) -> list[dict[str, str | None]]:
        """What Athena answers."""
        self.step()
        self.asked.append(text)
        unload = re.fullmatch(
            r"UNLOAD \((.*)\) TO 's3://(.*)/' WITH \(format = 'PARQUET', compression = 'ZSTD'\)", text
        )
        if unload:
            if self.folder.joinpath(unload[2]).exists():
                raise UnansweredError("HIVE_PATH_ALREADY_EXISTS")
            select = unload[1]
            if self.loses:
                self.loses -= 1
                select += " AND session_id <> 'two'"
            self.archive().unload(select, unload[2])
            return []
        answer = self.archive().select(text)
        return [{name: str(value) for name, value in zip(answer.columns, row, strict=True)} for row in answer.rows]

    def list_objects(self, bucket: str, prefix: str, after: str) -> Iterator[tuple[str, int]]:
        """The objects of a bucket below a prefix, after a key."""
        self.listed.append(f"{bucket}/{prefix}")
        root = self.folder / bucket
        keys = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        yield from ((key, root.joinpath(key).stat().st_size) for key in keys if key.startswith(prefix) and key > after)

    def _new_run(self) -> str:
        self._runs += 1
        return str(self._runs)

    def _partitions(self, table: str) -> Iterator[Partition]:
        for values, described in self.glue.partitions[table].items():
            yield Partition(values, described["StorageDescriptor"]["Location"].removeprefix("s3://").rstrip("/"))


class Glue:
    """The catalog as the deployment makes it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.deploy()
        self.partitions: dict[str, dict[tuple[str, ...], Any]] = {
            name: {} for name in self.tables if name.startswith("compacted_")
        }

    def deploy(self) -> None:
        """Tables and views are what the templates say."""
        schema = read_schema(PLACES)
        self.tables: dict[str, Any] = {table.name: table_input(table) for table in schema.tables}
        self.tables |= {view.name: view_input(view, database="evidence") for view in schema.views}

    def texts(self) -> dict[str, str]:
        """The text of each view that combines JSON and Parquet."""
        return {
            name: json.loads(base64.b64decode(self.tables[name]["ViewOriginalText"][16:-3]))["originalSql"]
            for name in VIEWS.values()
        }

    def get_table(self, *, DatabaseName: str, Name: str) -> Any:
        return {
            "Table": {
                **self.tables[Name],
                "DatabaseName": DatabaseName,
                "VersionId": "1",
                "IsRegisteredWithLakeFormation": False,
            }
        }

    def get_paginator(self, operation: str) -> Any:
        assert operation == "get_partitions"
        return self

    def paginate(self, *, DatabaseName: str, TableName: str) -> Any:
        assert DatabaseName == "evidence"
        return [{"Partitions": [each]} for each in self.partitions[TableName].values()]

    def create_partition(self, *, DatabaseName: str, TableName: str, PartitionInput: Any) -> None:
        self._world.step()
        values = tuple(PartitionInput["Values"])
        assert values not in self.partitions[TableName], DatabaseName
        self.partitions[TableName][values] = PartitionInput

    def batch_update_partition(self, *, DatabaseName: str, TableName: str, Entries: Any) -> Any:
        self._world.step()
        (entry,) = Entries
        values = tuple(entry["PartitionValueList"])
        assert values in self.partitions[TableName], DatabaseName
        self.partitions[TableName][values] = entry["PartitionInput"]
        return {}

    def update_table(self, *, DatabaseName: str, TableInput: Any, SkipArchive: bool) -> None:
        self._world.step()
        assert (DatabaseName, SkipArchive) == ("evidence", True)
        assert "VersionId" not in TableInput
        self.tables[TableInput["Name"]] = TableInput
