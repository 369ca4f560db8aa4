"""From an event to what is said and done: the live group decides, nothing is lost, and no fight goes on for ever."""

from __future__ import annotations

import copy
import itertools
import json
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.policy import ADMINISTRATION
from lambda_src.security_group_guard.report import ENFORCEMENT, JUDGEMENT
from tests.conftest import ROOT
from tests.lambda_src.security_group_guard.fakes import ACCOUNT, GROUP, REGION, ROLE, AwsError, World

ORGANIZATION = {"approved_networks": ["10.20.0.0/16"], "world_ports": [80, 443]}
PLAIN = {"organization": ORGANIZATION}
BASELINE = {
    "organization": ORGANIZATION,
    "baselines": [
        {
            "name": "web",
            "group": GROUP,
            "rules": [
                {"protocol": "tcp", "ports": "443", "source": "0.0.0.0/0"},
                {"protocol": "tcp", "ports": "22", "source": "10.20.0.0/16"},
            ],
        }
    ],
}


def event(name="authorize_ingress", call="", group="", **detail):
    """A recorded call, under an id of its own."""
    found = json.loads((ROOT / "tests" / "events" / f"sg_{name}.json").read_text("utf-8"))
    found["detail"] |= {"eventID": str(uuid.uuid4()), **detail}
    if call:
        found["detail"] |= {"eventName": call, "requestParameters": {"groupId": group or GROUP}, "responseElements": {}}
    return found


def own(call="RevokeSecurityGroupIngress"):
    """A change that the guard made itself."""
    found = event(call=call)
    identity = found["detail"]["userIdentity"]
    identity["arn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/security-group-guard"
    identity["sessionContext"]["sessionIssuer"]["arn"] = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    return found


def world(document=PLAIN, mode="observe", **more):
    made = World(document, mode, **more)
    made.ec2.group()
    return made


def said(found):
    """What judgements say, in short: state, alert, and the differences."""
    return [
        (one["state"], one["alert"], sorted((each["kind"], each["rule_id"]) for each in one["differences"]))
        for one in found.details(JUDGEMENT)
    ]


# --- What is judged -------------------------------------------------------------------------------


def test_a_rule_that_opens_22_is_told_with_who_what_and_the_command_that_undoes_it():
    found = world()
    sibling, opened = found.ec2.open(443), found.ec2.open(22)
    found.guard.examine(event())
    [(kind, detail)] = found.said
    assert kind == JUDGEMENT
    assert {each["rule_id"] for each in detail["differences"]} == {opened}
    assert sibling not in json.dumps(detail)
    [administration] = [each for each in detail["differences"] if each["breaks"] == ADMINISTRATION]
    words = f"--region {REGION} --group-id {GROUP}"
    assert administration["undo"] == (
        f"aws ec2 revoke-security-group-ingress {words} --security-group-rule-ids {opened}"
    )
    assert administration["restore"] == (
        f"aws ec2 authorize-security-group-ingress {words} --ip-permissions "
        '\'[{"FromPort":22,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0"}],"ToPort":22}]\''
    )
    assert detail["cause"]["principal"] == "arn:aws:sts::222222222222:assumed-role/Ops/alice"
    assert (detail["cause"]["session"], detail["cause"]["source_ip"]) == ("alice", "203.0.113.10")
    assert (detail["read"], detail["mode"], detail["account"], detail["vpc_id"]) == (
        "live",
        "observe",
        ACCOUNT,
        "vpc-1",
    )
    assert found.ec2.calls == []


@pytest.mark.parametrize(
    ("name", "live", "differs"),
    [
        ("authorize_ingress", [22], True),
        ("authorize_ingress", [443], False),
        ("authorize_legacy_flat_groupname", [3389], True),
        ("modify_rules", [443], False),
        ("modify_rules", [443, 22], True),
        ("revoke_ingress", [], False),
        ("revoke_ingress", [22], True),
        ("create", [], False),
        ("create", [5432], True),
        ("authorize_denied", [22], False),
    ],
)
def test_the_live_group_decides_whatever_the_record_says(name, live, differs):
    found = World(PLAIN)
    groups = {"modify_rules": "sg-0123456789abcdef0", "create": "sg-0new", "authorize_legacy_flat_groupname": "sg-0def"}
    group = found.ec2.group(groups.get(name, GROUP), "default")
    for port in live:
        found.ec2.open(port, group=group)
    found.guard.examine(event(name))
    assert bool(found.alerts()) == differs, found.said


def test_several_modified_rules_are_judged_in_one_look():
    found = world()
    ids = [found.ec2.open(port) for port in (22, 3389, 80)]
    modified = [{"SecurityGroupRuleId": one, "tag": number, "SecurityGroupRule": {}} for number, one in enumerate(ids)]
    request = {"ModifySecurityGroupRulesRequest": {"GroupId": GROUP, "SecurityGroupRule": modified}}
    found.guard.examine(event("modify_rules", requestParameters=request))
    [(_, _, differences)] = said(found)
    assert {rule_id for _, rule_id in differences} == set(ids[:2])


def test_a_widened_prefix_list_leads_to_the_groups_that_name_it_and_to_no_other():
    found = world()
    found.ec2.lists = {"pl-0123456789abcdef0": ["10.20.0.0/16", "198.51.100.0/24"]}
    found.ec2.open(22, "pl-0123456789abcdef0")
    found.ec2.open(22, group=found.ec2.group("sg-0b"))
    request = {"prefixListId": "pl-0123456789abcdef0"}
    found.guard.examine(event(eventName="ModifyManagedPrefixList", requestParameters=request, responseElements={}))
    [detail] = found.details(JUDGEMENT)
    assert detail["group_id"] == GROUP
    assert "198.51.100.0/24" in json.dumps(detail["differences"])


def test_a_group_that_is_attached_is_judged():
    found = world()
    found.ec2.open(3389)
    request = {"networkInterfaceId": "eni-1", "groupSet": {"items": [{"groupId": GROUP}]}}
    found.guard.examine(event(eventName="ModifyNetworkInterfaceAttribute", requestParameters=request))
    assert len(found.alerts()) == 1


def test_what_cannot_be_read_of_a_group_is_told_and_keeps_nothing_else_from_judgement():
    found = world()
    unread = found.ec2.open(443, "pl-0")
    opened = found.ec2.open(22)
    found.guard.examine(event())
    [(_, alert, differences)] = said(found)
    assert alert
    assert ("unjudged", unread) in differences
    assert ("unapproved", opened) in differences


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "InternalError"])
@pytest.mark.parametrize("call", ["describe_security_groups", "describe_security_group_rules"])
def test_what_ec2_may_answer_next_time_comes_again(call, code):
    found = world()
    found.ec2.open(22)
    found.ec2.fails[call] = code
    with pytest.raises(AwsError, match=code):
        found.guard.examine(event())
    assert found.said == []


# --- Where the group cannot be read ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rules"),
    [("authorize_ingress", 2), ("modify_rules", 0), ("revoke_ingress", 0), ("create", 0)],
)
def test_a_group_that_is_gone_is_judged_from_the_record_which_is_said(name, rules):
    found = World(PLAIN)
    found.guard.examine(event(name))
    opened = [one for one in found.details(JUDGEMENT) if one["state"] == "open"]
    assert sum(len({each["rule_id"] for each in one["differences"]}) for one in opened) == rules
    assert all((one["read"], one["problem"]) == ("record", "the group is gone") for one in found.details(JUDGEMENT))
    # It is gone, so nothing of it stays open.
    assert len([one for one in found.details(JUDGEMENT) if one["state"] == "closed"]) == len(opened)


def test_an_opening_that_the_record_does_not_describe_is_told():
    found = World(PLAIN)
    found.guard.examine(event("modify_rules", requestParameters={"GroupId": GROUP}))
    [one] = found.alerts()
    assert [each["kind"] for each in one["differences"]] == ["unjudged"]


def test_a_group_that_may_not_be_read_is_judged_from_the_record_and_closes_nothing():
    found = world()
    found.ec2.open(22)
    found.guard.examine(event())
    found.refused = "AccessDenied"
    found.guard.examine(event())
    *_, last = found.details(JUDGEMENT)
    assert (last["read"], last["problem"]) == ("record", "the group cannot be read: AccessDenied")
    assert [one["state"] for one in found.details(JUDGEMENT)] == ["open", "open"]
    assert ":open" not in str(found.ec2.calls)


@pytest.mark.parametrize(
    "detail",
    [
        {"requestParameters": None, "responseElements": None},
        {"requestParameters": {"groupId": 7}, "responseElements": {}},
        {"requestParameters": {"groupId": "nonsense"}, "responseElements": "nonsense"},
    ],
)
def test_a_record_that_names_no_group_is_told_never_passed_over(detail):
    found = world()
    found.guard.examine(event(**detail))
    [one] = found.alerts()
    assert one["read"] == "nothing"
    assert one["problem"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([GROUP, "0.0.0.0/0", "tcp"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["groupId", "ipPermissions", "items", "ipProtocol", "cidrIp", "ipRanges", "fromPort"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.booleans(),
)
def test_no_shape_of_a_record_ends_in_silence_or_in_an_error(request_parameters, there):
    found = World(PLAIN)
    if there:
        found.ec2.open(22, group=found.ec2.group())
    found.guard.examine(event(requestParameters=request_parameters, responseElements=None))
    assert found.said or not there or any(one.get("group_id") for one in found.logged), request_parameters


@pytest.mark.parametrize("odd", [None, 7, [], {}, {"detail": {}}, {"detail": {"eventName": "DescribeInstances"}}])
def test_what_is_no_such_call_is_left_alone(odd):
    found = world()
    found.guard.examine(odd)
    assert found.said == []


def test_a_call_that_was_denied_or_ran_dry_changes_nothing_and_is_not_judged():
    found = world()
    found.ec2.open(22)
    for code in ("Client.UnauthorizedOperation", "Client.DryRunOperation"):
        found.guard.examine(event(errorCode=code))
    assert found.said == []
    assert [one["error"] for one in found.logged] == ["Client.UnauthorizedOperation", "Client.DryRunOperation"]


# --- Told once, and closed ------------------------------------------------------------------------


def test_a_difference_is_told_once_until_it_is_closed_and_again_a_day_later():
    found = world()
    opened = found.ec2.open(22)
    same = event()
    for one in (same, same, event(), event("revoke_ingress")):
        found.guard.examine(one)
    assert len(found.said) == 1
    del found.ec2.rules[opened]
    found.guard.examine(event("revoke_ingress"))
    [first, second] = found.details(JUDGEMENT)
    assert (second["state"], second["alert"], second["finding"]) == ("closed", False, first["finding"])
    found.ec2.open(22)
    found.guard.examine(event())
    assert [one["alert"] for one in found.details(JUDGEMENT)] == [True, False, False], "within the hour: no news"
    found.ec2.rules.clear()
    found.guard.examine(event("revoke_ingress"))
    found.seconds += 86_400
    found.ec2.open(22)
    found.guard.examine(event())
    assert found.details(JUDGEMENT)[-1]["alert"]
    assert len(found.alerts()) == 2


@pytest.mark.parametrize("mode", ["observe", "revoke"])
@pytest.mark.parametrize("effects", range(8))
def test_an_invocation_that_ends_anywhere_loses_nothing_and_alerts_once(mode, effects):
    found = world(mode=mode)
    approved, opened = found.ec2.open(443), found.ec2.open(22)
    message = event()
    found.fails_after = effects
    for _ in range(3):
        try:
            found.guard.examine(message)
        except (TimeoutError, RuntimeError):
            continue
    failed = [one for one in found.details(ENFORCEMENT) if one["outcome"] == "failed"]
    assert len([one for one in found.alerts() if one.get("state") == "open"]) == 1
    assert len(found.alerts()) == 1 + bool(failed)
    assert approved in found.ec2.rules
    assert (opened in found.ec2.rules) == (mode == "observe")


def test_of_two_judgements_at_once_the_later_one_comes_again_and_both_say_one_finding():
    found = world()
    found.ec2.open(22)
    item = found.dynamodb.items
    stale = copy.deepcopy(item)
    found.guard.examine(event())
    # The other one read the state before this one wrote it.
    written = copy.deepcopy(item)
    original = found.dynamodb.get_item
    found.dynamodb.get_item = lambda **request: {"Item": stale[request["Key"]["id"]["S"]]} if stale else {}
    with pytest.raises(RuntimeError, match="at the same time"):
        found.guard.examine(event())
    assert item == written
    found.dynamodb.get_item = original
    found.guard.examine(event())
    assert len(found.alerts()) == 1


def test_whoever_finds_that_the_group_was_judged_meanwhile_looks_again_at_once():
    found = world(mode="revoke")
    original = found.dynamodb.get_item

    def somebody_else_first(**request):
        found.dynamodb.get_item = original
        before = original(**request)
        found.guard.examine(event(call="CreateSecurityGroup"))
        opened.append(found.ec2.open(22))
        return before

    opened = [found.ec2.open(3389)]
    found.dynamodb.get_item = somebody_else_first
    found.guard.examine(event())
    assert found.ec2.rules == {}, "what was opened last is taken away now, and not when the message comes again"
    assert {each["rule_id"] for one in found.details(ENFORCEMENT) for each in one["removed"]} == set(opened)


# --- Enforcement ----------------------------------------------------------------------------------


def test_only_the_offending_rule_of_a_call_that_carried_many_goes_after_a_dry_run():
    found = world(mode="revoke")
    approved = [found.ec2.open(443), found.ec2.open(22, "10.20.3.0/24")]
    opened = [found.ec2.open(22), found.ec2.open(3389, "::/0")]
    found.guard.examine(event())
    assert sorted(found.ec2.rules) == sorted(approved)
    assert [(name, request["DryRun"]) for name, request in found.ec2.calls] == [
        ("revoke_security_group_ingress", True),
        ("revoke_security_group_ingress", False),
    ]
    assert all(request["SecurityGroupRuleIds"] == opened for _, request in found.ec2.calls)
    [outcome] = found.details(ENFORCEMENT)
    assert (outcome["outcome"], outcome["alert"]) == ("done", False)
    assert [one["rule_id"] for one in outcome["removed"]] == opened
    assert '"CidrIpv6":"::/0"' in outcome["restore"][1]
    assert [one[0] for one in said(found)] == ["open", "closed"]


def test_nobody_who_did_not_ask_for_it_is_changed():
    found = world(BASELINE)
    found.ec2.open(22)
    found.guard.examine(event())
    assert found.alerts()
    assert found.ec2.calls == []


def test_revoke_leaves_what_is_missing_and_restore_puts_it_back():
    for mode, expected in (("revoke", {22}), ("restore", {22, 443})):
        found = world(BASELINE, mode)
        found.ec2.open(22, "10.20.0.0/16")
        found.ec2.open(3389)
        found.guard.examine(event())
        assert {rule["FromPort"] for rule in found.ec2.rules.values()} == expected, mode
    [outcome] = found.details(ENFORCEMENT)
    assert outcome["added"] == [{"text": "tcp 443 from 0.0.0.0/0"}]
    assert said(found)[-1][0] == "closed"


def test_a_rule_that_is_approved_when_it_is_looked_at_again_stays():
    found = world(mode="revoke")
    opened = found.ec2.open(22)
    found.settled = lambda: found.ec2.rules[opened].update(CidrIpv4="10.20.0.0/16")
    found.guard.examine(event())
    assert opened in found.ec2.rules
    assert found.ec2.changes() == []


def test_a_rule_that_is_unapproved_only_when_it_is_looked_at_again_stays_until_it_is_judged_itself():
    found = world(mode="revoke")
    first = found.ec2.open(22)
    later: list[str] = []
    found.settled = lambda: later.append(found.ec2.open(3389))
    found.guard.examine(event())
    assert first not in found.ec2.rules
    assert later[0] in found.ec2.rules


@pytest.mark.parametrize(("ago", "seconds"), [(0, 10), (4, 6), (10, 0), (600, 0), (-600, 10), (None, 10)])
def test_the_second_look_waits_until_ten_seconds_after_the_change(ago, seconds):
    found = world(mode="revoke")
    found.ec2.open(22)
    told = datetime.fromtimestamp(found.seconds - ago, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if ago is not None else "?"
    found.guard.examine(event(eventTime=told))
    assert found.slept == [seconds]


@pytest.mark.parametrize("answer", ["UnauthorizedOperation", "InvalidSecurityGroupRuleId.NotFound"])
def test_a_dry_run_that_does_not_say_yes_ends_the_attempt_with_an_alert(answer):
    found = world(mode="revoke")
    opened = found.ec2.open(22)
    found.ec2.fails["dry revoke_security_group_ingress"] = answer
    message = event()
    for _ in range(2):
        with pytest.raises(RuntimeError, match=answer):
            found.guard.examine(message)
    assert opened in found.ec2.rules
    assert found.ec2.changes() == []
    outcomes = found.details(ENFORCEMENT)
    assert {one["outcome"] for one in outcomes} == {"failed"}
    assert len({one["finding"] for one in outcomes}) == 1, "one alert, however often the message comes"
    assert len(found.alerts()) == 2


def test_a_revoke_that_fails_alerts_comes_again_and_succeeds():
    found = world(mode="revoke")
    opened = found.ec2.open(22)
    found.ec2.fails["revoke_security_group_ingress"] = "InternalError"
    message = event()
    with pytest.raises(RuntimeError, match="InternalError"):
        found.guard.examine(message)
    found.ec2.fails.clear()
    found.guard.examine(message)
    assert opened not in found.ec2.rules
    assert [one["outcome"] for one in found.details(ENFORCEMENT)] == ["failed", "done"]


def test_what_cannot_be_judged_or_is_widened_is_never_acted_on():
    rules = [{"protocol": "tcp", "ports": "22", "source": "pl-0123456789abcdef0"}]
    listed = {**PLAIN, "baselines": [{"name": "web", "group": GROUP, "rules": rules}]}
    found = world(listed, "restore")
    found.ec2.lists = {"pl-0123456789abcdef0": ["0.0.0.0/0"]}
    found.ec2.open(22, "pl-0123456789abcdef0")
    found.ec2.open(443, "pl-unread")
    found.guard.examine(event())
    assert {each["kind"] for each in found.alerts()[0]["differences"]} == {"widened", "unjudged"}
    assert found.ec2.calls == []


# --- A storm --------------------------------------------------------------------------------------


def test_the_guards_own_changes_end_there():
    found = world(mode="revoke")
    found.ec2.open(22)
    for call in ("RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupEgress"):
        found.guard.examine(own(call))
    assert (found.said, found.ec2.calls) == ([], [])


def test_nobody_hides_behind_a_role_of_the_same_name_in_another_account():
    found = world()
    found.ec2.open(22)
    forged = own()
    forged["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = (
        f"arn:aws:iam::333333333333:role/{ROLE}"
    )
    found.guard.examine(forged)
    assert len(found.alerts()) == 1


def test_duplicates_end_in_one_call_and_one_alert():
    found = world(mode="revoke")
    found.ec2.open(22)
    message = event()
    for _ in range(50):
        found.guard.examine(message)
        found.guard.examine(own())
    assert len(found.ec2.changes()) == 1
    assert len(found.alerts()) == 1


@pytest.mark.parametrize("actions", [1, 5])
def test_a_pipeline_that_opens_the_same_port_again_and_again_ends_in_bounded_calls_and_one_alert_that_says_so(actions):
    found = world(mode="revoke", actions_per_hour=actions)
    for _ in range(100):
        if not any(rule["FromPort"] == 22 for rule in found.ec2.rules.values()):
            found.ec2.open(22)
        found.guard.examine(event())
        found.guard.examine(own())
    assert len(found.ec2.changes()) == actions
    assert len(found.ec2.calls) == 2 * actions
    opening, giving_up = found.alerts()
    assert opening["state"] == "open"
    assert giving_up["outcome"] == "bounded"
    found.seconds += 3600
    found.guard.examine(event())
    assert len(found.ec2.changes()) == actions + 1, "the next hour has attempts of its own"


@given(st.lists(st.sampled_from(["open", "close", "look", "own", "hour"]), max_size=30))
def test_whatever_comes_nothing_stays_untold_and_the_bound_holds(steps):
    found = world(mode="revoke", actions_per_hour=2)
    hours = 1
    for step in [*steps, "look"]:
        if step == "open":
            found.ec2.open(22)
        elif step == "close":
            found.ec2.rules.clear()
        elif step == "hour":
            found.seconds += 3600
            hours += 1
        else:
            found.guard.examine(own() if step == "own" else event())
    left = set(found.ec2.rules)
    assert len(found.ec2.changes()) <= 2 * hours
    if left:
        assert any(one.get("outcome") == "bounded" for one in found.alerts()), steps
    told = list(itertools.chain.from_iterable(one["differences"] for one in found.alerts() if "state" in one))
    assert bool(told) == any(one["differences"] for one in found.details(JUDGEMENT))


# --- What is easily got wrong ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["", "off", "Revoke", "observe ", None])
def test_a_mode_that_nobody_knows_is_only_observed(mode):
    found = world(BASELINE, mode)
    found.ec2.open(3389)
    found.guard.examine(event())
    assert found.ec2.calls == []
    assert found.alerts()[0]["mode"] == "observe"


def test_however_much_is_removed_the_bus_takes_every_command_that_puts_it_back():
    found = world(mode="revoke")
    opened = [
        found.ec2.open(22, f"198.51.{number // 250}.{number % 250}/32", Description="é" * 255) for number in range(600)
    ]
    found.guard.examine(event())
    outcomes = found.details(ENFORCEMENT)
    assert max(len(json.dumps(one)) for one in outcomes) < 256_000
    assert sorted(each["rule_id"] for one in outcomes for each in one["removed"]) == sorted(opened)
    assert len({command for one in outcomes for command in one["restore"]}) == len(opened)
    assert all(len(one["removed"]) == len(one["restore"]) for one in outcomes)
    assert len({one["finding"] for one in outcomes}) == len(outcomes) > 1
    assert len(found.alerts()) == 1


def test_what_is_about_to_be_removed_stands_in_the_log_before_it_is():
    found = world(mode="revoke")
    opened = found.ec2.open(22)
    found.fails_after = 4  # said, remembered, counted, removed; and then the process ends
    with pytest.raises(TimeoutError):
        found.guard.examine(event())
    assert found.ec2.rules == {}
    assert found.details(ENFORCEMENT) == []
    [line] = [one for one in found.logged if one["message"] == "about to remove"]
    assert (line["group_id"], line["rule_id"]) == (GROUP, opened)
    assert line["restore"].startswith("aws ec2 authorize-security-group-ingress ")


def test_an_outcome_names_the_judgement_that_told_of_the_rule():
    found = world(mode="revoke")
    found.ec2.open(22)
    found.ec2.fails["revoke_security_group_ingress"] = "InternalError"
    message = event()
    with pytest.raises(RuntimeError):
        found.guard.examine(message)
    found.ec2.fails.clear()
    found.guard.examine(message)  # nothing is new to it now
    [told] = [one for one in found.details(JUDGEMENT) if one["state"] == "open"]
    assert [one["judgement"] for one in found.details(ENFORCEMENT)] == [told["finding"]] * 2


def test_nobody_is_blamed_for_what_another_opened_while_the_guard_waited():
    found = world(mode="revoke")
    found.ec2.open(22)
    later: list[str] = []
    found.settled = lambda: None if later else later.append(found.ec2.open(3389))
    found.guard.examine(event())
    bob = event()
    bob["detail"]["userIdentity"]["arn"] = "arn:aws:sts::222222222222:assumed-role/Ops/bob"
    found.guard.examine(bob)
    blamed = {
        each["rule_id"]: one["cause"]["session"] for one in found.details(JUDGEMENT) for each in one["differences"]
    }
    assert blamed[later[0]] == "bob", blamed


@pytest.mark.parametrize(
    "call", ["RevokeSecurityGroupIngress", "CreateSecurityGroup", "ModifyNetworkInterfaceAttribute"]
)
def test_a_group_that_may_not_be_read_is_told_once_where_the_record_holds_no_rules(call):
    found = world()
    found.refused = "AccessDenied"
    request = {"groupSet": {"items": [{"groupId": GROUP}]}, "networkInterfaceId": "eni-1"}
    for _ in range(3):
        changed = event(call=call)
        if call == "ModifyNetworkInterfaceAttribute":
            changed["detail"]["requestParameters"] = request
        found.guard.examine(changed)
    [one] = found.alerts()
    assert [each["kind"] for each in one["differences"]] == ["unjudged"]
    assert "AccessDenied" in one["problem"]
    found.refused = None
    found.guard.examine(event())
    assert found.details(JUDGEMENT)[-1]["state"] == "closed", "read again, it is over"


def test_a_group_that_was_removed_is_over_even_where_nobody_may_look():
    found = world()
    found.ec2.open(22)
    found.guard.examine(event())
    found.refused = "AccessDenied"
    found.guard.examine(event(call="DeleteSecurityGroup"))
    assert [one["state"] for one in found.details(JUDGEMENT)] == ["open", "closed"]


def test_a_group_that_was_removed_by_name_alerts_nobody():
    found = World(PLAIN)
    found.guard.examine(
        event(eventName="DeleteSecurityGroup", requestParameters={"groupName": "web"}, responseElements={})
    )
    assert found.alerts() == []
    assert found.logged


def test_a_prefix_list_that_no_group_names_is_logged_and_alerts_nobody():
    found = world()
    request = {"prefixListId": "pl-0123456789abcdef0"}
    found.guard.examine(event(eventName="ModifyManagedPrefixList", requestParameters=request, responseElements={}))
    assert found.said == []
    assert [one["message"] for one in found.logged] == ["no group names the prefix list"]


def test_what_of_a_record_could_not_be_read_stands_in_the_log():
    found = world()
    request = {"networkInterfaceId": "eni-1", "groupSet": {"items": [{"groupId": GROUP}, {"groupId": "nonsense"}]}}
    found.guard.examine(event(eventName="ModifyNetworkInterfaceAttribute", requestParameters=request))
    assert "nonsense" in json.dumps([one["unread"] for one in found.logged])


@pytest.mark.parametrize("dry", ["", "dry "])
def test_a_rule_that_another_removed_at_the_same_moment_is_no_failure(dry):
    found = world(mode="revoke")
    found.ec2.open(22)
    original = found.ec2.revoke_security_group_ingress

    def too_late(**request):
        if bool(request["DryRun"]) == bool(dry):
            found.ec2.rules.clear()
            raise AwsError("InvalidSecurityGroupRuleId.NotFound")
        return original(**request)

    found.ec2.revoke_security_group_ingress = too_late
    found.guard.examine(event())
    assert found.details(ENFORCEMENT) == []
    assert len(found.alerts()) == 1
    assert found.details(JUDGEMENT)[-1]["state"] == "closed"


def test_memory_keeps_no_more_of_what_has_gone_than_an_item_holds():
    found = world()
    for number in range(30):
        found.ec2.rules.clear()
        for low in range(250):
            found.ec2.open(22, f"198.51.{number}.{low}/32")
        found.guard.examine(event())
    [item] = [item for key, item in found.dynamodb.items.items() if key.startswith("group#")]
    assert len(json.dumps(item)) < 400_000


@pytest.mark.parametrize("code", ["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"])
def test_either_word_of_ec2_for_a_group_that_is_gone_is_understood(code):
    found = world()
    found.ec2.fails["describe_security_groups"] = code
    found.guard.examine(event())
    assert found.alerts()[0]["problem"] == "the group is gone"


@pytest.mark.parametrize("effects", range(12))
def test_putting_back_and_taking_away_may_end_anywhere_and_come_out_the_same(effects):
    found = world(BASELINE, "restore")
    found.ec2.open(22, "10.20.0.0/16")
    opened = found.ec2.open(3389)
    message = event()
    found.fails_after = effects
    for _ in range(3):
        try:
            found.guard.examine(message)
        except (TimeoutError, RuntimeError):
            continue
    assert sorted((rule["FromPort"], rule["CidrIpv4"]) for rule in found.ec2.rules.values()) == [
        (22, "10.20.0.0/16"),
        (443, "0.0.0.0/0"),
    ]
    assert len([one for one in found.alerts() if one.get("state") == "open"]) == 1
    told = [each for one in found.details(JUDGEMENT) for each in one["differences"] if each["rule_id"] == opened]
    assert any(each["restore"] for each in told), "what was removed can be put back"
    found.guard.examine(event())
    assert found.details(JUDGEMENT)[-1]["state"] == "closed"


def test_a_dry_run_that_was_carried_out_ends_the_attempt_with_an_alert():
    found = world(mode="revoke")
    found.ec2.open(22)
    asked: list[bool] = []

    def carried_out(**request):
        asked.append(request["DryRun"])
        return {"Return": True}

    found.ec2.revoke_security_group_ingress = carried_out
    with pytest.raises(RuntimeError, match="carried out"):
        found.guard.examine(event())
    assert asked == [True]
    assert [one["outcome"] for one in found.details(ENFORCEMENT)] == ["failed"]


def test_a_failure_after_much_was_removed_wakes_a_person_once():
    found = world(BASELINE, "restore")
    for number in range(600):
        found.ec2.open(22, f"198.51.{number // 250}.{number % 250}/32", Description="x" * 255)
    found.ec2.fails["authorize_security_group_ingress"] = "RulesPerSecurityGroupLimitExceeded"
    with pytest.raises(RuntimeError, match="LimitExceeded"):
        found.guard.examine(event())
    outcomes = found.details(ENFORCEMENT)
    assert len(outcomes) > 1
    assert [one["alert"] for one in outcomes] == [True] + [False] * (len(outcomes) - 1)


def test_of_too_much_that_has_gone_the_latest_is_remembered():
    found = world()
    for number in range(10):
        found.ec2.rules.clear()
        for low in range(250):
            found.ec2.open(22, f"198.51.{number}.{low}/32")
        found.guard.examine(event())
        found.seconds += 1
    found.ec2.rules.clear()
    found.guard.examine(event())
    found.ec2.open(22, "198.51.9.7/32")
    found.guard.examine(event())
    assert not found.details(JUDGEMENT)[-1]["alert"], "it has come back within the hour"
