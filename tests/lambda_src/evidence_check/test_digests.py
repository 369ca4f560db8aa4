"""A chain of digests that is broken anywhere is told, whatever came first, and heals when what is missing arrives."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.evidence_check.digests import Digest, broken, chain_of, read_digest
from tests.lambda_src.evidence_check.fakes import GRACE, Organization
from tests.tools.query.copies import REGION

ACCOUNT = "222222222222"
BEGIN = datetime(2026, 5, 2, 3, tzinfo=UTC)
PLACE = f"cloudtrail/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}"


def key_of(end, *, trail="evidence-management-events"):
    return f"{PLACE}/{end:%Y/%m/%d}/{ACCOUNT}_CloudTrail-Digest_{REGION}_{trail}_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"


def named(key, text):
    """What a digest says of the one before it."""
    return {"previousDigestS3Object": key, "previousDigestHashValue": hashlib.sha256(text).hexdigest()}


def chain(hours, *, begin=BEGIN, forgets=(), skips=(), after=None, **name):
    """Keys and texts of digests, one an hour. Those of `forgets` name none before, those of `skips` begin late."""
    made: dict[str, bytes] = {}
    before = after or {}
    for hour in range(hours):
        start = begin + timedelta(hours=hour)
        end = start + timedelta(hours=1)
        key = key_of(end, **name)
        late = timedelta(minutes=30 if hour in skips else 0)
        content = {
            "digestStartTime": f"{start + late:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Object": key,
            "previousDigestS3Object": None,
            "previousDigestHashValue": None,
            **({} if hour in forgets else before),
        }
        made[key] = json.dumps(content).encode()
        before = named(key, made[key])
    return made


@pytest.fixture
def organization(tmp_path):
    return Organization(tmp_path)


def look(organization):
    """What is open of the digests, by what it is about."""
    return {about for kind, _, _, about in organization.look() if kind in ("digest-gap", "unasked")}


def deliver(organization, texts):
    for key, text in texts.items():
        organization.receive(key, gzip.compress(text))


def after(hours):
    """A moment at which the digest of this hour is the last that is due."""
    return BEGIN + timedelta(hours=hours, minutes=30)


def test_an_unbroken_chain_is_no_finding_and_each_digest_is_read_once(organization):
    texts = chain(6)
    deliver(organization, texts)
    organization.at(after(6))
    assert look(organization) == set()
    assert sorted(organization.s3.got) == sorted(texts)
    look(organization)
    assert len(organization.s3.got) == len(texts)


def test_a_digest_that_is_missing_is_a_finding_and_closes_when_it_arrives(organization):
    texts = chain(6)
    lost = list(texts)[2]
    deliver(organization, {key: text for key, text in texts.items() if key != lost})
    organization.at(after(6))
    assert look(organization) == {f"missing: {lost}"}
    deliver(organization, {lost: texts[lost]})
    assert look(organization) == set()


def test_a_digest_that_arrives_when_nobody_looks_at_its_day_any_more_closes_its_finding(organization):
    texts = chain(6)
    lost = list(texts)[2]
    deliver(organization, {key: text for key, text in texts.items() if key != lost})
    organization.at(after(12))
    look(organization)
    organization.at(after(6) + timedelta(days=20))
    end = f"nothing after {list(texts)[-1]}"
    assert look(organization) == {f"missing: {lost}", end}
    deliver(organization, {lost: texts[lost]})
    assert look(organization) == {end}


def test_a_chain_that_begins_anew_stays_a_finding(organization):
    texts = chain(6, forgets={3})
    deliver(organization, texts)
    organization.at(after(6))
    assert look(organization) == {f"a new beginning: {list(texts)[3]}"}
    organization.at(after(6) + timedelta(days=9))
    assert f"a new beginning: {list(texts)[3]}" in look(organization)


def test_the_first_digest_of_a_trail_is_no_finding(organization):
    deliver(organization, chain(1))
    organization.at(after(1))
    assert look(organization) == set()


def test_hours_that_no_digest_tells_of_are_a_finding(organization):
    texts = chain(6, skips={3})
    deliver(organization, texts)
    organization.at(after(6))
    assert look(organization) == {f"hours before {list(texts)[3]}"}


def test_a_digest_that_was_changed_is_a_finding(organization):
    texts = chain(6)
    changed = list(texts)[2]
    texts[changed] = texts[changed].replace(b"{", b'{"more": 1, ', 1)
    deliver(organization, texts)
    organization.at(after(6))
    assert look(organization) == {f"changed: {changed}"}


def test_a_chain_that_ends_is_a_finding_after_its_grace_until_it_goes_on(organization):
    texts = chain(4)
    last = list(texts)[2]
    deliver(organization, dict(list(texts.items())[:3]))
    organization.at(BEGIN + timedelta(hours=4) + GRACE)
    assert look(organization) == set()
    organization.seconds += 1
    assert look(organization) == {f"nothing after {last}"}
    organization.at(after(4) + timedelta(days=9))
    assert look(organization) == {f"nothing after {last}"}, "also when its day is no longer looked at"
    organization.at(after(4))
    deliver(organization, texts)
    assert look(organization) == set()


@pytest.mark.parametrize("forgets", [True, False])
def test_a_trail_that_was_stopped_for_longer_than_anybody_looks_back_leaves_a_finding(organization, forgets):
    texts = chain(3)
    last = list(texts)[-1]
    deliver(organization, texts)
    organization.at(after(9))
    assert look(organization) == {f"nothing after {last}"}
    begin = BEGIN + timedelta(days=9)
    fresh = chain(3, begin=begin, after={} if forgets else named(last, texts[last]))
    deliver(organization, fresh)
    organization.at(begin + timedelta(hours=5, minutes=30))
    first = next(iter(fresh))
    assert look(organization) == {f"a new beginning: {first}" if forgets else f"hours before {first}"}


def test_the_window_has_a_beginning_that_is_no_gap(organization):
    deliver(organization, chain(150, begin=BEGIN - timedelta(hours=144)))
    organization.at(after(6))
    assert look(organization) == set()
    assert len(organization.s3.got) < 80


def test_two_trails_in_one_folder_are_two_chains(organization):
    deliver(organization, chain(3) | chain(3, trail="other"))
    organization.at(after(3))
    assert look(organization) == set()


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"[]"), gzip.compress(b"{}"), gzip.compress(b"{")])
def test_a_digest_that_cannot_be_read_is_a_finding_until_it_can(organization, body):
    texts = chain(3)
    odd = list(texts)[1]
    deliver(organization, texts)
    organization.receive(odd, body)
    organization.at(after(3))
    assert look(organization) == {f"digest {odd}"}
    deliver(organization, {odd: texts[odd]})
    assert look(organization) == set()


def test_digests_that_may_not_be_read_are_a_finding(organization):
    deliver(organization, chain(3))
    organization.at(after(3))

    def denied(_bucket, name):
        if name.endswith(".json.gz"):
            raise PermissionError("AccessDenied")

    organization.s3.fault = denied
    assert look(organization) == {f"digests/{ACCOUNT}/{REGION}"}


def test_what_was_read_before_time_ran_out_is_not_read_again(organization):
    texts = chain(6)
    deliver(organization, texts)
    organization.at(after(6))
    budget = SimpleNamespace(left=8)

    def ready():
        budget.left -= 1
        if budget.left < 0:
            raise TimeoutError("no time was left in this run")

    organization.ready = ready
    assert f"digests/{ACCOUNT}/{REGION}" in look(organization)
    assert 0 < len(organization.s3.got) < len(texts)
    organization.ready = lambda: None
    assert look(organization) == set()
    assert sorted(organization.s3.got) == sorted(texts)


@pytest.mark.parametrize(
    "change",
    [{"digestEndTime": "yesterday"}, {"digestStartTime": None}, {"previousDigestS3Object": 7}, {"digestS3Object": "x"}],
)
def test_what_is_no_digest_is_refused(change):
    ((key, text),) = chain(1).items()
    content = json.loads(text)
    assert read_digest(key, content, "hash").previous == ""
    with pytest.raises(ValueError, match="digest"):
        read_digest(key, content | change, "hash")


def test_backfilled_digests_are_no_part_of_the_chain():
    assert chain_of(key_of(BEGIN)) == (f"evidence-management-events of {REGION}", BEGIN)
    assert chain_of(key_of(BEGIN).replace(".json.gz", "_backfill.json.gz")) is None


@given(st.permutations(list(range(8))), st.sets(st.integers(0, 7)), st.sets(st.integers(1, 7)))
def test_gaps_follow_from_the_digests_that_lie_there_whatever_came_first(order, lost, forgets):
    texts = list(chain(8, forgets=forgets).items())
    here = [texts[number] for number in order if number not in lost]
    now = after(8) + GRACE

    def gaps(members, open_gaps=()):
        digests = {key: read_digest(key, json.loads(text), hashlib.sha256(text).hexdigest()) for key, text in members}
        return broken(
            "digests",
            account=ACCOUNT,
            region=REGION,
            listed=list(digests),
            digests=digests,
            unreadable={},
            since=BEGIN,
            open_gaps=open_gaps,
            now=now,
            grace=GRACE,
        )

    at_once = gaps(here)
    step_by_step: dict[str, object] = {}
    for number in range(1, len(here) + 1):
        step_by_step = gaps(here[:number], list(step_by_step.values()))
    assert step_by_step == at_once
    lacking = {texts[number - 1][0] for number in range(1, 8) if number not in lost | forgets and number - 1 in lost}
    assert {gap.about for gap in at_once.values() if gap.about.startswith("missing")} == {
        f"missing: {key}" for key in lacking
    }


def test_a_digest_is_kept_as_it_was_read(organization):
    digest = Digest(key_of(BEGIN), "2026-05-02T02:00:00Z", "2026-05-02T03:00:00Z", "p", "h", "i")
    organization.memory.keep_digests("x", {digest.key: digest})
    assert organization.memory.digests("x") == {digest.key: digest}
    organization.dynamodb.items["digests", "x"]["digests"] = {"S": "[1]"}
    assert organization.memory.digests("x") == {}
