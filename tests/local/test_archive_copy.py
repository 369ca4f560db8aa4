"""The copy of the archive that the demonstration brings home answers who was where and what they did."""

from __future__ import annotations

import pytest

from tests.local.demonstration import ALICES, ARCHIVE, BOBS
from tools.query.engine import Archive
from tools.query.library import read_library


@pytest.fixture(scope="module")
def archive(demonstration):
    return Archive(read_library(), demonstration.archive_copy)


def test_the_timeline_shows_what_was_typed_and_who_is_in_the_recording(archive):
    text = "SELECT person, account, kind, host, what, match, evidence FROM access_timeline WHERE match = 'exact'"
    found = {row[0]: row[1:] for row in archive.select(text).rows}
    logs = f"s3://evidence-logs-{ARCHIVE}"
    typed = "shell session: sh-5.2$ whoami | sh-5.2$ sudo systemctl restart payments"
    newcomer = found.pop("nora")
    assert newcomer[0] not in (ARCHIVE, ALICES, BOBS)
    assert newcomer[1:-1] == ("shell-session", "i-0e4c0e40000000005", "shell session: sh-5.2$ hostname", "exact")
    assert {person: row[:-1] for person, row in found.items()} == {
        "alice": (ALICES, "shell-session", "i-0a11ce00000000001", typed, "exact"),
        "bob": (BOBS, "shell-session", "i-0b0b0000000000002", "shell session: sh-5.2$ cat /etc/hostname", "exact"),
        "carol": (ALICES, "rdp-connection", "i-0ca101000000000003", "RDP connection, recorded", "exact"),
    }
    assert found["alice"][-1].startswith(f"{logs}-ap-northeast-1/transcripts/account={ALICES}/")
    assert found["bob"][-1].startswith(f"{logs}-us-east-1/transcripts/account={BOBS}/")
    assert found["carol"][-1].startswith(f"s3://evidence-recordings-{ARCHIVE}-ap-northeast-1/")


def test_a_session_of_which_nothing_was_delivered_is_told(archive):
    missing = archive.ask(read_library().questions["sessions-without-evidence"], []).rows
    assert [row[3] for row in missing] == ["hugo", "alice"]


def test_everything_in_it_can_be_read(archive):
    assert archive.ask(read_library().questions["what-could-not-be-read"], []).rows == []
    assert archive.broken == []


def test_logins_findings_and_tampering_stand_beside(archive):
    kinds = {kind for (kind,) in archive.select("SELECT DISTINCT kind FROM access_timeline").rows}
    assert {"workspaces-login", "console-sign-in", "tampering", "finding"} <= kinds
