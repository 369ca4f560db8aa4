"""Whoever is silent for longer than its habit is told, by the names of folders alone; so is who never delivered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.evidence_check import listing
from lambda_src.evidence_check.deliveries import FEWEST_DAYS, silence
from tests.lambda_src.evidence_check.fakes import GRACE, Organization
from tests.tools.query.copies import LOGS, REGION

ACCOUNT = "222222222222"
FIRST = date(2026, 4, 1)


def told(days, now, open_gaps=()):
    return silence(
        "deliveries",
        account=ACCOUNT,
        region=REGION,
        what="trail files",
        days=days,
        open_gaps=open_gaps,
        now=now,
        grace=GRACE,
    )


def daily(number, *, step=1):
    return [FIRST + timedelta(days=step * each) for each in range(number)]


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(("quiet", "is_told"), [(0, False), (1, False), (2, True), (30, True)])
def test_who_delivers_every_day_is_silent_when_a_whole_day_has_nothing(quiet, is_told):
    days = daily(10)
    assert bool(told(days, noon(days[-1] + timedelta(days=quiet)))) is is_told


def test_a_day_is_over_when_the_grace_of_the_next_is():
    days = daily(10)
    midnight = datetime(2026, 4, 12, tzinfo=UTC)
    assert told(days, midnight + GRACE - timedelta(seconds=1)) is None
    assert told(days, midnight + GRACE)


def test_who_works_on_weekdays_alone_is_not_silent_on_a_weekend():
    weekdays = [day for day in daily(28) if day.weekday() < 5]
    friday = date(2026, 4, 24)
    worked = [day for day in weekdays if day <= friday]
    assert [bool(told(worked, noon(friday + timedelta(days=number)))) for number in range(6)] == [False] * 4 + [
        True
    ] * 2


@pytest.mark.parametrize(("number", "is_told"), [(FEWEST_DAYS - 1, False), (FEWEST_DAYS, True)])
def test_of_a_few_days_no_habit_is_made(number, is_told):
    assert bool(told(daily(number), datetime(2026, 5, 3, tzinfo=UTC))) is is_told


def test_a_silence_lasts_until_something_newer_arrives_even_when_its_days_are_no_longer_listed():
    gap = told(daily(10), datetime(2026, 4, 20, tzinfo=UTC))
    much_later = datetime(2027, 4, 20, tzinfo=UTC)
    assert told([], much_later, [gap]) == gap
    assert told(daily(10), much_later, [gap]) == gap
    assert told([date(2027, 4, 19)], much_later, [gap]) is None


@given(st.sets(st.integers(0, 40), min_size=1), st.randoms())
def test_the_order_of_days_and_their_repetition_change_nothing(numbers, random):
    days = [FIRST + timedelta(days=number) for number in numbers] * 2
    shuffled = random.sample(days, len(days))
    now = datetime(2026, 5, 30, tzinfo=UTC)
    assert told(days, now) == told(shuffled, now)


@pytest.fixture
def organization(tmp_path):
    return Organization(tmp_path)


def trail(day, *, account=ACCOUNT, region=REGION):
    return f"cloudtrail/AWSLogs/{account}/CloudTrail/{region}/{day:%Y/%m/%d}/1.json.gz"


def transcript(day, *, account=ACCOUNT, region=REGION):
    return f"transcripts/account={account}/region={region}/day={day}/1.json.gz"


def of_deliveries(open_now):
    return {(kind, about) for kind, _, _, about in open_now if kind in ("silent-place", "never-delivered")}


@pytest.mark.parametrize(("key", "what"), [(trail, "trail files"), (transcript, "transcripts")])
def test_an_account_that_falls_silent_is_a_finding_until_it_delivers_again(organization, key, what):
    for day in daily(10):
        organization.receive(key(day))
    organization.at(datetime(2026, 4, 11, 12, tzinfo=UTC))
    assert of_deliveries(organization.look()) == set()
    organization.at(datetime(2026, 4, 12, 12, tzinfo=UTC))
    assert of_deliveries(organization.look()) == {("silent-place", f"{what} since 2026-04-10")}
    assert organization.s3.got == [], "nothing is read"
    organization.receive(key(date(2026, 4, 12)))
    assert of_deliveries(organization.look()) == set()


def test_a_folder_that_has_gone_altogether_does_not_end_a_silence(organization):
    for day in daily(10):
        organization.receive(trail(day))
        organization.receive(transcript(day))
    organization.at(datetime(2026, 4, 20, tzinfo=UTC))
    before = of_deliveries(organization.look())
    assert len(before) == 2
    for file in (organization.copy.folder / LOGS).rglob("*.gz"):
        file.unlink()
    assert of_deliveries(organization.look()) == before


def test_an_enrolled_account_that_never_delivered_is_a_finding_after_its_grace_until_it_does(organization):
    organization.roster = {ACCOUNT}
    start = datetime(2026, 5, 1, tzinfo=UTC)
    organization.at(start)
    assert organization.look() == {}
    organization.at(start + GRACE - timedelta(seconds=1))
    assert organization.look() == {}
    organization.at(start + GRACE)
    assert set(organization.look()) == {("never-delivered", ACCOUNT, "", "any delivery")}
    organization.receive(transcript(date(2026, 5, 1)))
    assert organization.look() == {}


def test_who_left_the_roster_has_nothing_to_deliver(organization):
    organization.roster = {ACCOUNT}
    organization.look()
    organization.seconds += 3 * 60 * 60
    assert len(organization.look()) == 1
    organization.roster = set()
    assert organization.look() == {}


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_who_delivered_long_ago_or_elsewhere_has_delivered(organization, region):
    organization.roster = {ACCOUNT}
    organization.receive(trail(date(2024, 1, 1), region=region))
    organization.look()
    organization.seconds += 3 * 60 * 60
    assert of_deliveries(organization.look()) == set()


def test_digests_alone_are_no_delivery(organization):
    organization.roster = {ACCOUNT}
    organization.receive(f"cloudtrail/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/05/03/x.json.gz")
    organization.look()
    organization.seconds += 3 * 60 * 60
    assert of_deliveries(organization.look()) == {("never-delivered", "any delivery")}


@pytest.mark.parametrize("prefix", ["transcripts/", f"transcripts/account={ACCOUNT}/region={REGION}/"])
def test_a_folder_that_may_not_be_listed_is_a_finding_and_takes_nothing_back(organization, prefix):
    for day in daily(10):
        organization.receive(transcript(day))
    organization.at(datetime(2026, 4, 20, tzinfo=UTC))
    before = set(organization.look())
    assert len(before) == 1

    def denied(_bucket, name):
        if name == prefix:
            raise PermissionError("AccessDenied")

    organization.s3.fault = denied
    after = set(organization.look())
    assert before < after
    assert [kind for kind, *_ in after - before] == ["unasked"]
    organization.s3.fault = lambda _bucket, _name: None
    assert set(organization.look()) == before


def test_a_run_that_has_no_time_left_says_what_it_did_not_ask(organization):
    organization.receive(transcript(date(2026, 5, 1)))

    def out_of_time():
        raise TimeoutError("no time was left in this run")

    organization.ready = out_of_time
    assert {kind for kind, *_ in organization.look()} == {"unasked"}
    assert len(organization.open()) == 4


def test_folders_of_days_are_found_on_every_page_and_what_is_no_day_is_passed_over(organization):
    for day in daily(9):
        organization.receive(trail(day))
        organization.receive(transcript(day))
    organization.receive(trail(date(2026, 3, 31)))
    organization.receive(f"transcripts/account={ACCOUNT}/region={REGION}/day=2026-99-99/1")
    organization.receive(f"cloudtrail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/04/99/1")
    s3 = organization.s3
    since, until = date(2026, 3, 31), date(2026, 4, 30)
    prefix = f"transcripts/account={ACCOUNT}/region={REGION}/"
    assert listing.transcript_days(s3, LOGS, prefix, since=date(2026, 4, 2)) == set(daily(9)[1:])
    prefix = f"cloudtrail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/"
    assert listing.trail_days(s3, LOGS, prefix, since=since, until=until) == {since, *daily(9)}
