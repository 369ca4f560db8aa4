"""`sql/schema.json`, from which the Glue catalog is synthesized, says what `sql/` says."""

from __future__ import annotations

import json
import re

import pytest

from constructs_lib.query.catalog import hive_type as glue_type
from tests.tools.query.copies import sql
from tools.query.compaction import windows
from tools.query.problems import QueryError
from tools.sql_schema import SCHEMA_FILE, about, presto_type, render, schema, table


@pytest.fixture(scope="module")
def committed():
    return json.loads(SCHEMA_FILE.read_text("utf-8"))


def test_the_file_is_true():
    """`make schema` writes it anew."""
    assert SCHEMA_FILE.read_text("utf-8") == render(schema())


def test_every_file_of_sql_is_in_it(committed):
    for kind in ("tables", "views", "questions"):
        files = {path.stem for path in (SCHEMA_FILE.parent / kind).glob("*.sql")}
        assert set(committed[kind]) == files


def test_names_are_small_letters_as_the_catalog_keeps_them(committed):
    names = [
        f"{name}.{column['name']}"
        for kind in ("tables", "views")
        for name, item in committed[kind].items()
        for column in item["columns"]
    ]
    assert names
    assert [name for name in names if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)] == []


def test_a_view_has_no_column_twice_and_none_of_an_unknown_type(committed):
    for name, view in committed["views"].items():
        columns = [column["name"] for column in view["columns"]]
        assert len(columns) == len(set(columns)), name
        assert {column["type"] for column in view["columns"]} <= {
            "array(varchar)",
            "bigint",
            "boolean",
            "timestamp(3)",
            "varchar",
        }, name


def test_the_timeline_has_the_columns_that_a_person_asks_for(committed):
    columns = {column["name"]: column["type"] for column in committed["views"]["access_timeline"]["columns"]}
    texts = ("kind", "account", "region", "person", "principal", "source_ip", "host", "what", "verdict", "evidence")
    moments = {"time": "timestamp(3)", "until": "timestamp(3)"}
    assert columns == moments | dict.fromkeys((*texts, "match", "event_id"), "varchar")


def test_every_table_of_json_is_projected_by_day_and_its_keys_stand_in_its_template(committed):
    for name in ("access_events", "cloudtrail", "transcripts"):
        declared = committed["tables"][name]
        keys = [key["name"] for key in declared["partition_keys"]]
        template = declared["parameters"]["storage.location.template"]
        assert declared["parameters"]["projection.enabled"] == "true", name
        assert [key for key in keys if f"${{{key}}}" not in template] == [], name
        assert [key for key in keys if f"projection.{key}.type" not in declared["parameters"]] == [], name
        assert keys[-1] == "day", name


@pytest.mark.parametrize("table", ["access_events", "cloudtrail", "transcripts"])
def test_parquet_holds_what_the_view_of_the_json_files_shows(committed, table):
    parquet = committed["tables"][f"compacted_{table}"]
    assert parquet["serde"].endswith("ParquetHiveSerDe")
    assert "projection.enabled" not in parquet["parameters"]
    assert [key["name"] for key in parquet["partition_keys"]] == ["day", "verified"]
    (combining,) = (each.view for name, each in windows(sql().views).items() if name == table)
    for view in (f"uncompacted_{table}", combining):
        shown = [(column["name"], glue_type(column["type"])) for column in committed["views"][view]["columns"]]
        assert shown == [*((column["name"], column["type"]) for column in parquet["columns"]), ("day", "string")], view


def test_a_type_keeps_its_structure(tmp_path):
    file = tmp_path / "t.sql"
    file.write_text(
        "-- One.\n-- Two.\nCREATE EXTERNAL TABLE t (Who STRUCT<Name:STRING, `user`:ARRAY<STRUCT<a:BIGINT>>>)\n"
        "PARTITIONED BY (day STRING)\nROW FORMAT SERDE 'x.Serde' WITH SERDEPROPERTIES ('a' = 'b')\n"
        "LOCATION 's3://b/'\nTBLPROPERTIES ('projection.enabled' = 'true')"
    )
    found = table(file)
    assert found["columns"] == [{"name": "who", "type": "struct<name:string,user:array<struct<a:bigint>>>"}]
    assert found["comment"] == "One. Two."
    assert (found["serde"], found["serde_parameters"]) == ("x.Serde", {"a": "b"})
    assert found["parameters"] == {"projection.enabled": "true"}


def test_a_type_that_athena_may_not_have_is_refused():
    with pytest.raises(QueryError, match=r"v\.c is HUGEINT"):
        presto_type("HUGEINT[]", of="v.c")


def test_about_is_the_first_comment_alone():
    assert about("-- a\n--\n-- b\nSELECT 1 -- c\n-- d") == "a  b"
