"""Every event becomes one valid OCSF record that keeps the event whole."""

from __future__ import annotations

import copy
import json

import pytest

from lambda_src.access_events.lines import LIMIT
from lambda_src.access_events.redact import MARKER
from tests.lambda_src.access_events.hub import NOW, Hub, policy
from tests.lambda_src.access_events.ocsf_schema import violations
from tests.lambda_src.access_events.variants import (
    EVENTS,
    PORT_FORWARDING,
    SAMPLES,
    api_call,
    changed,
    sample,
    session,
    text,
)

STRICT = policy(networks={"default": ["198.51.100.0/24"]}, failed_sign_ins={"threshold": 1})


def record_of(event):
    hub = Hub()
    assert hub.take(event) == []
    (record,) = hub.records
    return record


def test_every_sample_is_among_the_events():
    assert {path.stem for path in SAMPLES.glob("*.json")} <= set(EVENTS)
    assert len(list(SAMPLES.glob("*.json"))) >= 17


@pytest.mark.parametrize("name", EVENTS)
def test_every_record_and_finding_is_valid_ocsf(name):
    hub = Hub(STRICT)
    assert hub.take(EVENTS[name]) == []
    assert len(hub.records) == 1
    assert {line["metadata"]["uid"]: found for line in hub.lines if (found := violations(line))} == {}


@pytest.mark.parametrize("name", EVENTS)
def test_the_event_is_kept_whole_but_for_its_secrets(name):
    raw = record_of(EVENTS[name])["raw_data"]
    if "ConnectionKey" not in raw and "tokenValue" not in raw:
        assert raw == text(EVENTS[name])
    else:
        kept = json.loads(raw)
        for key in set(kept["detail"]["responseElements"]) & {"ConnectionKey", "tokenValue"}:
            assert kept["detail"]["responseElements"][key] == MARKER
            kept["detail"]["responseElements"][key] = EVENTS[name]["detail"]["responseElements"][key]
        assert kept == EVENTS[name]


@pytest.mark.parametrize(
    ("name", "class_uid", "activity", "kind"),
    [
        ("signin_iam_success_mfa", 3002, "Logon", "sign_in"),
        ("sign-in, the other spelling", 3002, "Logon", "sign_in"),
        ("sign-in, told as an API call", 3002, "Logon", "sign_in"),
        ("signin_switch_role", 3002, "SwitchRole", "sign_in"),
        ("sign-in, CheckMfa", 3002, "Preauth", "sign_in"),
        ("workspaces_access", 3002, "Logon", "workspaces_login"),
        ("ssm_start_session", 6003, "Create", "session"),
        ("session, terminated", 6003, "Delete", "session"),
        ("guiconnect_start_connection", 6003, "Create", "connection"),
        ("recording preferences", 6003, "Delete", "api_call"),
        ("sg_modify_rules", 6003, "Update", "network_change"),
        ("prefix list", 6003, "Update", "network_change"),
        ("network interface", 6003, "Update", "network_change"),
        ("network interface, made", 6003, "Create", "network_change"),
        ("instance, started", 6003, "Create", "network_change"),
        ("instance, changed", 6003, "Update", "network_change"),
        ("judgement, opened", 6003, "Security Group Judgement", "security_group_judgement"),
        ("judgement, closed", 2004, "Close", "security_group_judgement"),
        ("enforcement, done", 6003, "Security Group Enforcement", "security_group_enforcement"),
        ("sweep, clear", 6003, "Security Group Sweep", "security_group_sweep"),
        ("guard, another type", 0, "Unknown", "unknown"),
        ("trail stopped by a service", 6003, "Update", "api_call"),
        ("recording arrived", 6003, "Create", "recording"),
        ("alarm", 0, "Alarm State Change", "alarm"),
        ("heartbeat by rule", 0, "Heartbeat", "heartbeat"),
        ("heartbeat by schedule", 0, "Heartbeat", "heartbeat"),
        ("member_silent", 0, "Member Silent", "silence"),
        ("silence, no fields", 0, "Member Silent", "silence"),
        ("roster, another type", 0, "Unknown", "unknown"),
        ("unknown", 0, "Unknown", "unknown"),
        ("sign-in, an anomaly that AWS tells of", 0, "Unknown", "unknown"),
    ],
)
def test_each_kind_of_event_has_its_class(name, class_uid, activity, kind):
    record = record_of(EVENTS[name])
    assert (record["class_uid"], record["activity_name"], record["unmapped"]["kind"]) == (class_uid, activity, kind)


@pytest.mark.parametrize(
    ("name", "status", "detail"),
    [
        ("signin_iam_success_mfa", "Success", "ConsoleLogin: Success"),
        ("signin_iam_failure", "Failure", "ConsoleLogin: Failed authentication"),
        ("signin_switch_role", "Success", "SwitchRole: Success"),
        ("sign-in, CheckMfa", "Success", "CheckMfa: Success"),
        ("sign-in, hardly any fields", "Other", "ConsoleLogin: no outcome given"),
        ("sg_authorize_denied", "Failure", "You are not authorized to perform this operation."),
    ],
)
def test_the_outcome_is_told(name, status, detail):
    record = record_of(EVENTS[name])
    assert (record["status"], record["status_detail"]) == (status, detail)


def test_a_trail_event_is_known_by_its_own_id_and_time():
    record = record_of(sample("ssm_start_session", time="2026-05-01T12:03:00Z", detail__eventID="the-event"))
    assert (record["metadata"]["uid"], record["time"]) == ("the-event", 1_777_636_800_000)


def test_another_event_is_known_by_the_id_of_its_envelope_and_a_login_by_its_own_time():
    record = record_of(EVENTS["workspaces_access"])
    assert record["metadata"]["uid"] == "64ca0eda-9751-dc55-c41a-1bd50b4fc9b7"
    assert record["time"] == 1_680_711_217_603


def test_a_time_that_is_none_is_the_time_of_arrival_and_says_so():
    record = record_of(sample("signin_iam_success_mfa", detail__eventTime="soon", time=None))
    assert (record["time"], record["unmapped"]["time_source"]) == (NOW * 1000, "received")


def test_what_queries_join_on_is_in_the_record():
    shell = record_of(session(PORT_FORWARDING))["unmapped"]
    assert shell["session_id"] == "alice-0e34861185201706f"
    assert (shell["target"], shell["document_name"]) == ("i-0123456789abcdef0", PORT_FORWARDING)
    desktop = record_of(EVENTS["guiconnect_start_connection"])["unmapped"]
    assert (desktop["connection_id"], desktop["target"]) == (
        "fcb810cd-241f-4aae-9ee4-02d59EXAMPLE",
        "i-02573cafcfEXAMPLE",
    )
    groups = {name: record_of(EVENTS[name])["unmapped"].get("group_id") for name in EVENTS if name.startswith("sg_")}
    assert groups == {
        "sg_authorize_denied": "sg-007c4cf0863811b58",
        "sg_authorize_ingress": "sg-007c4cf0863811b58",
        "sg_authorize_legacy_flat_groupname": None,
        "sg_create": "sg-0new",
        "sg_modify_rules": "sg-0123456789abcdef0",
        "sg_revoke_ingress": "sg-007c4cf0863811b58",
    }


def test_a_silence_is_of_the_member_and_not_of_the_hub_that_tells_it():
    record = record_of(EVENTS["member_silent"])
    assert record["cloud"] == {"provider": "AWS", "account": {"uid": "222222222222"}, "region": "eu-west-1"}
    assert record["unmapped"]["last_heard"] == "2026-05-01T10:45:00Z"
    assert record["time"] == 1_777_636_800_000
    for name in ("silence, no fields", "silence, fields of other types"):
        bare = record_of(EVENTS[name])
        assert (bare["cloud"], bare["unmapped"].get("last_heard")) == ({"provider": "AWS"}, None), name


def test_a_caller_that_is_a_service_is_no_address():
    record = record_of(EVENTS["session, GuiConnect's own"])
    assert record["src_endpoint"] == {"svc_name": "ssm-guiconnect.amazonaws.com"}
    assert record["actor"]["invoked_by"] == "ssm-guiconnect.amazonaws.com"


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("secret", ["hush", {"deep": ["hush"]}, 'a "quoted" hush'])
@pytest.mark.parametrize(
    ("source", "key"),
    [
        *((source, key) for source in ("ssm", "ssm-guiconnect", "ec2") for key in ("ConnectionKey", "tokenValue")),
        *((source, key) for source in ("ec2", "autoscaling") for key in ("userData", "UserData")),
    ],
)
def test_no_secret_is_kept_or_told(source, key, secret, escaped):
    call = api_call(f"{source}.amazonaws.com", "StartSession")
    raw = text(changed(call, detail__responseElements={"list": [{key: secret}]}))
    if escaped:
        raw = raw.replace(key, f"\\u{ord(key[0]):04x}{key[1:]}")
    hub = Hub(STRICT)
    assert hub.take(raw) == []
    assert json.loads(hub.records[0]["raw_data"])["detail"]["responseElements"] == {"list": [{key: MARKER}]}
    assert hub.records[0]["unmapped"]["redacted"]
    assert "hush" not in json.dumps([hub.lines, hub.alerts, hub.findings, hub.logged])


@pytest.mark.parametrize(
    "broken", ['{"userData": "hush', '{"ConnectionKey":"hush"', '{"tokenValue" : "hush', "ConnectionKey=hush,x"]
)
def test_no_secret_of_a_broken_text_is_kept(broken):
    assert "hush" not in record_of(broken)["raw_data"]


def test_what_cloudtrail_has_hidden_itself_stays_as_it_came():
    record = record_of(EVENTS["instance, started"])
    assert record["raw_data"] == text(EVENTS["instance, started"])
    assert "redacted" not in record["unmapped"]


def test_user_data_of_an_instance_is_not_kept_whatever_wraps_it():
    asked = {"instanceId": "i-1", "userData": {"value": "hush"}}
    event = api_call("ec2.amazonaws.com", "ModifyInstanceAttribute", asked, detail__note='the "userData": "x"')
    raw = record_of(event)["raw_data"]
    assert json.loads(raw)["detail"]["requestParameters"] == {"instanceId": "i-1", "userData": MARKER}
    assert "hush" not in raw


def test_a_name_that_only_looks_like_a_secret_changes_nothing():
    raw = text(sample("ssm_start_session", detail__responseElements=None, detail__note='the "tokenValue": "x"'))
    assert record_of(raw)["raw_data"] == raw


def test_the_owner_of_a_workspace_is_added():
    record = record_of(EVENTS["workspaces_access"])
    assert (record["user"]["name"], record["unmapped"]["enrichment"]) == ("owner-of-ws-xyskdga", "done")


def test_a_record_whose_owner_nobody_tells_says_so():
    def fault(name):
        if name == "look_up":
            raise TimeoutError

    hub = Hub(fault=fault)
    assert hub.take(EVENTS["workspaces_access"], EVENTS["WorkSpaces, hardly any fields"]) == []
    assert [record["unmapped"]["enrichment"] for record in hub.records] == ["failed", "failed"]


@pytest.mark.parametrize("filler", ["x", '"', "é", "\U0001f511", "\ud800"])
def test_a_record_too_large_for_firehose_loses_the_end_of_its_raw_data_alone(filler):
    event = sample("signin_iam_success_mfa", detail__userAgent=filler * 1_100_000)
    hub = Hub()
    sizes = []

    def measure(line):
        sizes.append(len(line))
        return False

    hub.refuse = measure
    assert hub.take(event) == []
    (record,) = hub.records
    assert sizes[0] <= LIMIT
    assert sizes[0] > LIMIT * 0.9
    assert record["unmapped"]["raw_truncated"]
    assert text(event).startswith(record["raw_data"])
    assert record["raw_data_size"] == len(text(event))
    assert violations(record) == []


def test_a_record_that_just_fits_is_whole():
    record = record_of(sample("signin_iam_success_mfa", detail__padding="x" * 900_000))
    assert "raw_truncated" not in record["unmapped"]


BREAKS = {
    "no time": lambda record: record.pop("time"),
    "a time of text": lambda record: record.update(time="2026-05-01T12:00:00Z"),
    "no user": lambda record: record.pop("user"),
    "an empty user": lambda record: record.update(user={}),
    "a severity that is none": lambda record: record.update(severity_id=7),
    "a type of another class": lambda record: record.update(type_uid=600301),
    "an address that is none": lambda record: record["src_endpoint"].update(ip="somewhere"),
    "an attribute that OCSF does not know": lambda record: record.update(verdict="alert"),
    "no product": lambda record: record["metadata"].pop("product"),
    "no service": lambda record: record.pop("service"),
    "raw data that is no text": lambda record: record.update(raw_data={}),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_record_is_refused_by_the_schema(name):
    record = record_of(EVENTS["signin_iam_success_mfa"])
    assert violations(record) == []
    broken = copy.deepcopy(record)
    BREAKS[name](broken)
    assert violations(broken) != []
