"""The commands do what they say: EC2's own model takes them, a shell hands them over whole, and the rule comes back."""

from __future__ import annotations

import json
import shlex
from functools import cache

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard import commands
from lambda_src.security_group_guard.recorded import recorded_rules
from lambda_src.security_group_guard.rules import live_rule
from lambda_src.security_group_guard.written import rule as written_rule
from tests.lambda_src.security_group_guard.described import PREFIX_LISTS, described, rule_sets, written

GROUP = "sg-1"


@cache
def accepted(operation):
    model = botocore.session.get_session().get_service_model("ec2").operation_model(operation).input_shape
    return lambda request: ParamValidator().validate(request, model).generate_report()


def handed_over(command):
    """What a shell hands to the AWS CLI, as the API takes it."""
    aws, ec2, verb, *options = shlex.split(command)
    assert (aws, ec2) == ("aws", "ec2")
    assert options[:4] == ["--region", "eu-west-1", "--group-id", GROUP]
    operation = "".join(word.capitalize() for word in verb.split("-"))
    if options[4] == "--ip-permissions":
        [permissions] = options[5:]
        return operation, {"GroupId": GROUP, "IpPermissions": json.loads(permissions)}
    assert options[4] == "--security-group-rule-ids"
    return operation, {"GroupId": GROUP, "SecurityGroupRuleIds": options[5:]}


def again(operation, permissions):
    """The rules that such a call would make."""
    request = {"groupId": GROUP, "ipPermissions": {"items": permissions}}
    for one in permissions:
        if "UserIdGroupPairs" in one:
            one["groups"] = one.pop("UserIdGroupPairs")
    return recorded_rules({"eventName": operation, "requestParameters": request})


def alike(rule):
    return rule._replace(rule_id="", account="")


@given(rule_sets(), st.text(max_size=20))
def test_a_removed_rule_comes_back_as_it_was(rules, description):
    for one in rules:
        rule = {**one, "Description": description}
        permission = commands.described_permission(rule)
        command = commands.authorize(GROUP, [permission], egress=rule["IsEgress"], region="eu-west-1")
        operation, request = handed_over(command)
        assert accepted(operation)(request) == "", command
        assert (description in json.dumps(request, ensure_ascii=False)) or "\\" in json.dumps(description), command
        [back] = again(operation, request["IpPermissions"])
        assert alike(live_rule(back, PREFIX_LISTS)) == alike(live_rule(rule, PREFIX_LISTS)), command


@given(rule_sets())
def test_a_rule_of_a_baseline_comes_back_as_it_is_written(rules):
    for one in rules:
        wanted = written_rule(written(one), "it")
        permission = commands.wanted_permission(wanted, GROUP)
        operation, request = handed_over(
            commands.authorize(GROUP, [permission], egress=wanted.egress, region="eu-west-1")
        )
        assert accepted(operation)(request) == ""
        [back] = again(operation, request["IpPermissions"])
        live = live_rule(back, PREFIX_LISTS)
        held = live.sources if not live.prefix_list else wanted.sources
        assert alike(live._replace(sources=held)) == alike(wanted)


@pytest.mark.parametrize(
    ("source", "pair"),
    [
        ("self", {"GroupId": GROUP}),
        ("sg-2", {"GroupId": "sg-2"}),
        ("333333333333/sg-2", {"GroupId": "sg-2", "UserId": "333333333333"}),
    ],
)
def test_a_group_as_source_comes_back_with_its_account(source, pair):
    wanted = written_rule({"protocol": "tcp", "ports": "22", "source": source}, "it")
    assert commands.wanted_permission(wanted, GROUP)["UserIdGroupPairs"] == [pair]


@pytest.mark.parametrize(
    ("ports", "expected"), [("8/0", (8, 0)), ("8", (8, -1)), ("all", (-1, -1)), ("0", (0, -1)), ("3/4", (3, 4))]
)
@pytest.mark.parametrize("protocol", ["icmp", "icmpv6"])
def test_icmp_comes_back_with_its_type_and_code(protocol, ports, expected):
    wanted = written_rule({"protocol": protocol, "ports": ports, "source": "10.0.0.0/8"}, "it")
    permission = commands.wanted_permission(wanted, GROUP)
    assert (permission["FromPort"], permission["ToPort"]) == expected


@pytest.mark.parametrize("egress", [True, False])
def test_revoking_names_the_rules_and_nothing_else(egress):
    operation, request = handed_over(commands.revoke(GROUP, ["sgr-2", "sgr-1"], egress=egress, region="eu-west-1"))
    assert operation == f"RevokeSecurityGroup{'Egress' if egress else 'Ingress'}"
    assert request == {"GroupId": GROUP, "SecurityGroupRuleIds": ["sgr-1", "sgr-2"]}
    assert accepted(operation)(request) == ""


@given(st.text(min_size=1, max_size=40))
def test_no_description_breaks_out_of_its_command(text):
    hostile = {**described(), "Description": f"'; rm -rf / #{text}$(id)`id`\n"}
    command = commands.authorize(GROUP, [commands.described_permission(hostile)], egress=False, region="eu-west-1")
    _, request = handed_over(command)
    assert request["IpPermissions"][0]["IpRanges"][0]["Description"] == hostile["Description"]
