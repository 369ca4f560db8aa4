"""Writes `sql/schema.json`: what `sql/` declares, in the words of the Glue catalog, for a synthesis that parses no SQL.

`make schema` runs it; a test fails where the file is not what `sql/` says.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sqlglot import exp

from tools.query.engine import Archive
from tools.query.library import SQL, Library, Question, read_library
from tools.query.parsing import statement
from tools.query.problems import QueryError

SCHEMA_FILE: Final = SQL / "schema.json"

PRESTO_TYPES: Final = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "INTEGER": "integer",
    "TIMESTAMP": "timestamp(3)",
    "TIMESTAMP_MS": "timestamp(3)",
    "VARCHAR": "varchar",
}
"""What DuckDB describes, as Athena's engine calls it; Athena keeps milliseconds."""

PARQUET: Final = {
    "serde": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "serde_parameters": {},
    "input_format": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "output_format": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
}
"""https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html"""
TEXT_INPUT: Final = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT: Final = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


def schema(folder: Path = SQL) -> dict[str, Any]:
    """Tables, views and questions of a folder; views in an order in which each can be made.

    Raises:
        QueryError: A file is no SQL, or a view has a column of a type that is not known here.
    """
    library = read_library(folder)
    return {
        "tables": {name: table(folder / "tables" / f"{name}.sql") for name in library.tables},
        "views": views(library),
        "questions": {name: question(each) for name, each in library.questions.items()},
    }


def render(content: dict[str, Any]) -> str:
    """The text of the file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def table(path: Path) -> dict[str, Any]:
    """One `CREATE EXTERNAL TABLE` as Glue takes it: names in small letters, types of Hive.

    Raises:
        QueryError: The file is no SQL.
    """
    text = path.read_text(encoding="utf-8")
    created = statement(text)
    properties = created.args["properties"].expressions
    partitions = next(each for each in properties if isinstance(each, exp.PartitionedByProperty))
    location = next(each for each in properties if isinstance(each, exp.LocationProperty))
    return {
        "comment": about(text),
        "columns": columns(created.this.expressions),
        "partition_keys": columns(partitions.this.expressions),
        **storage(properties),
        "location": location.name,
        "parameters": pairs(properties),
    }


def storage(properties: Iterable[exp.Expr]) -> dict[str, Any]:
    """How a table's files are read: its SerDe and formats, or those of Parquet."""
    kinds = {type(each): each for each in properties}
    if (stored := kinds.get(exp.FileFormatProperty)) is not None and stored.name.upper() == "PARQUET":
        return PARQUET
    formats = stored.this.args if stored is not None else {}
    serde = kinds[exp.RowFormatSerdeProperty]
    return {
        "serde": serde.name,
        "serde_parameters": pairs(serde.find_all(exp.Property)),
        "input_format": formats["input_format"].name if formats else TEXT_INPUT,
        "output_format": formats["output_format"].name if formats else TEXT_OUTPUT,
    }


def pairs(properties: Iterable[exp.Expr]) -> dict[str, str]:
    """Properties that the file names itself; those that SQL has words for are of other types."""
    return {each.name: each.args["value"].name for each in properties if type(each) is exp.Property}


def columns(defined: list[exp.Expr]) -> list[dict[str, str]]:
    """Columns of a table, as the catalog keeps them."""
    return [{"name": each.name.lower(), "type": hive_type(each.args["kind"])} for each in defined]


def hive_type(kind: exp.Expr) -> str:
    """A type as the Glue catalog writes it: `struct<a:string,b:array<string>>`."""
    return kind.sql("hive").lower().replace("`", "").replace(": ", ":").replace(", ", ",")


def views(library: Library) -> dict[str, Any]:
    """Every view: its SELECT, and the columns that DuckDB finds it has."""
    with tempfile.TemporaryDirectory() as empty:
        described = Archive(library, Path(empty)).columns(library.views)
    return {
        name: {
            "comment": about(text),
            "text": text,
            "columns": [
                {"name": column, "type": presto_type(kind, of=f"{name}.{column}")}
                for column, kind in described[name].items()
            ],
        }
        for name, text in library.views.items()
    }


def presto_type(kind: str, *, of: str) -> str:
    """A type of DuckDB as Athena's engine calls it.

    Raises:
        QueryError: It is not known here, so that nobody knows whether Athena would find the same.
    """
    if kind.endswith("[]"):
        return f"array({presto_type(kind.removesuffix('[]'), of=of)})"
    if kind not in PRESTO_TYPES:
        raise QueryError(f"{of} is {kind} in DuckDB, which has no certain type in Athena; cast it.")
    return PRESTO_TYPES[kind]


def question(asked: Question) -> dict[str, Any]:
    """A named query with what it wants to be told."""
    return {"about": asked.about, "parameters": list(asked.parameters), "text": asked.text}


def about(text: str) -> str:
    """The comment with which a file begins, on one line."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


if __name__ == "__main__":
    SCHEMA_FILE.write_text(render(schema()), encoding="utf-8")
