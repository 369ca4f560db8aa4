"""What synthesis writes for the access hub, its handler reads, and judges as the settings say."""

from __future__ import annotations

import json

import pytest

from constructs_lib.archive_layout import BucketKind, bucket_name
from lambda_src.access_events.policy import Policy
from stacks.access_policy import access_policy
from tests.assembly import settings_with
from tests.lambda_src.access_events.hub import Hub
from tests.lambda_src.access_events.variants import MEMBER, OTHER_ACCOUNT, api_call, sample

EXCEPTION = {"owner": "Platform", "reason": "no role yet", "expires": "2026-05-01", "rule": "no-mfa"}
HOURS = {"timezone": "Asia/Tokyo", "start": "22:00", "end": "06:00", "days": ["fri"]}


def reasons(settings, event):
    """What the handler finds in an event, by the policy that these settings make."""
    hub = Hub(Policy.from_json(json.dumps(access_policy(settings))))
    assert hub.take(event) == []
    return hub.reasons


@pytest.mark.parametrize(
    ("account", "address", "found"),
    [
        (MEMBER, "203.0.113.9", []),
        (MEMBER, "2001:db8:ace::1", []),
        (MEMBER, "198.51.100.9", ["unapproved-network"]),
        (OTHER_ACCOUNT, "198.51.100.9", []),
        (OTHER_ACCOUNT, "203.0.113.9", ["unapproved-network"]),
    ],
)
def test_the_networks_of_the_example_are_judged_by(settings, account, address, found):
    event = sample("signin_iam_success_mfa", account=account, detail__sourceIPAddress=address)
    assert reasons(settings, event) == found


def test_without_networks_none_is_wrong(example):
    settings = settings_with(example, access__networks=None)
    assert reasons(settings, sample("signin_iam_success_mfa", detail__sourceIPAddress="192.0.2.1")) == []


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("2026-05-01T12:59:00Z", ["outside-hours"]),  # Friday 21:59 in Tokyo
        ("2026-05-01T13:00:00Z", []),
        ("2026-05-01T20:59:00Z", []),  # Saturday 05:59, of the night that began on Friday
        ("2026-05-01T21:00:00Z", ["outside-hours"]),
        ("2026-04-30T13:00:00Z", ["outside-hours"]),  # Thursday
    ],
)
def test_hours_pass_midnight_in_their_time_zone(example, time, found):
    settings = settings_with(example, access__networks=None, access__hours=HOURS)
    assert reasons(settings, sample("signin_iam_success_mfa", time=time, detail__eventTime=time)) == found


@pytest.mark.parametrize(
    ("narrowed", "time", "found"),
    [
        ({}, "2026-05-01T23:59:59Z", []),
        ({}, "2026-05-02T00:00:00Z", ["no-mfa"]),
        ({"account": MEMBER, "principal": "arn:aws:iam::*"}, "2026-05-01T12:00:00Z", []),
        ({"account": OTHER_ACCOUNT}, "2026-05-01T12:00:00Z", ["no-mfa"]),
        ({"principal": "Any*"}, "2026-05-01T12:00:00Z", ["no-mfa"]),
    ],
)
def test_an_exception_holds_to_the_end_of_its_day_for_whom_it_names(example, narrowed, time, found):
    settings = settings_with(example, access__networks=None, access__exceptions=[{**EXCEPTION, **narrowed}])
    assert reasons(settings, sample("signin_iam_success_nomfa", time=time, detail__eventTime=time)) == found


@pytest.mark.parametrize("threshold", [1, 2])
def test_failed_sign_ins_alert_from_the_threshold_on(example, threshold):
    failed = sample("signin_iam_failure", detail__sourceIPAddress="203.0.113.9")
    found = reasons(settings_with(example, access__failed_sign_ins=threshold), failed)
    assert found == (["failed-sign-ins"] if threshold == 1 else [])


def test_failed_sign_ins_are_counted_within_the_minutes_that_are_set(example):
    settings = settings_with(example, access__failed_sign_in_minutes=7)
    assert Policy.from_json(json.dumps(access_policy(settings))).failed_window == 7 * 60_000


@pytest.mark.parametrize("kind", BucketKind)
def test_to_delete_evidence_is_tampering_and_to_delete_what_can_be_made_again_is_not(settings, kind):
    bucket = bucket_name(kind, account="111111111111", region="eu-west-1")
    event = api_call("s3.amazonaws.com", "DeleteObject", {"bucketName": bucket, "key": "k"})
    assert reasons(settings, event) == ([] if kind is BucketKind.DERIVED else ["tampering"])


def test_to_disable_the_evidence_key_is_tampering_where_its_id_is_known(example, settings):
    event = api_call("kms.amazonaws.com", "DisableKey", {"keyId": example["archive"]["key_id"]})
    assert reasons(settings, event) == ["tampering"]
    assert access_policy(settings_with(example, archive__key_id=None))["protected"]["key_ids"] == []


def test_the_order_of_accounts_and_networks_in_the_file_changes_nothing(example):
    networks = ["::/0", "10.0.0.0/8"]
    accounts = {"333333333333": networks, "222222222222": networks}
    one = settings_with(example, access__networks=networks, access__account_networks=accounts)
    turned = {account: cidrs[::-1] for account, cidrs in reversed(accounts.items())}
    other = settings_with(example, access__networks=networks[::-1], access__account_networks=turned)
    assert json.dumps(access_policy(one)) == json.dumps(access_policy(other))


def test_the_first_exception_that_fits_stays_the_first(example):
    exceptions = [{**EXCEPTION, "owner": owner} for owner in ("b", "a", "c")]
    document = access_policy(settings_with(example, access__exceptions=exceptions))
    assert [item["owner"] for item in document["exceptions"]] == ["b", "a", "c"]
