"""The report page is filled with what the archive's own views answer."""

from __future__ import annotations

from datetime import UTC, datetime

from lambda_src.report_page.fill import fill
from tests.lambda_src.access_events.variants import sample
from tests.tools.query.copies import Copy, session, shown
from tools.report.__main__ import TEMPLATE, main
from tools.report.gather import gather

NOW = datetime(2026, 5, 2, tzinfo=UTC)


def test_the_page_shows_timeline_findings_and_what_could_not_be_read(tmp_path, capsys):
    copy = Copy(tmp_path)
    copy.hear(session("e-1", "alice-1", at="2026-05-01T12:00:00Z"), sample("signin_root_success_nomfa"))
    copy.show(shown("alice-1", "sh-5.2$ whoami", "ssm-user", at="2026-05-01T12:00:05Z"))
    copy.lines("access-events/day=2026-05-01", ["no record"])
    data = gather(copy.archive(), name="evidence", now=NOW)
    assert {one["kind"] for one in data["items"]} == {"shell-session", "console-sign-in"}
    [finding] = data["findings"]
    assert (finding["rule"], finding["severity"], finding["title"]) == ("root-sign-in", "Critical", "Root sign-in")
    assert data["unreadable"] == [{"source": "access-events", "count": 1}]
    assert data["range"]["from"] <= data["range"]["until"]
    page = fill(TEMPLATE.read_text(encoding="utf-8"), data)
    assert "whoami" in page
    assert main(["--from", str(tmp_path), "-o", str(tmp_path / "report.html")]) == 0
    assert "2 items, 1 findings" in capsys.readouterr().out


def test_an_archive_of_nothing_is_a_page_of_nothing(tmp_path):
    data = gather(Copy(tmp_path).archive(), name="evidence", now=NOW)
    assert (data["items"], data["findings"], data["unreadable"]) == ([], [], [])
    assert data["range"] == {"from": NOW, "until": NOW}


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["--from", str(tmp_path / "nowhere"), "-o", str(tmp_path / "report.html")]) == 2
    assert "nowhere" in capsys.readouterr().err
