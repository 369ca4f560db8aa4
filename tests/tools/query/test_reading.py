"""A query reads the partitions that it asks for, and what the partitions of a path say is what Athena would say."""

from __future__ import annotations

import json

import pytest

from tests.lambda_src.access_events.variants import MEMBER, OTHER_ACCOUNT
from tests.tools.query.copies import LOGS, Copy, session, shown, sql

REGIONS = ("ap-northeast-1", "us-east-1")
DAYS = ("2026-05-01", "2026-05-02", "2026-05-03")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    filled = Copy(tmp_path_factory.mktemp("archive"))
    number = 0
    for account in (MEMBER, OTHER_ACCOUNT):
        for region in REGIONS:
            for day in DAYS:
                number += 1
                start = session(f"e-{number}", f"s-{number}", at=f"{day}T12:00:00Z", account=account)
                filled.deliver(start, account=account, region=region, day=day.replace("-", "/"))
                filled.show(
                    shown(f"s-{number}", "$ id", at=f"{day}T12:00:01Z"), account=account, region=region, day=day
                )
    for day in DAYS:
        filled.hear(session(f"e-{day}", f"s-{day}", at=f"{day}T12:00:00Z"), day=day)
    return filled


def bytes_of(copy: Copy, pattern: str) -> int:
    return sum(path.stat().st_size for path in (copy.folder / LOGS).glob(pattern))


@pytest.mark.parametrize(
    ("condition", "files"),
    [
        (f"account = '{MEMBER}' AND region = 'us-east-1' AND day = '2026/05/02'", 1),
        (f"account = '{MEMBER}' AND day = '2026/05/02'", 2),
        (f"account = '{MEMBER}'", 6),
        ("day >= '2026/05/02'", 8),
        ("region IN ('us-east-1')", 6),
        ("account LIKE '%'", 12),
        ("account = '999999999999'", 0),
    ],
)
def test_trail_files_of_other_partitions_are_not_opened(copy, condition, files):
    text = f"SELECT eventname, count(*) AS n FROM cloudtrail WHERE {condition} GROUP BY eventname"
    assert copy.archive().measure(text).files == files
    assert sum(row["n"] for row in copy.select(text)) == files


def test_one_account_day_costs_the_bytes_of_one_account_day(copy):
    pattern = f"cloudtrail/AWSLogs/{MEMBER}/CloudTrail/*/2026/05/02/*.gz"
    text = f"SELECT eventid, useridentity FROM cloudtrail WHERE account = '{MEMBER}' AND day = '2026/05/02'"
    assert 0 < copy.archive().measure(text).bytes <= 1.2 * bytes_of(copy, pattern)
    whole = copy.archive().measure("SELECT eventid, useridentity FROM cloudtrail")
    assert whole.bytes > 5 * bytes_of(copy, pattern)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (f"SELECT count(*) AS n FROM transcripts WHERE account = '{MEMBER}' AND day = '2026-05-01'", 2),
        ("SELECT count(*) AS n FROM access_events WHERE day = '2026-05-01'", 1),
        # Through the views: access events have no accounts, but trail files and transcripts do.
        (f"SELECT event_id FROM starts WHERE account = '{MEMBER}'", 3 + 6),
        (f"SELECT event_id FROM shell_sessions WHERE account = '{MEMBER}'", 3 + 6 + 6),
    ],
)
def test_views_pass_the_partitions_on(copy, text, files):
    assert copy.archive().measure(text).files == files


def test_partitions_stay_text(copy):
    copy.show({}, account="012345678901", day="2026-05-04")
    found = copy.select("SELECT DISTINCT account, day FROM transcripts WHERE account LIKE '0%'")
    assert found == [{"account": "012345678901", "day": "2026-05-04"}]


def test_folders_of_an_organizations_trail_are_read_and_digests_are_not(tmp_path):
    copy = Copy(tmp_path)
    file = json.dumps({"Records": [{"eventID": "e"}]})
    for folder in (
        f"o-abcdefghij/{MEMBER}/CloudTrail/us-east-1/2026/05/01",
        f"{OTHER_ACCOUNT}/CloudTrail/us-east-1/2026/05/01",
        f"{MEMBER}/CloudTrail-Digest/us-east-1/2026/05/01",
    ):
        copy.lines(f"cloudtrail/AWSLogs/{folder}", [file])
    found = copy.select("SELECT account, region, day FROM cloudtrail ORDER BY account")
    assert [tuple(row.values()) for row in found] == [
        (MEMBER, "us-east-1", "2026/05/01"),
        (OTHER_ACCOUNT, "us-east-1", "2026/05/01"),
    ]


def test_a_copy_of_one_bucket_is_read_as_well_as_a_folder_of_copies(tmp_path):
    copy = Copy(tmp_path / "a copy's")
    copy.show(shown("s-1", "$ id", at="2026-05-01T12:00:01Z"))
    one = type(copy)(copy.folder / LOGS)
    assert copy.select('SELECT "$path" AS p FROM transcripts')[0]["p"].startswith(f"s3://{LOGS}/transcripts/account=")
    assert one.select('SELECT "$path" AS p FROM transcripts')[0]["p"].startswith("transcripts/account=")


def test_the_template_of_a_table_is_where_the_archive_lays_its_files():
    from constructs_lib.archive_layout import ACCESS_EVENTS_PREFIX, trail_files_of, transcripts_prefix

    templates = {name: table.template for name, table in sql().tables.items() if not table.listed}
    place = transcripts_prefix(account="${account}", region="${region}")
    assert templates == {
        "transcripts": f"{place}day=${{day}}",
        "access_events": f"{ACCESS_EVENTS_PREFIX}day=${{day}}",
        "cloudtrail": f"{trail_files_of('{{organization_folder}}${account}')}CloudTrail/${{region}}/${{day}}",
    }
