"""Security groups are judged before they are live, as the guard would judge them, and nothing is passed over."""

from __future__ import annotations

import copy
import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.policy import ADMINISTRATION, WORLD
from tools.sg_check.__main__ import main
from tools.sg_check.described import read_groups, read_rules
from tools.sg_check.judgement import Judgement
from tools.sg_check.sentences import told
from tools.sg_check.subjects import CheckError
from tools.sg_check.template import read_template

OFFICE = "10.20.0.0/16"


def rule(port=443, source="0.0.0.0/0", **more):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": source, **more}


def without_cidr(port=22, **more):
    return {name: value for name, value in rule(port, **more).items() if name != "CidrIp"}


def template(*rules, **more):
    """A template with one group of these rules, and more resources."""
    group = {"GroupDescription": "of a test", "SecurityGroupIngress": list(rules)}
    return {"Resources": {"Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}, **more}}


def described(port=443, source="0.0.0.0/0", group="sg-0a", **more):
    """What describe-security-groups prints of one group with one rule."""
    permission = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": source}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }
    one = {"GroupId": group, "GroupName": "web", "OwnerId": "222222222222", "IpPermissions": [permission]}
    return {"SecurityGroups": [{**one, "IpPermissionsEgress": [], **more}]}


def described_rules(port=443, source="0.0.0.0/0"):
    """The same as describe-security-group-rules prints it."""
    one = {
        "SecurityGroupRuleId": "sgr-01",
        "GroupId": "sg-0a",
        "GroupOwnerId": "222222222222",
        "IsEgress": False,
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "CidrIpv4": source,
        "Tags": [],
    }
    return {"SecurityGroupRules": [one]}


class Check:
    """Runs the command on documents."""

    def __init__(self, folder, capsys):
        self._folder = folder
        self._capsys = capsys

    def file(self, document, name="groups.json"):
        path = self._folder / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        return str(path)

    def __call__(self, document, *arguments):
        """The exit code and what was printed for a program."""
        code = main([self.file(document), "--format", "json", *arguments])
        printed = self._capsys.readouterr()
        assert code != 0 or printed.err == ""
        return code, json.loads(printed.out) if printed.out else printed.err

    def printed(self, document, *arguments, name="groups.json"):
        """The exit code and what was printed as it is."""
        code = main([self.file(document, name), *arguments])
        printed = self._capsys.readouterr()
        return code, printed.out + printed.err


@pytest.fixture
def check(tmp_path, capsys):
    return Check(tmp_path, capsys)


def broken(result):
    """Which place breaks what."""
    code, read = result
    assert (code, read["unjudged"]) == (1 if read["findings"] else 0, [])
    return {(finding["place"], finding["breaks"]) for finding in read["findings"]}


def unjudged(result):
    code, read = result
    assert (code, read["findings"]) == (2, [])
    return [(place["place"], place["why"]) for place in read["unjudged"]]


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda *said: template(rule(*said)), "Web.SecurityGroupIngress[0]"),
        (described, "sg-0a.IpPermissions[0].IpRanges[0]"),
        (described_rules, "sgr-01"),
        (
            lambda *said: template(
                Rdp={"Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule(*said, GroupId={"Ref": "Web"})}
            ),
            "Rdp",
        ),
    ],
)
def test_rdp_for_the_world_is_refused_and_what_is_approved_is_not(check, make, place):
    assert broken(check(make(3389), "--approved", OFFICE)) == {(place, WORLD), (place, ADMINISTRATION)}
    assert broken(check(make(3389, "10.20.7.0/24"), "--approved", OFFICE)) == set()
    assert broken(check(make(3389, "10.20.7.0/24"))) == {(place, ADMINISTRATION)}
    assert broken(check(make(443))) == set()


def test_what_the_cdk_makes_is_judged(check):
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = ec2.Vpc(stack, "Vpc", ip_addresses=ec2.IpAddresses.cidr("10.1.0.0/16"), nat_gateways=0)
    closed = ec2.SecurityGroup(stack, "Closed", vpc=vpc, allow_all_outbound=False)
    opened = ec2.SecurityGroup(stack, "Opened", vpc=vpc)
    closed.add_ingress_rule(opened, ec2.Port.tcp(5432))
    closed.add_ingress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(22))
    opened.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))
    opened.add_ingress_rule(ec2.Peer.any_ipv6(), ec2.Port.all_traffic())
    made = cdk.assertions.Template.from_stack(stack).to_json()
    code, read = check(made, "--approved", "10.1.0.0/16")
    places = {finding["place"] for finding in read["findings"]}
    assert (code, read["unjudged"], read["groups"], read["rules"]) == (1, [], 2, 4)
    assert {place.partition("[")[0][:6] for place in places} == {"Opened"}
    assert [finding["says"] for finding in read["findings"]] == ["every protocol from ::/0"] * 2


APPROVALS: dict[str, Any] = {
    "organization": {"approved_networks": [OFFICE]},
    "baselines": [
        {"name": "web", "group_name": "web*", "rules": [{"protocol": "tcp", "ports": "443", "source": "0.0.0.0/0"}]}
    ],
    "approvals": [
        {
            "owner": "network team",
            "reason": "a test",
            "expires": "2027-01-31",
            "group": "sg-0b",
            "rule": {"protocol": "tcp", "ports": "3389", "source": "0.0.0.0/0"},
        }
    ],
}


def test_the_approvals_of_the_guard_decide(check):
    approvals = ("--approvals", check.file(APPROVALS, "approvals.json"))
    place = "sg-0a.IpPermissions[0].IpRanges[0]"
    assert broken(check(described(443), *approvals)) == set()
    assert broken(check(described(80), *approvals)) == {(place, "baseline web"), ("", "baseline web")}
    assert broken(check(described(22, OFFICE, GroupName="other"), *approvals)) == set()
    opened = described(3389, group="sg-0b", GroupName="other")
    assert broken(check(opened, *approvals, "--today", "2027-01-31")) == set()
    assert len(broken(check(opened, *approvals, "--today", "2027-02-01"))) == 2


def test_the_file_that_people_write_is_the_same_as_the_document_made_of_it(check):
    text = """
[organization]
approved_networks = ["10.20.0.0/16"]
[[baselines]]
name = "web"
group_name = "web*"
rules = [{ protocol = "tcp", ports = 443, source = "0.0.0.0/0" }]
"""
    approvals = ("--approvals", check.file(text, "security_groups.toml"))
    place = "sg-0a.IpPermissions[0].IpRanges[0]"
    assert broken(check(described(443), *approvals)) == set()
    assert broken(check(described(80), *approvals)) == {(place, "baseline web"), ("", "baseline web")}
    check.file(text.replace("443", "-443"), "security_groups.toml")
    code, printed = check.printed(described(443), *approvals)
    assert (code, "line 7: baselines.0.rules.0.ports" in printed) == (2, True), printed


def test_a_baseline_for_what_the_file_does_not_tell_is_no_silent_pass(check):
    approvals = ("--approvals", check.file(APPROVALS, "approvals.json"))
    why = "there are baselines by group_name, which the file does not tell"
    assert unjudged(check(described_rules(443), *approvals)) == [("sg-0a", why)]
    [by_name] = APPROVALS["baselines"]
    by_id = {"name": "one", "group": "sg-0a", "rules": by_name["rules"]}
    decided = {**APPROVALS, "baselines": [by_name, by_id]}
    assert broken(check(described_rules(443), "--approvals", check.file(decided, "approvals.json"))) == set()


def test_egress_counts_where_a_baseline_says_so_also_what_ec2_adds(check):
    baseline = {"name": "web", "tag": {"key": "role", "value": "web"}, "egress": True, "rules": []}
    approvals = ("--approvals", check.file({"baselines": [baseline]}, "approvals.json"))
    tagged = template()
    tagged["Resources"]["Web"]["Properties"]["Tags"] = [{"Key": "role", "Value": "web"}]
    assert broken(check(tagged)) == set()
    assert broken(check(tagged, *approvals)) == {("Web, egress that EC2 adds", "baseline web")}
    unknown = {"IpProtocol": "-1", "DestinationPrefixListId": "pl-0a"}
    tagged["Resources"]["Web"]["Properties"]["SecurityGroupEgress"] = [unknown]
    assert broken(check(tagged)) == set()
    why = "PrefixListId is 'pl-0a', whose entries nobody gave"
    assert unjudged(check(tagged, *approvals)) == [("Web.SecurityGroupEgress[0]", why)]


def test_nothing_is_called_missing_that_may_stand_where_nobody_can_read(check):
    by_id = {**APPROVALS["baselines"][0], "group": "sg-0a"}
    del by_id["group_name"]
    approvals = ("--approvals", check.file({"baselines": [by_id]}, "approvals.json"))
    unread = described(443)
    unread["SecurityGroups"][0]["IpPermissions"][0]["IpRanges"] = [{}]
    assert [place for place, _ in unjudged(check(unread, *approvals))] == ["sg-0a.IpPermissions[0].IpRanges[0]"]
    # Of a group that lies elsewhere the template has some rules at best.
    properties = {**rule(22), "GroupId": "sg-0a"}
    elsewhere = {"Resources": {"Ssh": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}}}
    assert broken(check(elsewhere, *approvals)) == {("Ssh", "baseline web")}


def test_an_account_is_twelve_digits_also_where_yaml_takes_it_for_a_number(check):
    text = """
Resources:
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      {GroupId: sg-0a, IpProtocol: tcp, FromPort: 22, ToPort: 22,
       SourceSecurityGroupId: sg-0b, SourceSecurityGroupOwnerId: 333333333333}
"""
    allowed = {"protocol": "tcp", "ports": "22", "source": "333333333333/sg-0b"}
    baseline = {"name": "web", "group": "sg-0a", "rules": [allowed]}
    approvals = ("--approvals", check.file({"baselines": [baseline]}, "approvals.json"))
    assert check.printed(text, *approvals, name="rule.yaml")[0] == 0
    assert check.printed(text.replace("3333}", "3334}"), *approvals, name="rule.yaml")[0] == 1


def test_what_no_value_takes_out_is_not_there(check):
    none = {"Ref": "AWS::NoValue"}
    written = template(rule(443, CidrIpv6=none), none)
    written["Resources"]["Web"]["Properties"] |= {"SecurityGroupEgress": none, "GroupName": "web"}
    baseline = {
        "name": "web",
        "group_name": "web",
        "egress": True,
        "rules": [{"protocol": "tcp", "ports": "443", "source": "0.0.0.0/0"}],
    }
    approvals = ("--approvals", check.file({"baselines": [baseline]}, "approvals.json"))
    assert broken(check(written, *approvals)) == {("Web, egress that EC2 adds", "baseline web")}


def test_a_group_may_name_itself_and_others(check):
    baseline = {
        "name": "web",
        "group_name": "web",
        "rules": [{"protocol": "tcp", "ports": "22", "source": "self"}],
    }
    approvals = ("--approvals", check.file({"baselines": [baseline]}, "approvals.json"))
    itself = template(without_cidr(SourceSecurityGroupId={"Fn::GetAtt": ["Web", "GroupId"]}))
    itself["Resources"]["Web"]["Properties"]["GroupName"] = "web"
    assert broken(check(itself, *approvals)) == set()
    other = copy.deepcopy(itself)
    other["Resources"]["Web"]["Properties"]["SecurityGroupIngress"][0]["SourceSecurityGroupId"] = "sg-0b"
    assert broken(check(other, *approvals)) == {
        ("Web.SecurityGroupIngress[0]", "baseline web"),
        ("", "baseline web"),
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (rule(22, {"Ref": "Office"}), "Ref Office is known at deployment; --parameter Office=… says it"),
        (rule(22, {"Fn::ImportValue": "x"}), '{"Fn::ImportValue": "x"} is known at deployment'),
        (rule({"Fn::FindInMap": ["a", "b", "c"]}), '{"Fn::FindInMap": ["a", "b", "c"]} is known at deployment'),
        ({"Fn::If": ["C", rule(22), rule(443)]}, '{"Fn::If": ["C", {"IpProtocol": "tcp", "FromPort": 22'),
        (without_cidr(SourcePrefixListId="pl-0a"), "PrefixListId is 'pl-0a', whose entries nobody gave"),
        (without_cidr(SourceSecurityGroupName="web"), "ReferencedGroupInfo is {'GroupId': ''"),
        (rule(IpProtocol="tcpp"), "IpProtocol is 'tcpp'"),
        (without_cidr(), "{} is not one of CidrIpv4"),
        ("22 from everywhere", "'22 from everywhere' is no rule"),
    ],
)
def test_what_only_deployment_knows_is_said_and_fails_unless_allowed(check, said, why):
    written = {**template(rule(443), said), "Parameters": {"Office": {"Type": "String", "Default": OFFICE}}}
    [(place, told_why)] = unjudged(check(written))
    assert (place, told_why[: len(why)]) == ("Web.SecurityGroupIngress[1]", why)
    assert check(written, "--allow-unresolved")[0] == 0
    written["Resources"]["Web"]["Properties"]["SecurityGroupIngress"].append(rule(3389))
    assert check(written, "--allow-unresolved")[0] == 1
    assert check(written)[0] == 2


def test_a_parameter_and_what_the_template_itself_says_are_resolved(check):
    written = template(
        rule("22", {"Ref": "Office"}),
        rule("22", {"Fn::Join": ["/", ["10.20.1.0", "24"]]}),
        without_cidr(SourcePrefixListId={"Ref": "List"}),
        List={"Type": "AWS::EC2::PrefixList", "Properties": {"Entries": [{"Cidr": "10.20.2.0/24"}]}},
    )
    written["Parameters"] = {"Office": {"Type": "String"}}
    known = ("--approved", OFFICE, "--parameter", "Office=10.20.1.0/24")
    assert broken(check(written, *known)) == set()
    written["Resources"]["List"]["Properties"]["Entries"].append({"Cidr": "192.0.2.0/24"})
    place = "Web.SecurityGroupIngress[2]"
    assert broken(check(written, *known)) == {(place, ADMINISTRATION), (place, WORLD)}


def test_a_rule_for_an_unknown_group_is_judged_and_a_baseline_may_be_for_it(check):
    properties = {**rule(3389), "GroupId": {"Fn::ImportValue": "x"}}
    written = {"Resources": {"Rdp": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}}}
    assert broken(check(written)) == {("Rdp", WORLD), ("Rdp", ADMINISTRATION)}
    properties["FromPort"] = properties["ToPort"] = 443
    by_id = {"name": "one", "group": "sg-0a", "rules": []}
    approvals = ("--approvals", check.file({"baselines": [by_id]}, "approvals.json"))
    assert broken(check(written)) == set()
    why = "there are baselines by group, which the file does not tell"
    assert unjudged(check(written, *approvals)) == [("the group of Rdp", why)]


@pytest.mark.parametrize("form", ["entries", "listed", "by id"])
def test_prefix_lists_are_judged_by_what_they_hold(check, form):
    def given(cidr):
        entries = {"Entries": [{"Cidr": cidr, "Description": "x"}]}
        if form == "entries":
            return f"pl-0a={check.file(entries, 'lists.json')}"
        listed = {"PrefixLists": [{"PrefixListId": "pl-0a", "Cidrs": [cidr]}]}
        return check.file(listed if form == "listed" else {"pl-0a": entries}, "lists.json")

    written = template(without_cidr(SourcePrefixListId="pl-0a"))
    assert broken(check(written, "--approved", OFFICE, "--prefix-lists", given("10.20.0.0/24"))) == set()
    assert broken(check(written, "--approved", OFFICE, "--prefix-lists", given("10.21.0.0/24"))) == {
        ("Web.SecurityGroupIngress[0]", ADMINISTRATION)
    }


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        ({"Type": "AWS::EC2::SecurityGroup", "Properties": None}, "its properties are no object that says them"),
        (
            {"Type": "AWS::EC2::SecurityGroup", "Properties": {"Fn::Transform": {"Name": "AWS::Include"}}},
            "its properties are no object that says them",
        ),
        ([], "it is no resource"),
        ({"Type": {"Ref": "Kind"}}, "it is no resource"),
    ],
)
def test_a_resource_that_a_macro_makes_is_not_taken_for_an_empty_one(check, resource, why):
    assert unjudged(check(template(rule(443), Made=resource))) == [("Made", why)]
    made = {**template(rule(443)), "Transform": "AWS::LanguageExtensions"}
    assert unjudged(check(made)) == [("Transform", "a macro may make more than the template says")]


def test_a_network_that_cannot_be_followed_is_not_judged(check):
    written = template(
        rule(22, {"Fn::GetAtt": ["Vpc", "CidrBlock"]}), Vpc={"Type": "AWS::EC2::VPC", "Properties": None}
    )
    why = '{"Fn::GetAtt": ["Vpc", "CidrBlock"]} is known at deployment'
    assert unjudged(check(written)) == [("Web.SecurityGroupIngress[0]", why)]


def test_a_first_page_is_not_taken_for_everything(check):
    assert [place for place, _ in unjudged(check({**described(), "NextToken": "x"}))] == ["NextToken"]
    assert [place for place, _ in unjudged(check({**described_rules(), "NextToken": "x"}))] == ["NextToken"]


@pytest.mark.parametrize(
    ("document", "arguments", "said"),
    [
        ("{", [], "groups.json: Expecting"),
        ("[]", [], "neither SecurityGroups, SecurityGroupRules nor Resources"),
        ({"SecurityGroups": {}}, [], "SecurityGroups is no list of objects"),
        ({"Resources": []}, [], "Resources is no object"),
        (template(), ["--approved", "10.20.0.1/16"], "host bits"),
        (template(), ["--approvals", "absent.json"], "absent.json"),
        (template(), ["--prefix-lists", "absent.json"], "absent.json"),
        (template(), ["--parameter", "Office"], "no NAME=VALUE"),
    ],
)
def test_bad_input_is_said_in_a_line_and_not_taken_for_clean(check, document, arguments, said):
    code, printed = check.printed(document, *arguments)
    assert (code, said in printed, printed.count("\n")) == (2, True, 1), printed


def test_entries_that_do_not_say_of_which_list_are_refused(check):
    lists = check.file({"Entries": [{"Cidr": OFFICE}]}, "lists.json")
    code, printed = check.printed(template(), "--prefix-lists", lists)
    assert (code, "--prefix-lists pl-…=FILE" in printed) == (2, True), printed
    lists = check.file({"Entries": [{"Cidr": OFFICE}], "NextToken": "x"}, "lists.json")
    code, printed = check.printed(template(), "--prefix-lists", f"pl-0a={lists}")
    assert (code, "it is not the whole list" in printed) == (2, True), printed
    # What describe-managed-prefix-lists prints has no entries: unknown is not empty.
    lists = check.file({"PrefixLists": [{"PrefixListId": "pl-0a", "MaxEntries": 5}]}, "lists.json")
    code, printed = check.printed(template(), "--prefix-lists", lists)
    assert (code, "pl-0a has neither entries nor CIDRs" in printed) == (2, True), printed


def test_a_template_in_yaml_is_read_with_its_short_forms(check):
    text = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.20.0.0/16}}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress: {IpProtocol: 6, FromPort: "22", ToPort: 22, CidrIp: !GetAtt Vpc.CidrBlock}
"""
    assert check.printed(text, "--approved", OFFICE, name="web.yaml")[0] == 0
    code, printed = check.printed(text, name="web.yaml")
    assert (code, "6 22 from 10.20.0.0/16" in printed, "1 finding; 1 rule of 1 group judged." in printed) == (
        1,
        True,
        True,
    ), printed


def test_a_person_reads_rule_difference_and_verdict(check):
    code, printed = check.printed(template(rule(3389), {"IpProtocol": "-1", "CidrIpv6": "::/0"}))
    assert code == 1
    for said in (
        "Web in ",
        "Web.SecurityGroupIngress[0]",
        "tcp 3389 from 0.0.0.0/5, 8.0.0.0/7, ",
        "every protocol from ::/0",
        "4 findings; 2 rules of 1 group judged.",
    ):
        assert said in printed, printed
    assert "All is as approved; 1 rule of 1 group judged." in check.printed(template(rule(443)))[1]
    assert "There is no security group." in check.printed({"Resources": {}})[1]


def test_ranges_from_the_same_sources_are_told_together_in_order():
    texts = [f"all from ::/0 opens tcp {port} from ::/0" for port in (9200, 22, 445, 135, 3389, 1521, 5432, 6379)]
    assert told(texts) == "tcp 22, tcp 135, tcp 445, tcp 1521, tcp 3389, tcp 5432 and 2 more from ::/0"
    assert told(["tcp 1 from 10.0.0.0/8", "udp 1 from ::/0"]) == "tcp 1 from 10.0.0.0/8; udp 1 from ::/0"


def test_sarif_has_the_shape_that_code_hosts_read(check):
    code, printed = check.printed(template(rule(3389), rule(22, {"Ref": "X"})), "--format", "sarif", name="a b.json")
    log = json.loads(printed)
    assert (code, log["version"], log["$schema"].endswith("sarif-schema-2.1.0.json")) == (2, "2.1.0", True)
    [run] = log["runs"]
    rules = [described_rule["id"] for described_rule in run["tool"]["driver"]["rules"]]
    assert rules == ["administration-from-outside-the-approved-networks", "cannot-be-judged", "open-to-the-world"]
    assert all(one["shortDescription"]["text"] for one in run["tool"]["driver"]["rules"])
    found = [(one["ruleId"], one["level"]) for one in run["results"]]
    assert found == [(rules[0], "error"), (rules[2], "error"), (rules[1], "warning")]
    for number, result in enumerate(run["results"]):
        assert result["ruleId"] == rules[result["ruleIndex"]]
        assert result["message"]["text"]
        [location] = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert (uri.startswith("file:///"), uri.endswith("/a%20b.json")) == (True, True), uri
        [logical] = location["logicalLocations"]
        assert logical["fullyQualifiedName"] == f"Web.SecurityGroupIngress[{number // 2}]"


def test_sarif_names_a_relative_file_relatively(check, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    check.file(described(3389), "a b.json")
    assert main(["a b.json", "--format", "sarif"]) == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
    assert uris == {"a%20b.json"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from([OFFICE, "Web"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::GetAtt", "Fn::Join", "Cidr", "Key", "GroupId"]), inner, max_size=2
        )
    ),
    max_leaves=6,
)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


EVERYTHING = template(
    rule(22, {"Fn::GetAtt": ["Vpc", "CidrBlock"]}, Description="x"),
    without_cidr(SourcePrefixListId={"Ref": "List"}),
    without_cidr(SourceSecurityGroupId={"Ref": "Web"}, SourceSecurityGroupOwnerId="222222222222"),
    Vpc={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Fn::Join": ["/", ["10.20.0.0", "16"]]}}},
    List={"Type": "AWS::EC2::PrefixList", "Properties": {"Entries": [{"Cidr": OFFICE}]}},
    Rule={"Type": "AWS::EC2::SecurityGroupEgress", "Properties": {**rule(), "GroupId": {"Ref": "Web"}}},
)


@given(data=st.data())
def test_no_value_in_any_place_of_a_file_breaks_the_check(data):
    where = {"account": "", "region": ""}
    read, document = data.draw(
        st.sampled_from(
            [
                (lambda file, one: read_template(file, one, parameters={}, **where), EVERYTHING),
                (lambda file, one: read_groups(file, one, **where), described(Tags=[{"Key": "role", "Value": "web"}])),
                (lambda file, one: read_rules(file, one, **where), described_rules()),
            ]
        )
    )
    changed = copy.deepcopy(document)
    path = data.draw(st.sampled_from([path for path in places(changed) if path]))
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = data.draw(VALUES)
    try:
        reading = read("groups.json", changed)
    except CheckError:
        return
    verdict = Judgement(APPROVALS, {}, now=0).of([reading])
    assert len(reading.subjects) == verdict.groups
