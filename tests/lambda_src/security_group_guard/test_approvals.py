"""Approvals are read as written or refused by place and value; the right baseline decides, and approvals end."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.judge import Group

WEB = Group("sg-1", "web-front", "222222222222", "eu-west-1", {"role": "web"})
RULE: dict[str, Any] = {"protocol": "tcp", "ports": "443", "source": "0.0.0.0/0"}
OUTWARD = {**RULE, "direction": "egress"}
APPROVAL: dict[str, Any] = {"owner": "security", "reason": "a test", "expires": "2027-01-31", "rule": RULE}
BASELINE: dict[str, Any] = {"name": "web", "group": "sg-1", "rules": [RULE]}


def approvals(**document):
    return Approvals.from_json(json.dumps(document))


def without(table, key):
    return {name: value for name, value in table.items() if name != key}


@pytest.mark.parametrize(
    ("document", "place", "value"),
    [
        ([], "the document", "[]"),
        ({"approval": []}, "the document", "'approval'"),
        ({"baselines": {}}, "baselines", "{}"),
        ({"baselines": [7]}, "baselines[0]", "7"),
        ({"baselines": [BASELINE, without(BASELINE, "name")]}, "baselines[1]", "'name'"),
        ({"baselines": [{**BASELINE, "name": " "}]}, "baselines[0].name", "' '"),
        ({"baselines": [without(BASELINE, "group")]}, "baselines[0]", "{}"),
        ({"baselines": [{**BASELINE, "group_name": "web"}]}, "baselines[0]", "'web'"),
        ({"baselines": [{**BASELINE, "group": "web"}]}, "baselines[0].group", "'web'"),
        ({"baselines": [{**BASELINE, "account": "2222"}]}, "baselines[0].account", "'2222'"),
        ({"baselines": [{**BASELINE, "account": 222222222222}]}, "baselines[0].account", "222222222222"),
        ({"baselines": [{**BASELINE, "region": ""}]}, "baselines[0].region", "''"),
        ({"baselines": [{**BASELINE, "egress": "yes"}]}, "baselines[0].egress", "'yes'"),
        ({"baselines": [{**BASELINE, "owner": "me"}]}, "baselines[0]", "'owner'"),
        (
            {"baselines": [{**BASELINE, "rules": [{**RULE, "direction": "egress"}]}]},
            "baselines[0].rules[0]",
            "'egress'",
        ),
        ({"baselines": [{**without(BASELINE, "group"), "group_name": ""}]}, "baselines[0].group_name", "''"),
        ({"baselines": [{**without(BASELINE, "group"), "tag": {"key": "role"}}]}, "baselines[0].tag", "'value'"),
        (
            {"baselines": [{**without(BASELINE, "group"), "tag": {"key": "role", "value": 7}}]},
            "baselines[0].tag.value",
            "7",
        ),
        ({"approvals": [without(APPROVAL, "owner")]}, "approvals[0]", "'owner'"),
        ({"approvals": [{**APPROVAL, "reason": ""}]}, "approvals[0].reason", "''"),
        ({"approvals": [{**APPROVAL, "expires": "31.01.2027"}]}, "approvals[0].expires", "'31.01.2027'"),
        ({"approvals": [{**APPROVAL, "expires": "2027-02-29"}]}, "approvals[0].expires", "'2027-02-29'"),
        ({"approvals": [{**APPROVAL, "expires": "2027-01-31T00:00"}]}, "approvals[0].expires", "'2027-01-31T00:00'"),
        ({"approvals": [{**APPROVAL, "expires": None}]}, "approvals[0].expires", "None"),
        ({"approvals": [APPROVAL, {**APPROVAL, "group": "sg_1"}]}, "approvals[1].group", "'sg_1'"),
        ({"approvals": [{**APPROVAL, "rule": "tcp"}]}, "approvals[0].rule", "'tcp'"),
        ({"organization": {"networks": []}}, "organization", "'networks'"),
        ({"organization": {"approved_networks": "10.0.0.0/8"}}, "organization.approved_networks", "'10.0.0.0/8'"),
        ({"organization": {"approved_networks": ["10.0.0.1/8"]}}, "organization.approved_networks", "'10.0.0.1/8'"),
        ({"organization": {"inside": [7]}}, "organization.inside", "7"),
        ({"organization": {"world_ports": ["443"]}}, "organization.world_ports", "'443'"),
        ({"organization": {"administrative_ports": [70000]}}, "organization.administrative_ports", "70000"),
    ],
)
def test_a_malformed_document_is_refused_by_place_and_value(document, place, value):
    with pytest.raises(ValueError) as refusal:
        Approvals.from_json(json.dumps(document))
    assert str(refusal.value).startswith(place)
    assert value in str(refusal.value)


@pytest.mark.parametrize(
    ("more", "place", "value"),
    [
        ({"protocol": "tcpp"}, ".protocol", "'tcpp'"),
        ({"protocol": 256}, ".protocol", "256"),
        ({"protocol": None}, ".protocol", "None"),
        ({"protocol": "-1"}, ".ports", "'443'"),
        ({"protocol": "gre"}, ".protocol", "'gre'"),
        ({"protocol": "47"}, ".ports", "'443'"),
        ({"protocol": "icmp", "ports": "256"}, ".ports", "'256'"),
        ({"protocol": "icmp", "ports": "8/256"}, ".ports", "'8/256'"),
        ({"protocol": "icmp", "ports": "8-9"}, ".ports", "'8-9'"),
        ({"ports": "65536"}, ".ports", "'65536'"),
        ({"ports": "81-80"}, ".ports", "'81-80'"),
        ({"ports": "-1"}, ".ports", "'-1'"),
        ({"ports": "\u0668"}, ".ports", "'\u0668'"),
        ({"ports": " 80"}, ".ports", "' 80'"),
        ({"ports": 443}, ".ports", "443"),
        ({"ports": None}, ".ports", "None"),
        ({"source": ""}, ".source", "''"),
        ({"source": "10.0.0.0"}, ".source", "'10.0.0.0'"),
        ({"source": "10.0.0.0/33"}, ".source", "'10.0.0.0/33'"),
        ({"source": "::/129"}, ".source", "'::/129'"),
        ({"source": "2222/sg-1"}, ".source", "'2222/sg-1'"),
        ({"source": "anywhere"}, ".source", "'anywhere'"),
        ({"direction": "in"}, ".direction", "'in'"),
        ({"port": "443"}, "", "'port'"),
    ],
)
def test_a_malformed_rule_is_refused_by_place_and_value(more, place, value):
    with pytest.raises(ValueError) as refusal:
        approvals(baselines=[{**BASELINE, "rules": [RULE, {**RULE, **more}]}])
    assert str(refusal.value).startswith(f"baselines[0].rules[1]{place} ")
    assert value in str(refusal.value)


def test_ports_are_not_left_to_be_guessed():
    with pytest.raises(ValueError, match=r"approvals\[0\]\.rule is .*without \['ports'\]"):
        approvals(approvals=[{**APPROVAL, "rule": without(RULE, "ports")}])


def test_what_is_no_json_is_refused_by_its_place():
    with pytest.raises(ValueError, match="line 1 column 2"):
        Approvals.from_json("{")


KINDS: list[dict[str, Any]] = [{"group": "sg-1"}, {"tag": {"key": "role", "value": "web"}}, {"group_name": "web-*"}]
PLACES = [{"account": "222222222222", "region": "eu-west-1"}, {"account": "222222222222"}, {"region": "eu-west-1"}, {}]
# From the most specific to the least.
SELECTORS = [{**kind, **place} for kind in KINDS for place in PLACES]


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(range(len(SELECTORS)), 2)))
def test_the_most_specific_baseline_decides_wherever_it_stands(better, worse):
    written: list[dict[str, Any]] = [
        {"name": str(number), **SELECTORS[number], "rules": []} for number in (better, worse)
    ]
    for order in (written, written[::-1]):
        assert approvals(baselines=order).baseline(WEB).name == str(better), (SELECTORS[better], SELECTORS[worse])


def test_of_equal_rank_the_first_in_the_file_decides():
    written: list[dict[str, Any]] = [
        {"name": name, "group_name": name, "rules": []} for name in ("web-*", "web-front", "*")
    ]
    assert [approvals(baselines=order).baseline(WEB).name for order in (written, written[::-1])] == ["web-*", "*"]


@pytest.mark.parametrize(
    "selector",
    [
        {"group": "sg-2"},
        {"group": "sg-1", "account": "333333333333"},
        {"group": "sg-1", "region": "eu-west-2"},
        {"tag": {"key": "role", "value": "Web"}},
        {"tag": {"key": "owner", "value": "web"}},
        {"group_name": "web"},
        {"group_name": "front"},
        {"group_name": "web.front"},
        {"group_name": "web-fron[t]"},
        {"group_name": "WEB-*"},
    ],
)
def test_a_baseline_of_other_groups_is_none(selector):
    assert approvals(baselines=[{"name": "other", **selector, "rules": []}]).baseline(WEB) is None


def test_an_approval_ends_with_the_end_of_its_day_in_utc():
    held = approvals(approvals=[{**APPROVAL, "expires": "2027-01-31"}])
    end = round(datetime(2027, 2, 1, tzinfo=UTC).timestamp() * 1000)
    # In no order: what was asked before does not matter.
    assert [bool(held.coverages(WEB, now)) for now in (end - 1, end, 0, end + 1, end - 1)] == [
        True,
        False,
        True,
        False,
        True,
    ]
