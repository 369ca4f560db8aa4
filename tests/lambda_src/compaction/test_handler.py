"""The doorway: clients, days and tables from the environment; what failed is an error of the function."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from lambda_src.compaction import handler
from tests.lambda_src.compaction.world import World

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = World(tmp_path)
    monkeypatch.setattr(handler, "_client", lambda service: {"glue": world.glue}.get(service))
    monkeypatch.setattr(handler, "Athena", lambda _client, **_asked: SimpleNamespace(ask=world.ask))
    monkeypatch.setattr(handler, "list_objects", world.list_objects)
    monkeypatch.setenv("ATHENA_WORKGROUP", "evidence-compaction")
    monkeypatch.setenv("COMPACTED", "access_events=access_event_lines,transcripts=transcript_seconds")
    return world


def day(days_ago):
    return f"{datetime.now(UTC).date() - timedelta(days=days_ago)}"


def test_days_that_are_over_are_compacted_of_every_table(world):
    for days_ago in (0, 2, 3, 16, 17):
        world.copy.show({"sessionId": "one"}, day=day(days_ago))
    done = handler.handle({}, CONTEXT)
    assert [each["table"] for each in done] == ["access_events", "transcripts"]
    assert len([text for text in world.asked if text.startswith("UNLOAD")]) == 2
    assert world.reads_parquet("transcripts") == (day(16), day(2))
    assert len(world.rows("transcript_seconds")) == 5


def test_nothing_is_begun_without_time_for_it(world):
    world.copy.show({"sessionId": "one"}, day=day(3))
    done = handler.handle({}, SimpleNamespace(get_remaining_time_in_millis=lambda: 499_000))
    assert (done[1]["waiting"], world.asked) == (14, [])


def test_a_day_that_failed_is_an_error_after_everything_else_was_done(world):
    world.copy.show({"sessionId": "two"}, day=day(4))
    world.copy.show({"sessionId": "one"}, day=day(3))
    world.loses = 2
    with pytest.raises(RuntimeError, match=r"'table': 'transcripts', 'written': 13, 'unchanged': 0, 'failed': 1"):
        handler.handle({}, CONTEXT)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMPACTION_AFTER_DAYS", "-1", "COMPACTION_AFTER_DAYS must be 0 or more, not -1"),
        ("COMPACTION_DAYS", "0", "COMPACTION_DAYS must be 1 or more, not 0"),
        ("COMPACTION_READS_DAYS", "0", "COMPACTION_READS_DAYS must be 1 or more, not 0"),
        ("COMPACTION_DAYS", "many", "many"),
    ],
)
def test_days_that_are_no_days_are_refused(world, monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=words):
        handler.handle({}, CONTEXT)
    assert world.asked == []


def test_a_bucket_is_listed_page_by_page(monkeypatch):
    asked = []
    pages = [{"Contents": [{"Key": "a", "Size": 1}]}, {}, {"Contents": [{"Key": "b", "Size": 2}]}]

    def paginate(**words):
        asked.append(words)
        return pages

    paginator = SimpleNamespace(paginate=paginate)
    monkeypatch.setattr(handler, "_client", lambda _service: SimpleNamespace(get_paginator=lambda _name: paginator))
    assert list(handler.list_objects("bucket", "p/", "p/1")) == [("a", 1), ("b", 2)]
    assert asked == [{"Bucket": "bucket", "Prefix": "p/", "StartAfter": "p/1"}]
