"""A change of the tables of the evidence is tampering, whoever makes it, in the archive account alone."""

from __future__ import annotations

import json

import pytest

from lambda_src.access_events.policy import Policy
from lambda_src.access_events.tampering import TAMPERING
from stacks.access_policy import access_policy
from tests.lambda_src.access_events.hub import Hub
from tests.lambda_src.access_events.variants import MEMBER, api_call

ARCHIVE = "111111111111"
OF_TABLES = sorted(name for source, name in TAMPERING if source == "glue.amazonaws.com")
ASKED = {"databaseName": "evidence", "name": "evidence", "databaseInput": {"name": "evidence"}}


def changed(settings, name, *, account=ARCHIVE):
    """The reasons and the verdict of a call of Glue in an account."""
    event = api_call("glue.amazonaws.com", name, ASKED)
    event["account"] = event["detail"]["recipientAccountId"] = account
    hub = Hub(Policy.from_json(json.dumps(access_policy(settings))))
    assert hub.take(event) == []
    (record,) = hub.records
    return hub.reasons, record["unmapped"]["verdict"]


@pytest.mark.parametrize("name", OF_TABLES)
def test_whoever_changes_the_tables_tampers(settings, name):
    assert changed(settings, name) == (["tampering"], "alert")


def test_a_database_of_that_name_in_another_account_is_theirs(settings):
    assert changed(settings, "DeleteTable", account=MEMBER) == ([], "clear")


def test_a_record_that_does_not_say_of_which_account_it_is_may_be_ours(settings):
    assert changed(settings, "DeleteTable", account=None) == (["tampering"], "alert")
