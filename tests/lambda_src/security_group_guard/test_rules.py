"""A live rule is read as EC2 means it, or refused by its id and the offending value."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_src.security_group_guard.networks import networks
from lambda_src.security_group_guard.rules import TCP, UDP, live_rule
from tests.lambda_src.security_group_guard.described import PREFIX_LISTS, described

EVERY = (0, 65535)


@pytest.mark.parametrize(
    ("more", "ports"),
    [
        ({"IpProtocol": "tcp"}, ((TCP, (20, 25)),)),
        ({"IpProtocol": "6"}, ((TCP, (20, 25)),)),
        ({"IpProtocol": 6}, ((TCP, (20, 25)),)),
        ({"IpProtocol": "UDP"}, ((UDP, (20, 25)),)),
        ({"IpProtocol": "17"}, ((UDP, (20, 25)),)),
        ({"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1}, ((TCP, EVERY),)),
        ({"IpProtocol": "tcp", "FromPort": None, "ToPort": None}, ((TCP, EVERY),)),
        ({"IpProtocol": "-1"}, ((TCP, EVERY), (UDP, EVERY))),
        ({"IpProtocol": -1, "FromPort": None, "ToPort": None}, ((TCP, EVERY), (UDP, EVERY))),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0}, ()),
        ({"IpProtocol": "58", "FromPort": 3, "ToPort": -1}, ()),
        ({"IpProtocol": "47"}, ()),
    ],
)
def test_the_protocol_says_which_ports_a_rule_covers(more, ports):
    assert live_rule(described(ports=(20, 25), **more), {}).ports == ports


@pytest.mark.parametrize(
    ("source", "cidrs", "group"),
    [
        ("192.0.2.0/24", ["192.0.2.0/24"], ""),
        ("192.0.2.7/24", ["192.0.2.0/24"], ""),
        ("2001:db8::/32", ["2001:db8::/32"], ""),
        ("pl-widened", PREFIX_LISTS["pl-widened"], ""),
        ("pl-empty", [], ""),
        ("sg-1", [], "sg-1"),
    ],
)
def test_a_source_is_addresses_or_a_group(source, cidrs, group):
    rule = live_rule(described(source), PREFIX_LISTS)
    assert (rule.sources, rule.group) == (networks(cidrs), group)


def test_a_prefix_list_keeps_its_id():
    assert live_rule(described("pl-widened"), PREFIX_LISTS).prefix_list == "pl-widened"


@pytest.mark.parametrize(
    ("own", "referenced", "expected"),
    [
        ({"GroupId": "sg-1", "GroupOwnerId": "222222222222"}, {"UserId": "222222222222"}, ("self", "222222222222")),
        ({"GroupId": "sg-1", "GroupOwnerId": "222222222222"}, {}, ("self", "")),
        ({"GroupId": "sg-1"}, {"UserId": "222222222222"}, ("self", "222222222222")),
        ({"GroupId": "sg-1", "GroupOwnerId": "222222222222"}, {"UserId": "333333333333"}, ("sg-1", "333333333333")),
        ({"GroupId": "sg-2", "GroupOwnerId": "222222222222"}, {"UserId": "222222222222"}, ("sg-1", "222222222222")),
        ({}, {}, ("sg-1", "")),
    ],
)
def test_a_referenced_group_keeps_its_account_and_is_self_where_it_is_its_own(own, referenced, expected):
    rule = live_rule(described(**own, CidrIpv4=None, ReferencedGroupInfo={"GroupId": "sg-1", **referenced}), {})
    assert (rule.group, rule.account) == expected


@pytest.mark.parametrize(
    ("more", "extent"),
    [
        ({"IpProtocol": "tcp"}, (20, 25)),
        ({"IpProtocol": "-1"}, EVERY),
        ({"IpProtocol": "47"}, EVERY),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0}, (8 * 256, 8 * 256)),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, (8 * 256, 8 * 256 + 255)),
        ({"IpProtocol": "1", "FromPort": -1, "ToPort": -1}, EVERY),
        ({"IpProtocol": "58", "FromPort": None, "ToPort": None}, EVERY),
    ],
)
def test_how_far_a_rule_reaches_within_its_protocol_is_one_interval(more, extent):
    assert live_rule(described(ports=(20, 25), **more), {}).extent == extent


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"IsEgress": 1}, "1"),
        ({"IpProtocol": ["tcp"]}, "['tcp']"),
        ({"FromPort": [22]}, "[22]"),
        ({"CidrIpv4": None, "ReferencedGroupInfo": {"GroupId": "sg-1", "UserId": 7}}, "7"),
        ({"IsEgress": None}, "None"),
        ({"IsEgress": "false"}, "'false'"),
        ({"IpProtocol": None}, "None"),
        ({"IpProtocol": "tcpp"}, "'tcpp'"),
        ({"IpProtocol": "256"}, "'256'"),
        ({"IpProtocol": -2}, "-2"),
        ({"IpProtocol": True}, "True"),
        ({"FromPort": "22"}, "'22'"),
        ({"FromPort": True}, "True"),
        ({"FromPort": 23}, "23"),
        ({"FromPort": -1}, "-1"),
        ({"ToPort": None}, "None"),
        ({"ToPort": 65536}, "65536"),
        ({"IpProtocol": "icmp", "FromPort": 256}, "256"),
        ({"CidrIpv4": None}, "{}"),
        ({"CidrIpv6": "::/0"}, "'::/0'"),
        ({"PrefixListId": "pl-bad"}, "'pl-bad'"),
        ({"ReferencedGroupInfo": {"GroupId": "sg-1"}}, "'sg-1'"),
        ({"CidrIpv4": "0.0.0.0"}, "'0.0.0.0'"),
        ({"CidrIpv4": "::/0"}, "'::/0'"),
        ({"CidrIpv4": None, "CidrIpv6": "0.0.0.0/0"}, "'0.0.0.0/0'"),
        ({"CidrIpv4": 7}, "7"),
        ({"CidrIpv4": None, "PrefixListId": "pl-unknown"}, "'pl-unknown'"),
        ({"CidrIpv4": None, "PrefixListId": "pl-bad"}, "'10.0.0.0/99'"),
        ({"CidrIpv4": None, "ReferencedGroupInfo": {"UserId": "111122223333"}}, "111122223333"),
    ],
)
def test_bad_input_is_refused_with_the_rule_and_the_value(more, value):
    with pytest.raises(ValueError) as refusal:
        live_rule(described(**more), {"pl-bad": ["10.0.0.0/99"]})
    assert str(refusal.value).startswith("sgr-1: ")
    assert value in str(refusal.value)


def test_true_is_no_1_though_1_was_read_before():
    cases: list[dict[str, Any]] = [{"IpProtocol": 1, "FromPort": 1}, {"IpProtocol": 6, "FromPort": 1}]
    for more in cases:
        live_rule(described(**more), {})
        for field in more:
            if more[field] == 1:
                with pytest.raises(ValueError, match=f"{field} is True"):
                    live_rule(described(**{**more, field: True}), {})


def test_a_rule_without_an_id_is_refused_as_a_whole():
    with pytest.raises(ValueError, match=r"SecurityGroupRuleId is None in .*'ToPort': 22"):
        live_rule(described(SecurityGroupRuleId=None), {})
