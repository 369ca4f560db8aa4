"""Policy documents are compared statement by statement, wherever they stand."""

from __future__ import annotations

import pytest

from tools.template_diff.policies import StatementChange, statement_changes, without_statements


def _statement(sid, action="s3:PutObject"):
    named = {} if sid is None else {"Sid": sid}
    return {**named, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}


def _bucket_policy(*statements):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": document}}


DOCUMENT = "Properties.PolicyDocument"


def test_a_statement_that_moves_is_no_difference():
    a, b = _statement("A"), _statement("B")
    assert statement_changes(_bucket_policy(a, b), _bucket_policy(b, a)) == []


def test_a_statement_is_followed_by_its_sid():
    old, new = _statement("A"), _statement("A", "s3:*")
    assert statement_changes(_bucket_policy(old), _bucket_policy(_statement("B"), new)) == [
        StatementChange(DOCUMENT, "A", old, new),
        StatementChange(DOCUMENT, "B", None, _statement("B")),
    ]


def test_statements_without_a_sid_come_and_go():
    old, new = _statement(None), _statement(None, "s3:*")
    assert statement_changes(_bucket_policy(old), _bucket_policy(new)) == [
        StatementChange(DOCUMENT, "(no Sid)", old, None),
        StatementChange(DOCUMENT, "(no Sid)", None, new),
    ]


def test_the_policies_of_an_added_resource_are_all_new():
    assert statement_changes(None, _bucket_policy(_statement("A"))) == [
        StatementChange(DOCUMENT, "A", None, _statement("A"))
    ]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        (lambda document: {"AssumeRolePolicyDocument": document}, "AssumeRolePolicyDocument"),
        (lambda document: {"Policies": [{"PolicyDocument": document}]}, "Policies[0].PolicyDocument"),
        (lambda document: {"KeyPolicy": document}, "KeyPolicy"),
    ],
)
def test_documents_are_found_wherever_they_stand(properties, path):
    new = properties({"Statement": [_statement("A")]})
    assert [change.document for change in statement_changes(properties({"Statement": []}), new)] == [path]


def test_a_single_statement_needs_no_list():
    document = {"KeyPolicy": {"Statement": _statement("A")}}
    assert [change.sid for change in statement_changes({}, document)] == ["A"]


def test_another_key_named_statement_is_left_alone():
    value = {"Statement": "SELECT 1", "Rules": [{"Statement": {"Managed": 1}}]}
    assert statement_changes({}, value) == []
    assert without_statements(value) == value


def test_the_rest_of_a_document_is_compared_without_its_statements():
    assert without_statements(_bucket_policy(_statement("A"))) == without_statements(_bucket_policy(_statement("B")))
