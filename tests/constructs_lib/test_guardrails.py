"""Guardrails, as plain data: what AWS Organizations takes, and no more than the product's own names."""

from __future__ import annotations

import json

import pytest

from constructs_lib.guardrail import LARGEST
from constructs_lib.policies.guardrails import (
    archive_guardrail,
    member_guardrail,
    perimeter_guardrail,
)
from constructs_lib.policies.session_guardrail import session_guardrail

REGIONS = [f"ap-northeast-{number}" for number in range(1, 18)]
EXECUTION_ROLES = [
    f"arn:aws-us-gov:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-{region}" for region in REGIONS
]
SERVICE_CONTROL = {
    "archive": archive_guardrail(
        partition="aws-us-gov", account="111111111111", execution_role_arns=EXECUTION_ROLES[:10]
    ),
    "member": member_guardrail(partition="aws-us-gov"),
    "sessions": session_guardrail(partition="aws-us-gov"),
}
EVERY = {**SERVICE_CONTROL, "perimeter": perimeter_guardrail("o-exampleorg1")}


@pytest.mark.parametrize("name", EVERY)
def test_a_guardrail_is_no_larger_than_aws_takes(name):
    assert len(json.dumps(EVERY[name], separators=(",", ":"))) <= LARGEST


@pytest.mark.parametrize("name", SERVICE_CONTROL)
def test_a_service_control_policy_names_no_principal(name):
    assert [found["Sid"] for found in EVERY[name]["Statement"] if {"Principal", "NotPrincipal"} & found.keys()] == []


def test_a_resource_control_policy_speaks_of_everybody():
    assert {found["Principal"] for found in EVERY["perimeter"]["Statement"]} == {"*"}


@pytest.mark.parametrize("name", EVERY)
def test_guardrails_only_deny(name):
    assert {found["Effect"] for found in EVERY[name]["Statement"]} == {"Deny"}


def test_no_two_sentences_share_a_sid():
    sids = [found["Sid"] for document in EVERY.values() for found in document["Statement"]]
    assert sorted({sid for sid in sids if sids.count(sid) > 1}) == []


@pytest.mark.parametrize("name", SERVICE_CONTROL)
def test_every_arn_is_of_the_partition_given(name):
    text = json.dumps(EVERY[name])
    assert text.count("arn:") == text.count("arn:aws-us-gov:") > 0


def test_the_key_named_is_the_only_one_guarded():
    document = archive_guardrail(
        partition="aws", account="111111111111", execution_role_arns=EXECUTION_ROLES[:1], key_id="mrk-1"
    )
    resources = {found["Resource"] for found in document["Statement"] if "Key" in found["Sid"]}
    assert resources == {"arn:aws:kms:*:111111111111:key/mrk-1"}
