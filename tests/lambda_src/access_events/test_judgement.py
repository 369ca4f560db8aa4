"""Each rule finds what it is there for and leaves the rest alone; an exception ends by itself."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from lambda_src.access_events.evidence_events import RULES as EVIDENCE_RULES
from lambda_src.access_events.judge import CHECKS
from lambda_src.access_events.policy import Policy
from lambda_src.access_events.rules import RULES
from tests.lambda_src.access_events.hub import Hub, is_finding, policy
from tests.lambda_src.access_events.variants import (
    EVENTS,
    MEMBER,
    OTHER_ACCOUNT,
    PORT_FORWARDING,
    api_call,
    changed,
    object_event,
    sample,
    session,
)


def reasons(event, **parts):
    hub = Hub(policy(**parts))
    assert hub.take(event) == []
    assert [line["unmapped"]["reasons"] for line in hub.records] == [hub.reasons]
    return hub.reasons


EXPECTED = {
    "signin_root_success_nomfa": ["root-sign-in"],
    "sign-in, root with MFA": ["root-sign-in"],
    "signin_iam_success_nomfa": ["no-mfa"],
    "session, port forwarding": ["unlogged-session"],
    "session, SSH": ["unlogged-session"],
    "WorkSpaces, hardly any fields": ["unapproved-network"],  # no address is in no network
    "recording preferences": ["tampering"],
    "trail stopped by a service": ["tampering"],
    "recording deleted": ["tampering"],
    "alarm": ["alarm"],
    "member_silent": ["silent-member"],
    "silence, hardly any fields": ["silent-member"],
    "silence, no fields": ["silent-member"],
    "silence, fields of other types": ["silent-member"],
    "roster, another type": ["unknown-event"],
    "judgement, opened": ["security-group-difference"],
    "judgement, by the record": ["security-group-difference"],
    "judgement, of nothing": ["security-group-unjudged"],
    "judgement, partly unjudged": ["security-group-difference", "security-group-unjudged"],
    "judgement, unjudged": ["security-group-unjudged"],
    "judgement, too large": ["security-group-difference"],
    "judgement, by a service": ["security-group-difference"],
    "judgement, malformed": ["security-group-unjudged"],
    "judgement, no fields": ["security-group-unjudged"],
    "enforcement, failed": ["security-group-enforcement"],
    "enforcement, bounded": ["security-group-enforcement"],
    "enforcement, malformed": ["security-group-unjudged"],
    "sweep, found": ["security-group-sweep"],
    "sweep, malformed": ["security-group-unjudged"],
    "guard, another type": ["unknown-event"],
    "sign-in, an anomaly that AWS tells of": ["unknown-event"],
    "unknown": ["unknown-event"],
    "no event at all": ["unknown-event"],
    "ip_space_changed_sns_message": ["unknown-event"],
    "session_log_message": ["unknown-event"],
}


@pytest.mark.requirement(27, "access hub", "root use, sign-in without MFA")
@pytest.mark.parametrize("name", EVENTS)
def test_every_event_has_the_expected_verdict(name):
    assert reasons(EVENTS[name]) == EXPECTED.get(name, [])


def test_the_record_says_the_verdict():
    hub = Hub(policy(exceptions=[{**WAIVER, "rule": "no-mfa"}]))
    events = [EVENTS[name] for name in ("signin_root_success_nomfa", "signin_federated_success", "signin_iam_failure")]
    hub.take(*events, EVENTS["signin_iam_success_nomfa"])
    assert [line["unmapped"]["verdict"] for line in hub.records] == ["alert", "clear", "counted", "excepted"]


@pytest.mark.parametrize(
    "changes",
    [
        {"detail__userIdentity__type": "FederatedUser"},
        {"detail__userIdentity__type": "AssumedRole"},
        {"detail__userIdentity__type": "IdentityCenterUser"},
        {"detail__responseElements__ConsoleLogin": "Failure"},
    ],
)
def test_no_second_factor_is_asked_of_whom_another_has_asked_or_who_did_not_enter(changes):
    assert reasons(sample("signin_iam_success_nomfa", **changes)) == []


def test_a_failed_root_sign_in_is_none():
    assert reasons(sample("signin_root_success_nomfa", detail__responseElements__ConsoleLogin="Failure")) == []


APPROVED = {"default": ["192.0.2.0/25", "2001:db8::/33"], "accounts": {OTHER_ACCOUNT: ["198.51.100.7/32"]}}


@pytest.mark.parametrize(
    ("address", "account", "inside"),
    [
        ("192.0.2.0", MEMBER, True),
        ("192.0.2.127", MEMBER, True),
        ("192.0.2.128", MEMBER, False),
        ("192.0.1.255", MEMBER, False),
        ("2001:db8::", MEMBER, True),
        ("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", MEMBER, True),
        ("2001:DB8:0:0::1", MEMBER, True),
        ("2001:db8:8000::", MEMBER, False),
        ("::ffff:192.0.2.1", MEMBER, True),
        ("::ffff:192.0.2.200", MEMBER, False),
        ("::c000:201", MEMBER, False),
        ("fe80::1%eth0", MEMBER, False),
        ("192.0.2.01", MEMBER, False),
        ("somewhere", MEMBER, False),
        ("AWS Internal", MEMBER, False),
        (None, MEMBER, False),
        ("192.0.2.1", OTHER_ACCOUNT, False),
        ("198.51.100.7", OTHER_ACCOUNT, True),
        ("198.51.100.7", MEMBER, False),
    ],
)
@pytest.mark.parametrize("name", ["signin_iam_success_mfa", "signin_federated_success", "workspaces_access"])
def test_a_login_comes_from_a_network_that_its_account_approved(name, address, account, inside):
    key = "detail__clientIpAddress" if name == "workspaces_access" else "detail__sourceIPAddress"
    event = sample(name, account=account, **{key: address})
    assert reasons(event, networks=APPROVED) == ([] if inside else ["unapproved-network"])


def test_a_failure_and_what_is_no_login_come_from_anywhere():
    for name in ("signin_iam_failure", "sign-in, CheckMfa", "ssm_start_session"):
        assert reasons(EVENTS[name], networks={"default": []}) == [], name


def test_without_declared_networks_every_network_is_right():
    assert reasons(EVENTS["workspaces_access"], networks={"accounts": {OTHER_ACCOUNT: []}}) == []


def test_one_event_is_one_finding_however_many_rules_it_breaks():
    hub = Hub(policy(networks={"default": []}))
    hub.take(EVENTS["signin_root_success_nomfa"])
    assert hub.reasons == ["root-sign-in", "unapproved-network"]
    assert len(hub.alerts) == len(hub.findings) == 1


def failures(number, **changes):
    return [sample("signin_iam_failure", detail__eventID=f"e-{each}", **changes) for each in range(number)]


LIMIT = {"threshold": 3, "window_minutes": 10}


@pytest.mark.requirement(27, "access hub", "failed sign-ins")
def test_as_many_failures_as_allowed_are_one_finding_and_fewer_are_none():
    for number, found in ((2, []), (3, ["failed-sign-ins"]), (7, ["failed-sign-ins"])):
        hub = Hub(policy(failed_sign_ins=LIMIT))
        for event in failures(number):
            hub.take(event)
        assert (hub.reasons, len(hub.alerts)) == (found, len(found))


@pytest.mark.parametrize(
    "changes",
    [
        {"detail__sourceIPAddress": "198.51.100.1"},
        {"detail__userIdentity__userName": "Mary"},
        {"account": OTHER_ACCOUNT},
        {"detail__eventTime": "2026-05-01T12:10:00Z"},
        {"detail__eventName": "CheckMfa", "detail__responseElements": {"CheckMfa": "Failure"}},
        {"detail__responseElements__ConsoleLogin": "Success", "detail__errorMessage": None},
        {"detail__eventID": "e-1"},
    ],
)
def test_what_differs_in_source_principal_account_window_or_kind_counts_apart_and_a_repetition_not_at_all(changes):
    hub = Hub(policy(failed_sign_ins=LIMIT))
    hub.take(*failures(2), changed(sample("signin_iam_failure", detail__eventID="e-9"), **changes))
    assert "failed-sign-ins" not in hub.reasons


@pytest.mark.parametrize("time", ["2026-05-01T12:00:00Z", "2026-05-01T12:09:59Z"])
def test_a_window_reaches_from_its_first_to_its_last_second(time):
    hub = Hub(policy(failed_sign_ins=LIMIT))
    hub.take(*failures(2), sample("signin_iam_failure", detail__eventID="e-9", detail__eventTime=time))
    assert hub.reasons == ["failed-sign-ins"]


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (None, []),
        ("SSM-SessionManagerRunShell", []),
        (f"arn:aws:ssm:ap-northeast-1:{MEMBER}:document/SSM-SessionManagerRunShell", []),
        (f"arn:aws:ssm:ap-northeast-1:{OTHER_ACCOUNT}:document/SSM-SessionManagerRunShell", ["other-session-document"]),
        ("AWS-StartInteractiveCommand", ["other-session-document"]),
        ("Mine", ["other-session-document"]),
        (PORT_FORWARDING, ["unlogged-session"]),
        (f"arn:aws:ssm:ap-northeast-1::document/{PORT_FORWARDING}", ["unlogged-session"]),
        ("AWS-StartPortForwardingSessionToRemoteHost", ["unlogged-session"]),
        ("AWS-StartPortForwardingSessionToSocket", ["unlogged-session"]),
        ("AWS-StartSSHSession", ["unlogged-session"]),
    ],
)
def test_a_session_takes_the_document_of_its_account(document, found):
    assert reasons(session(document)) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"detail__userIdentity__invokedBy": "ssm-guiconnect.amazonaws.com"}, []),
        ({"detail__sourceIPAddress": "ssm-guiconnect.amazonaws.com"}, []),
        ({"detail__userAgent": "ssm-guiconnect.amazonaws.com"}, ["unlogged-session"]),
        ({"detail__errorCode": "AccessDenied"}, []),
    ],
)
def test_gui_connect_may_forward_its_own_port_and_a_denied_session_is_none(changes, found):
    assert reasons(session(PORT_FORWARDING, **changes)) == found


def test_gui_connect_may_not_use_another_document():
    event = session("Mine", detail__sourceIPAddress="ssm-guiconnect.amazonaws.com")
    assert reasons(event) == ["other-session-document"]


KEY = "mrk-00000000000000000000000000000000"
KEY_ARN = f"arn:aws:kms:ap-northeast-1:111111111111:key/{KEY}"
PROTECTED = {"key_ids": [KEY], "trails": ["company-trail"]}
BUCKET = "evidence-logs-111111111111-ap-northeast-1"
DERIVED = "evidence-derived-111111111111-ap-northeast-1"
RULE_ARN = f"arn:aws:events:ap-northeast-1:{MEMBER}:rule/evidence-watch"
GROUP_ARN = f"arn:aws:logs:ap-northeast-1:{MEMBER}:log-group:/evidence/session-manager:*"

OURS = [
    ("ssm", "UpdateDocument", {"name": "SSM-SessionManagerRunShell"}),
    ("ssm", "DeleteDocument", {"name": f"arn:aws:ssm:x:{MEMBER}:document/SSM-SessionManagerRunShell"}),
    ("ssm", "UpdateDocumentDefaultVersion", {"name": "SSM-SessionManagerRunShell", "documentVersion": "1"}),
    ("ssm-guiconnect", "UpdateConnectionRecordingPreferences", None),
    ("cloudtrail", "StopLogging", {"name": "evidence-management-events"}),
    ("cloudtrail", "DeleteTrail", {"name": f"arn:aws:cloudtrail:x:{MEMBER}:trail/evidence-management-events"}),
    ("cloudtrail", "PutEventSelectors", {"trailName": "company-trail"}),
    ("events", "DisableRule", {"name": "evidence-sign-ins"}),
    ("events", "RemoveTargets", {"rule": "evidence-sign-ins", "ids": ["hub"]}),
    ("events", "DeleteRule", {"name": RULE_ARN}),
    ("events", "RemovePermission", {"eventBusName": "evidence-hub"}),
    ("events", "DeleteArchive", {"archiveName": "evidence-hub"}),
    ("firehose", "DeleteDeliveryStream", {"deliveryStreamName": "evidence-transcripts"}),
    ("logs", "DeleteSubscriptionFilter", {"logGroupName": "/evidence/session-manager"}),
    ("logs", "PutRetentionPolicy", {"logGroupName": "/evidence/session-manager", "retentionInDays": 1}),
    ("logs", "PutDataProtectionPolicy", {"logGroupIdentifier": GROUP_ARN}),
    ("logs", "PutAccountPolicy", {"policyName": "any"}),
    ("iam", "UpdateAssumeRolePolicy", {"roleName": "evidence-delivery"}),
    ("iam", "CreateRole", {"roleName": "evidence-auditor"}),
    ("iam", "AttachRolePolicy", {"roleName": "evidence-delivery", "policyArn": "arn:aws:iam::aws:policy/X"}),
    ("iam", "CreatePolicyVersion", {"policyArn": f"arn:aws:iam::{MEMBER}:policy/evidence-session-host"}),
    ("s3", "PutBucketPolicy", {"bucketName": BUCKET}),
    ("s3", "DeleteBucketPolicy", {"bucketName": DERIVED}),
    ("s3", "DeleteObject", {"bucketName": BUCKET, "key": "cloudtrail/x"}),
    ("s3", "PutObjectRetention", {"bucketName": BUCKET, "key": "cloudtrail/x"}),
    ("kms", "ScheduleKeyDeletion", {"keyId": KEY}),
    ("kms", "PutKeyPolicy", {"keyId": KEY_ARN}),
    ("kms", "UntagResource", {"keyId": KEY_ARN}),
    ("kms", "DeleteAlias", {"aliasName": "alias/evidence-key"}),
    ("monitoring", "DeleteAlarms", {"alarmNames": ["other", "evidence-late"]}),
    ("organizations", "LeaveOrganization", None),
    ("organizations", "DetachPolicy", {"policyId": "p-examplepolicy", "targetId": "ou-ex4m-example"}),
    ("organizations", "MoveAccount", {"accountId": MEMBER, "destinationParentId": "r-ex4m"}),
    ("sns", "Unsubscribe", {"subscriptionArn": f"arn:aws:sns:x:{MEMBER}:evidence-alerts:0-1-2"}),
    ("sqs", "PurgeQueue", {"queueUrl": f"https://sqs.x.amazonaws.com/{MEMBER}/evidence-events"}),
    ("glue", "UpdateTable", {"databaseName": "evidence", "tableInput": {"name": "access_timeline"}}),
    ("glue", "DeleteTable", {"databaseName": "EVIDENCE", "name": "access_timeline"}),
    ("glue", "BatchDeletePartition", {"databaseName": "evidence", "tableName": "compacted_events"}),
    ("glue", "DeleteDatabase", {"name": "evidence"}),
    ("glue", "CreateDatabase", {"databaseInput": {"name": "Evidence"}}),
    ("athena", "UpdateWorkGroup", {"workGroup": "evidence-audit"}),
    ("athena", "CreateWorkGroup", {"name": "evidence-audit"}),
    ("athena", "CreateNamedQuery", {"name": "root-use", "workGroup": "evidence-audit"}),
    ("athena", "DeleteNamedQuery", {"namedQueryId": "0a1b2c3d-0000-4000-8000-000000000000"}),
]
THEIRS = [
    ("ssm", "UpdateDocument", {"name": "Mine"}),
    ("ssm", "GetDocument", {"name": "SSM-SessionManagerRunShell"}),
    ("ssm-guiconnect", "GetConnectionRecordingPreferences", None),
    ("cloudtrail", "StopLogging", {"name": "theirs"}),
    ("events", "DisableRule", {"name": "my-evidence-rule"}),
    ("firehose", "DeleteDeliveryStream", {"deliveryStreamName": "transcripts"}),
    ("logs", "DeleteLogGroup", {"logGroupName": "/aws/evidence/x"}),
    ("logs", "DeleteLogGroup", {"logGroupName": "/evidence-like/x"}),
    ("iam", "DeleteRole", {"roleName": "delivery"}),
    ("iam", "GetRole", {"roleName": "evidence-delivery"}),
    ("s3", "PutBucketPolicy", {"bucketName": "my-evidence"}),
    ("s3", "DeleteObject", {"bucketName": DERIVED, "key": "athena-results/x"}),
    ("kms", "ScheduleKeyDeletion", {"keyId": "mrk-11111111111111111111111111111111"}),
    ("kms", "DeleteAlias", {"aliasName": "alias/app"}),
    ("monitoring", "DeleteAlarms", {"alarmNames": ["other"]}),
    ("organizations", "DescribeOrganization", None),
    ("ec2", "DeleteDocument", {"name": "SSM-SessionManagerRunShell"}),
    ("glue", "UpdateTable", {"databaseName": "evidence-of-sales", "tableInput": {"name": "evidence"}}),
    ("glue", "DeleteTable", {"databaseName": "sales", "name": "access_timeline"}),
    ("glue", "DeleteDatabase", {"name": "sales"}),
    ("glue", "GetTable", {"databaseName": "evidence", "name": "access_timeline"}),
    ("glue", "UpdateTable", None),
    ("athena", "UpdateWorkGroup", {"workGroup": "primary"}),
    ("athena", "StartQueryExecution", {"workGroup": "evidence-audit"}),
    ("athena", "CreateNamedQuery", {"name": "root-use", "workGroup": "primary"}),
]


@pytest.mark.requirement(27, "access hub", "trail, key, bucket policy, organization")
@pytest.mark.parametrize("error", [None, "AccessDenied"])
@pytest.mark.parametrize(("service", "name", "asked"), OURS)
def test_every_change_to_what_protects_the_evidence_is_found_though_it_be_denied(service, name, asked, error):
    event = api_call(f"{service}.amazonaws.com", name, asked, detail__errorCode=error)
    assert reasons(event, protected=PROTECTED) == ["tampering"]


@pytest.mark.parametrize(("service", "name", "asked"), THEIRS)
def test_what_is_not_ours_may_change(service, name, asked):
    assert reasons(api_call(f"{service}.amazonaws.com", name, asked), protected=PROTECTED) == []


def test_where_others_make_the_trail_every_trail_is_protected():
    event = api_call("cloudtrail.amazonaws.com", "StopLogging", {"name": "theirs"})
    assert reasons(event, protected={"trails": ["*"]}) == ["tampering"]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (object_event("Object Deleted", "DeleteObject"), ["tampering"]),
        (object_event("Object Deleted", "Lifecycle Expiration"), []),
        (object_event("Object Deleted", "DeleteObject", detail__bucket__name=DERIVED), []),
        (object_event(), []),
    ],
)
def test_evidence_goes_by_its_lifecycle_alone(event, found):
    assert reasons(event) == found


OFFICE = {"timezone": "Asia/Tokyo", "days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "21:00"}
NIGHT = {"timezone": "Asia/Tokyo", "days": ["fri"], "start": "22:00", "end": "06:00"}


@pytest.mark.parametrize(
    ("time", "hours", "expected"),
    [
        ("2026-04-30T23:00:00Z", OFFICE, True),  # Friday, 08:00 in Tokyo
        ("2026-04-30T22:59:59Z", OFFICE, False),
        ("2026-05-01T11:59:59Z", OFFICE, True),
        ("2026-05-01T12:00:00Z", OFFICE, False),
        ("2026-05-02T03:00:00Z", OFFICE, False),  # Saturday noon
        ("2026-05-01T13:00:00Z", NIGHT, True),  # Friday, 22:00
        ("2026-05-01T20:59:59Z", NIGHT, True),  # Saturday, 05:59, the night that began on Friday
        ("2026-05-01T21:00:00Z", NIGHT, False),
        ("2026-05-02T13:00:00Z", NIGHT, False),
        ("2026-05-01T12:00:00Z", None, True),
    ],
)
@pytest.mark.parametrize("name", ["signin_iam_success_mfa", "workspaces_access"])
def test_a_login_is_expected_at_the_declared_hours(name, time, hours, expected):
    key = "detail__loginTime" if name == "workspaces_access" else "detail__eventTime"
    assert reasons(sample(name, **{key: time}), hours=hours) == ([] if expected else ["outside-hours"])


WAIVER = {"owner": "security@example.com", "reason": "break-glass drill", "expires": "2026-05-01"}
ANAYA = f"arn:aws:iam::{MEMBER}:user/Anaya"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"rule": "no-mfa"}, []),
        ({"account": MEMBER}, []),
        ({"principal": ANAYA}, []),
        ({"principal": "Anaya"}, []),
        ({"principal": f"arn:aws:iam::{MEMBER}:user/*"}, []),
        ({"rule": "no-mfa", "account": MEMBER, "principal": ANAYA}, []),
        ({"rule": "no-mfa", "expires": "2027-01-01"}, []),
        ({"rule": "no-mfa", "expires": "2026-04-30"}, ["no-mfa"]),
        ({"rule": "tampering"}, ["no-mfa"]),
        ({"account": OTHER_ACCOUNT}, ["no-mfa"]),
        ({"principal": "Anay"}, ["no-mfa"]),
        ({"rule": "no-mfa", "account": OTHER_ACCOUNT}, ["no-mfa"]),
    ],
)
def test_an_exception_holds_for_what_it_names_until_its_day_is_over(changes, found):
    assert reasons(EVENTS["signin_iam_success_nomfa"], exceptions=[{**WAIVER, **changes}]) == found


@pytest.mark.parametrize(("time", "found"), [("2026-05-01T23:59:59Z", []), ("2026-05-02T00:00:00Z", ["no-mfa"])])
def test_an_exception_ends_with_its_day(time, found):
    event = sample("signin_iam_success_nomfa", detail__eventTime=time)
    assert reasons(event, exceptions=[{**WAIVER, "rule": "no-mfa"}]) == found


def test_an_exception_to_failed_sign_ins_holds_for_its_account():
    for account, found in ((MEMBER, []), (OTHER_ACCOUNT, ["failed-sign-ins"])):
        hub = Hub(policy(failed_sign_ins={"threshold": 1}, exceptions=[{**WAIVER, "account": account}]))
        hub.take(EVENTS["signin_iam_failure"])
        assert hub.reasons == found


def test_an_exception_to_one_rule_leaves_the_others():
    event = EVENTS["signin_root_success_nomfa"]
    hub = Hub(policy(networks={"default": []}, exceptions=[{**WAIVER, "rule": "unapproved-network"}]))
    hub.take(event)
    assert hub.reasons == ["root-sign-in"]
    assert hub.records[0]["unmapped"]["exceptions"] == [
        "unapproved-network: security@example.com, break-glass drill, until 2026-05-01"
    ]


def test_a_silence_is_one_finding_however_often_it_is_told_and_the_next_is_another():
    told = [sample("member_silent", id=f"told-{number}") for number in range(3)]
    again = sample("member_silent", id="again", detail__last_heard="2026-05-01T11:15:00Z")
    elsewhere = sample("member_silent", id="elsewhere", detail__region="us-east-1")
    hub = Hub()
    hub.take(*told[:2], again, elsewhere)
    hub.take(told[2])
    assert [uid for _, _, uid in hub.alerts] == [
        f"silent-member/{MEMBER}/eu-west-1/2026-05-01T10:45:00Z",
        f"silent-member/{MEMBER}/eu-west-1/2026-05-01T11:15:00Z",
        f"silent-member/{MEMBER}/us-east-1/2026-05-01T10:45:00Z",
    ]
    assert len(hub.records) == 5


def test_a_silence_that_does_not_say_whose_hides_no_other():
    hub = Hub()
    hub.take(*(sample("member_silent", id=f"bare-{number}", detail={"region": "r"}) for number in range(2)))
    assert [uid for _, _, uid in hub.alerts] == ["finding/bare-0", "finding/bare-1"]


def test_the_alert_of_a_silence_says_who_is_silent_since_when_and_where_to_look():
    hub = Hub()
    hub.take(EVENTS["member_silent"])
    ((subject, body, _uid),) = hub.alerts
    assert subject == f"[HIGH] Member that has fallen silent: heartbeat of eu-west-1 in {MEMBER}"
    assert f"Account {MEMBER} has sent no heartbeat from eu-west-1 since 2026-05-01T10:45:00Z." in body
    assert f"Where:      account {MEMBER}, eu-west-1" in body
    for place in ("left the organization", "evidence-heartbeat", "dead-letter queue", "CloudTrail", "roster table"):
        assert place in body, place


@pytest.mark.parametrize(
    ("waiver", "found"),
    [
        ({"account": MEMBER}, []),
        ({"rule": "silent-member"}, []),
        ({"account": "111111111111"}, ["silent-member"]),
        ({"account": MEMBER, "expires": "2026-04-30"}, ["silent-member"]),
    ],
)
def test_an_exception_to_a_silence_is_of_the_silent_account(waiver, found):
    assert EVENTS["member_silent"]["account"] == "111111111111"
    assert reasons(EVENTS["member_silent"], exceptions=[{**WAIVER, **waiver}]) == found


def test_findings_do_not_depend_on_order_or_repetition():
    events = [
        changed(event, detail__eventID=f"id-{number}", id=f"id-{number}") if "detail" in event else event
        for number, event in enumerate(EVENTS.values())
    ]
    events += failures(5)
    rules = policy(networks={"default": ["203.0.113.0/24"]}, failed_sign_ins=LIMIT)
    seen = set()
    for seed in range(20):
        shuffled = events * 2
        random.Random(seed).shuffle(shuffled)
        hub = Hub(rules)
        rest = iter(shuffled)
        while batch := list(itertools.islice(rest, 1 + seed)):
            assert hub.take(*batch) == []
        verdicts = {
            (line["metadata"]["uid"], line["unmapped"]["verdict"], *line["unmapped"]["reasons"]) for line in hub.records
        }
        findings = sorted(line["metadata"]["uid"] for line in hub.lines if is_finding(line))
        alerts = sorted(uid for _, _, uid in hub.alerts)
        assert alerts == findings == sorted(set(findings))
        seen.add((frozenset(verdicts), tuple(findings)))
    assert len(seen) == 1


def test_every_rule_can_be_broken():
    """``unjudged-event`` is of mistakes in the rules themselves, and shown with them."""
    shown = set(itertools.chain(*EXPECTED.values()))
    shown |= {"unapproved-network", "failed-sign-ins", "other-session-document", "outside-hours", "unjudged-event"}
    shown |= {rule.id for rule in EVIDENCE_RULES.values()}  # in test_evidence_events
    assert set(RULES) == shown


def test_the_document_names_every_kind_of_event_and_every_rule():
    page = (Path(__file__).parent.parent.parent.parent / "docs" / "access-events.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_-]+)`", page))
    assert (set(RULES) | set(CHECKS)) - named - {"unjudged-event"} == set()


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("[]", "AttributeError"),
        ('{"networks": {"default": ["203.0.113.1/24"]}}', "host bits"),
        ('{"networks": {"accounts": {"1": ["x"]}}}', "'x'"),
        ('{"failed_sign_ins": {"threshold": 0}}', "1 or more"),
        ('{"failed_sign_ins": {"window_minutes": true}}', "1 or more"),
        ('{"hours": {"timezone": "Mars/Olympus", "start": "8:00", "end": "9:00"}}', "Mars"),
        ('{"hours": {"timezone": "UTC", "start": "8:77", "end": "9:00"}}', "8:77"),
        ('{"exceptions": [{"owner": "o", "reason": "r", "expires": "soon", "rule": "no-mfa"}]}', "soon"),
        ('{"exceptions": [{"owner": "o", "reason": "r", "expires": "2027-01-01"}]}', "everything"),
        ('{"exceptions": [{"reason": "r", "expires": "2027-01-01", "rule": "no-mfa"}]}', "owner"),
    ],
)
def test_a_policy_that_synthesis_would_refuse_is_refused(document, complaint):
    with pytest.raises(ValueError, match=complaint):
        Policy.from_json(document)
