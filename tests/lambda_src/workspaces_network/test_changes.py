"""What changed is said in words and numbers, and a list that loses too much is stopped."""

from __future__ import annotations

import pytest

from lambda_src.workspaces_network.allow_list import compute
from lambda_src.workspaces_network.changes import SHOWN, compare
from lambda_src.workspaces_network.guard import losses, refusals
from lambda_src.workspaces_network.ip_ranges import checked

TOKYO = "ap-northeast-1"


@pytest.fixture
def old(ranges):
    return compute(ranges, TOKYO)


def _gateway(cidr):
    return {"ip_prefix": cidr, "region": TOKYO, "service": "WORKSPACES_GATEWAYS", "network_border_group": TOKYO}


def _replaced(allow_list, rule_id, /, **fields):
    lists = tuple(x._replace(**fields) if x.rule.id == rule_id else x for x in allow_list.lists)
    return allow_list._replace(lists=lists)


def test_the_same_list_changed_nothing(old):
    changes = compare(old, old)
    assert not changes
    assert "No list changed." in changes.text()


def test_the_same_addresses_in_other_cidrs_are_no_change(old):
    listed = old.listed("dcv-streaming")
    split = tuple(
        c
        for cidr in listed.ipv4
        for c in (("3.114.164.0/23", "3.114.166.0/23") if cidr == "3.114.164.0/22" else (cidr,))
    )
    assert split != listed.ipv4
    assert not compare(old, _replaced(old, "dcv-streaming", ipv4=split))


def test_a_new_gateway_is_named_for_the_lists_that_it_joins(document, old):
    document["prefixes"].append(_gateway("198.51.100.0/24"))
    document["syncToken"], document["createDate"] = "1787433426", "2026-08-22-21-17-06"
    changes = compare(old, compute(checked(document), TOKYO))
    assert {change.rule: (change.added, change.removed) for change in changes.lists} == dict.fromkeys(
        ("pcoip-streaming", "pcoip-client-ports", "dcv-streaming"), (("198.51.100.0/24",), ())
    )
    assert "added 1 CIDRs (256 IPv4 addresses): 198.51.100.0/24" in changes.text()
    assert "2026-08-22-21-17-05 became that of 2026-08-22-21-17-06" in changes.text()
    assert changes.touch(frozenset({"dcv-streaming"}))
    assert not changes.touch(frozenset({"client-https", "domains"}))


def test_what_went_is_named(old):
    listed = old.listed("pcoip-streaming")
    changes = compare(old, _replaced(old, "pcoip-streaming", ipv4=listed.ipv4[1:], ipv6=listed.ipv6[1:]))
    assert [change.removed for change in changes.lists] == [(listed.ipv4[0], listed.ipv6[0])]
    assert "1 IPv6 ranges" in changes.text()


def test_names_are_compared(old):
    changes = compare(old, old._replace(domains=old.domains[1:]))
    assert (changes.domains_added, changes.domains_removed) == ((), (old.domains[0].name,))
    assert changes.touch(frozenset({"domains"}))
    assert f"domains removed: {old.domains[0].name}" in changes.text()


def test_a_new_port_is_a_change(old):
    rule = old.listed("dcv-streaming").rule._replace(ports=((4195, 4196),))
    changes = compare(old, _replaced(old, "dcv-streaming", rule=rule))
    assert [change.rewritten for change in changes.lists] == ["TCP and UDP 4195 became TCP and UDP 4195-4196"]


def test_a_rule_that_comes_or_goes_is_a_change(ranges, old):
    less = compute(ranges, TOKYO, ("pcoip",))
    assert [(change.rule, change.rewritten) for change in compare(old, less).lists] == [
        ("dcv-streaming", "the rule is gone")
    ]
    assert [(change.rule, change.rewritten) for change in compare(less, old).lists] == [
        ("dcv-streaming", "the rule is new")
    ]


def test_a_difference_that_is_new_is_told_and_is_no_change_of_a_list(old):
    changes = compare(old, old._replace(differences=("ap-northeast-1: something",)))
    assert not changes
    assert "new difference: ap-northeast-1: something" in changes.text()


def test_many_cidrs_are_counted(old):
    many = tuple(f"198.18.{n}.0/32" for n in range(SHOWN + 5))
    changes = compare(old, _replaced(old, "dcv-streaming", ipv4=old.listed("dcv-streaming").ipv4 + many))
    assert f"added {SHOWN + 5} CIDRs" in changes.text()
    assert "and 5 more" in changes.text()


def test_two_regions_are_not_compared(old):
    with pytest.raises(ValueError, match="a list of ap-northeast-1 and one of eu-west-1"):
        compare(old, old._replace(region="eu-west-1"))


def test_a_share_beyond_the_limit_is_refused(old):
    # 1024 of 1026 addresses: the gateways go, two health check servers stay.
    new = _replaced(old, "dcv-streaming", ipv4=("18.178.102.247/32", "54.64.174.128/32"))
    (refused,) = refusals(old, new, limit=0.5)
    assert (refused.rule, refused.family, refused.removed, refused.of) == ("dcv-streaming", "IPv4", 1024, 1026)
    assert "99.8%" in refused.sentence()
    assert refusals(old, new, limit=0.999) == ()


def test_an_emptied_family_is_refused_whatever_the_limit(old):
    refused = refusals(old, _replaced(old, "dcv-streaming", ipv6=()), limit=1.0)
    assert [(loss.rule, loss.family) for loss in refused] == [("dcv-streaming", "IPv6")]


def test_a_rule_that_is_gone_loses_everything(ranges, old):
    refused = refusals(old, compute(ranges, TOKYO, ("pcoip",)), limit=0.5)
    assert {(loss.rule, loss.share) for loss in refused} == {("dcv-streaming", 1.0)}


def test_what_is_added_is_no_loss(document, old):
    document["prefixes"].append(_gateway("198.51.100.0/24"))
    new = compute(checked(document), TOKYO)
    assert {loss.removed for loss in losses(old, new)} == {0}
    assert refusals(old, new, limit=0) == ()


@pytest.mark.parametrize("limit", [-0.1, 1.1, float("nan")])
def test_a_limit_is_a_share(old, limit):
    with pytest.raises(ValueError, match="no share"):
        refusals(old, old, limit=limit)
