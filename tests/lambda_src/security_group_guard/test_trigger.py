"""A recorded call says where to look and who acted, in every shape that CloudTrail writes, and never breaks."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.trigger import ATTACHMENTS, GROUPS, PREFIX_LISTS, RULES, Actor, Trigger, trigger
from tests.conftest import ROOT

EVENTS = ROOT / "tests" / "events"
CALLS = sorted(RULES | GROUPS | PREFIX_LISTS | ATTACHMENTS)


def event(name):
    return json.loads((EVENTS / f"sg_{name}.json").read_text("utf-8"))


def call(name, request, response=None, **more):
    """The envelope of a call with another request and answer."""
    changed = event("create")
    changed["detail"] |= {"eventName": name, "requestParameters": request, "responseElements": response, **more}
    return changed


def asked(event) -> Trigger:
    """What the guard is asked, by an event that does ask."""
    found = trigger(event)
    assert found is not None
    return found


def looked_at(found):
    """What a trigger says beside who, when and where, without what is empty."""
    kept = ("groups", "names", "prefix_lists", "attached", "direction", "rules", "unread")
    return {name: value for name in kept if (value := getattr(found, name))}


GROUP = "sg-007c4cf0863811b58"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "authorize_ingress",
            {
                "groups": (GROUP,),
                "direction": "ingress",
                "rules": ("sgr-0d28445c956a5d8ac", "sgr-0d28445c956a5d8ad"),
            },
        ),
        ("authorize_denied", {"groups": (GROUP,), "direction": "ingress"}),
        ("authorize_legacy_flat_groupname", {"names": ("default",), "direction": "ingress"}),
        ("create", {"groups": ("sg-0new",)}),
        ("modify_rules", {"groups": ("sg-0123456789abcdef0",), "rules": ("sgr-0d28445c956a5d8ac",)}),
        ("revoke_ingress", {"groups": (GROUP,), "direction": "ingress", "rules": ("sgr-0d28445c956a5d8ac",)}),
    ],
)
def test_each_recorded_shape_says_what_to_look_at(name, expected):
    assert looked_at(asked(event(name))) == expected


@pytest.mark.parametrize("name", [path.stem.removeprefix("sg_") for path in sorted(EVENTS.glob("sg_*.json"))])
def test_who_where_and_when_are_read_with_and_without_the_envelope(name):
    whole = asked(event(name))
    assert (whole.account, whole.region, whole.time) == ("222222222222", "ap-northeast-1", "2026-05-01T12:00:00Z")
    assert whole.event_id == "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    assert whole.actor == Actor(
        arn="arn:aws:sts::222222222222:assumed-role/Ops/alice",
        issuer="arn:aws:iam::222222222222:role/Ops",
        source_ip="203.0.113.10",
        user_agent="console.amazonaws.com",
    )
    assert asked(event(name)["detail"]) == whole


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("Client.UnauthorizedOperation", False),
        ("Client.DryRunOperation", False),
        ("DryRunOperation", False),
        ("InvalidPermission.Duplicate", False),
        (None, True),
        ("", True),
        ({"code": "Client.DryRunOperation"}, True),
    ],
)
def test_a_call_that_failed_changed_nothing_and_a_code_that_is_no_text_is_no_reason_to_look_away(code, changed):
    tried = event("authorize_ingress")
    tried["detail"]["errorCode"] = code
    found = asked(tried)
    assert (found.changed, found.error) == (changed, code if not changed else "")
    assert found.unread == (("errorCode is no text",) if isinstance(code, dict) else ())


def modified(*ids):
    rules = [{"SecurityGroupRuleId": rule, "tag": tag, "SecurityGroupRule": {}} for tag, rule in enumerate(ids, 1)]
    return {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1", "SecurityGroupRule": rules}}


@pytest.mark.parametrize(
    ("name", "request_", "response", "expected"),
    [
        (
            "ModifySecurityGroupRules",
            modified("sgr-1", "sgr-2"),
            None,
            {"groups": ("sg-1",), "rules": ("sgr-1", "sgr-2")},
        ),
        ("ModifySecurityGroupRules", modified(), None, {"groups": ("sg-1",)}),
        (
            "RevokeSecurityGroupEgress",
            {"groupId": "sg-1", "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-1"}, "sgr-2"]}},
            {"_return": True, "revokedSecurityGroupRuleSet": {}},
            {"groups": ("sg-1",), "direction": "egress", "rules": ("sgr-1", "sgr-2")},
        ),
        (
            "RevokeSecurityGroupIngress",
            {"groupName": "default", "securityGroupRuleIds": {}},
            {"revokedSecurityGroupRuleSet": {"items": [{"groupId": "sg-1", "securityGroupRuleId": "sgr-1"}]}},
            {"groups": ("sg-1",), "direction": "ingress", "rules": ("sgr-1",)},
        ),
        (
            "AuthorizeSecurityGroupIngress",
            {"groupId": "sg-1", "ipPermissions": {"items": [{"groups": {"items": [{"groupId": "sg-source"}]}}]}},
            {"_return": True},
            {"groups": ("sg-1",), "direction": "ingress"},
        ),
        (
            "UpdateSecurityGroupRuleDescriptionsIngress",
            {
                "UpdateSecurityGroupRuleDescriptionsIngressRequest": {
                    "GroupId": "sg-1",
                    "SecurityGroupRuleDescription": {"SecurityGroupRuleId": "sgr-1", "Description": "x", "tag": 1},
                }
            },
            None,
            {"groups": ("sg-1",), "direction": "ingress", "rules": ("sgr-1",)},
        ),
        (
            "UpdateSecurityGroupRuleDescriptionsEgress",
            {"groupName": "web", "ipPermissions": {"items": [{"ipProtocol": "tcp"}]}},
            {"_return": True},
            {"names": ("web",), "direction": "egress"},
        ),
        ("DeleteSecurityGroup", {"groupId": "sg-1"}, {"_return": True}, {"groups": ("sg-1",)}),
        ("DeleteSecurityGroup", {"groupName": "web"}, {"_return": True}, {"names": ("web",)}),
        ("CreateSecurityGroup", {"groupName": "web"}, None, {"names": ("web",)}),
        (
            "AssociateSecurityGroupVpc",
            {"AssociateSecurityGroupVpcRequest": {"GroupId": "sg-1"}},
            None,
            {"groups": ("sg-1",)},
        ),
        (
            "ModifyManagedPrefixList",
            {"ModifyManagedPrefixListRequest": {"PrefixListId": "pl-1"}},
            None,
            {"prefix_lists": ("pl-1",)},
        ),
        ("DeleteManagedPrefixList", {"prefixListId": "pl-1"}, None, {"prefix_lists": ("pl-1",)}),
        ("RestoreManagedPrefixListVersion", {"prefixListId": "pl-1"}, None, {"prefix_lists": ("pl-1",)}),
        (
            "CreateManagedPrefixList",
            {"CreateManagedPrefixListRequest": {"PrefixListName": "offices"}},
            {"CreateManagedPrefixListResponse": {"prefixList": {"prefixListId": "pl-1"}}},
            {"prefix_lists": ("pl-1",)},
        ),
        (
            "ModifyNetworkInterfaceAttribute",
            {"networkInterfaceId": "eni-1", "groupSet": {"items": [{"groupId": "sg-1"}, {"groupId": "sg-2"}]}},
            {"_return": True},
            {"groups": ("sg-1", "sg-2"), "attached": ("eni-1",)},
        ),
        (
            "ModifyInstanceAttribute",
            {"instanceId": "i-1", "groupSet": {"items": [{"groupId": "sg-1"}]}},
            {"_return": True},
            {"groups": ("sg-1",), "attached": ("i-1",)},
        ),
        (
            "RunInstances",
            {
                "instancesSet": {"items": [{"imageId": "ami-1"}]},
                "groupSet": {"items": [{"groupId": "sg-1"}]},
                "networkInterfaceSet": {},
            },
            {
                "instancesSet": {
                    "items": [
                        {
                            "instanceId": "i-1",
                            "groupSet": {},
                            "networkInterfaceSet": {
                                "items": [
                                    {
                                        "networkInterfaceId": "eni-1",
                                        "groupSet": {"items": [{"groupId": "sg-2", "groupName": "web"}]},
                                    },
                                ]
                            },
                        }
                    ]
                }
            },
            {"groups": ("sg-1", "sg-2"), "attached": ("eni-1", "i-1")},
        ),
        (
            "RunInstances",
            {"networkInterfaceSet": {"items": [{"deviceIndex": 0, "groupSet": {"items": [{"groupId": "sg-1"}]}}]}},
            None,
            {"groups": ("sg-1",)},
        ),
        (
            "CreateNetworkInterface",
            {"groupSet": {"items": [{"groupId": "sg-1"}]}},
            {"networkInterface": {"networkInterfaceId": "eni-1", "groupSet": {"items": [{"groupId": "sg-1"}]}}},
            {"groups": ("sg-1",), "attached": ("eni-1",)},
        ),
    ],
)
def test_every_form_of_a_request_is_read(name, request_, response, expected):
    assert looked_at(asked(call(name, request_, response))) == expected


@pytest.mark.parametrize(
    "other",
    [
        None,
        [],
        {},
        {"detail": {}},
        {"detail": {"eventName": "DescribeSecurityGroups", "eventSource": "ec2.amazonaws.com"}},
        {"detail": {"eventName": "CreateSecurityGroup", "eventSource": "elasticache.amazonaws.com"}},
        {"detail": {"eventName": ["CreateSecurityGroup"]}},
        call("ModifyNetworkInterfaceAttribute", {"networkInterfaceId": "eni-1", "sourceDestCheck": {"value": False}}),
    ],
)
def test_a_call_that_opens_nothing_asks_for_nothing(other):
    assert trigger(other) is None


@pytest.mark.parametrize(
    ("request_", "unread"),
    [
        (None, ("nothing to look at is named", "requestParameters is absent")),
        ("sg-1", ("nothing to look at is named", "requestParameters is no object")),
        ({"groupId": ["sg-1"]}, ("groupId is no text", "nothing to look at is named")),
        (
            {"groupId": "sg-1 or another"},
            ("'sg-1 or another' is no id that begins with sg-", "nothing to look at is named"),
        ),
        (
            {"groupId": "sg-1", "securityGroupRuleIds": {"items": [7]}},
            ("securityGroupRuleIds holds what is neither object nor text",),
        ),
        ({"groupId": "sg-1", "securityGroupRuleIds": {"items": ["sg-1"]}}, ("'sg-1' is no id that begins with sgr-",)),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(request_, unread):
    found = asked(call("RevokeSecurityGroupIngress", request_))
    assert (found.unread, found.changed, found.account) == (unread, True, "222222222222")
    assert found.groups == (("sg-1",) if isinstance(request_, dict) and request_["groupId"] == "sg-1" else ())


def test_a_record_that_says_neither_account_nor_region_is_told():
    bare = {"eventName": "DeleteSecurityGroup", "requestParameters": {"groupId": "sg-1"}}
    assert asked(bare).unread == ("account is absent", "region is absent")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["sg-1", "eni-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """The path of every value inside a JSON value."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@given(data=st.data())
def test_no_json_in_any_place_of_a_record_breaks_the_reader(data):
    name = data.draw(st.sampled_from([path.name for path in sorted(EVENTS.glob("sg_*.json"))]))
    broken = json.loads((EVENTS / name).read_text("utf-8"))
    if data.draw(st.booleans()):
        broken["detail"]["eventName"] = data.draw(st.sampled_from(CALLS))
    path = data.draw(st.sampled_from([path for path in places(broken) if path]))
    parent = broken
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = data.draw(JSON)
    before = copy.deepcopy(broken)
    found = trigger(broken)
    assert repr(broken) == repr(before)
    assert found is None or all(isinstance(text, str) for text in (*found.groups, *found.rules, *found.unread))


FIELDS = st.sampled_from(
    [
        "groupId", "GroupId", "groupName", "groupSet", "items", "item", "instancesSet", "networkInterfaceSet",
        "networkInterfaceId", "instanceId", "networkInterface", "prefixList", "prefixListId", "securityGroupRuleIds",
        "SecurityGroupRule", "securityGroupRuleId", "securityGroupRuleSet", "revokedSecurityGroupRuleSet",
    ]
)  # fmt: skip
SHAPED = st.recursive(
    st.none() | st.integers() | st.sampled_from(["sg-1", "sgr-1", "pl-1", "eni-1", "i-1", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=12,
)


@given(name=st.sampled_from(CALLS), request_=SHAPED, response=SHAPED, wrapped=st.booleans())
def test_known_fields_in_any_arrangement_break_nothing_and_give_ids_alone(name, request_, response, wrapped):
    if wrapped:
        request_, response = {f"{name}Request": request_}, {f"{name}Response": response}
    found = trigger(call(name, request_, response))
    if found is not None:
        seen = {"sg-": found.groups, "sgr-": found.rules, "pl-": found.prefix_lists}
        wrong = [text for start, texts in seen.items() for text in texts if not text.startswith(start)]
        assert wrong == []
        assert found.unread or found.groups or found.names or found.prefix_lists or found.attached or found.rules


@given(event=JSON)
def test_any_json_at_all_is_no_call_of_ours(event):
    assert trigger(event) is None
