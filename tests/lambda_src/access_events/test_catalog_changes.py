"""Whose work at the tables of the evidence is none of tampering: that of compaction, in the archive account alone."""

from __future__ import annotations

import json

import pytest

from lambda_src.access_events.policy import Policy
from lambda_src.access_events.tampering import COMPACTION, TAMPERING
from stacks.access_policy import access_policy
from tests.lambda_src.access_events.hub import Hub
from tests.lambda_src.access_events.variants import MEMBER, api_call

ARCHIVE = "111111111111"
OF_TABLES = sorted(name for source, name in TAMPERING if source == "glue.amazonaws.com" and name not in COMPACTION)
ASKED = {"databaseName": "evidence", "name": "evidence", "databaseInput": {"name": "evidence"}}


def changed(settings, name, *, role=f"arn:aws:iam::{ARCHIVE}:role/evidence-compaction", account=ARCHIVE, **changes):
    """The reasons and the verdict of a call of Glue by a session of a role."""
    event = api_call("glue.amazonaws.com", name, ASKED, **changes)
    event["account"] = event["detail"]["recipientAccountId"] = account
    event["detail"]["userIdentity"] = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ARCHIVE}:assumed-role/evidence-compaction/evidence-compaction",
        "accountId": ARCHIVE,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role, "userName": "evidence-compaction"}},
    }
    hub = Hub(Policy.from_json(json.dumps(access_policy(settings))))
    assert hub.take(event) == []
    (record,) = hub.records
    return hub.reasons, record["unmapped"]["verdict"]


@pytest.mark.parametrize("name", sorted(COMPACTION))
def test_what_compaction_does_for_its_living_is_recorded_and_alerts_nobody(settings, name):
    assert changed(settings, name) == ([], "clear")


@pytest.mark.parametrize("name", OF_TABLES)
def test_whatever_else_compaction_does_to_the_tables_is_tampering(settings, name):
    assert changed(settings, name) == (["tampering"], "alert")


@pytest.mark.parametrize(
    "role",
    [
        f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor-audit",
        f"arn:aws:iam::{ARCHIVE}:role/path/evidence-compaction",
        f"arn:aws:iam::{ARCHIVE}:role/evidence-compaction-2",
        f"arn:aws:iam::{ARCHIVE}:user/evidence-compaction",
        f"arn:aws:iam::{MEMBER}:role/evidence-compaction",
        "evidence-compaction",
        None,
    ],
)
@pytest.mark.parametrize("name", sorted(COMPACTION))
def test_nobody_else_does_the_work_of_compaction(settings, name, role):
    assert changed(settings, name, role=role) == (["tampering"], "alert")


def test_a_user_who_is_called_like_it_is_not_compaction(settings):
    """A name that the caller chose, of a session or a user, counts for nothing."""
    event = api_call("glue.amazonaws.com", "UpdateTable", ASKED, detail__recipientAccountId=ARCHIVE)
    event["detail"]["userIdentity"] = {
        "type": "IAMUser",
        "arn": f"arn:aws:iam::{ARCHIVE}:user/evidence-compaction",
        "userName": "evidence-compaction",
    }
    hub = Hub(Policy.from_json(json.dumps(access_policy(settings))))
    hub.take(event)
    assert hub.reasons == ["tampering"]


def test_a_database_of_that_name_in_another_account_is_theirs(settings):
    assert changed(settings, "DeleteTable", account=MEMBER) == ([], "clear")


def test_a_record_that_does_not_say_of_which_account_it_is_may_be_ours(settings):
    assert changed(settings, "DeleteTable", account=None) == (["tampering"], "alert")
