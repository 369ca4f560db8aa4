"""The Glue database of the evidence: tables over the archive's files, and views."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.pseudo_parameters import ACCOUNT_ID
from constructs_lib.query.schema import Column, Schema, Table, View

_HIVE_TYPES: Final = {
    "bigint": "bigint",
    "boolean": "boolean",
    "date": "date",
    "double": "double",
    "integer": "int",
    "timestamp(3)": "timestamp",
    "varchar": "string",
}


class EvidenceCatalog(Construct):
    """A database whose tables and views nobody fills: Athena computes the partitions and runs the views.

    Args:
        schema: What it holds.
    """

    def __init__(self, scope: Construct, construct_id: str, *, schema: Schema) -> None:
        super().__init__(scope, construct_id)
        self._database = cdk.CfnResource(
            self,
            "Database",
            type="AWS::Glue::Database",
            properties={
                "CatalogId": ACCOUNT_ID,
                "DatabaseInput": {
                    "Name": layout.EVIDENCE_DATABASE,
                    "Description": "Evidence of who was on which machine",
                },
            },
        )
        for table in schema.tables:
            self._add(table.name, table_input(table))
        for view in schema.views:
            self._add(view.name, view_input(view, database=layout.EVIDENCE_DATABASE))

    def _add(self, name: str, table: dict[str, Any]) -> None:
        resource = cdk.CfnResource(
            self,
            "".join(part.capitalize() for part in name.split("_")),
            type="AWS::Glue::Table",
            properties={"CatalogId": ACCOUNT_ID, "DatabaseName": layout.EVIDENCE_DATABASE, "TableInput": table},
        )
        resource.add_resource_dependency(self._database)


def table_input(table: Table) -> dict[str, Any]:
    """A table over files, as Glue takes it.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
    """
    return {
        "Name": table.name,
        "Description": table.comment,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", **table.parameters},
        "PartitionKeys": _columns(table.partition_keys),
        "StorageDescriptor": {
            "Columns": _columns(table.columns),
            "Location": table.location,
            "InputFormat": table.input_format,
            "OutputFormat": table.output_format,
            "SerdeInfo": {"SerializationLibrary": table.serde, "Parameters": dict(table.serde_parameters)},
        },
    }


def view_input(view: View, *, database: str) -> dict[str, Any]:
    """A view as Athena keeps it in Glue: its definition in Base64 beside the columns in Hive's types."""
    return {
        "Name": view.name,
        "Description": view.comment,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": _columns((name, hive_type(kind)) for name, kind in view.columns),
            "SerdeInfo": {},
        },
        "ViewOriginalText": f"/* Presto View: {_encoded(view, database)} */",
        "ViewExpandedText": "/* Presto View */",
    }


def hive_type(presto_type: str) -> str:
    """A type of Athena's engine as the catalog calls it.

    Raises:
        KeyError: It is not known here.
    """
    inner = re.fullmatch(r"array\((.*)\)", presto_type)
    return f"array<{hive_type(inner.group(1))}>" if inner else _HIVE_TYPES[presto_type]


def _encoded(view: View, database: str) -> str:
    definition = {
        "originalSql": view.text,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": kind} for name, kind in view.columns],
    }
    return base64.b64encode(json.dumps(definition, ensure_ascii=False).encode()).decode()


def _columns(columns: Iterable[Column]) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in columns]
