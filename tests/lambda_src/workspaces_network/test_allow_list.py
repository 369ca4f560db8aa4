"""The allow-list holds each address that a source gives, no other, in the fewest CIDRs."""

from __future__ import annotations

from ipaddress import collapse_addresses, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.workspaces_network.addresses import Addresses, beyond, cidrs, count, holds, networks, union
from lambda_src.workspaces_network.allow_list import compute, streaming
from lambda_src.workspaces_network.ip_ranges import checked
from lambda_src.workspaces_network.rules import VARIANTS, RuleError, documented

TOKYO = "ap-northeast-1"
HTTPS = [("AMAZON", "GLOBAL"), ("AMAZON", TOKYO), ("AMAZON", "us-east-1"), ("AMAZON", "us-west-2"), ("S3", "us-west-2")]


def _rows(document, *subsets):
    rows = document["prefixes"] + document["ipv6_prefixes"]
    return [
        ip_network(row.get("ip_prefix") or row["ipv6_prefix"])
        for row in rows
        if (row["service"], row["region"]) in subsets
    ]


def test_port_443_is_the_union_of_the_documented_subsets(ranges, document):
    wanted = _rows(document, *HTTPS)
    listed = compute(ranges, TOKYO).listed("client-https")
    for version, found in ((4, listed.ipv4), (6, listed.ipv6)):
        collapsed = collapse_addresses(network for network in wanted if network.version == version)
        assert list(found) == [str(network) for network in collapsed]


def test_the_whole_file_gives_tokyo_935_ipv4_cidrs(whole):
    listed = compute(whole, TOKYO).listed("client-https")
    networks_of = [ip_network(prefix.cidr) for prefix in whole.prefixes() if (prefix.service, prefix.region) in HTTPS]
    expected = list(collapse_addresses(network for network in networks_of if network.version == 4))
    assert list(listed.ipv4) == [str(network) for network in expected]
    if whole.sync_token == 1787433425:
        assert len(listed.ipv4) == 935


def test_gateways_of_tokyo_are_what_the_page_names(ranges):
    found = cidrs(streaming(compute(ranges, TOKYO)))
    assert {"54.250.251.0/24", "3.114.164.0/22", "18.178.102.247/32"} <= set(found)


def test_a_gateway_that_is_published_and_not_documented_is_listed_and_reported(document):
    row = {"ip_prefix": "198.51.100.0/24", "region": TOKYO, "service": "WORKSPACES_GATEWAYS"}
    document["prefixes"].append(row | {"network_border_group": TOKYO})
    allow_list = compute(checked(document), TOKYO)
    assert "198.51.100.0/24" in allow_list.listed("pcoip-streaming").ipv4
    assert "198.51.100.0/24" in allow_list.listed("dcv-streaming").ipv4
    assert [d for d in allow_list.differences if "198.51.100.0/24" in d and "not documented" in d] != []


def test_a_gateway_that_is_documented_and_not_published_is_listed_and_reported(ranges):
    allow_list = compute(ranges, "il-central-1")
    assert "51.17.28.0/22" in allow_list.listed("pcoip-streaming").ipv4
    assert [d for d in allow_list.differences if "51.17.28.0/22" in d and "not in WORKSPACES_GATEWAYS" in d] != []


def test_health_check_servers_of_another_region_are_left_out_and_reported(ranges):
    allow_list = compute(ranges, "eu-west-3")
    israel = documented().region("il-central-1").health_checks[0]
    assert israel in documented().region("eu-west-3").health_checks
    assert israel not in allow_list.listed("pcoip-streaming").ipv4
    assert [d for d in allow_list.differences if israel in d and "il-central-1" in d and "left out" in d] != []


@pytest.mark.parametrize(
    ("variants", "rules"),
    [
        ((), {"dns", "client-https"}),
        (("pcoip",), {"dns", "client-https", "pcoip-streaming", "pcoip-client-ports"}),
        (("dcv",), {"dns", "client-https", "dcv-streaming"}),
        (("global-accelerator",), {"dns", "client-https", "dcv-accelerator"}),
        (("web-access",), {"dns", "client-https", "web-access", "web-access-streaming"}),
        (("smart-card", "privatelink"), {"dns", "client-https"}),
    ],
)
def test_a_variant_brings_its_rules_alone(ranges, variants, rules):
    assert {listed.rule.id for listed in compute(ranges, TOKYO, variants).lists} == rules


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ("pcoip", "skylight-cm.ap-northeast-1.amazonaws.com"),
        ("dcv", "*.prod.ap-northeast-1.highlander.aws.a2z.com"),
        ("web-access", "*.ap-northeast-1.rdn.amazonaws.com"),
        ("smart-card", "smartcard.ap-northeast-1.signin.aws"),
        ("privatelink", "privatelink.prod.ap-northeast-1.highlander.aws.a2z.com"),
    ],
)
def test_a_variant_brings_its_names(ranges, variant, name):
    without = {domain.name for domain in compute(ranges, TOKYO, ()).domains}
    assert name not in without
    assert name in {domain.name for domain in compute(ranges, TOKYO, (variant,)).domains}


def test_a_directory_replaces_the_wildcard(ranges):
    def pages(*directories):
        found = compute(ranges, TOKYO, directories=directories).domains
        return [domain.name for domain in found if domain.name.endswith(".awsapps.com")]

    assert pages() == ["*.awsapps.com"]
    assert pages("d-1", "d-2") == ["d-1.awsapps.com", "d-2.awsapps.com"]


def test_every_region_of_the_tables_has_a_list_of_every_variant(whole):
    for region in documented().regions:
        allow_list = compute(whole, region, VARIANTS)
        assert allow_list.listed("dcv-streaming").ipv4, region


@pytest.mark.parametrize("region", documented().regions)
def test_what_the_tables_hold_are_cidrs(region):
    tables = documented().region(region)
    listed = (tables.pcoip_gateways, tables.dcv_gateways, tables.global_accelerator, tables.health_checks)
    assert [str(ip_network(cidr)) for table in listed for cidr in table] == [c for table in listed for c in table]


@pytest.mark.parametrize("region", ["ap-northeast-9", "", "GLOBAL", "eu-north-1"])
def test_an_unknown_region_is_an_error_and_no_empty_list(ranges, region):
    with pytest.raises(RuleError, match=f"Region '{region}'"):
        compute(ranges, region)


def test_a_region_that_the_file_lacks_is_an_error(ranges):
    with pytest.raises(RuleError, match="no AMAZON prefix of Region 'sa-east-1'"):
        compute(ranges, "sa-east-1")


def test_a_subset_that_the_file_lacks_is_an_error(document):
    document["prefixes"] = [row for row in document["prefixes"] if row["service"] != "S3"]
    document["ipv6_prefixes"] = [row for row in document["ipv6_prefixes"] if row["service"] != "S3"]
    with pytest.raises(RuleError, match="no prefix of S3 in us-west-2"):
        compute(checked(document), TOKYO)


def test_an_unknown_variant_is_named(ranges):
    with pytest.raises(RuleError, match="'wsp' is none of pcoip, dcv"):
        compute(ranges, TOKYO, ("dcv", "wsp"))


def test_the_order_of_the_file_does_not_matter(document, ranges):
    document["prefixes"].reverse()
    document["ipv6_prefixes"].reverse()
    assert compute(checked(document), TOKYO, VARIANTS) == compute(ranges, TOKYO, VARIANTS)


# Few enough addresses to ask each of them.
V4 = st.builds(
    lambda n, length: ip_network((0x0A000000 | n, length), strict=False), st.integers(0, 255), st.integers(24, 32)
)
V6 = st.builds(
    lambda n, length: ip_network((0x20010DB8 << 96 | n, length), strict=False),
    st.integers(0, 255),
    st.integers(120, 128),
)
SETS = st.lists(V4 | V6, max_size=12)
EVERY = [ip_address(0x0A000000 + n) for n in range(258)] + [ip_address((0x20010DB8 << 96) + n) for n in range(258)]


def _members(addresses: Addresses):
    return {a for a in EVERY if holds(addresses.v4 if a.version == 4 else addresses.v6, int(a))}


def _brute(listed):
    return {a for a in EVERY if any(a in network for network in listed)}


@given(SETS)
def test_no_address_is_won_or_lost(listed):
    found = networks(map(str, listed))
    assert _members(found) == _brute(listed)
    assert _brute(list(map(ip_network, cidrs(found)))) == _brute(listed)
    assert count(found.v4) + count(found.v6) == len(_brute(listed))


@given(SETS)
def test_there_are_no_fewer_cidrs(listed):
    for version in (4, 6):
        fewest = [str(n) for n in collapse_addresses(n for n in listed if n.version == version)]
        assert [c for c in cidrs(networks(map(str, listed))) if (":" in c) == (version == 6)] == fewest


@given(SETS, SETS)
def test_union_and_difference_are_those_of_sets(left, right):
    one, other = networks(map(str, left)), networks(map(str, right))
    assert _members(union((one, other))) == _brute(left) | _brute(right)
    assert _members(beyond(one, other)) == _brute(left) - _brute(right)
