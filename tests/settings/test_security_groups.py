"""What security groups may let through is said rightly in its file, or every mistake is named with its line."""

from __future__ import annotations

import json
import tomllib
from itertools import product
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.judge import Group, judge
from lambda_src.security_group_guard.networks import networks
from lambda_src.security_group_guard.policy import ADMINISTRATION, WORLD
from lambda_src.security_group_guard.rules import PROTOCOLS, live_rule
from stacks.security_group_rule import PROTOCOLS as NAMED
from stacks.security_group_rule import GroupRule
from stacks.security_groups import (
    EXAMPLE_FILE,
    Approval,
    Baseline,
    OrganizationWide,
    SecurityGroups,
    guard_document,
    load_security_groups,
)
from stacks.settings_schema import SECURITY_GROUPS_SCHEMA_FILE, security_groups_schema
from stacks.toml_file import SettingsError
from tests.conftest import ROOT

EXAMPLE = EXAMPLE_FILE.read_text("utf-8")
ORGANIZATION = "organization = {approved_networks = []}\n"

MISTAKES = """\
[organization]
approved_networks = ["10.20.0.1/16", "0.0.0.0/0"]
world_ports = [80, 65536]
administrative_ports = []
colour = "blue"
[[baselines]]
name = " "
group = "sg-012"
account = "2222"
region = "mars-north-1"
rules = [
  { protocol = "tpc", ports = 443, source = "::/0" },
  { protocol = "tcp", ports = "443-80", source = "2001:db8::1/32" },
  { protocol = "tcp", ports = 65536, source = "pl-12" },
  { protocol = 6, ports = "8/0", source = "sg-12" },
  { protocol = "icmp", ports = "8-9", source = "22/sg-0123456789abcdef0" },
  { protocol = 50, ports = 500, source = "anyone", direction = "in" },
]
[[baselines]] # right
name = "a"
group_name = "web-*"
rules = []
[[baselines]]
name = "b"
group_name = "w*b"
ou = "ou-ex4m-12345678"
rules = [{ protocol = "icmp", ports = "256", source = "self" }]
[[baselines]]
name = "c"
tag = { value = "web" }
rules = []
[[approvals]] # right
owner = "a"
reason = "b"
expires = 2001-01-01
rule = { protocol = -1, ports = "all", source = "self" }
[[approvals]]
owner = ""
reason = " "
expires = "2027-02-30"
group = "web"
rule = { ports = "https", source = "10.0.0.0/8" }
"""

EXPECTED = {
    (2, "organization.approved_networks.0", "10.20.0.1/16"),
    (2, "organization.approved_networks.1", "0.0.0.0/0"),
    (3, "organization.world_ports.1", 65536),
    (4, "organization.administrative_ports", ()),
    (5, "organization.colour", "blue"),
    (7, "baselines.0.name", " "),
    (8, "baselines.0.group", "sg-012"),
    (9, "baselines.0.account", "2222"),
    (10, "baselines.0.region", "mars-north-1"),
    (12, "baselines.0.rules.0.protocol", "tpc"),
    (13, "baselines.0.rules.1.ports", "443-80"),
    (13, "baselines.0.rules.1.source", "2001:db8::1/32"),
    (14, "baselines.0.rules.2.ports", 65536),
    (14, "baselines.0.rules.2.source", "pl-12"),
    (15, "baselines.0.rules.3.ports", "8/0"),
    (15, "baselines.0.rules.3.source", "sg-12"),
    (16, "baselines.0.rules.4.ports", "8-9"),
    (16, "baselines.0.rules.4.source", "22/sg-0123456789abcdef0"),
    (17, "baselines.0.rules.5.ports", 500),
    (17, "baselines.0.rules.5.source", "anyone"),
    (17, "baselines.0.rules.5.direction", "in"),
    (25, "baselines.2.group_name", "w*b"),
    (26, "baselines.2.ou", "ou-ex4m-12345678"),
    (27, "baselines.2.rules.0.ports", "256"),
    (30, "baselines.3.tag.key", None),
    (38, "approvals.1.owner", ""),
    (39, "approvals.1.reason", " "),
    (40, "approvals.1.expires", "2027-02-30"),
    (41, "approvals.1.group", "web"),
    (42, "approvals.1.rule.protocol", None),
    (42, "approvals.1.rule.ports", "https"),
}

GROUP = "sg-0123456789abcdef0"
RULE = 'protocol = "tcp", ports = 443, source = "10.0.0.0/8"'
APPROVAL = f'[[approvals]]\nowner = "a"\nreason = "b"\nexpires = 2027-01-31\nrule = {{{RULE}}}\n'


def read(tmp_path: Path, text: str) -> SecurityGroups:
    path = tmp_path / "security_groups.toml"
    path.write_text(text, "utf-8")
    return load_security_groups(path)


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    return [str(mistake) for mistake in caught.value.mistakes]


def baseline(*said: str, name: str = "a", rules: tuple[str, ...] = ()) -> str:
    listed = ", ".join(f"{{{rule}}}" for rule in rules)
    return "\n".join(("[[baselines]]", f'name = "{name}"', *said, f"rules = [{listed}]", ""))


def rule_of(text: str) -> GroupRule:
    return GroupRule.model_validate(tomllib.loads(f"rule = {{{text}}}")["rule"])


def test_every_mistake_is_named_in_one_go_each_with_its_line_key_and_value(tmp_path):
    path = tmp_path / "security_groups.toml"
    path.write_text(MISTAKES, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_security_groups(path)
    mistakes = caught.value.mistakes
    found = {
        (item.line, ".".join(map(str, item.path)), tuple(item.value) if isinstance(item.value, list) else item.value)
        for item in mistakes
    }
    assert found == EXPECTED
    assert len(mistakes) == len(EXPECTED)
    assert str(caught.value).startswith(f"{path}: {len(EXPECTED)} mistakes")


@pytest.mark.parametrize(
    ("said", "place", "allowed"),
    [
        ('source = "10.0.0.1/8"', "source", "the network is 10.0.0.0/8"),
        ('source = "2001:db8::1/32"', "source", "the network is 2001:db8::/32"),
        ('source = "10.0.0.1"', "source", "is written 10.0.0.1/32"),
        ('source = "10.0.0.0/33"', "source", "is no network"),
        ('source = "pl-0123456789ABCDEF0"', "source", "id of a prefix list"),
        ('source = "sg-0123456789abcdef"', "source", "id of a security group"),
        (f'source = "production/{GROUP}"', "source", "twelve digits"),
        ('source = "everyone"', "source", "group (sg-…"),
        ("source = 10", "source", "valid string"),
        ('protocol = "tpc"', "protocol", "all, icmp, tcp, udp, icmpv6"),
        ('protocol = "TCP"', "protocol", "tcp"),
        ("protocol = 256", "protocol", "from 0 to 255"),
        ("protocol = -2", "protocol", "from 0 to 255"),
        ("protocol = true", "protocol", "from 0 to 255"),
        ('protocol = "006"', "protocol", "from 0 to 255"),
        ("ports = -1", "ports", "is no port"),
        ("ports = true", "ports", "must be ports"),
        ("ports = [80, 443]", "ports", "must be ports"),
        ('ports = "80,443"', "ports", "is no port"),
        ('ports = "٤٤٣"', "ports", "is no port"),
        ('ports = "80-65536"', "ports", "0 to 65535"),
        ('ports = "443-80"', "ports", "write 80-443"),
        ('ports = "8/0"', "ports", "ICMP"),
        ('protocol = "icmp", ports = "8-10"', "ports", "a code, 8/0"),
        ('protocol = "icmpv6", ports = "128/256"', "ports", "0 to 255"),
        ('protocol = "icmpv6", ports = 256', "ports", "0 to 255"),
        ("protocol = 50, ports = 443", "ports", 'must be "all"'),
        ('protocol = "all", ports = 443', "ports", 'must be "all"'),
        ('direction = "out"', "direction", "'ingress' or 'egress'"),
        ('description = "x"', "description", "not a setting"),
    ],
)
def test_a_mistake_in_a_rule_names_its_place_and_what_is_allowed(tmp_path, said, place, allowed):
    values = {**tomllib.loads(f"rule = {{{RULE}}}")["rule"], **tomllib.loads(f"rule = {{{said}}}")["rule"]}
    rule = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    found = mistakes_of(tmp_path, ORGANIZATION + baseline('group_name = "web"', rules=(RULE, rule)))
    assert len(found) == 1, found
    assert found[0].startswith(f"line 5: baselines.0.rules.1.{place} = "), found
    assert allowed in found[0], found


@pytest.mark.parametrize(
    ("text", "place", "allowed"),
    [
        ("", "organization", "required"),
        ("[organization]", "line 1: organization.approved_networks", "required"),
        ('organization = {approved_networks = ["::/0"]}', "approved_networks.0", "whole Internet"),
        ('organization = {approved_networks = [], inside = ["0.0.0.0/0"]}', "inside.0", "whole Internet"),
        ("organization = {approved_networks = [], world_ports = [80, 80]}", "world_ports = 80", "more than once"),
        ('organization = {approved_networks = ["10.0.0.0/8", "10.0.0.0/8"]}', "approved_networks", "more than once"),
        (ORGANIZATION + baseline(), "line 2: baselines.0:", "it says none"),
        (ORGANIZATION + baseline('group_name = "a"', f'group = "{GROUP}"'), "line 2: baselines.0:", "group and group_"),
        (ORGANIZATION + baseline('group_name = "*"'), "line 4: baselines.0.group_name", "at its end alone"),
        (ORGANIZATION + baseline('group_name = "a**"'), "line 4: baselines.0.group_name", "at its end alone"),
        (ORGANIZATION + baseline('group_name = "*a"'), "line 4: baselines.0.group_name", "at its end alone"),
        (ORGANIZATION + baseline(f'group_name = "{GROUP}"'), "line 4: baselines.0.group_name", "is a `group`"),
        (ORGANIZATION + baseline('tag = {key = "", value = "b"}'), "line 4: baselines.0.tag.key", "key of a tag"),
        (ORGANIZATION + baseline('tag = {key = "b"}'), "line 4: baselines.0.tag.value", "required"),
        (ORGANIZATION + baseline('group_name = "a"', "account = 222222222222"), "baselines.0.account", "valid string"),
        (ORGANIZATION + baseline('group_name = "a"', 'ou = "ou-1"'), "line 5: baselines.0.ou", "not known"),
        (ORGANIZATION + APPROVAL + 'ou = "ou-1"', "line 7: approvals.0.ou", "not known"),
        (ORGANIZATION + APPROVAL + 'tag = {key = "b", value = ""}', "line 7: approvals.0.tag", "not a setting"),
        (
            ORGANIZATION + APPROVAL + f'group_name = "a"\ngroup = "{GROUP}"',
            "line 7: approvals.0.group_name",
            "too many",
        ),
        (ORGANIZATION + APPROVAL.replace('"b"', r'"b\nc"'), "line 4: approvals.0.reason", "in one line"),
        (ORGANIZATION + '[[baselines]]\nname = "a"\ngroup_name = "a"', "line 2: baselines.0.rules", "required"),
        (
            ORGANIZATION + baseline('group_name = "a"', rules=(f'{RULE}, direction = "egress"',)),
            "line 5: baselines.0.rules.0.direction",
            "egress = true",
        ),
        (
            ORGANIZATION + baseline('group_name = "a"') + baseline('group_name = "b"'),
            "line 7: baselines.1.name",
            "the name of baselines.0 too",
        ),
    ],
)
def test_a_mistake_names_its_place_and_what_is_allowed(tmp_path, text, place, allowed):
    found = mistakes_of(tmp_path, text)
    assert len(found) == 1, found
    assert place in found[0], found
    assert allowed in found[0], found


ACCOUNT, OTHER = 'account = "222222222222"', 'account = "333333333333"'
REGION = 'region = "eu-west-1"'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((f'group = "{GROUP}"',), (f'group = "{GROUP}"',)),
        (('tag = {key = "a", value = "b"}',), ('tag = {value = "b", key = "a"}',)),
        (('group_name = "web"',), ('group_name = "web"',)),
        (('group_name = "web-*"',), ('group_name = "web-1"',)),
        (('group_name = "web-1"',), ('group_name = "web-*"',)),
        (('group_name = "web-*"',), ('group_name = "w*"',)),
        (('group_name = "w*"',), ('group_name = "web-*"',)),
        (('group_name = "web"', ACCOUNT), ('group_name = "web"', ACCOUNT)),
        (('group_name = "web"', ACCOUNT, REGION), ('group_name = "web"', ACCOUNT, REGION)),
    ],
)
def test_two_baselines_of_equal_rank_for_one_group_are_a_mistake(tmp_path, one, other):
    text = ORGANIZATION + baseline(*one) + baseline(*other, name="b")
    found = mistakes_of(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(f"line {7 + len(one)}: baselines.1."), found
    assert "baselines.0 (a)" in found[0], found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((f'group = "{GROUP}"',), ('group_name = "web"',)),
        (('group_name = "web"',), ('tag = {key = "a", value = "b"}',)),
        (('tag = {key = "a", value = "b"}',), ('tag = {key = "a", value = "c"}',)),
        (('tag = {key = "a", value = "b"}',), ('tag = {key = "c", value = "b"}',)),
        (('group_name = "web-*"',), ('group_name = "web"',)),
        (('group_name = "web-*"',), ('group_name = "wed-*"',)),
        (('group_name = "web"',), ('group_name = "web-1"',)),
        (('group_name = "web"',), ('group_name = "web"', ACCOUNT)),
        (('group_name = "web"', ACCOUNT), ('group_name = "web"', OTHER)),
        (('group_name = "web"', ACCOUNT), ('group_name = "web"', REGION)),
        (('group_name = "web"', ACCOUNT), ('group_name = "web"', ACCOUNT, REGION)),
    ],
)
def test_baselines_of_which_one_decides_are_right(tmp_path, one, other):
    assert len(read(tmp_path, ORGANIZATION + baseline(*one) + baseline(*other, name="b")).baselines) == 2


ONE_AND_THE_SAME = [
    (RULE, RULE),
    (RULE, f'{RULE}, direction = "ingress"'),
    (RULE, RULE.replace('"tcp"', "6")),
    (RULE, RULE.replace('"tcp"', '"6"')),
    (RULE, RULE.replace("443", '"443"')),
    (RULE, RULE.replace("443", '"443-443"')),
    (RULE.replace("443", '"0-65535"'), RULE.replace("443", '"all"')),
    ('protocol = "all", ports = "all", source = "self"', 'protocol = -1, ports = "all", source = "self"'),
    ('protocol = 1, ports = 8, source = "self"', 'protocol = "icmp", ports = "8", source = "self"'),
    (RULE.replace("10.0.0.0/8", "self"), RULE.replace("10.0.0.0/8", GROUP)),
    (RULE.replace("10.0.0.0/8", "self"), RULE.replace("10.0.0.0/8", f"222222222222/{GROUP}")),
    (RULE.replace("10.0.0.0/8", "sg-01234567"), RULE.replace("10.0.0.0/8", "222222222222/sg-01234567")),
]


@pytest.mark.parametrize(("one", "other"), ONE_AND_THE_SAME)
def test_a_rule_twice_in_a_baseline_is_a_mistake_however_it_is_written(tmp_path, one, other):
    between = 'protocol = 50, ports = "all", source = "self"'
    (found,) = mistakes_of(
        tmp_path, ORGANIZATION + baseline(f'group = "{GROUP}"', ACCOUNT, rules=(one, between, other))
    )
    assert found.startswith("line 6: baselines.0.rules.2 = "), found
    assert "the same as rules.0" in found


@pytest.mark.parametrize(
    "other",
    [
        f'{RULE}, direction = "egress"',
        RULE.replace("tcp", "udp"),
        RULE.replace("443", '"443-444"'),
        RULE.replace("10.0.0.0/8", "10.0.0.0/9"),
        RULE.replace("10.0.0.0/8", f"333333333333/{GROUP}"),
        RULE.replace("10.0.0.0/8", "sg-01234567"),
    ],
)
def test_rules_that_differ_stand_side_by_side(tmp_path, other):
    rules = (RULE, RULE.replace("10.0.0.0/8", "self"), other)
    file = read(tmp_path, ORGANIZATION + baseline(f'group = "{GROUP}"', ACCOUNT, "egress = true", rules=rules))
    assert len(file.baselines[0].rules) == 3


def test_a_wrong_value_hides_no_mistake_between_others(tmp_path):
    wrong = RULE.replace("443", "65536")
    text = baseline('group_name = "web"', rules=(wrong, RULE, RULE)) + baseline('group_name = "web"', name=" ")
    found = mistakes_of(tmp_path, ORGANIZATION + text)
    places = [mistake.split(" = ")[0].partition(": ")[2] for mistake in found]
    assert places == ["baselines.0.rules.0.ports", "baselines.0.rules.2", "baselines.1.name", "baselines.1.group_name"]


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        (('group_name = "web"', 'account = "2"'), ('group_name = "web"', 'account = "2"'), ["account", "account"]),
        (('group_name = "web"',), ('group_name = "web"', 'ou = "ou-1"'), ["ou"]),
        (("group_name = 3",), ('group_name = "web"',), ["group_name"]),
        (("group_name = [[]]",), ("group_name = {}",), ["group_name", "group_name"]),
    ],
)
def test_whom_a_baseline_with_a_wrong_value_is_for_is_not_guessed(tmp_path, one, other, wrong):
    found = mistakes_of(tmp_path, ORGANIZATION + baseline(*one) + baseline(*other, name="b"))
    assert [mistake.split(" = ")[0].rpartition(".")[2] for mistake in found] == wrong, found
    assert [mistake for mistake in found if "more specific" in mistake] == []


ANYTHING = ("-1", '"x"', "[]", "[-1]", '["", ""]', "[[]]", "{}", "{x = 1}", "{x = [1, 1]}", "[{}, {}]", "nan")
EMPTY = {("baselines", "[]"), ("approvals", "[]")}


@pytest.mark.parametrize(
    ("key", "value"), [pair for pair in product(SecurityGroups.model_fields, ANYTHING) if pair not in EMPTY]
)
def test_a_table_of_another_kind_is_a_mistake_of_its_key(tmp_path, key, value):
    found = mistakes_of(tmp_path, f"{'' if key == 'organization' else ORGANIZATION}{key} = {value}")
    line = 1 if key == "organization" else 2
    assert [mistake for mistake in found if not mistake.startswith(f"line {line}: {key}")] == []


leaves = st.sampled_from(
    [
        *(0, -1, 443, True, 1.5, "", "*", "web-*", "tcp", "icmp", "all", "80-443", "10.0.0.0/8", "::/0", "self"),
        *(GROUP, "222222222222", "eu-west-1", "egress", "2027-01-31"),
    ]
)
KEYS = sorted({*OrganizationWide.model_fields, *Baseline.model_fields, *Approval.model_fields, *GroupRule.model_fields})
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {as_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(as_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


@given(
    st.lists(st.dictionaries(st.sampled_from([*Baseline.model_fields]), values), max_size=3),
    st.lists(st.dictionaries(st.sampled_from([*Approval.model_fields]), values), max_size=2),
    st.dictionaries(st.sampled_from([*OrganizationWide.model_fields]), values),
)
def test_no_file_makes_the_reader_fail_otherwise_than_by_naming_mistakes(
    tmp_path_factory, baselines, approvals, organization
):
    written = {"organization": organization, "baselines": baselines, "approvals": approvals}
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in written.items())
    try:
        file = read(tmp_path_factory.mktemp("any"), text)
        without_line = []
        assert json.loads(json.dumps(guard_document(file))) == guard_document(file)
    except SettingsError as error:
        without_line = [str(mistake) for mistake in error.mistakes if mistake.line is None]
    assert without_line == []


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.toml.*\n.*cannot be read"):
        load_security_groups(tmp_path / "nowhere.toml")


def test_whether_an_approval_has_expired_is_nothing_that_synthesis_looks_at(tmp_path):
    (approval,) = read(tmp_path, ORGANIZATION + APPROVAL.replace("2027", "1999")).approvals
    assert approval.expires.year == 1999


DOCUMENT = """\
{
  "organization": {
    "approved_networks": ["10.20.0.0/16", "2001:db8::/32"], "inside": ["10.0.0.0/8"],
    "world_ports": [80, 443], "administrative_ports": [22, 3389]
  },
  "baselines": [
    {"name": "by name", "group_name": "web-*", "account": "222222222222", "region": "eu-west-1", "egress": true,
     "rules": [
      {"direction": "egress", "protocol": "all", "ports": "all", "source": "10.20.0.0/16"},
      {"direction": "ingress", "protocol": "50", "ports": "all", "source": "self"},
      {"direction": "ingress", "protocol": "icmp", "ports": "8/0", "source": "pl-01234567"},
      {"direction": "ingress", "protocol": "tcp", "ports": "443", "source": "::/0"}]},
    {"name": "by id", "group": "sg-0123456789abcdef0", "egress": false, "rules": []},
    {"name": "by tag", "tag": {"key": "role", "value": ""}, "egress": false, "rules": []}
  ],
  "approvals": [
    {"owner": "z", "reason": "b", "expires": "2027-01-31", "account": "222222222222", "group_name": "web-*",
     "rule": {"direction": "ingress", "protocol": "udp", "ports": "8000-8100", "source": "333333333333/sg-01234567"}},
    {"owner": "a", "reason": "b", "expires": "2027-01-31", "group": "sg-0123456789abcdef0",
     "rule": {"direction": "ingress", "protocol": "tcp", "ports": "443", "source": "10.0.0.0/8"}}
  ]
}
"""

RULES = (
    'protocol = "tcp", ports = 443, source = "::/0"',
    'protocol = -1, ports = "all", source = "10.20.0.0/16", direction = "egress"',
    'protocol = "50", ports = "all", source = "self"',
    'protocol = "icmp", ports = "8/0", source = "pl-01234567"',
)


def written(*rules: str, networks: str, ports: str) -> str:
    wide = 'protocol = 17, ports = "8000-8100", source = "333333333333/sg-01234567"'
    return (
        f'[organization]\napproved_networks = {networks}\nadministrative_ports = {ports}\ninside = ["10.0.0.0/8"]\n'
        + baseline('group_name = "web-*"', ACCOUNT, REGION, "egress = true", name="by name", rules=rules)
        + baseline(f'group = "{GROUP}"', name="by id")
        + baseline('tag = {key = "role", value = ""}', name="by tag")
        + f'{APPROVAL.replace(RULE, wide)}group_name = "web-*"\n{ACCOUNT}\n'.replace('owner = "a"', 'owner = "z"')
        + f'{APPROVAL}group = "{GROUP}"\n'
    )


def test_the_guard_gets_what_the_file_says_written_in_one_way(tmp_path):
    one = written(*RULES, networks='["10.20.0.0/16", "2001:db8::/32"]', ports="[22, 3389]")
    other = written(*reversed(RULES), networks='["2001:db8::/32", "10.20.0.0/16"]', ports="[3389, 22]")
    documents = [json.dumps(guard_document(read(tmp_path, text))) for text in (one, other)]
    assert json.loads(documents[0]) == json.loads(DOCUMENT)
    assert documents[0] == documents[1]


def test_what_the_file_leaves_out_the_guard_knows_by_itself(tmp_path):
    assert guard_document(read(tmp_path, ORGANIZATION)) == {
        "organization": {"approved_networks": [], "world_ports": [80, 443]},
        "baselines": [],
        "approvals": [],
    }


def test_the_guard_knows_every_protocol_that_is_right():
    assert {**NAMED, "-1": -1} == PROTOCOLS
    for protocol in [*NAMED, *range(-1, 256)]:
        name = rule_of(f'protocol = {json.dumps(protocol)}, ports = "all", source = "self"').protocol
        described = {"SecurityGroupRuleId": "sgr-1", "IsEgress": False, "IpProtocol": name, "CidrIpv4": "10.0.0.0/8"}
        live = live_rule({**described, "FromPort": -1, "ToPort": -1}, {})
        assert live.protocol == (NAMED[protocol] if isinstance(protocol, str) else protocol), name


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "10.0.0.0/8", "203.0.113.7/32", "2001:db8::7/128", "::/64"])
def test_the_guard_reads_every_network_that_is_right(network):
    assert rule_of(f'protocol = "all", ports = "all", source = "{network}"').source == network
    assert networks([network])


def test_what_stands_in_comments_in_the_example_is_right(tmp_path):
    lines = [
        line.removeprefix("# ") if " = " in line or line.startswith("# [[") else line for line in EXAMPLE.splitlines()
    ]
    file = read(tmp_path, "\n".join(lines))
    assert file.organization.inside is not None
    assert file.organization.administrative_ports is not None
    assert [approval.owner for approval in file.approvals] == ["Head of Platform"]


def test_the_example_is_right_and_shows_each_way_to_choose_a_group():
    file = load_security_groups(EXAMPLE_FILE)
    assert EXAMPLE_FILE == ROOT / "config" / "security_groups.toml"
    assert {key for item in file.baselines for key in ("group_name", "tag") if getattr(item, key)} == {
        "group_name",
        "tag",
    }


def test_the_schema_file_is_true():
    assert SECURITY_GROUPS_SCHEMA_FILE.read_text("utf-8") == security_groups_schema(), "run `make schema`"


def test_the_schema_accepts_the_example_and_refuses_the_mistakes():
    validator = jsonschema.Draft202012Validator(json.loads(SECURITY_GROUPS_SCHEMA_FILE.read_text("utf-8")))
    assert list(validator.iter_errors(tomllib.loads(EXAMPLE))) == []
    assert len(list(validator.iter_errors(tomllib.loads(MISTAKES.replace("2001-01-01", '"2001-01-01"'))))) >= 18


def test_the_guard_judges_by_what_the_file_says():
    approvals = Approvals.from_json(json.dumps(guard_document(load_security_groups(EXAMPLE_FILE))))
    web = Group("sg-0000000000000000a", "web-front-1", "222222222222", "eu-west-1", {})
    other = web._replace(name="other")

    def live(rule_id, port, **source):
        described = {"SecurityGroupRuleId": rule_id, "IsEgress": False, "IpProtocol": "tcp", **source}
        return live_rule({**described, "FromPort": port, "ToPort": port}, {"pl-0123456789abcdef0": ["192.0.2.0/24"]})

    approved = [
        live("sgr-1", 443, CidrIpv4="0.0.0.0/0"),
        live("sgr-2", 443, CidrIpv6="::/0"),
        live("sgr-3", 80, PrefixListId="pl-0123456789abcdef0"),
    ]
    ssh = live("sgr-4", 22, CidrIpv4="10.20.1.0/24")
    assert judge(web, approved, approvals, now=0) == []
    assert [each.kind for each in judge(web, approved[1:], approvals, now=0)] == ["missing"]
    assert [each.rule_id for each in judge(web, [*approved, ssh], approvals, now=0)] == ["sgr-4"]
    assert judge(other, [ssh], approvals, now=0) == []
    world = judge(other, [live("sgr-5", 22, CidrIpv4="0.0.0.0/0")], approvals, now=0)
    assert {each.breaks for each in world} == {ADMINISTRATION, WORLD}
