"""An address is explained by the rules and sources that allow it, or by what it is instead."""

from __future__ import annotations

import pytest

from lambda_src.workspaces_network.explain import explain
from lambda_src.workspaces_network.rules import RuleError

TOKYO = "ap-northeast-1"


def _grounds(found):
    return {(ground.rule.id, ground.source) for ground in found.grounds}


def test_a_gateway_is_allowed_by_the_page_and_by_the_region(ranges):
    found = explain(ranges, TOKYO, "54.250.251.7")
    page = "documentation of 2026-11-23: PCoIP gateways of ap-northeast-1"
    assert _grounds(found) == {
        ("client-https", "ip-ranges.json AMAZON ap-northeast-1"),
        ("pcoip-streaming", page),
        ("pcoip-client-ports", page),
    }
    assert ("WORKSPACES_GATEWAYS", TOKYO) in found.subsets
    assert "TCP and UDP 4172" in found.text()


def test_an_address_of_s3_is_allowed_on_443_alone(ranges, document):
    row = next(r for r in document["prefixes"] if (r["service"], r["region"]) == ("S3", "us-west-2"))
    found = explain(ranges, TOKYO, row["ip_prefix"].partition("/")[0])
    assert ("client-https", "ip-ranges.json S3 us-west-2") in _grounds(found)
    assert {ground.rule.id for ground in found.grounds} == {"client-https"}


def test_an_address_that_nobody_allows_is_named_so(ranges):
    found = explain(ranges, TOKYO, "203.0.113.9")
    assert (found.grounds, found.subsets, found.otherwise) == ((), (), ())
    assert "no rule has it" in found.text()
    assert "no address that AWS publishes" in found.text()


def test_an_address_of_another_region_is_named_so(ranges):
    found = explain(ranges, TOKYO, "51.17.52.90")
    assert found.grounds == ()
    assert "AMAZON of il-central-1" in found.text()


def test_what_another_variant_would_allow_is_said(ranges):
    found = explain(ranges, TOKYO, "3.114.164.9", ("pcoip",))
    assert "dcv-streaming" not in {ground.rule.id for ground in found.grounds}
    assert "dcv-streaming" in {ground.rule.id for ground in found.otherwise}
    assert "with variant dcv: dcv-streaming" in found.text()


def test_ipv6_is_explained(ranges):
    found = explain(ranges, TOKYO, "2406:DA24:28:0::1")
    assert found.address == "2406:da24:28::1"
    assert "dcv-streaming" in {ground.rule.id for ground in found.grounds}


@pytest.mark.parametrize("address", ["", "54.250.251", "54.250.251.0/24", "gateway", "fe80::1%eth0"])
def test_what_is_no_address_is_refused(ranges, address):
    with pytest.raises(RuleError, match="is no IPv4 or IPv6 address"):
        explain(ranges, TOKYO, address)
