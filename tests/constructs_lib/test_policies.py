"""Policy sentences, as plain data."""

from __future__ import annotations

import pytest

from constructs_lib.policies import auditor, member, perimeter
from constructs_lib.policies.statement import ANYONE, allow, deny, document


def test_two_statements_of_one_sid_are_refused():
    sentence = deny("Twice", actions=["s3:*"], resources=["*"])
    with pytest.raises(ValueError, match="Twice"):
        document([sentence, sentence])


def test_a_string_in_place_of_a_list_is_refused():
    with pytest.raises(TypeError, match="s3:GetObject"):
        allow("Sid", actions="s3:GetObject", resources=["*"])


def test_a_statement_does_not_share_its_parts_with_the_next():
    first = deny("First", actions=["s3:*"], resources=["*"])
    first["Principal"]["AWS"] = "arn:aws:iam::111111111111:root"
    assert deny("Second", actions=["s3:*"], resources=["*"])["Principal"] == {"AWS": "*"} == ANYONE


def test_the_perimeter_leaves_services_that_do_not_name_an_organization_to_the_allows():
    sentence = perimeter.deny_services_for_outsiders("o-exampleorg1", actions=["s3:*"], resources=["*"])
    assert sentence["Condition"] == {
        "StringNotEquals": {"aws:SourceOrgID": "o-exampleorg1"},
        "Null": {"aws:SourceOrgID": "false"},
        "Bool": {"aws:PrincipalIsAWSService": "true"},
    }


def test_a_delivery_role_writes_under_its_own_account_in_every_region():
    sentence = member.writes_own_transcripts(
        bucket_arn="arn:aws:s3:::logs-*", archive_account="111111111111", account="222222222222"
    )
    assert sentence["Resource"] == [
        f"arn:aws:s3:::logs-*/{prefix}account=222222222222/*" for prefix in ("transcripts/", "errors/transcripts/")
    ]
    assert sentence["Condition"] == {"StringEquals": {"aws:ResourceAccount": "111111111111"}}


def test_the_auditor_role_trusts_roles_by_condition_and_their_accounts_by_principal():
    trust = auditor.auditor_trust("o-exampleorg1", partition="aws", role_arns=["arn:aws:iam::222222222222:role/A"])
    (sentence,) = trust["Statement"]
    assert sentence["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert sentence["Condition"]["ArnLike"] == {"aws:PrincipalArn": ["arn:aws:iam::222222222222:role/A"]}
