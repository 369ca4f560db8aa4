"""Policies are decided as AWS documents it, and what is not modelled raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.organization import OUTSIDE_ORGANIZATION, Organization
from local.policy_conditions import conditions_hold
from local.policy_decision import Decision, ResourcePolicy, decide, decide_identity
from local.policy_patterns import UnmodelledPolicyError
from local.policy_request import IamPrincipal, Principal, Request, ServicePrincipal
from tests.local.world import allow, policy, statement

OWNER, MEMBER, OUTSIDER = "111111111111", "222222222222", "999999999999"
OURS = Organization.of(organization_id="o-ours", management_account=OWNER, accounts=[MEMBER])
BUCKET = "arn:aws:s3:::bucket"
ANYTHING = [policy(allow("*"))]
ACL: dict[str, Any] = {"s3:x-amz-acl": MEMBER}


def prefix(value: str) -> dict[str, Any]:
    return {"s3:prefix": value}


def role_of(account: str, name: str = "delivery", path: str = "/") -> IamPrincipal:
    return IamPrincipal(
        arn=f"arn:aws:iam::{account}:role{path}{name}",
        account=account,
        organization=OURS.organization_of(account),
        session_arn=f"arn:aws:sts::{account}:assumed-role/{name}/s",
    )


def service_of(account: str, service: str = "cloudtrail.amazonaws.com") -> ServicePrincipal:
    arn = f"arn:aws:cloudtrail:eu-west-1:{account}:trail/t"
    return ServicePrincipal(
        service=service, account=account, organization=OURS.organization_of(account), source_arn=arn
    )


def asked(
    principal: Principal,
    *statements: dict[str, Any],
    action: str = "s3:PutObject",
    resource: str = f"{BUCKET}/key",
    identity: list[Any] | None = None,
    key: bool = False,
    **context: str,
) -> Decision:
    guard = ResourcePolicy(
        kind="key" if key else "bucket", owner=OWNER, document=policy(*statements), delegates=not key
    )
    request = Request(principal=principal, action=action, resource=resource, context=context)
    return decide(request, resource=guard, identity=ANYTHING if identity is None else identity)


def put(principal: Any = "*", resource: str = f"{BUCKET}/*", sid: str = "Put", **condition: Any) -> dict[str, Any]:
    return statement(sid, "Allow", principal, "s3:PutObject", resource, **condition)


def test_the_organization_knows_its_own_and_calls_all_others_outsiders():
    assert OURS.organization_of(MEMBER) == "o-ours"
    assert OURS.organization_of(OUTSIDER) == OUTSIDE_ORGANIZATION
    assert Organization.from_json(OURS.to_json()) == OURS


def test_an_explicit_deny_wins_and_names_its_sid():
    deny = statement("Never", "Deny", "*", "s3:*", f"{BUCKET}/*")
    assert asked(role_of(MEMBER), put(), deny) == Decision(
        allowed=False, sid="Never", reason="the bucket policy's statement Never denies s3:PutObject", policy="bucket"
    )


def test_a_deny_of_the_roles_own_policy_wins_too():
    own = {"Sid": "Own", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    decision = asked(role_of(MEMBER), put(), identity=[policy(allow("*"), own)])
    assert (decision.allowed, decision.sid, decision.policy) == (False, "Own", "role")


def test_across_accounts_both_policies_must_allow():
    assert asked(role_of(MEMBER), put()).allowed
    assert asked(role_of(MEMBER), put(), identity=[]).policy == "role"
    assert asked(role_of(MEMBER)).policy == "bucket"
    assert asked(role_of(MEMBER), identity=[]).reason == (
        "no statement of the bucket and the role policy allows s3:PutObject on arn:aws:s3:::bucket/key"
    )


def test_in_the_same_account_either_policy_is_enough_for_a_bucket():
    assert asked(role_of(OWNER)).allowed
    assert asked(role_of(OWNER), put(), identity=[]).allowed
    assert not asked(role_of(OWNER), identity=[]).allowed


def test_a_key_opens_by_its_own_policy_alone():
    use: dict[str, Any] = {"action": "kms:Decrypt", "resource": "arn:aws:kms:eu-west-1:111111111111:key/k", "key": True}
    root = {"AWS": f"arn:aws:iam::{OWNER}:root"}
    delegated = statement("Account", "Allow", root, "kms:*", "*")
    named = statement("Role", "Allow", {"AWS": role_of(OWNER).arn}, "kms:Decrypt", "*")
    assert not asked(role_of(OWNER), **use).allowed
    assert asked(role_of(OWNER), delegated, **use).allowed
    assert not asked(role_of(OWNER), delegated, identity=[], **use).allowed
    assert asked(role_of(OWNER), named, identity=[], **use).allowed
    assert not asked(role_of(MEMBER), delegated, **use).allowed


@pytest.mark.parametrize(
    ("principal", "matches"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": MEMBER}, True),
        ({"AWS": f"arn:aws:iam::{MEMBER}:root"}, True),
        ({"AWS": [f"arn:aws:iam::{OWNER}:root", role_of(MEMBER).arn]}, True),
        ({"AWS": role_of(MEMBER).session_arn}, True),
        ({"AWS": f"arn:aws:iam::{OUTSIDER}:root"}, False),
        ({"AWS": role_of(MEMBER, "other").arn}, False),
        ({"Service": "cloudtrail.amazonaws.com"}, False),
    ],
)
def test_a_principal_is_named_by_role_session_or_account(principal, matches):
    assert asked(role_of(MEMBER), put(principal)).allowed is matches


def test_a_service_is_named_as_such_and_needs_no_policy_of_its_own():
    named = {"Service": ["x.amazonaws.com", "cloudtrail.amazonaws.com"]}
    assert asked(service_of(MEMBER), put(named), identity=[]).allowed
    assert not asked(service_of(MEMBER, "logs.eu-west-1.amazonaws.com"), put(named), identity=[]).allowed
    assert not asked(service_of(OWNER), put({"AWS": OWNER}), identity=[]).allowed


def test_a_service_carries_source_keys_and_a_role_principal_keys():
    source = put(StringEquals={"aws:SourceOrgID": "o-ours"})
    own = put(StringEquals={"aws:PrincipalOrgID": "o-ours"})
    assert asked(service_of(MEMBER), source).allowed
    assert not asked(service_of(OUTSIDER), source).allowed
    assert not asked(role_of(MEMBER), source).allowed
    assert asked(role_of(MEMBER), own).allowed
    assert not asked(role_of(OUTSIDER), own).allowed
    assert not asked(service_of(MEMBER), own).allowed


def test_the_role_and_not_its_session_is_the_principal_arn_path_included():
    named = put(ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{MEMBER}:role/team/delivery"})
    assert asked(role_of(MEMBER, path="/team/"), named).allowed
    assert not asked(role_of(MEMBER), named).allowed


def test_variables_are_filled_in_and_their_values_are_no_wildcards():
    own = put(resource=f"{BUCKET}/account=${{aws:PrincipalAccount}}/*")
    assert asked(role_of(MEMBER), own, resource=f"{BUCKET}/account={MEMBER}/x").allowed
    assert not asked(role_of(MEMBER), own, resource=f"{BUCKET}/account={OWNER}/x").allowed
    assert not asked(service_of(MEMBER), own, resource=f"{BUCKET}/account={MEMBER}/x").allowed
    condition = put(StringEquals={"s3:x-amz-acl": "${aws:PrincipalAccount}"})
    assert asked(role_of(MEMBER), condition, **ACL).allowed
    wild = put(StringLike={"s3:prefix": "${aws:PrincipalOrgID}/?"})
    assert asked(role_of(MEMBER), wild, **prefix("o-ours/1")).allowed
    assert not asked(role_of(MEMBER), wild, **prefix("o-ours/12")).allowed


ARN = "arn:aws:iam::222222222222:role/delivery"


@pytest.mark.parametrize(
    ("operator", "value", "present", "absent"),
    [
        ("StringEquals", ["x", "here"], True, False),
        ("StringEquals", "her*", False, False),
        ("StringEqualsIfExists", "other", False, True),
        ("StringEqualsIgnoreCase", "HERE", True, False),
        ("StringNotEquals", "other", True, True),
        ("StringNotEquals", ["x", "here"], False, True),
        ("StringNotEqualsIfExists", "here", False, True),
        ("StringLike", "h?r*", True, False),
        ("StringNotLike", "h*", False, True),
        ("StringLikeIfExists", "x*", False, True),
        ("StringNotLikeIfExists", "h*", False, True),
        ("Null", "true", False, True),
        ("Null", "false", True, False),
        ("Null", True, False, True),
    ],
)
def test_string_operators_with_and_without_the_key(operator, value, present, absent):
    block = {operator: {"s3:prefix": value}}
    assert conditions_hold(block, keys={"s3:prefix": "here"}) is present
    assert conditions_hold(block, keys={}) is absent


@pytest.mark.parametrize(
    ("operator", "value", "present", "absent"),
    [
        ("ArnLike", "arn:aws:iam::*:role/del*", True, False),
        ("ArnEquals", "arn:aws:iam::*:role/delivery", True, False),
        ("ArnLike", "arn:aws:iam::*:role/other", False, False),
        ("ArnLike", "arn:*:delivery:*:*:*", False, False),
        ("ArnNotLike", "arn:aws:iam::*:role/delivery", False, True),
        ("ArnNotEquals", "arn:aws:iam::*:role/other", True, True),
        ("ArnNotLikeIfExists", "arn:aws:iam::*:role/delivery", False, True),
        ("ArnLikeIfExists", "arn:aws:iam::*:role/other", False, True),
        ("ArnLike", "arn:aws:iam::${aws:PrincipalAccount}:role/*", True, None),
    ],
)
def test_arn_operators_with_and_without_the_key(operator, value, present, absent):
    block = {operator: {"aws:PrincipalArn": value}}
    assert conditions_hold(block, keys={"aws:principalarn": ARN, "aws:principalaccount": MEMBER}) is present
    if absent is not None:
        assert conditions_hold(block, keys={}) is absent


@pytest.mark.parametrize(("operator", "present", "absent"), [("Bool", True, False), ("BoolIfExists", True, True)])
def test_booleans_with_and_without_the_key(operator, present, absent):
    assert conditions_hold({operator: {"aws:SecureTransport": "true"}}, keys={"aws:securetransport": "true"}) is present
    assert conditions_hold({operator: {"aws:SecureTransport": True}}, keys={}) is absent
    assert not conditions_hold({operator: {"aws:SecureTransport": "false"}}, keys={"aws:securetransport": "true"})


def test_numbers_compare_as_numbers():
    old = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    assert conditions_hold(old, keys={"s3:tlsversion": "1.1"})
    assert not conditions_hold(old, keys={"s3:tlsversion": "1.3"})


@given(
    value=st.text(alphabet="ab*?", max_size=6),
    pattern=st.text(alphabet="ab*?", max_size=6),
    operator=st.sampled_from(["StringEquals", "StringLike"]),
)
def test_a_negated_operator_is_the_opposite_where_the_key_is_there(value, pattern, operator):
    negated = operator.replace("String", "StringNot")
    keys = {"s3:prefix": value}
    plain = conditions_hold({operator: {"s3:prefix": pattern}}, keys=keys)
    assert conditions_hold({negated: {"s3:prefix": pattern}}, keys=keys) is not plain
    assert conditions_hold({f"{operator}IfExists": {"s3:prefix": pattern}}, keys=keys) is plain


@pytest.mark.parametrize(
    "made",
    [
        put(IpAddress={"aws:SourceArn": "10.0.0.0/8"}),
        statement("Put", "Allow", "*", "s3:*", "*", **{"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "x"}}),
        put(StringEquals={"aws:PrincipalTag/team": "x"}),
        put(ArnLike={"aws:PrincipalArn": "*"}),
        put({"CanonicalUser": "x"}),
        put({"AWS": "arn:aws:iam::*:root"}),
        {"Effect": "Allow", "NotPrincipal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*"},
    ],
)
def test_a_form_that_is_not_modelled_raises(made):
    with pytest.raises(UnmodelledPolicyError):
        asked(role_of(MEMBER), made)


def test_a_false_condition_does_not_hide_one_that_is_not_modelled():
    made = put(StringEquals={"aws:PrincipalOrgID": "other"}, IpAddress={"aws:SourceArn": "x"})
    with pytest.raises(UnmodelledPolicyError):
        asked(role_of(MEMBER), made)


def test_negated_elements_match_everything_else():
    deny = {"Sid": "Only", "Effect": "Deny", "Principal": "*", "NotAction": "s3:Put*", "Resource": "*"}
    assert asked(role_of(MEMBER), put(), deny).allowed
    assert asked(role_of(MEMBER), put(), deny, action="s3:GetObject").sid == "Only"
    elsewhere = {"Sid": "Else", "Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": f"{BUCKET}/key"}
    assert asked(role_of(MEMBER), put(), elsewhere).allowed
    assert asked(role_of(MEMBER), put(), elsewhere, resource=f"{BUCKET}/x").sid == "Else"


def test_actions_ignore_case_and_resources_do_not():
    assert asked(role_of(MEMBER), put(), action="S3:putobject").allowed
    assert not asked(role_of(MEMBER), put(resource=f"{BUCKET}/KEY")).allowed


def test_the_account_root_needs_no_policy_of_its_own():
    root = IamPrincipal(arn=f"arn:aws:iam::{MEMBER}:root", account=MEMBER, organization="o-ours")
    assert asked(root, put(), identity=[]).allowed
    request = Request(principal=root, action="x:y", resource="*")
    assert decide_identity(request, identity=[]).allowed
    assert decide_identity(Request(principal=role_of(MEMBER), action="x:y", resource="*"), identity=[]).policy == "role"


def test_the_kms_keys_of_a_call_are_read_from_its_context():
    made = statement(
        "Via",
        "Allow",
        "*",
        "kms:GenerateDataKey*",
        "*",
        StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        StringLike={"kms:EncryptionContext:aws:s3:arn": f"{BUCKET}*"},
        Bool={"aws:ViaAWSService": "true"},
    )
    context: dict[str, Any] = {
        "kms:ViaService": "s3.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": BUCKET,
        "aws:ViaAWSService": "true",
    }
    use: dict[str, Any] = {"action": "kms:GenerateDataKey", "resource": "arn:aws:kms:::key/k", "key": True}
    assert asked(role_of(MEMBER), made, **use, **context).allowed
    for missing in context:
        assert not asked(role_of(MEMBER), made, **use, **{k: v for k, v in context.items() if k != missing}).allowed


@pytest.mark.parametrize(
    ("operator", "present", "other", "absent"),
    [
        ("StringEquals", True, False, False),
        ("ForAnyValue:StringEquals", True, False, False),
        ("ForAllValues:StringEquals", True, False, True),
        ("ForAllValues:StringNotEquals", False, True, True),
    ],
)
def test_the_keys_of_an_event_may_be_asked_for_one_by_one_or_as_a_set(operator, present, other, absent):
    condition = {operator: {"events:source": ["aws.workspaces", "aws.signin"]}}
    assert conditions_hold(condition, keys={"events:source": "aws.signin"}) is present
    assert conditions_hold(condition, keys={"events:source": "ours"}) is other
    assert conditions_hold(condition, keys={}) is absent


def test_a_set_of_a_key_whose_values_are_not_all_known_raises():
    with pytest.raises(UnmodelledPolicyError, match="kms:encryptioncontextkeys"):
        conditions_hold({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "a"}}, keys={})


def test_the_other_keys_of_an_event_are_known():
    keys = {"events:detail-type": "WorkSpaces Access", "events:eventbusinvocation": "true"}
    assert conditions_hold({"StringLike": {"events:detail-type": "WorkSpaces*"}}, keys=keys)
    assert conditions_hold({"Bool": {"events:eventBusInvocation": "true"}}, keys=keys)
    assert not conditions_hold({"Bool": {"events:eventBusInvocation": "true"}}, keys={})
