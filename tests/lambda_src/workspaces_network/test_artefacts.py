"""Every form of an allow-list says the same, read by parsers of others."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
from ipaddress import ip_network

import botocore.session
import pytest
from botocore.validate import ParamValidator

from lambda_src.workspaces_network import artefacts
from lambda_src.workspaces_network.allow_list import compute
from lambda_src.workspaces_network.names import collapsed
from lambda_src.workspaces_network.network_firewall import capacity
from lambda_src.workspaces_network.rules import VARIANTS

TOKYO = "ap-northeast-1"
# Reads a PAC file as a browser does: with the function that browsers lend it.
BROWSER = """
const vm = require("vm");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const browser = vm.createContext({ dnsDomainIs: (host, domain) => host.endsWith(domain) });
vm.runInContext(given.pac, browser);
const answers = given.hosts.map((host) => browser.FindProxyForURL("https://" + host + "/", host));
process.stdout.write(JSON.stringify(answers));
"""


@pytest.fixture
def allow_list(ranges):
    return compute(ranges, TOKYO, VARIANTS, directories=("d-1234567890",))


@pytest.fixture
def files(allow_list):
    return artefacts.files(allow_list)


def _by_rule(allow_list):
    return {listed.rule.id: set(listed.ipv4 + listed.ipv6) for listed in allow_list.lists if listed.ipv4 or listed.ipv6}


def _names(allow_list):
    return {domain.name for domain in allow_list.domains}


def test_json_holds_all_of_it_and_is_read_back(allow_list, files):
    document = json.loads(files[artefacts.JSON])
    assert {one["rule"]["id"]: set(one["ipv4"] + one["ipv6"]) for one in document["lists"] if one["sources"]} == (
        _by_rule(allow_list)
    )
    assert all(one["rule"]["reason"] and one["rule"]["purpose"] for one in document["lists"])
    assert document["syncToken"] == str(allow_list.sync_token)
    assert artefacts.from_json(files[artefacts.JSON]) == allow_list


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"returnPorts": 7}', b'{"returnPorts": [1, 2, 3]}'])
def test_what_is_no_list_is_refused(content):
    with pytest.raises(artefacts.ArtefactError, match=r"allow-list\.json"):
        artefacts.from_json(content)


def test_a_list_that_lacks_something_is_refused(files):
    document = json.loads(files[artefacts.JSON])
    for key in document:
        with pytest.raises(artefacts.ArtefactError):
            artefacts.from_json(json.dumps({k: v for k, v in document.items() if k != key}).encode())


def test_csv_holds_every_address_and_name(allow_list, files):
    rows = list(csv.DictReader(io.StringIO(files[artefacts.CSV].decode(), newline=""), strict=True))
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] in ("ipv4", "ipv6"):
            assert f"ipv{ip_network(row['destination']).version}" == row["kind"]
            found.setdefault(row["rule"], set()).add(row["destination"])
    assert found == _by_rule(allow_list)
    assert {row["destination"] for row in rows if row["kind"] == "domain"} == _names(allow_list)
    assert {(row["protocols"], row["ports"]) for row in rows if row["rule"] == "web-access"} == {("tcp udp", "80 443")}
    assert [row["destination"] for row in rows if row["rule"] == "dns"] == ["the DNS servers of your network"]


def test_plain_text_is_one_cidr_a_line_in_ascending_order(allow_list, files):
    for rule, expected in _by_rule(allow_list).items():
        found = [ip_network(line) for line in files[f"{rule}.txt"].decode().splitlines()]
        assert {str(network) for network in found} == expected
        assert found == sorted(found, key=lambda network: (network.version, network))
    assert set(files["domains.txt"].decode().split()) == _names(allow_list)


def test_network_firewall_accepts_the_rule_groups(allow_list, files):
    model = botocore.session.get_session().get_service_model("network-firewall")
    shape = model.operation_model("CreateRuleGroup").input_shape
    for name, kind in ((artefacts.STATELESS, "STATELESS"), (artefacts.DOMAIN_LIST, "STATEFUL")):
        request = {
            "RuleGroupName": "workspaces",
            "Type": kind,
            "Capacity": capacity(allow_list),
            "RuleGroup": json.loads(files[name]),
        }
        assert ParamValidator().validate(request, shape).generate_report() == ""


def _stateless(files):
    source = json.loads(files[artefacts.STATELESS])["RulesSource"]["StatelessRulesAndCustomActions"]
    return source["StatelessRules"]


def _definitions(match, side):
    return {one["AddressDefinition"] for one in match[side]}


def _ports(match, side):
    return {(one["FromPort"], one["ToPort"]) for one in match[side]}


def test_stateless_rules_open_each_address_on_its_ports_and_no_other(allow_list, files):
    everywhere = {"0.0.0.0/0", "::/0"}
    there: set[object] = set()
    back: set[object] = set()
    for one in _stateless(files):
        assert one["RuleDefinition"]["Actions"] == ["aws:pass"]
        match = one["RuleDefinition"]["MatchAttributes"]
        outbound = _definitions(match, "Sources") <= everywhere
        far, near = ("Destinations", "Sources") if outbound else ("Sources", "Destinations")
        assert _definitions(match, near) <= everywhere
        assert _ports(match, f"{near.removesuffix('s')}Ports") == {allow_list.return_ports}
        found = there if outbound else back
        for protocol in match["Protocols"]:
            for ports in _ports(match, f"{far.removesuffix('s')}Ports"):
                found |= {(protocol, ports, address) for address in _definitions(match, far)}
    expected = {
        ({"tcp": 6, "udp": 17}[protocol], ports, cidr)
        for listed in allow_list.lists
        for protocol in listed.rule.protocols
        for ports in listed.rule.ports
        for cidr in listed.ipv4 + listed.ipv6
    }
    assert there == expected
    assert back == expected


def test_stateless_rules_never_mix_families_and_have_priorities_of_their_own(files):
    rules = _stateless(files)
    for one in rules:
        match = one["RuleDefinition"]["MatchAttributes"]
        addresses = _definitions(match, "Sources") | _definitions(match, "Destinations")
        assert len({ip_network(address).version for address in addresses}) == 1
    priorities = [one["Priority"] for one in rules]
    assert priorities == sorted(set(priorities))


def test_capacity_is_the_sum_of_products(allow_list, files):
    total = 0
    for one in _stateless(files):
        match = one["RuleDefinition"]["MatchAttributes"]
        product = len(match["Protocols"])
        for side in ("Sources", "Destinations", "SourcePorts", "DestinationPorts"):
            product *= len(match[side])
        total += product
    assert capacity(allow_list) == total


def test_the_domain_list_holds_every_name(allow_list, files):
    targets = json.loads(files[artefacts.DOMAIN_LIST])["RulesSource"]["RulesSourceList"]["Targets"]
    assert _unmatched(allow_list, targets) == set()


def _unmatched(allow_list, patterns):
    """The names that no pattern matches, a wildcard standing for one name below it."""
    wide = tuple(pattern for pattern in patterns if pattern.startswith("."))
    asked = {name.replace("*", "x") for name in _names(allow_list)}
    return {name for name in asked if name not in patterns and not name.endswith(wide)}


def test_suricata_rules_name_each_name_once(allow_list, files):
    found = []
    sids = []
    for line in files[artefacts.SURICATA].decode().splitlines():
        head, _, options = line.partition(" (")
        assert head == "pass tls $HOME_NET any -> $EXTERNAL_NET 443"
        lexer = shlex.shlex(options.removesuffix(")"), posix=True, punctuation_chars=";")
        lexer.whitespace_split = True
        words = list(lexer)
        found.append(next(word for word in words if word.startswith("content:")).removeprefix("content:"))
        sids.append(next(word for word in words if word.startswith("sid:")))
        assert ("dotprefix" in words) == found[-1].startswith(".")
        assert "endswith" in words
    assert len(set(sids)) == len(sids)
    assert found == list(collapsed(_names(allow_list)))
    assert _unmatched(allow_list, found) == set()


def test_squid_names_every_name_and_address(allow_list, files):
    lines = [shlex.split(line, comments=True) for line in files[artefacts.SQUID].decode().splitlines()]
    lists: dict[str, tuple[str, list[str]]] = {}
    for words in filter(None, lines):
        if words[0] == "acl":
            _, name, kind, value = words
            lists.setdefault(name, (kind, []))[1].append(value)
    kind, names = lists["workspaces_domains"]
    assert kind == "dstdomain"
    assert _unmatched(allow_list, names) == set()
    by_tcp = {listed.rule.id for listed in allow_list.lists if "tcp" in listed.rule.protocols}
    for rule, expected in _by_rule(allow_list).items():
        if rule not in by_tcp:
            assert "workspaces_" + rule.replace("-", "_") not in lists
            continue
        assert lists["workspaces_" + rule.replace("-", "_")] == ("dst", sorted(expected, key=_ascending))
    used = {word for words in lines if words[:1] == ["http_access"] for word in words[2:]} - {"CONNECT"}
    assert used <= set(lists)


def _ascending(cidr):
    network = ip_network(cidr)
    return network.version, network


def test_squid_lets_nobody_reach_all_of_aws_by_address(files):
    rules = [line for line in files[artefacts.SQUID].decode().splitlines() if line.startswith("http_access")]
    assert [line for line in rules if "client_https" in line or "web_access " in line] == []


def test_a_browser_that_reads_the_pac_file_goes_direct_to_these_names_alone(allow_list, files):
    inside = [name.replace("*", "a.b") for name in sorted(_names(allow_list))]
    outside = ["example.com", "xskylight-cm.ap-northeast-1.amazonaws.com", "evil-rdn.amazonaws.com", "awsapps.com.evil"]
    given = json.dumps({"pac": files[artefacts.PAC].decode(), "hosts": [*inside, inside[0].upper(), *outside]})
    ran = subprocess.run(
        [os.environ.get("JSII_NODE", "node"), "-e", BROWSER], input=given, capture_output=True, text=True, check=True
    )
    answers = json.loads(ran.stdout)
    assert answers == ["DIRECT"] * (len(inside) + 1) + ["PROXY proxy.example.com:3128"] * len(outside)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.example.com", "*.example.com"], (".example.com",)),
        (["*.b.example.com", "*.example.com"], (".example.com",)),
        (["example.com", "*.example.com"], (".example.com",)),
        (["aexample.com", "*.example.com"], (".example.com", "aexample.com")),
        (["b.com", "a.com"], ("a.com", "b.com")),
    ],
)
def test_names_that_a_wildcard_covers_are_dropped(names, expected):
    assert collapsed(names) == expected


def test_the_same_list_is_the_same_bytes(ranges, files):
    again = artefacts.files(compute(ranges, TOKYO, tuple(reversed(VARIANTS)), directories=("d-1234567890",)))
    assert again == files


def test_every_address_of_the_whole_file_is_in_every_form(whole):
    allow_list = compute(whole, TOKYO, VARIANTS)
    written = artefacts.files(allow_list)
    assert artefacts.from_json(written[artefacts.JSON]) == allow_list
    rows = csv.DictReader(io.StringIO(written[artefacts.CSV].decode(), newline=""))
    assert len([row for row in rows if row["rule"] == "client-https"]) == sum(
        len(side) for side in allow_list.listed("client-https")[2:]
    )
    assert capacity(allow_list) <= 30_000
