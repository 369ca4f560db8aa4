"""What a set of rules exposes is what trying addresses and ports one by one says, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.security_group_guard.exposure import findings, total
from lambda_src.security_group_guard.policy import ADMINISTRATION, WORLD, organization_wide
from lambda_src.security_group_guard.ports import ADMINISTRATIVE as WATCHED
from lambda_src.security_group_guard.rules import TCP, UDP, live_rule
from tests.lambda_src.security_group_guard.described import (
    ADMINISTRATIVE,
    APPROVED,
    CIDRS,
    INSIDE,
    PREFIX_LISTS,
    WEB,
    cut,
    described,
    points,
    rule_sets,
    tried,
)

POLICY = organization_wide(APPROVED, inside=INSIDE, allowed=WEB, administrative=ADMINISTRATIVE)


def judged(rules):
    return findings([live_rule(rule, PREFIX_LISTS) for rule in rules], POLICY)


@pytest.mark.requirement(
    28,
    "judgement of live rules",
    "exposed exactly where a brute-force oracle over addresses and ports says so",
)
@settings(max_examples=60)
@given(rule_sets())
def test_a_rule_set_is_exposed_exactly_where_trying_every_packet_says_so(rules):
    found = judged(rules)
    expected = tried(rules)
    assert points(total(found)) == expected
    assert bool(found) == bool(expected)
    for rule in rules:
        own = [one.exposure for one in found if one.rule_id == rule["SecurityGroupRuleId"]]
        assert points(own) == tried([rule]), rule


@pytest.mark.requirement(
    28,
    "judgement of live rules",
    "22 and 3389 do not hide in a range, `-1`, a protocol number, IPv6 or a prefix list",
)
@given(
    port=st.sampled_from([22, 3389]),
    below=st.integers(0, 22),
    above=st.integers(0, 65535 - 3389),
    protocol=st.sampled_from(["tcp", "6", 6, "TCP", "udp", "17", 17, "-1", -1]),
    source=st.sampled_from(["0.0.0.0/0", "198.51.100.7/32", "10.20.0.0/14", "::/0", "2001:db8:20::/47"])
    | st.sampled_from(["::ffff:0:0/96", "pl-widened", "pl-world", "pl-six"]),
)
def test_22_and_3389_cannot_hide(port, below, above, protocol, source):
    every = str(protocol) == "-1"
    ports = (-1, -1) if every else (port - below, port + above)
    found = judged([described(source, ports, IpProtocol=protocol)])
    reached = {
        one.exposure.protocol
        for one in found
        if one.exposure.breaks == ADMINISTRATION and one.exposure.first_port <= port <= one.exposure.last_port
    }
    numbers = {"tcp": {TCP}, "6": {TCP}, "udp": {UDP}, "17": {UDP}, "-1": {TCP, UDP}}
    assert reached == numbers[str(protocol).lower()]


@given(rule_sets(), st.data())
def test_the_order_of_rules_does_not_matter(rules, data):
    assert judged(data.draw(st.permutations(rules))) == judged(rules)


@given(rule_sets(), st.data())
def test_splitting_rules_does_not_change_the_total(rules, data):
    pieces = [piece for rule in rules for half in cut(data.draw, rule) for piece in cut(data.draw, half)]
    numbered = [{**piece, "SecurityGroupRuleId": f"sgr-piece-{n}"} for n, piece in enumerate(pieces)]
    assert total(judged(data.draw(st.permutations(numbered)))) == total(judged(rules))


def test_a_finding_names_rule_ports_and_addresses():
    rules = [
        described("10.20.0.0/15", (0, 65535), SecurityGroupRuleId="sgr-approved"),
        described("0.0.0.0/0", (443, 443), SecurityGroupRuleId="sgr-web"),
        described("10.20.0.0/14", (20, 25), SecurityGroupRuleId="sgr-wide"),
        described("2001:db8:20::/47", (443, 444), SecurityGroupRuleId="sgr-six"),
    ]
    assert [(one.rule_id, str(one.exposure)) for one in judged(rules)] == [
        ("sgr-six", f"tcp 444 from 2001:db8:21::/48: {WORLD}"),
        ("sgr-wide", f"tcp 22 from 10.22.0.0/15: {ADMINISTRATION}"),
    ]


def test_two_halves_of_the_world_are_the_world():
    halves = [described(cidr, (0, 65535), SecurityGroupRuleId=f"sgr-{cidr}") for cidr in ("0.0.0.0/1", "128.0.0.0/1")]
    assert total(judged(halves)) == total(judged([described("0.0.0.0/0", (0, 65535))]))


@pytest.mark.parametrize("source", CIDRS)
def test_what_only_goes_out_is_not_judged(source):
    assert judged([described(source, (22, 22), IsEgress=True)]) == []


def test_a_group_as_source_is_not_judged_by_addresses():
    assert judged([described("sg-1", (22, 22))]) == []


@pytest.mark.parametrize("port", [22, 3389, 1433, 1521, 3306, 5432])
def test_an_administrative_port_allowed_to_the_world_is_still_for_approved_networks(port):
    policy = organization_wide(["10.20.0.0/16"], allowed=[80, 443, port])
    found = findings([live_rule(described("0.0.0.0/0", (port, port)), {})], policy)
    assert [one.exposure.breaks for one in found] == [ADMINISTRATION], WATCHED


@pytest.mark.parametrize("ports", [[-1], [65536], [True], ["22"]])
def test_a_policy_of_no_ports_is_refused(ports):
    with pytest.raises(ValueError, match="no ports from 0 to 65535"):
        organization_wide([], allowed=ports)


def test_an_approved_network_with_host_bits_is_refused():
    with pytest.raises(ValueError, match=r"'10\.20\.0\.1/16' has host bits set"):
        organization_wide(["10.20.0.1/16"])
