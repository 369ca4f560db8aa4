"""Where nobody can read the group, its record says what was opened: in every shape, and nothing is passed over."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.live import PrefixLists, live
from lambda_src.security_group_guard.recorded import OPENING, recorded_rules
from lambda_src.security_group_guard.rules import live_rule
from tests.conftest import ROOT


def record(call, request, response=None):
    return {"eventName": call, "requestParameters": request, "responseElements": response}


def rule(source, *, rule_id="rule 0", ports=(22, 22), protocol="tcp", egress=False):
    found = {"SecurityGroupRuleId": rule_id, "IsEgress": egress, "IpProtocol": protocol, **source}
    return found if ports is None else {**found, "FromPort": ports[0], "ToPort": ports[1]}


def asked(*permissions):
    return {"groupId": "sg-1", "ipPermissions": {"items": list(permissions)}}


SSH = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}
INGRESS = "AuthorizeSecurityGroupIngress"
WORLD = {"CidrIpv4": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "authorize_ingress",
            [
                rule(WORLD, rule_id="sgr-0d28445c956a5d8ac"),
                rule({"CidrIpv6": "::/0"}, rule_id="sgr-0d28445c956a5d8ad"),
            ],
        ),
        ("authorize_legacy_flat_groupname", [rule({"CidrIpv4": "0.0.0.0/0"}, ports=(3389, 3389))]),
        ("create", []),
        ("revoke_ingress", []),
    ],
)
def test_each_recorded_shape_says_what_was_opened(name, expected):
    event = json.loads((ROOT / "tests" / "events" / f"sg_{name}.json").read_text("utf-8"))
    for shape in (event, event["detail"]):
        found = recorded_rules(shape)
        known = {"SecurityGroupRuleId", "IsEgress", "IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6"}
        assert [{key: value for key, value in one.items() if key in known} for one in found] == expected


def changed(rule_id, cidr, port):
    inner = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIpv4": cidr}
    return {"SecurityGroupRuleId": rule_id, "tag": 1, "SecurityGroupRule": inner}


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("many", [0, 1, 2, "items"])
def test_modified_rules_are_read_wrapped_or_not_one_or_several(wrapped, many):
    one, two = changed("sgr-1", "0.0.0.0/0", 22), changed("sgr-2", "10.0.0.0/8", 443)
    members = {0: one, 1: [one], 2: [one, two], "items": {"items": [one, two]}}[many]
    request = {"GroupId": "sg-1", "SecurityGroupRule": members}
    call = "ModifySecurityGroupRules"
    found = recorded_rules(record(call, {f"{call}Request": request} if wrapped else request))
    both = [
        rule(WORLD, rule_id="sgr-1"),
        rule({"CidrIpv4": "10.0.0.0/8"}, rule_id="sgr-2", ports=(443, 443)),
    ]
    assert found == both[: 1 if many in (0, 1) else 2]


@pytest.mark.parametrize(
    ("call", "request_", "expected"),
    [
        (INGRESS, asked({**SSH, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "groups": {}}), [rule(WORLD)]),
        (
            "AuthorizeSecurityGroupEgress",
            asked({**SSH, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}),
            [rule(WORLD, egress=True)],
        ),
        (
            INGRESS,
            asked(
                {**SSH, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}, {"cidrIp": "10.0.0.0/8"}]}},
                {**SSH, "prefixListIds": {"items": [{"prefixListId": "pl-1"}]}},
            ),
            [
                rule(WORLD),
                rule({"CidrIpv4": "10.0.0.0/8"}, rule_id="rule 1"),
                rule({"PrefixListId": "pl-1"}, rule_id="rule 2"),
            ],
        ),
        (
            INGRESS,
            asked({"ipProtocol": "-1", "groups": {"items": [{"groupId": "sg-2", "userId": "333333333333"}]}}),
            [rule({"ReferencedGroupInfo": {"GroupId": "sg-2", "UserId": "333333333333"}}, ports=None, protocol="-1")],
        ),
        (INGRESS, {"groupId": "sg-1", "ipPermissions": {}, **SSH, "cidrIp": "0.0.0.0/0"}, [rule(WORLD)]),
        (INGRESS, {"groupName": "web", **SSH, "cidrIpv6": "::/0"}, [rule({"CidrIpv6": "::/0"})]),
        (INGRESS, {"groupId": "sg-1", "ipPermissions": {}}, []),
    ],
)
def test_what_was_asked_for_is_read_where_nothing_was_answered(call, request_, expected):
    assert recorded_rules(record(call, request_, {"_return": True})) == expected


@pytest.mark.parametrize(
    ("call", "request_"),
    [
        (
            INGRESS,
            asked({**SSH, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}, {**SSH, "newSources": ["0.0.0.0/0"]}),
        ),
        (INGRESS, asked({**SSH, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0"}]}})),
        (INGRESS, asked({**SSH, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, "0.0.0.0/0"]}})),
        (INGRESS, asked({**SSH, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}, "tcp 22")),
        (INGRESS, asked({**SSH, "fromPort": "22", "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}})),
        (INGRESS, {"groupId": "sg-1", **SSH}),
        (
            "ModifySecurityGroupRules",
            {
                "GroupId": "sg-1",
                "SecurityGroupRule": [changed("sgr-2", "10.0.0.0/8", 443), {"SecurityGroupRuleId": "sgr-1"}],
            },
        ),
    ],
)
def test_a_part_that_has_no_known_shape_cannot_be_judged_and_does_not_hide_behind_its_siblings(call, request_):
    found = live(
        {"GroupId": "sg-1"}, recorded_rules(record(call, request_)), PrefixLists(None), account="2", region="r"
    )
    assert len(found.unjudged) == 1, found


@pytest.mark.parametrize("answered", ["nonsense", {"items": [7]}, {"items": [{}, "sgr-1"]}, [[]]])
def test_an_answer_of_no_known_shape_does_not_stand_before_what_was_asked(answered):
    request = asked({**SSH, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}})
    assert recorded_rules(record(INGRESS, request, {"securityGroupRuleSet": answered})) == [rule(WORLD)]


def test_a_port_that_is_no_number_is_not_taken_for_all_ports():
    [found] = recorded_rules(
        record(INGRESS, asked({**SSH, "toPort": "22", "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}))
    )
    with pytest.raises(ValueError, match="ToPort is '22'"):
        live_rule(found, {})


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "items",
                    "ipPermissions",
                    "ipRanges",
                    "cidrIp",
                    "groups",
                    "groupId",
                    "ipProtocol",
                    "fromPort",
                    "securityGroupRuleSet",
                    "SecurityGroupRule",
                    "referencedGroupInfo",
                    "isEgress",
                    "ModifySecurityGroupRulesRequest",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.sampled_from([*OPENING, "CreateSecurityGroup", 7, None]), SHAPES, SHAPES)
def test_no_shape_raises_and_each_rule_is_judged_or_named(call, request_, response):
    found = recorded_rules(record(call, request_, response))
    read = live({"GroupId": "sg-1"}, found, PrefixLists(None), account="2", region="r")
    assert len(read.rules) + len(read.unjudged) == len(found)
