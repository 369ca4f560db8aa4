"""What an account shows of what AWS leaves open, and that nothing is claimed that was not seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.tools.doctor.places import ARCHIVE, HOME, MEMBER, NOW, expected
from tools.doctor.answers import calls, delivery, keys, recordings
from tools.doctor.answers.every import QUESTIONS, settle
from tools.doctor.answers.page import as_document
from tools.doctor.eyes import Eyes, UnseenError


def test_every_unknown_has_a_question():
    assert {int(question.id.split("-")[0]) for question in QUESTIONS} == set(range(1, 14))
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)


def test_where_nothing_can_be_read_everything_is_open_and_says_what_it_needs():
    class Closed(Eyes):
        def _try(self, *_arguments, **_more):
            raise UnseenError("denied", "allow it")

    document = json.loads(as_document(settle(Closed(None), expected()), at=NOW))  # type: ignore[arg-type] # unused
    assert (document["settled"], document["open"]) == (0, len(QUESTIONS))
    assert [one["id"] for one in document["answers"] if not (one["needed"] and one["how"])] == []


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        (f"{MEMBER}/{HOME}/2026/11/25/x.mp4", "{account}/{region}/{number}/{number}/{number}/x.mp4"),
        ("fcb810cd-241f-4aae-9ee4-02d59aaaaaaa.webm", "{uuid}.webm"),
        ("i-0123456789abcdef0/20261125T101112Z", "{instance}/{day}"),
        ("connection/0123456789abcdef01", "connection/{hex}"),
    ],
)
def test_the_shape_of_a_key_names_nobody(key, shape):
    assert recordings.shape(key) == shape


@given(st.text(alphabet="0123456789abcdef-/i", max_size=60))
def test_no_account_is_left_in_a_shape(text):
    assert MEMBER not in recordings.shape(f"{text}/{MEMBER}/{text}")


def test_one_layout_is_told_once():
    answer = recordings.layout_of([f"{MEMBER}/{number}" for number in range(9)]).answer
    assert answer == "9 objects: {account}/{number}"
    assert recordings.layout_of([]).answer is None


@pytest.mark.parametrize(
    ("connections", "recorded", "on", "answer"),
    [
        (0, 5, [], None),
        (2, 2, [MEMBER], None),
        (2, 2, [], "not needed"),
        (2, 0, [], "needed, or"),
    ],
)
def test_node_access_is_settled_where_it_is_off(connections, recorded, on, answer):
    found = recordings.need_of_node_access(connections, recorded, on)
    assert (found.answer is None) if answer is None else str(found.answer).startswith(answer)
    assert (found.needed is None) == (found.answer is not None)


def test_only_grants_of_guiconnect_are_told():
    theirs = {"GranteePrincipal": "ssm-guiconnect.amazonaws.com", "Operations": ["Decrypt"]}
    assert "operations Decrypt" in str(recordings.grant_of([theirs, {"GranteePrincipal": "dynamodb"}]).answer)
    assert recordings.grant_of([{"GranteePrincipal": "dynamodb", "Operations": ["Decrypt"]}]).answer is None


@pytest.mark.parametrize(
    ("locked", "objects", "settled"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_lock_is_settled_by_an_object_that_came_under_it(locked, objects, settled):
    assert (recordings.locked_upload(locked=locked, objects=objects).answer is not None) is settled
    assert (delivery.firehose_lock(locked=locked, transcripts=objects).answer is not None) is settled


def test_the_evidence_key_of_the_golden_template_demands_the_organization_of_logs():
    template = json.loads((ROOT / "tests" / "golden" / f"LogArchive-{HOME}.template.json").read_text("utf-8"))
    text = json.dumps(template).replace('{"Ref": "AWS::Partition"}', '"aws"')
    (key,) = [one for one in json.loads(text)["Resources"].values() if one["Type"] == "AWS::KMS::Key"]
    policy = _joined(key["Properties"]["KeyPolicy"])
    group = f"arn:aws:logs:{HOME}:{MEMBER}:log-group:/evidence/session-manager"
    assert keys.demands_organization(policy, "logs.", group)
    assert not keys.demands_organization(
        policy, "logs.", group.replace(MEMBER, ARCHIVE).replace("session-manager", "check")
    )
    (statement,) = [one for one in policy["Statement"] if one["Sid"] == "LogsEncryptsMemberLogGroups"]
    statement["Condition"]["StringEqualsIfExists"] = statement["Condition"].pop("StringEquals")
    assert not keys.demands_organization(policy, "logs.", group)


def _joined(value):
    if isinstance(value, dict):
        if set(value) == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            return separator.join(str(_joined(part)) for part in parts)
        return {name: _joined(inner) for name, inner in value.items()}
    return [_joined(inner) for inner in value] if isinstance(value, list) else value


def test_logs_are_settled_by_a_group_that_could_not_have_been_made_otherwise():
    assert keys.logs_tell(demanded=True, groups=["a"]).answer is not None
    assert keys.logs_tell(demanded=False, groups=["a"]).answer is None
    assert keys.logs_tell(demanded=True, groups=[]).answer is None


def test_a_trail_without_a_key_is_settled_by_its_deliveries():
    trail = {"S3BucketName": "logs"}
    assert keys.keyless_trail([{**trail, "KmsKeyId": "k", "delivered": NOW}], bucket="logs").answer is None
    assert keys.keyless_trail([{**trail, "delivered": NOW}], bucket="elsewhere").answer is None
    assert keys.keyless_trail([trail], bucket="logs").answer is None
    assert str(keys.keyless_trail([{**trail, "delivered": NOW}], bucket="logs").answer).startswith("yes")
    assert keys.keyless_trail([{**trail, "problem": "AccessDenied"}], bucket="logs").answer == "no: AccessDenied"


def test_calls_are_told_by_their_fields_without_a_value():
    record = {"requestParameters": {"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp"}, {"x": {}}]}}}
    answer = calls.group_shapes({"ModifySecurityGroupRules": [record], "RevokeSecurityGroupIngress": []})
    assert answer.answer == "ModifySecurityGroupRules: groupId, ipPermissions.items[].ipProtocol"
    assert answer.needed == "make these calls once: RevokeSecurityGroupIngress"
    assert calls.group_shapes({"ModifySecurityGroupRules": []}).answer is None


def session(*, target="i-1", second=5, **more):
    return {"eventTime": f"2026-11-25T10:00:{second:02}Z", "requestParameters": {"target": target}, **more}


CONNECTION = {
    "eventTime": "2026-11-25T10:00:00Z",
    "requestParameters": {"InstanceId": "i-1"},
    "responseElements": {"ConnectionArn": "arn:aws:ssm-guiconnect:x:1:connection/fcb810cd"},
}


@pytest.mark.parametrize(
    ("sessions", "answer"),
    [
        ([session(additional={"list": [{"connection": "connection/fcb810cd"}]})], "yes: additional.list[].connection"),
        ([session()], "no field: in 1 pairs"),
        ([session(target="i-2", x="fcb810cd")], None),
        ([session(second=31, x="fcb810cd")], None),
        ([{"eventTime": "never", "requestParameters": {"target": "i-1"}}], None),
        ([], None),
    ],
)
def test_the_link_is_settled_by_pairs(sessions, answer):
    found = calls.link([CONNECTION], sessions).answer
    assert found is None if answer is None else str(found).startswith(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.lists(st.dictionaries(st.sampled_from(["eventTime", "requestParameters", "responseElements"]), JSON)))
def test_no_record_makes_the_answers_fail(records):
    calls.link(records, records)
    calls.group_shapes({"ModifySecurityGroupRules": records})
