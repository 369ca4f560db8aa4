"""Whatever happens on the way to Parquet, the views show every row once."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambda_src.compaction.world import DAYS, VIEWS, CrashError, World
from tests.tools.query.copies import connection, recording, session, shown, sql


def second(session, number=0, **changes):
    return {
        "eventVersion": "1.0",
        "eventTime": f"2026-05-01T10:00:{number:02d}Z",
        "target": {"id": "i-0123456789abcdef0"},
        "sessionId": session,
        "sessionData": ["sh-5.2$ id"],
        **changes,
    }


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "archive")
    for day in ("2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"):
        world.copy.show(second("one"), second("two"), day=day)
    return world


def test_a_day_is_written_counted_and_only_then_shown(world):
    before = world.rows("transcript_seconds")
    assert world.run() == {
        "table": "transcripts",
        "written": 4,
        "unchanged": 0,
        "failed": 0,
        "waiting": 0,
        "parquet": ["2026-05-01", "2026-05-05"],
    }
    assert world.rows("transcript_seconds") == before
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-05")
    for path in world.folder.rglob("*.gz"):
        path.unlink()
    assert world.rows("transcript_seconds") == before, "what is shown does not come from Parquet"


def test_a_question_opens_parquet_and_no_json_of_the_days_that_are_compacted(world):
    world.copy.show(second("one"), day="2026-05-05")
    asked = "SELECT count(*) AS n FROM transcript_seconds WHERE session_id = 'one'"
    assert world.archive().measure(asked).files == 5
    world.run(days=DAYS[1:])
    archive = world.archive()
    assert archive.select(asked).rows == [(5,)]
    opened = {row[0].partition("/")[2] for row in archive.select("SELECT evidence FROM transcript_seconds").rows}
    assert len(opened) == 5
    assert archive.measure(asked).files == 5, "three of Parquet, two of JSON"
    assert archive.measure("SELECT count(*) AS n FROM transcripts WHERE sessionid = 'one'").files == 5


def test_a_file_that_cannot_be_opened_hides_no_json_of_the_days_that_are_compacted(world):
    world.run()
    world.copy.put("transcripts/account=222222222222/region=ap-northeast-1/day=2026-05-06/0.json.gz", b"no gzip")
    archive = world.archive()
    counted = archive.select("SELECT count(*) AS n FROM transcript_seconds WHERE session_id IS NOT NULL").rows
    assert (counted, len(archive.broken)) == ([(8,)], 1)
    assert archive.select("SELECT count(*) AS n FROM transcripts WHERE sessionid IS NOT NULL").rows == [(8,)]


def test_a_repeated_run_asks_nothing_and_changes_nothing(world):
    world.run()
    partitions, world.asked = dict(world.glue.partitions["compacted_transcripts"]), []
    assert world.run()["written"] == 0
    assert (world.asked, world.glue.partitions["compacted_transcripts"]) == ([], partitions)


def test_a_file_that_comes_late_makes_a_new_run_of_its_day_alone(world):
    world.run()
    before, world.asked = dict(world.glue.partitions["compacted_transcripts"]), []
    world.copy.show(second("late"), day="2026-05-02")
    assert world.run()["written"] == 1
    after = world.glue.partitions["compacted_transcripts"]
    assert {values for values in after if after[values] != before[values]} == {
        ("2026-05-02", "no"),
        ("2026-05-02", "yes"),
    }
    assert sum("'late'" in row for row in world.rows("transcript_seconds")) == 1
    assert len(world.rows("transcript_seconds")) == 9


def test_a_day_whose_files_changed_is_read_from_json_until_it_is_written_again(world):
    world.run()
    world.copy.show(second("late"), day="2026-05-04")
    assert world.run(ready=0)["waiting"] == 1
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-04")
    assert len(world.rows("transcript_seconds")) == 9


def test_parquet_that_lacks_a_row_is_never_shown(world):
    world.loses = 1
    ended = world.run()
    assert (ended["failed"], ended["written"]) == (1, 3)
    (failure,) = world.failures
    assert (failure["table"], failure["day"]) == ("transcripts", "2026-05-04")
    assert "'n': '1'" in failure["reason"]
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-04")
    assert len(world.rows("transcript_seconds")) == 8
    assert world.run()["written"] == 1
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-05")


def test_a_day_without_files_is_no_gap_and_asks_nothing(tmp_path):
    world = World(tmp_path)
    world.copy.show(second("one"), day="2026-05-01")
    world.copy.show(second("one"), day="2026-05-04")
    world.run()
    assert len([text for text in world.asked if text.startswith("UNLOAD")]) == 2
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-05")
    world.copy.show(second("late"), day="2026-05-02")
    world.run()
    assert len(world.rows("transcript_seconds")) == 3


def test_a_deployment_resets_a_view_and_the_next_run_sets_it_again(world):
    world.run()
    world.glue.deploy()
    assert world.reads_parquet("transcripts") == ("0001-01-01", "0001-01-02")
    assert len(world.rows("transcript_seconds")) == 8
    assert world.run()["written"] == 0
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-05")


def test_parquet_with_other_columns_is_written_again(world):
    world.run()
    key = ("2026-05-03", "yes")
    old = world.glue.partitions["compacted_transcripts"][key]
    columns = old["StorageDescriptor"]["Columns"][1:]
    world.glue.partitions["compacted_transcripts"][key] = {
        **old,
        "StorageDescriptor": {**old["StorageDescriptor"], "Columns": columns},
    }
    assert world.run()["written"] == 1


def test_parquet_that_may_have_expired_is_not_read(world):
    world.run(oldest=DAYS[1])
    assert world.reads_parquet("transcripts") == ("2026-05-03", "2026-05-05")
    assert len(world.rows("transcript_seconds")) == 8


def test_lines_that_cannot_be_read_are_compacted_and_counted_too(tmp_path):
    world = World(tmp_path)
    world.copy.lines("transcripts/account=222222222222/region=ap-northeast-1/day=2026-05-01", ["{", "[]", "null"])
    before = world.rows("unreadable")
    assert world.run()["failed"] == 0
    assert world.reads_parquet("transcripts") == ("2026-05-01", "2026-05-05")
    assert world.rows("unreadable") == before != []


def test_every_view_shows_the_same_from_parquet(tmp_path):
    world = World(tmp_path)
    started = session("e-1", "alice-1", at="2026-05-01T12:00:00Z")
    connected = connection("c-1", "fcb810cd-241f-4aae-9ee4-02d590000000", at="2026-05-01T13:00:00Z")
    world.copy.hear(
        started, connected, recording("r-1", "fcb810cd-241f-4aae-9ee4-02d590000000/a.mp4", at="2026-05-01T14:00:00Z")
    )
    world.copy.hear(started)
    world.copy.deliver(started, connected)
    world.copy.show(shown("alice-1", "sh-5.2$ whoami", at="2026-05-01T12:00:05Z"))
    world.copy.lines("access-events/day=2026-05-01", ["{"])
    before = {view: world.rows(view) for view in sql().views}
    for table in VIEWS:
        assert world.run(table)["written"] == 4, table
    assert world.reads_parquet("cloudtrail") == ("2026/05/01", "2026/05/05")
    for path in world.folder.rglob("*.gz"):
        path.unlink()
    after = {view: world.rows(view) for view in sql().views if not view.startswith("uncompacted_")}
    assert {view: rows for view, rows in after.items() if rows != before[view]} == {}
    assert len(after["access_timeline"]) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("file"), st.integers(1, 4)),
            st.tuples(st.just("run"), st.integers(0, 4)),
            st.tuples(st.just("crash"), st.integers(0, 14)),
            st.tuples(st.just("deploy"), st.just(0)),
        ),
        max_size=8,
    )
)
def test_after_any_crash_repetition_and_late_file_every_row_is_shown_once(tmp_path_factory, happenings):
    """A file that comes late waits for the next run; that run shows it, whether or not it has time to write."""
    world = World(tmp_path_factory.mktemp("world"))
    written = 0
    for kind, number in happenings:
        if kind == "file":
            world.copy.show(second(f"s{written}"), day=f"2026-05-{number:02d}")
            written += 1
        elif kind == "run":
            world.run(ready=number)
        elif kind == "crash":
            world.crashes_before = number
            with contextlib.suppress(CrashError):
                world.run()
            world.crashes_before = -1
        else:
            world.glue.deploy()
        shown = world.archive().select("SELECT session_id FROM transcript_seconds ORDER BY session_id").rows
        assert len(shown) == len(set(shown))
        if kind in ("run", "deploy"):
            assert shown == sorted((f"s{number}",) for number in range(written))
