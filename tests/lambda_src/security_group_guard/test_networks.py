"""Sets of addresses do what sets of single addresses would do."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range
from itertools import pairwise
from socket import AF_INET, AF_INET6

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.networks import (
    Addresses,
    beyond,
    cidrs,
    common,
    merged,
    networks,
    outside,
    span,
)

INTERVALS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair))))


def members(intervals):
    return {number for first, last in intervals for number in range(first, last + 1)}


@given(INTERVALS)
def test_a_merged_set_has_the_same_members_sorted_and_apart(intervals):
    found = merged(intervals)
    assert members(found) == members(intervals)
    assert [pair for pair in pairwise(found) if pair[0][1] + 1 >= pair[1][0]] == []


@given(INTERVALS, INTERVALS)
def test_outside_is_the_difference_of_the_members(left, right):
    found = outside(merged(left), merged(right))
    assert found == merged(found)
    assert members(found) == members(left) - members(right)


@given(st.tuples(st.integers(0, 20), st.integers(20, 40)), INTERVALS)
def test_common_is_the_intersection_of_the_members(interval, others):
    assert members(common(interval, merged(others))) == members([interval]) & members(others)


@given(st.ip_addresses(), st.data())
def test_a_network_is_read_as_the_standard_library_reads_it(address, data):
    length = data.draw(st.integers(0, address.max_prefixlen))
    network = ip_network(f"{address}/{length}", strict=False)
    family = AF_INET if address.version == 4 else AF_INET6
    expected = (int(network.network_address), int(network.broadcast_address))
    assert span(f"{address}/{length}", family, masked=True) == expected
    assert cidrs(networks([str(network)])) == [str(network)]


@given(st.sampled_from((4, 6)), st.data())
def test_a_range_is_written_as_the_standard_library_summarizes_it(version, data):
    bits = 32 if version == 4 else 128
    edges = st.integers(0, (1 << bits) - 1) | st.sampled_from((0, 1, (1 << bits) - 2, (1 << bits) - 1))
    addresses = st.builds(lambda edge, some: edge >> some, edges, st.integers(0, bits))
    first, last = sorted((data.draw(addresses), data.draw(addresses)))
    whole = Addresses(((first, last),), ()) if version == 4 else Addresses((), ((first, last),))
    address = IPv4Address if version == 4 else IPv6Address
    assert cidrs(whole) == [str(block) for block in summarize_address_range(address(first), address(last))]


def test_neighbouring_networks_are_one():
    assert cidrs(networks(["10.0.1.0/24", "10.0.0.0/24", "2001:db8::/33", "2001:db8:8000::/33"])) == [
        "10.0.0.0/23",
        "2001:db8::/32",
    ]


def test_an_approved_ipv4_network_does_not_cover_its_ipv6_disguise():
    disguised = networks(["::ffff:10.0.0.0/104"])
    assert disguised.v4 == ()
    assert beyond(disguised, networks(["10.0.0.0/8"])) == disguised


def test_the_same_numbers_in_the_other_family_are_other_addresses():
    same = networks(["::a00:0/128"])
    assert same.v6 == ((10 << 24, 10 << 24),)
    assert beyond(same, networks(["10.0.0.0/8"])) == same


@pytest.mark.parametrize(
    "cidr",
    [
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/ 8",
        "10.0.0.0/\u0668",
        "10.0.0.0/255.0.0.0",
        "10.0.0/8",
        "010.0.0.0/8",
        "10.0.0.0\0/8",
        "a/8",
        "\u00e4/8",
        "::/129",
        "1::2::3/64",
        "fe80::%eth0/64",
    ],
)
def test_what_is_no_network_is_refused_by_its_text(cidr):
    with pytest.raises(ValueError) as refusal:
        networks([cidr])
    assert repr(cidr) in str(refusal.value)


def test_host_bits_are_refused_unless_masked():
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/8' has host bits set"):
        networks(["10.0.0.1/8"])
    assert networks(["10.0.0.1/8"], masked=True) == networks(["10.0.0.0/8"])
