"""Every view has the columns that others count on, in types that Athena has, and names that it finds."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.tools.query.copies import Copy, sql
from tools.query.library import selected_from
from tools.query.names import check_names
from tools.query.parsing import statement

TIMELINE = {
    "time": "TIMESTAMP",
    "until": "TIMESTAMP",
    **dict.fromkeys(
        ("kind", "account", "region", "person", "principal", "source_ip", "host", "what", "verdict", "evidence"),
        "VARCHAR",
    ),
    "match": "VARCHAR",
    "event_id": "VARCHAR",
}
ATHENAS = {"VARCHAR", "VARCHAR[]", "BIGINT", "BOOLEAN", "TIMESTAMP", "TIMESTAMP_MS"}


@pytest.fixture(scope="module")
def columns(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("archive")).archive().columns(sql().relations)


def test_the_timeline_has_the_columns_that_a_person_asks_for(columns):
    assert columns["access_timeline"] == TIMELINE


@pytest.mark.parametrize("view", sql().views)
def test_views_have_types_that_athena_has(columns, view):
    assert {name: kind for name, kind in columns[view].items() if kind not in ATHENAS} == {}


@pytest.mark.parametrize("name", [*sql().views, *sql().questions])
def test_athena_finds_every_column(columns, name):
    text = sql().views[name] if name in sql().views else sql().questions[name].text
    read = statement(text)
    check_names(read, {relation: columns[relation] for relation in selected_from(read)})


def test_the_document_names_every_table_view_question_and_column_of_the_timeline():
    document = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", document, flags=re.DOTALL)))
    assert sorted({*sql().tables, *sql().views, *sql().questions, *TIMELINE} - named) == []
