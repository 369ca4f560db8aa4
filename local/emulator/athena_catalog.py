"""What a query of Athena reads: the tables and views of a Glue database, and the objects that they reach."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from ministack.services import glue, s3

from tools.query.library import Library, library_of, read_library
from tools.query.problems import QueryError
from tools.query.tables import Partition, Table

_DAYS: Final = {"yyyy-MM-dd": r"\d{4}-\d{2}-\d{2}", "yyyy/MM/dd": r"\d{4}/\d{2}/\d{2}"}


class Stored(NamedTuple):
    """An object as a query finds it: ``path`` is its bucket and its key."""

    path: str
    content: bytes


def library(database: str) -> Library:
    """The database as the catalog has it: its views' text, and of the project's tables those that it lists.

    The catalog keeps names of columns in small letters, which the files do not have, so columns are taken from `sql/`.

    Raises:
        QueryError: There is no such database, or it has a table that `sql/` does not declare.
    """
    if database not in glue._databases:
        raise QueryError(f"SCHEMA_NOT_FOUND: Schema '{database}' does not exist")
    listed = list(_listed(database))
    views = {table["Name"]: _view_text(table) for table in listed if table["TableType"] == "VIRTUAL_VIEW"}
    tables = {table["Name"]: _declared(table["Name"]) for table in listed if table["TableType"] != "VIRTUAL_VIEW"}
    return library_of(tables=tables, views=views)


def objects(database: str) -> list[Stored]:
    """What lies where the tables' partitions are: those that projection computes, the range of days apart."""
    tables = [table for table in _listed(database) if table["TableType"] != "VIRTUAL_VIEW"]
    reached = [_place(table) for table in tables if _projected(table)]
    reached += [
        re.compile(re.escape(partition.folder))
        for table in tables
        if not _projected(table)
        for partition in _partitions(database, table["Name"])
    ]
    return [
        Stored(f"{bucket}/{key}", s3._get_object_data(bucket, key) or b"")
        for bucket, held in s3._buckets.items()
        for key in held["objects"]
        if any(place.fullmatch(f"{bucket}/{key}".rpartition("/")[0]) for place in reached)
    ]


def partitions(database: str) -> dict[str, list[Partition]]:
    """The partitions that the catalog lists, by table, where anything lies in their folders."""
    held = {
        f"{bucket}/{key}".rpartition("/")[0] for bucket, content in s3._buckets.items() for key in content["objects"]
    }
    return {
        table["Name"]: [each for each in _partitions(database, table["Name"]) if each.folder in held]
        for table in _listed(database)
        if table["TableType"] != "VIRTUAL_VIEW" and not _projected(table)
    }


def _projected(table: Mapping[str, Any]) -> bool:
    return bool(table["Parameters"].get("projection.enabled") == "true")


def _partitions(database: str, table: str) -> Iterator[Partition]:
    for each in glue._partitions.get(f"{database}/{table}", []):
        folder = each["StorageDescriptor"]["Location"].removeprefix("s3://").rstrip("/")
        yield Partition(tuple(each["Values"]), folder)


def _listed(database: str) -> Iterator[Mapping[str, Any]]:
    return (table for name, table in list(glue._tables.items()) if name.partition("/")[0] == database)


def _view_text(table: Mapping[str, Any]) -> str:
    definition = table["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    return str(json.loads(base64.b64decode(definition))["originalSql"])


@functools.cache
def _ours() -> Library:
    return read_library()


def _declared(name: str) -> Table:
    if name not in _ours().tables:
        raise QueryError(f"NOT_SUPPORTED: no file of sql/tables declares {name}, so it is not read here")
    return _ours().tables[name]


def _place(table: Mapping[str, Any]) -> re.Pattern[str]:
    """The folders of a table's partitions, below the bucket's name."""
    parameters = table["Parameters"]
    template = parameters["storage.location.template"].removeprefix("s3://")
    parts = re.split(r"\$\{(\w+)\}", template)
    literals, names = map(re.escape, parts[::2]), [_values(parameters, name) for name in parts[1::2]]
    return re.compile("".join(text for pair in zip(literals, [*names, ""], strict=True) for text in pair))


def _values(parameters: Mapping[str, str], name: str) -> str:
    if parameters[f"projection.{name}.type"] == "date":
        return _DAYS[parameters[f"projection.{name}.format"]]
    return f"(?:{'|'.join(map(re.escape, parameters[f'projection.{name}.values'].split(',')))})"
