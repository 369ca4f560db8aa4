"""A view is told its days in the catalog, and one that is not ours is left as it is."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest

from lambda_src.compaction.catalog import Catalog
from lambda_src.compaction.days import EMPTY, Window
from tests.lambda_src.compaction.world import VIEWS, World
from tools.query.library import read_library
from tools.query.parsing import statement
from tools.query.subset import problems


@pytest.fixture
def glue(tmp_path):
    return World(tmp_path).glue


@pytest.mark.parametrize("table", VIEWS)
def test_a_view_is_told_from_which_day_to_which_it_reads_parquet_and_nothing_else_of_it_changes(glue, table):
    before = dict(glue.tables[VIEWS[table]])
    catalog = Catalog(glue, database="evidence", table=table, view=VIEWS[table])
    assert catalog.show(Window(date(2026, 5, 1), date(2026, 5, 2)))
    after = glue.tables[VIEWS[table]]
    assert {key for key in before if before[key] != after[key]} == {"ViewOriginalText"}
    text = glue.texts()[VIEWS[table]]
    assert problems(statement(text)) == []
    assert not catalog.show(Window(date(2026, 5, 1), date(2026, 5, 2)))
    assert catalog.show(EMPTY)
    assert glue.texts()[VIEWS[table]] == read_library().views[VIEWS[table]]


def test_a_view_that_does_not_name_its_days_twice_is_not_touched(glue):
    definition = {"originalSql": "SELECT 1 AS a FROM t WHERE day >= '2026-05-01' AND day < '2026-05-02'"}
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    glue.tables["transcript_seconds"]["ViewOriginalText"] = f"/* Presto View: {encoded} */"
    catalog = Catalog(glue, database="evidence", table="transcripts", view="transcript_seconds")
    with pytest.raises(ValueError, match="transcript_seconds does not say twice"):
        catalog.show(EMPTY)


def test_a_partition_that_glue_does_not_update_is_an_error(glue, monkeypatch):
    catalog = Catalog(glue, database="evidence", table="transcripts", view="transcript_seconds")
    refusal = {"Errors": [{"ErrorDetail": {"ErrorCode": "EntityNotFoundException"}}]}
    monkeypatch.setattr(type(glue), "batch_update_partition", lambda _self, **_asked: refusal)
    with pytest.raises(RuntimeError, match=r"was not updated: .*EntityNotFoundException"):
        catalog.point(date(2026, 5, 1), verified="yes", location="s3://b/c/", files="", there=True)
