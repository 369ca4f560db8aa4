"""The encoding means what AWS documents, and refuses what it does not know."""

from __future__ import annotations

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from local.policy_conditions import conditions_hold
from tools.prove.encoding import ABSENT, Request, UnmodelledError, concerns, holds
from tools.prove.principals import names

OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Bool"]
ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]

words = st.text("ab/", min_size=1, max_size=4)
patterns = st.text("ab/*?", min_size=1, max_size=4)
segments = st.sampled_from(["", "aws", "s3", "a", "ab"])
arns = st.builds(lambda parts, name: ":".join(["arn", *parts, name]), st.lists(segments, min_size=4, max_size=4), words)
arn_patterns = st.builds(
    lambda parts, name: ":".join(["arn", *parts, name]),
    st.lists(st.sampled_from(["", "aws", "s3", "a", "*", "a?"]), min_size=4, max_size=4),
    patterns,
)


def encoded(operator, wanted, actual, *, key="aws:sourceaccount"):
    """What the encoding says when a key has a value, or is absent."""
    request = Request()
    term = holds(operator, key, wanted, request)
    value = z3.StringVal(ABSENT if actual is None else actual)
    return z3.is_true(z3.simplify(z3.substitute(term, (request.key(key), value))))


@given(
    operator=st.sampled_from(OPERATORS),
    lenient=st.booleans(),
    wanted=st.lists(patterns, min_size=1, max_size=2),
    actual=st.none() | words,
)
def test_string_conditions_hold_as_an_evaluator_of_single_requests_says(operator, lenient, wanted, actual):
    operator += "IfExists" if lenient else ""
    keys = {} if actual is None else {"aws:sourceaccount": actual}
    expected = conditions_hold({operator: {"aws:sourceaccount": wanted}}, keys=keys)
    assert encoded(operator, wanted, actual) == expected


@given(operator=st.sampled_from(ARN_OPERATORS), wanted=st.lists(arn_patterns, min_size=1, max_size=2), actual=arns)
def test_wildcards_of_an_arn_stay_within_their_part(operator, wanted, actual):
    expected = conditions_hold({operator: {"aws:sourcearn": wanted}}, keys={"aws:sourcearn": actual})
    assert encoded(operator, wanted, actual, key="aws:sourcearn") == expected


@given(prefix=words, rest=words, account=words, actual=words)
def test_a_variable_stands_for_the_value_of_its_key(prefix, rest, account, actual):
    pattern = f"{prefix}${{aws:PrincipalAccount}}/*"
    for value in (actual, f"{prefix}{account}/{rest}"):
        request = Request()
        term = holds("StringLike", "s3:prefix", [pattern], request)
        known = [(request.key("s3:prefix"), value), (request.key("aws:PrincipalAccount"), account)]
        answer = z3.simplify(z3.substitute(term, *((variable, z3.StringVal(text)) for variable, text in known)))
        keys = {"s3:prefix": value, "aws:principalaccount": account}
        assert z3.is_true(answer) == conditions_hold({"StringLike": {"s3:prefix": pattern}}, keys=keys)


@given(wanted=st.lists(words, min_size=1, max_size=2), actual=st.none() | words)
def test_what_is_asked_of_all_values_holds_of_one_that_is_listed_and_of_none(wanted, actual):
    keys = {} if actual is None else {"events:source": actual}
    expected = conditions_hold({"ForAllValues:StringEquals": {"events:source": wanted}}, keys=keys)
    assert encoded("ForAllValues:StringEquals", wanted, actual, key="events:source") == expected


@given(wanted=st.lists(words, min_size=1, max_size=2), sent=st.lists(words, max_size=3), admitted=st.sets(words))
def test_where_many_values_refute_a_claim_one_or_none_of_them_does(wanted, sent, admitted):
    """Why a request of one value or none stands for every request: what passes and is not permitted."""

    def refutes(values):
        return set(values) <= set(wanted) and not (values and set(values) <= admitted)

    assert not refutes(sent) or refutes([]) or any(refutes([value]) for value in sent)


@pytest.mark.parametrize(
    ("wanted", "actual", "expected"), [("true", None, True), ("true", "x", False), ("false", "x", True)]
)
def test_null_asks_whether_a_key_was_sent(wanted, actual, expected):
    assert encoded("Null", [wanted], actual) is expected


def test_a_statement_whose_variable_has_no_value_concerns_nothing():
    request = Request("s3:PutObject")
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalAccount}/*"}
    solver = z3.Solver()
    solver.add(concerns(statement, request), request.lacks("aws:PrincipalAccount"))
    assert solver.check() == z3.unsat


SENTENCE = {"Sid": "S", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    "part",
    [
        {"NotAction": "s3:GetObject"},
        {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
        {"Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": "x"}}},
        {"Condition": {"ForAllValues:StringEquals": {"events:source": "aws.s3"}}},
        {"Effect": "Allow", "Condition": {"StringEquals": {"events:source": "aws.s3"}}},
        {"Effect": "Allow", "Condition": {"ForAllValues:StringEquals": {"aws:SourceAccount": "x"}}},
        {"Effect": "Allow", "Condition": {"ForAllValues:StringLike": {"events:source": "aws.*"}}},
        {"Effect": "Allow", "Condition": {"ForAllValues:StringNotEquals": {"events:source": "aws.s3"}}},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:${aws:PrincipalAccount}:*"}}},
        {"Condition": {"StringLike": {"s3:prefix": "a*b${aws:PrincipalAccount}"}}},
        {"Condition": {"StringEquals": {"s3:prefix": "${*}"}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "no-arn"}}},
    ],
    ids=str,
)
def test_what_is_not_encoded_is_an_error(part):
    with pytest.raises(UnmodelledError):
        concerns({**SENTENCE, **part}, Request())


@pytest.mark.requirement(18, "every policy", "a `Principal` that is not encoded is an error, never proved")
@pytest.mark.parametrize(
    "principal",
    [
        {"Federated": "accounts.example.com"},
        {"CanonicalUser": "x"},
        {"AWS": "arn:aws:iam::1*"},
        {"AWS": "arn:aws:sts::111111111111:assumed-role/Operators/alice"},
        {"AWS": "arn:aws:sts::111111111111:federated-user/alice"},
        {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},
        None,
    ],
    ids=str,
)
def test_an_unknown_principal_is_an_error(principal):
    with pytest.raises(UnmodelledError):
        names(principal, Request())
