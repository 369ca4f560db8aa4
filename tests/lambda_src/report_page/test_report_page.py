"""The function's page is that of ``make report`` for the same rows: the newest of the last days, and no more."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from lambda_src.report_page import handler
from lambda_src.report_page.athena import Athena, UnansweredError
from lambda_src.report_page.contents import Extent, gather
from lambda_src.report_page.fill import fill
from tests.lambda_src.access_events.variants import sample
from tests.lambda_src.report_page.answers import AthenaOverCopy
from tests.layout_rules import beyond_standard_library, sources
from tests.tools.query.copies import Copy, session, shown
from tools.report.__main__ import TEMPLATE
from tools.report.gather import gather as gather_from_copy
from tools.synthesis import ROOT

NOW = datetime(2026, 5, 2, 3, 0, 0, tzinfo=UTC)
PAGE = TEMPLATE.read_text("utf-8")


@pytest.fixture
def copy(tmp_path):
    """Three sessions on three days, a root sign-in, and a line that is no record."""
    copy = Copy(tmp_path)
    for number, day in enumerate(("2026-04-20", "2026-04-30", "2026-05-01"), start=1):
        copy.hear(session(f"e-{number}", f"alice-{number}", at=f"{day}T12:00:00Z"), day=day)
        copy.show(shown(f"alice-{number}", "sh-5.2$ <b>whoami</b> ünïcode", "ssm-user", at=f"{day}T12:00:05Z"), day=day)
    copy.hear(sample("signin_root_success_nomfa"))
    copy.lines("access-events/day=2026-05-01", ["no record"])
    copy.lines("access-events/day=2026-04-20", ["nor this"])
    return copy


def asker(copy):
    """What the function asks with, over a copy."""
    clock = count()
    client = AthenaOverCopy(copy.archive())
    athena = Athena(
        client, workgroup="evidence-report", database="evidence", now=lambda: next(clock), sleep=lambda _: None
    )
    return athena.ask, client


def written(copy, extent, *, now=NOW):
    """The key and the page of a run, and what it returns."""
    kept = []
    ask, _ = asker(copy)
    told = handler.write(
        ask,
        lambda key, body: kept.append((key, body.decode())),
        template=PAGE,
        name="the archive",
        prefix="reports/",
        now=now,
        extent=extent,
    )
    ((key, page),) = kept
    return key, page, told


def shown_data(page):
    """What the page is filled with."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


@pytest.mark.parametrize("extent", [Extent(7), Extent(365), Extent(365, 2, 0), Extent(1)])
def test_the_same_rows_make_the_same_page_as_make_report(copy, extent):
    data = gather_from_copy(copy.archive(), name="the archive", now=NOW, extent=extent)
    assert data["items"]
    assert written(copy, extent)[1] == fill(PAGE, data)


def test_without_an_extent_both_show_the_whole_archive(copy):
    data = gather_from_copy(copy.archive(), name="the archive", now=NOW)
    assert fill(PAGE, gather(asker(copy)[0], name="the archive", now=NOW)) == fill(PAGE, data)
    assert len(data["items"]) == 4


def test_the_page_lies_under_the_day_of_its_making(copy):
    key, page, told = written(copy, Extent(7))
    assert key == told["key"] == "reports/2026-05-02/access-evidence.html"
    assert told["bytes"] == len(page.encode())
    assert (told["items"], told["findings"]) == (3, 1)


def test_it_shows_what_went_on_in_these_days_and_no_older_thing(copy):
    data = shown_data(written(copy, Extent(7))[1])
    assert [(row["kind"], row["time"][:10]) for row in data["items"]] == [
        ("shell-session", "2026-04-30"),
        ("shell-session", "2026-05-01"),
        ("console-sign-in", "2026-05-01"),
    ]
    assert [row["rule"] for row in data["findings"]] == ["root-sign-in"]
    assert data["unreadable"] == [{"source": "access-events", "count": 1}]
    assert data["range"] == {"from": "2026-04-25T03:00:00.000+00:00", "until": "2026-05-02T03:00:00.000+00:00"}
    assert data["left_out"] == {"items": 0, "findings": 0}


def test_a_session_that_began_earlier_and_went_on_is_shown(copy):
    lasting = shown("alice-1", "sh-5.2$ exit", "ssm-user", at="2026-04-30T13:00:00Z")
    copy.show(lasting, day="2026-04-30")
    data = shown_data(written(copy, Extent(2))[1])
    assert "2026-04-20" in {row["time"][:10] for row in data["items"]}


def test_of_too_many_the_newest_are_shown_and_the_others_counted(copy):
    data = shown_data(written(copy, Extent(365, most_items=2, most_findings=1))[1])
    assert [row["time"][:10] for row in data["items"]] == ["2026-05-01", "2026-05-01"]
    assert data["left_out"] == {"items": 2, "findings": 0}


def test_an_archive_of_nothing_is_a_page_of_nothing(tmp_path):
    data = shown_data(written(Copy(tmp_path), Extent(7))[1])
    assert (data["items"], data["findings"], data["unreadable"]) == ([], [], [])


def test_every_question_is_asked_in_the_workgroup_and_the_database(copy):
    ask, client = asker(copy)
    gather(ask, name="a", now=NOW, extent=Extent(7))
    assert {(asked["WorkGroup"], asked["QueryExecutionContext"]["Database"]) for asked in client.asked} == {
        ("evidence-report", "evidence")
    }
    assert len(client.asked) == 3


class Refusing(AthenaOverCopy):
    """Athena that comes to no answer."""

    def __init__(self, state: str) -> None:
        self.state, self.asked = state, []
        self.stopped: list[str] = []

    def get_query_execution(self, *, QueryExecutionId: str):
        status = {"State": self.state, "StateChangeReason": "exceeded limit"}
        return {"QueryExecution": {"Status": status}}

    def stop_query_execution(self, *, QueryExecutionId: str) -> None:
        self.stopped.append(QueryExecutionId)


@pytest.mark.parametrize(
    ("state", "said", "stopped"),
    [
        ("FAILED", "FAILED: exceeded limit", []),
        ("CANCELLED", "CANCELLED", []),
        ("RUNNING", "longer than 250 seconds", ["0"]),
    ],
)
def test_without_every_answer_there_is_no_page(state, said, stopped):
    clock, client, kept = [0.0], Refusing(state), []

    def sleep(seconds):
        clock[0] += seconds

    athena = Athena(client, workgroup="w", database="d", now=lambda: clock[0], sleep=sleep)
    with pytest.raises(UnansweredError, match=said):
        handler.write(
            athena.ask,
            lambda key, body: kept.append(key),
            template=PAGE,
            name="a",
            prefix="reports/",
            now=NOW,
            extent=Extent(7),
        )
    assert (kept, client.stopped) == ([], stopped)


def test_days_that_are_none_are_refused(monkeypatch):
    monkeypatch.setenv("REPORT_DAYS", "0")
    with pytest.raises(ValueError, match="REPORT_DAYS must be 1 or more"):
        handler.handle({}, None)


def test_the_environment_says_where_to_ask_and_where_to_keep(copy, monkeypatch, tmp_path):
    """The doorway with clients of its own: Athena over a copy, and a bucket that remembers."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    puts = []

    class Bucket:
        def put_object(self, **asked):
            puts.append(asked)

    today = datetime.now(UTC)
    for number, ago in ((8, timedelta(days=4)), (9, timedelta(hours=1))):
        at = (today - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
        copy.hear(session(f"e-{number}", f"alice-{number}", at=at), day=at[:10])
    client = AthenaOverCopy(copy.archive())
    monkeypatch.setattr(handler, "_client", lambda service: {"athena": client, "s3": Bucket()}[service])
    for name, value in {
        "ARCHIVE_NAME": "111111111111",
        "ATHENA_WORKGROUP": "evidence-report",
        "REPORT_BUCKET": "evidence-derived-1",
        "REPORT_DAYS": "2",
        "REPORT_TEMPLATE": str(tmp_path / "page.html"),
    }.items():
        monkeypatch.setenv(name, value)
    told = handler.handle({}, None)
    (asked,) = puts
    assert (asked["Bucket"], asked["Key"]) == ("evidence-derived-1", told["key"])
    assert asked["ContentType"] == "text/html; charset=utf-8"
    data = shown_data(asked["Body"].decode())
    assert data["archive"] == "111111111111"
    assert [row["event_id"] for row in data["items"]] == ["e-9"]


def test_the_function_needs_the_standard_library_and_boto3_alone():
    package = [path for path in sources(ROOT, "lambda_src") if path.parent.name == "report_page"]
    needed = {path.name: beyond_standard_library(path.read_text("utf-8")) for path in package}
    assert {name: [each.split()[-1] for each in found] for name, found in needed.items() if found} == {
        "handler.py": ["boto3", "botocore.config.Config"]
    }
