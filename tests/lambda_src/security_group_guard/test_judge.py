"""What differs from what is approved is found by the one order of precedence, however rules are written or sorted."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.exposure import total
from lambda_src.security_group_guard.judge import Difference, Group, exposures, judge
from lambda_src.security_group_guard.policy import ADMINISTRATION, WORLD
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
    lets_in,
    points,
    rule_sets,
    tried,
    written,
)

ACCOUNT, OTHER = "222222222222", "333333333333"
GROUP = Group("sg-9", "web-front", ACCOUNT, "eu-west-1", {"role": "web"})
NOW = round(datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp() * 1000)
ORGANIZATION = {
    "approved_networks": list(APPROVED),
    "inside": list(INSIDE),
    "world_ports": list(WEB),
    "administrative_ports": list(ADMINISTRATIVE),
}


def rule(text):
    """`tcp 443 from 0.0.0.0/0` as the document writes it; the ports may be absent."""
    head, direction, source = text.partition(" to ") if " to " in text else text.partition(" from ")
    protocol, _, ports = head.partition(" ")
    way = "egress" if direction == " to " else "ingress"
    return {"protocol": protocol, "ports": ports or "all", "source": source, "direction": way}


def approval(text="", expires="2027-01-31", **where):
    return {"owner": "security", "reason": "a test", "expires": expires, "rule": rule(text), **where}


def baseline(*rules, egress=False, **where):
    return {"name": "web", **(where or {"group": "sg-9"}), "egress": egress, "rules": [rule(text) for text in rules]}


def approvals(*, baselines=(), approved=()):
    document = {"organization": ORGANIZATION, "baselines": list(baselines), "approvals": list(approved)}
    return Approvals.from_json(json.dumps(document))


def live(text, number=0):
    """The same text as EC2 describes it."""
    said = rule(text)
    protocol, source = said["protocol"], said["source"]
    first, last = -1, -1
    if said["ports"] != "all":
        first, _, last = said["ports"].replace("/", "-").partition("-")
        first, last = int(first), int(last or (-1 if protocol.startswith("icmp") else first))
    of = {}
    if "sg-" in source or source == "self":
        account, _, group = source.rpartition("/")
        of = {"UserId": account or ACCOUNT, "GroupId": "sg-9" if source == "self" else group}
    described_rule = described(
        "sg-1" if of else source,
        (first, last),
        SecurityGroupRuleId=f"sgr-{number}",
        IpProtocol=protocol,
        IsEgress=said["direction"] == "egress",
        GroupId="sg-9",
        GroupOwnerId=ACCOUNT,
    )
    return live_rule({**described_rule, **({"ReferencedGroupInfo": of} if of else {})}, PREFIX_LISTS)


def differences(rules, document, now=NOW):
    listed = [live(text, number) for number, text in enumerate(rules)]
    return judge(GROUP, listed, document, now=now)


def kinds(rules, document, now=NOW):
    """The unapproved rules and how many of the baseline are missing."""
    found = differences(rules, document, now)
    unapproved = sorted({rules[int(one.rule_id[4:])] for one in found if one.kind == "unapproved"})
    return unapproved, sum(one.kind == "missing" for one in found)


SSH = "tcp 22 from 198.51.100.0/24"
HTTPS = "tcp 443 from 0.0.0.0/0"


@pytest.mark.parametrize(
    ("rules", "document", "expected"),
    [
        # 3. Without a baseline, the organization-wide rules.
        ([SSH], {}, ([SSH], 0)),
        ([HTTPS], {}, ([], 0)),
        (["tcp 22 from 10.20.1.0/24"], {}, ([], 0)),
        (["tcp 22 from sg-1", "icmp from 0.0.0.0/0", "tcp 22 to 0.0.0.0/0"], {}, ([], 0)),
        # 1. An approval before them, while it holds, where it covers.
        ([SSH], {"approved": [approval(SSH)]}, ([], 0)),
        ([SSH], {"approved": [approval(SSH, "2027-01-30")]}, ([SSH], 0)),
        ([SSH], {"approved": [approval("tcp 22 from 198.51.100.0/25")]}, ([SSH], 0)),
        ([SSH], {"approved": [approval("tcp 22 to 198.51.100.0/24")]}, ([SSH], 0)),
        ([SSH], {"approved": [approval("udp 22 from 198.51.100.0/24")]}, ([SSH], 0)),
        ([SSH], {"approved": [approval("-1 from 198.51.0.0/16")]}, ([], 0)),
        ([SSH], {"approved": [approval(SSH, account=ACCOUNT, group="sg-9", group_name="*front")]}, ([], 0)),
        ([SSH], {"approved": [approval(SSH, account=OTHER)]}, ([SSH], 0)),
        ([SSH], {"approved": [approval(SSH, group="sg-8")]}, ([SSH], 0)),
        ([SSH], {"approved": [approval(SSH, account=ACCOUNT, group_name="db-*")]}, ([SSH], 0)),
        # 2. A baseline before the organization-wide rules, both ways.
        ([SSH], {"baselines": [baseline(SSH)]}, ([], 0)),
        ([HTTPS], {"baselines": [baseline(SSH)]}, ([HTTPS], 1)),
        ([], {"baselines": [baseline(SSH, HTTPS)]}, ([], 2)),
        ([SSH], {"baselines": [baseline(SSH, group="sg-8")]}, ([SSH], 0)),
        (["tcp 22 from 10.20.1.0/24"], {"baselines": [baseline()]}, (["tcp 22 from 10.20.1.0/24"], 0)),
        (["icmp from 10.20.1.0/24"], {"baselines": [baseline()]}, (["icmp from 10.20.1.0/24"], 0)),
        # 1 before 2: what is approved is no difference, and nothing is missing because of it.
        ([SSH, HTTPS], {"baselines": [baseline(HTTPS)], "approved": [approval(SSH)]}, ([], 0)),
        ([SSH, HTTPS], {"baselines": [baseline(HTTPS)], "approved": [approval(SSH, "2027-01-30")]}, ([SSH], 0)),
        ([], {"baselines": [baseline(HTTPS)], "approved": [approval(HTTPS)]}, ([], 1)),
        ([HTTPS], {"baselines": [baseline("tcp 443 from 10.0.0.0/8")], "approved": [approval(HTTPS)]}, ([], 0)),
        # Of two baselines, the more specific alone.
        ([SSH], {"baselines": [baseline(SSH, group_name="web-*"), baseline(HTTPS)]}, ([SSH], 1)),
        (
            [SSH],
            {"baselines": [baseline(SSH, group_name="web-*"), baseline(HTTPS, tag={"key": "role", "value": "web"})]},
            ([SSH], 1),
        ),
        # Egress only where the baseline says so.
        (["-1 to 0.0.0.0/0"], {"baselines": [baseline()]}, ([], 0)),
        (["-1 to 0.0.0.0/0"], {"baselines": [baseline(egress=True)]}, (["-1 to 0.0.0.0/0"], 0)),
        (["-1 to 0.0.0.0/0"], {"baselines": [baseline("-1 to 0.0.0.0/0", egress=True)]}, ([], 0)),
        (["-1 from 0.0.0.0/0"], {"baselines": [baseline("-1 to 0.0.0.0/0", egress=True)]}, (["-1 from 0.0.0.0/0"], 1)),
    ],
)
def test_the_first_that_applies_decides(rules, document, expected):
    assert kinds(rules, approvals(**document)) == expected


@pytest.mark.parametrize(
    ("wanted", "rules", "expected"),
    [
        (["tcp 443 from 10.0.0.7/24"], ["6 443 from 10.0.0.0/24"], ([], 0)),
        (["TCP 443 from 2001:DB8::/32"], ["tcp 443 from 2001:db8::/32"], ([], 0)),
        (["tcp 443 from 10.0.0.0/24"], ["tcp 443 from 10.0.0.0/25", "tcp 443 from 10.0.0.128/25"], ([], 0)),
        (["tcp 443 from 10.0.0.0/25", "tcp 443 from 10.0.0.128/25"], ["tcp 443 from 10.0.0.0/24"], ([], 0)),
        (["tcp 443 from 10.0.0.0/24"], ["tcp 443 from 10.0.0.0/25"], ([], 1)),
        (["tcp 443 from 10.0.0.0/24"], ["tcp 443 from 10.0.0.0/24", "tcp 443 from 10.0.0.0/25"], ([], 0)),
        (["tcp 443 from 10.0.0.0/24"], ["tcp 443 from 10.0.0.0/23"], (["tcp 443 from 10.0.0.0/23"], 1)),
        (["tcp 443 from 10.0.0.0/24"], ["tcp 443 from ::/0"], (["tcp 443 from ::/0"], 1)),
        (["tcp 443 from 10.0.0.0/24", "tcp 444 from 10.0.0.0/24"], ["tcp 443-444 from 10.0.0.0/24"], ([], 0)),
        (["tcp from 10.0.0.0/8", "udp from 10.0.0.0/8"], ["-1 from 10.0.0.0/8"], (["-1 from 10.0.0.0/8"], 2)),
        (["tcp from 10.0.0.0/8"], ["tcp 0-65535 from 10.0.0.0/8"], ([], 0)),
        (["-1 from 10.0.0.0/8"], ["tcp 22 from 10.0.0.0/8"], ([], 1)),
        (["icmp 8 from 10.0.0.0/8"], ["icmp 8/0 from 10.0.0.0/8"], ([], 1)),
        (["icmp 8/0 from 10.0.0.0/8"], ["icmp 8 from 10.0.0.0/8"], (["icmp 8 from 10.0.0.0/8"], 1)),
        (["1 8/0 from 10.0.0.0/8"], ["icmp 8/0 from 10.0.0.0/8"], ([], 0)),
        (["icmp from ::/0"], ["icmpv6 from ::/0"], (["icmpv6 from ::/0"], 1)),
        (["47 from 10.0.0.0/8"], ["47 from 10.0.0.0/8"], ([], 0)),
        (["47 from 10.0.0.0/8"], ["50 from 10.0.0.0/8"], (["50 from 10.0.0.0/8"], 1)),
        (["tcp 443 from pl-office"], ["tcp 443 from pl-office"], ([], 0)),
        (["tcp 443 from pl-empty"], ["tcp 443 from pl-empty"], ([], 0)),
        (["tcp 443 from pl-office"], ["tcp 443 from pl-widened"], (["tcp 443 from pl-widened"], 1)),
        (["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"], ["tcp 443 from pl-office"], (["tcp 443 from pl-office"], 2)),
        (["tcp 443 from pl-six"], ["tcp 443 from 2001:db8:20::/47"], (["tcp 443 from 2001:db8:20::/47"], 1)),
        (["tcp 443 from self"], ["tcp 443 from self"], ([], 0)),
        (["tcp 443 from sg-9"], ["tcp 443 from self"], ([], 0)),
        ([f"tcp 443 from {ACCOUNT}/sg-9"], ["tcp 443 from self"], ([], 0)),
        (["tcp 443 from self"], ["tcp 443 from sg-8"], (["tcp 443 from sg-8"], 1)),
        (["tcp 443 from sg-8"], [f"tcp 443 from {ACCOUNT}/sg-8"], ([], 0)),
        ([f"tcp 443 from {OTHER}/sg-8"], [f"tcp 443 from {OTHER}/sg-8"], ([], 0)),
        (["tcp 443 from sg-8"], [f"tcp 443 from {OTHER}/sg-8"], ([f"tcp 443 from {OTHER}/sg-8"], 1)),
        (["tcp 443 from self"], [f"tcp 443 from {OTHER}/sg-9"], ([f"tcp 443 from {OTHER}/sg-9"], 1)),
    ],
)
def test_a_baseline_is_compared_by_what_is_open(wanted, rules, expected):
    document = approvals(baselines=[baseline(*wanted)])
    for order in itertools.permutations(rules):
        assert kinds(order, document) == expected, order


def test_a_difference_says_what_rule_breaks_what():
    document = approvals(baselines=[baseline("tcp 443 from pl-office", "icmp 8/0 from self")])
    assert differences(["tcp 20-25 from pl-widened", "icmp 3 from self"], document) == [
        Difference("missing", "", "baseline web", "icmp 8/0 from self is not there in whole"),
        Difference("missing", "", "baseline web", "tcp 443 from pl-office is not there in whole"),
        Difference(
            "unapproved",
            "sgr-0",
            "baseline web",
            "tcp 20-25 from pl-widened (10.20.0.0/16, 198.51.100.7/32) is not in the baseline",
        ),
        Difference("unapproved", "sgr-1", "baseline web", f"icmp 3 from {ACCOUNT}/sg-9 is not in the baseline"),
    ]
    assert differences(["tcp 22 from 10.20.0.0/14"], approvals()) == [
        Difference(
            "unapproved",
            "sgr-0",
            ADMINISTRATION,
            f"tcp 22 from 10.20.0.0/14 opens tcp 22 from 10.22.0.0/15: {ADMINISTRATION}",
        )
    ]


def test_a_text_names_the_first_addresses_not_hundreds():
    [found] = differences(["tcp 22 from ::/0"], approvals(approved=[approval("tcp 0-21 from ::/0")]))[:1]
    assert found.text.count("/") <= 4
    assert " and more: " in found.text


def test_the_longest_approval_of_several_ends_last():
    document = approvals(approved=[approval(SSH, day) for day in ("2027-02-01", "2027-01-31", "2027-01-30")])
    end = round(datetime(2027, 2, 2, tzinfo=UTC).timestamp() * 1000)
    assert [bool(differences([SSH], document, now)) for now in (0, end - 1, end, NOW)] == [False, False, True, False]


def test_an_approval_that_ends_takes_no_other_with_it_and_none_keeps_it():
    document = approvals(approved=[approval(SSH, "2027-01-30"), approval("tcp 23 from ::/0", "2027-01-31")])
    ends = [round(datetime(2027, month, day, tzinfo=UTC).timestamp() * 1000) for month, day in ((1, 31), (2, 1))]
    for now, expected in ((0, []), (ends[0], [SSH]), (ends[1], [SSH, "tcp 23 from ::/0"]), (0, [])):
        assert kinds([SSH, "tcp 23 from ::/0"], document, now) == (expected, 0), now


def test_a_list_that_is_approved_does_not_stand_in_for_a_network_of_the_baseline():
    document = approvals(
        baselines=[baseline("tcp 443 from 10.20.0.0/16")], approved=[approval("tcp 443 from pl-office")]
    )
    assert kinds(["tcp 443 from pl-office"], document) == ([], 1)


def test_an_approval_holds_to_the_last_millisecond_of_its_day_in_utc():
    document = approvals(approved=[approval(SSH, "2027-01-31")])
    end = round(datetime(2027, 2, 1, tzinfo=UTC).timestamp() * 1000)
    assert [bool(differences([SSH], document, now)) for now in (end - 1, end)] == [False, True]


def test_what_is_approved_of_a_rule_is_left_out_of_what_it_exposes():
    document = approvals(approved=[approval("tcp 22 from 0.0.0.0/0"), approval("tcp 81-442 from 0.0.0.0/1")])
    found = exposures(GROUP, [live("tcp 20-443 from 0.0.0.0/0")], document, now=NOW)
    world = [(one.exposure.first_port, one.exposure.last_port) for one in found if one.exposure.breaks == WORLD]
    assert sorted(world) == [(20, 21), (23, 79), (81, 442)]
    assert [one for one in found if one.exposure.breaks == ADMINISTRATION] == []


def test_two_approvals_for_the_halves_of_a_network_cover_it():
    halves = [approval(f"tcp 22 from {half}") for half in ("198.51.100.0/25", "198.51.100.128/25")]
    assert differences([SSH], approvals(approved=halves)) == []
    assert differences([SSH], approvals(approved=[halves[0], {**halves[1], "group": "sg-9"}])) == []


@pytest.mark.parametrize(
    ("approved", "differs"),
    [
        (["tcp 22 from pl-widened"], False),
        (["tcp 22 from 198.51.100.0/24"], False),
        (["tcp 22 from 198.51.100.0/30"], True),
        (["tcp 22 from pl-world"], True),
    ],
)
def test_an_approval_covers_a_prefix_list_by_its_id_or_all_that_it_holds(approved, differs):
    document = approvals(approved=[approval(text) for text in approved])
    assert bool(differences(["tcp 22 from pl-widened"], document)) == differs


def test_under_a_baseline_an_approval_by_cidr_covers_all_that_a_list_holds_or_nothing():
    within = [approval(f"tcp 22 from {cidr}") for cidr in ("10.20.0.0/15", "198.51.100.0/24")]
    cases = [("pl-widened", within, []), ("pl-widened", within[:1], ["pl-widened"]), ("pl-empty", within, ["pl-empty"])]
    for name, approved, expected in cases:
        found, _ = kinds([f"tcp 22 from {name}"], approvals(baselines=[baseline()], approved=approved))
        assert found == [f"tcp 22 from {one}" for one in expected], name


@pytest.mark.parametrize(
    ("rule", "approved", "ports"),
    [
        ("tcp 22 from pl-office", [], []),
        ("tcp 443 from pl-world", [], []),
        ("tcp 22 from pl-widened", [], ["tcp 22"]),
        ("tcp 22-443 from pl-widened", ["tcp 80-442 from 198.51.100.7/32"], ["tcp 22", "tcp 22-79"]),
        ("tcp 22 from pl-widened", ["tcp 22 from pl-widened"], []),
        ("tcp 22 from pl-widened", ["tcp 22 from 198.51.100.0/24"], []),
        ("tcp 22 to pl-world", [], []),
    ],
)
def test_a_list_that_a_baseline_names_opens_no_more_than_holds_everywhere(rule, approved, ports):
    document = approvals(baselines=[baseline(rule, egress=True)], approved=[approval(text) for text in approved])
    found = differences([rule], document)
    assert {(one.kind, one.rule_id) for one in found} <= {("widened", "sgr-0")}, found
    assert sorted({one.text.split(" opens ")[1].split(" from ")[0] for one in found}) == ports


def test_what_is_written_out_in_a_baseline_is_approved_though_a_list_of_it_would_not_be():
    document = approvals(baselines=[baseline("tcp 22 from 0.0.0.0/0", "tcp 22 from ::/0")])
    assert differences(["tcp 22 from 0.0.0.0/0", "tcp 22 from ::/0"], document) == []


def test_an_approval_for_a_group_covers_it_under_a_baseline():
    document = approvals(baselines=[baseline()], approved=[approval(f"tcp 22-23 from {OTHER}/sg-8")])
    assert kinds([f"tcp 22 from {OTHER}/sg-8", "tcp 22 from sg-8"], document) == (["tcp 22 from sg-8"], 0)


def covered(approved, rule, protocol, port, address):
    """Whether an approval lets this packet of a rule in; one of a prefix list, all that a rule of that list does."""
    for one in approved:
        listed = one.get("PrefixListId")
        if (listed is None or listed == rule.get("PrefixListId")) and lets_in(one, protocol, port, address):
            return True
    return False


def with_approvals(approved):
    listed = [{"owner": "o", "reason": "r", "expires": "2027-01-31", "rule": written(one)} for one in approved]
    return approvals(approved=listed)


@settings(max_examples=60)
@given(rule_sets(), rule_sets())
def test_what_is_exposed_under_approvals_is_what_trying_every_packet_says(rules, approved):
    document = with_approvals(approved)
    found = exposures(GROUP, [live_rule(one, PREFIX_LISTS) for one in rules], document, now=NOW)
    for one in rules:
        expected = {
            (name, number, port, address)
            for name, number, port, address in tried([one])
            if not covered(approved, one, {TCP: "tcp", UDP: "udp"}[number], port, address)
        }
        assert points(left.exposure for left in found if left.rule_id == one["SecurityGroupRuleId"]) == expected, one


@given(rule_sets(), rule_sets(), rule_sets(), st.booleans(), st.data())
def test_the_order_of_rules_baselines_and_approvals_does_not_matter(rules, approved, wanted, with_baseline, data):
    own = {"name": "web", "group": "sg-9", "egress": True}
    texts = [{"owner": "o", "reason": "r", "expires": "2027-01-31", "rule": written(one)} for one in approved]

    def found(shuffled):
        live_rules = [live_rule(one, PREFIX_LISTS) for one in shuffled(rules)]
        listed = [{**own, "rules": [written(one) for one in shuffled(wanted)]}] if with_baseline else []
        return judge(GROUP, live_rules, approvals(baselines=listed, approved=shuffled(texts)), now=NOW)

    assert found(lambda items: data.draw(st.permutations(items))) == found(list)


@given(rule_sets(), rule_sets(), st.data())
def test_splitting_rules_or_approvals_does_not_change_what_is_exposed(rules, approved, data):
    """Of prefix lists, which an approval may name, only ports and protocols are cut."""
    pieces = [piece for one in rules for half in cut(data.draw, one) for piece in cut(data.draw, half)]
    numbered = [{**piece, "SecurityGroupRuleId": f"sgr-piece-{n}"} for n, piece in enumerate(pieces)]
    halves = [piece for one in approved for piece in cut(data.draw, one)]

    def found(some, documents):
        listed = [live_rule(one, PREFIX_LISTS) for one in some]
        return total(exposures(GROUP, listed, with_approvals(documents), now=NOW))

    assert found(data.draw(st.permutations(numbered)), halves) == found(rules, approved)


@given(
    port=st.sampled_from([22, 3389]),
    below=st.integers(0, 22),
    above=st.integers(0, 65535 - 3389),
    protocol=st.sampled_from(["tcp", "6", 6, "TCP", "udp", "17", 17, "-1", -1]),
    source=st.sampled_from(["0.0.0.0/0", "198.51.100.0/24", "::/0", "2001:db8:20::/47", "pl-widened", "pl-world"])
    | st.sampled_from(["::ffff:198.51.100.0/120", "pl-six"]),
    approved=st.sampled_from(
        [
            "tcp 0-21 from 0.0.0.0/0",
            "tcp 23-3388 from ::/0",
            "udp 3390-65535 from 0.0.0.0/0",
            "-1 from 198.51.100.0/32",
            "-1 from 2001:db8:20::/48",
            "-1 from pl-office",
            "-1 from sg-9",
            "-1 to 0.0.0.0/0",
            "icmp from 0.0.0.0/0",
        ]
    ),
)
def test_22_and_3389_cannot_hide_beside_what_is_approved(port, below, above, protocol, source, approved):
    ports = (-1, -1) if str(protocol) == "-1" else (port - below, port + above)
    found = exposures(
        GROUP,
        [live_rule(described(source, ports, IpProtocol=protocol), PREFIX_LISTS)],
        approvals(approved=[approval(approved)]),
        now=NOW,
    )
    reached = {
        one.exposure.protocol
        for one in found
        if one.exposure.breaks == ADMINISTRATION and one.exposure.first_port <= port <= one.exposure.last_port
    }
    numbers = {"tcp": {TCP}, "6": {TCP}, "udp": {UDP}, "17": {UDP}, "-1": {TCP, UDP}}
    assert reached == numbers[str(protocol).lower()]


@given(rule_sets(), st.data())
def test_a_group_that_has_its_baseline_in_any_cut_differs_in_nothing(rules, data):
    wanted = {"name": "web", "group": "sg-9", "egress": True, "rules": [written(one) for one in rules]}
    # -1 is more than tcp and udp together: cut into those, it would be missing.
    pieces = [piece for one in rules for piece in ([one] if str(one["IpProtocol"]) == "-1" else cut(data.draw, one))]
    live_rules = [live_rule(piece, PREFIX_LISTS) for piece in data.draw(st.permutations(pieces))]
    found = judge(GROUP, live_rules, approvals(baselines=[wanted]), now=NOW)
    listed = [one for one in live_rules if one.prefix_list]
    # A list is judged by what it holds besides: as where no baseline names it.
    expected = judge(GROUP, listed, approvals(), now=NOW)
    assert found == [one._replace(kind="widened") for one in expected]


@pytest.mark.parametrize("source", [cidr for cidr in CIDRS if ip_network(cidr).num_addresses > 1])
def test_a_baseline_of_which_half_the_network_is_live_is_missing(source):
    half = next(ip_network(source).subnets())
    document = approvals(baselines=[baseline(f"tcp 22 from {source}")])
    assert kinds([f"tcp 22 from {half}"], document) == ([], 1)
