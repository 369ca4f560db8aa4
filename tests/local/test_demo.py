"""The real templates, deployed by the CDK CLI: evidence arrives, outsiders do not, and all stands as written."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from botocore.exceptions import WaiterError
from rich.console import Console

from local.demo.archive import Auditor, read_transcripts
from local.demo.cdk import Cdk, DeploymentError, failures
from local.demo.evidence import Evidence, write
from local.demo.happenings import Expected
from local.demo.hub import how_it_differs
from local.demo.page import show
from local.demo.people import Connection, Session, hold_session
from local.demo.records import Records
from local.session_agent import SessionRefusedError, play_session
from tests.assembly import flat
from tests.local.demonstration import ALICES, ARCHIVE, BOBS, LATECOMER, THEIR_PREFERENCES

DOCUMENT = "SSM-SessionManagerRunShell"
GROUP = "/evidence/session-manager"


BUS = f"arn:aws:events:ap-northeast-1:{ARCHIVE}:event-bus/evidence-hub"
"""The one of the example's home Region."""


def records(demonstration):
    bucket = f"evidence-logs-{ARCHIVE}-{demonstration.setting.home}"
    role = f"arn:aws:iam::{ARCHIVE}:role/evidence-auditor"
    return Records(demonstration.client("s3", account=ARCHIVE, role=role), bucket=bucket)


def of_kind(demonstration, kind):
    return [item for item in demonstration.evidence if item.kind == kind]


def test_everything_is_as_promised(demonstration):
    assert [item for item in demonstration.evidence if not item.as_promised] == []
    newcomer = of_kind(demonstration, "trail")[-1].account
    assert newcomer not in demonstration.setting.text
    assert {item.account for item in of_kind(demonstration, "transcript")} == {ALICES, BOBS, newcomer}
    assert {item.account for item in of_kind(demonstration, "trail")} == {ARCHIVE, ALICES, BOBS, newcomer}
    assert len(of_kind(demonstration, "recording")) == 2


def test_evidence_lies_under_its_accounts_prefix_with_the_key_of_its_region(demonstration):
    for item in [*of_kind(demonstration, "transcript"), *of_kind(demonstration, "trail")]:
        within = {
            "transcript": f"transcripts/account={item.account}/region={item.region}/day=",
            "trail": f"cloudtrail/AWSLogs/{item.account}/CloudTrail/",
        }[item.kind]
        assert item.evidence_uri.startswith(f"s3://evidence-logs-{ARCHIVE}-{item.region}/{within}")
    for item in demonstration.evidence:
        if item.kind not in ("attempt", "access_event", "security_group", "timeline"):
            assert item.kms_key_arn == f"arn:aws:kms:{item.region}:{ARCHIVE}:key/{demonstration.key_id}"


def test_a_transcript_names_the_person_and_the_machine(demonstration):
    first = of_kind(demonstration, "transcript")[0]
    assert first.actor == f"arn:aws:sts::{ALICES}:assumed-role/Operations/alice"
    assert first.target.startswith("i-")


def test_attempts_are_refused_by_the_statement_that_is_meant_to(demonstration):
    decided = [(item.account, item.target.split(" ")[0], item.sid) for item in of_kind(demonstration, "attempt")]
    outsider = "666666666666"
    assert decided == [
        (outsider, "put", "DenyPrincipalsOutsideOrganization"),
        (outsider, "get", "DenyPrincipalsOutsideOrganization"),
        (outsider, "deliver", "DenyServicesForOutsiders"),
        (outsider, "record", "DenyPrincipalsOutsideOrganization"),
        (BOBS, "put", "DenyWritesOutsideOwnPrefixes"),
        (BOBS, "get", "DenyReadsExceptEvidenceReaders"),
        (ARCHIVE, "put", "DenyWritesExceptWriters"),
        (ARCHIVE, "delete", "DenyRemoval"),
        (ARCHIVE, "get", "DenyReadsExceptEvidenceReaders"),
        (ARCHIVE, "delete", "DenyConfigurationChanges"),
        (ARCHIVE, "get", "DenyResultsExceptAuditors"),
        (ARCHIVE, "get", "DenyResultsOfAuditToOthers"),
        *((account, word, "") for account in (outsider, BOBS) for word in ("tell", "forward")),
    ]


def test_nothing_comes_onto_the_hubs_bus_but_by_a_members_forwarding_rule(demonstration):
    on_bus = [item for item in of_kind(demonstration, "attempt") if "evidence-hub" in item.target]
    assert [(item.account, item.outcome) for item in on_bus] == [("666666666666", "refused")] * 2 + [
        (BOBS, "refused")
    ] * 2
    for item in on_bus:
        assert f"no statement of the bus policy allows events:PutEvents on {BUS}" in item.reason
    events = [json.dumps(record.event) for record in records(demonstration).all()]
    assert [text for text in events if "666666666666" in text or "forged-heartbeat" in text] == []


def test_each_event_is_one_line_with_who_from_where_and_the_verdict(demonstration):
    read = [
        (item.account, item.region, item.record, item.source_ip, item.verdict, item.reasons, item.alerts)
        for item in of_kind(demonstration, "access_event")
    ]
    home, first, second = demonstration.setting.home, ALICES, BOBS
    assert read == [
        (first, home, "workspaces_login", "203.0.113.24", "clear", (), 0),
        (second, home, "workspaces_login", "192.0.2.77", "alert", ("unapproved-network",), 1),
        (second, "us-east-1", "sign_in", "198.51.100.7", "alert", ("root-sign-in",), 1),
        (first, home, "sign_in", "2001:db8:ace::24", "clear", (), 0),
        (first, "us-east-1", "sign_in", "203.0.113.31", "counted", (), 0),
        (first, home, "session", "203.0.113.24", "clear", (), 0),
        (first, home, "api_call", "203.0.113.66", "alert", ("tampering",), 1),
        (second, home, "api_call", "203.0.113.66", "alert", ("tampering",), 1),
        (first, home, "session", "203.0.113.24", "clear", (), 0),
        (first, home, "evidence_gap", "", "alert", ("missing-evidence",), 1),
        (second, "us-east-1", read[-1][2], "", "alert", ("silent-member",), 1),
    ]
    actors = [item.actor for item in of_kind(demonstration, "access_event")]
    assert actors[:5] == [
        "dora",
        "emil",
        f"arn:aws:iam::{BOBS}:root",
        f"arn:aws:sts::{ALICES}:assumed-role/Operations/alice",
        "paulo",
    ]


def test_the_timeline_names_who_was_connected_and_how_sure_it_is(demonstration):
    shown = [
        (item.record, item.actor, item.source_ip, item.target, item.verdict)
        for item in of_kind(demonstration, "timeline")
    ]
    assert shown == [
        ("shell-session", "alice", "127.0.0.1", "i-0a11ce00000000001", "exact"),
        ("shell-session", "bob", "127.0.0.1", "i-0b0b0000000000002", "exact"),
        ("rdp-connection", "carol", "203.0.113.10", "i-0ca101000000000003", "exact"),
        ("rdp-connection", "dave", "203.0.113.10", "i-0da4e000000000004", "inferred"),
    ]
    alice = of_kind(demonstration, "timeline")[0]
    assert "whoami | sh-5.2$ sudo systemctl restart payments" in alice.reason


def test_a_session_without_transcript_is_told_and_nothing_that_is_there(demonstration):
    gaps = [record for record in records(demonstration).all() if record.content["unmapped"]["kind"] == "evidence_gap"]
    told = [record for record in gaps if record.event["detail"]["state"] == "open"]
    assert [record.event["detail"]["about"].split("-")[0] for record in told] == ["hugo"], told
    assert told[0].event["detail"]["question"] == "sessions-without-evidence"


def test_an_open_port_is_found_and_where_the_guard_acts_that_rule_alone_is_taken_back(demonstration):
    found, revoked, forgotten, report = of_kind(demonstration, "security_group")
    for item, account, person in ((found, ALICES, "frida"), (revoked, BOBS, "gregor")):
        assert (item.account, item.actor) == (account, f"arn:aws:sts::{account}:assumed-role/Operations/{person}")
        assert (item.verdict, item.reasons, item.alerts) == ("alert", ("security-group-difference",), 1)
        assert item.subject == f"[HIGH] Security group that is not as approved: {person} in {account}"
        verb = "revoke" if item is found else "authorize"
        assert item.command.startswith(f"aws ec2 {verb}-security-group-ingress --region ap-northeast-1 --group-id sg-")
    assert "left open" in found.target
    assert "its approved sibling stays" in revoked.target
    assert (forgotten.account, forgotten.alerts, report.alerts) == (ALICES, 0, 1)
    assert report.reasons == ("security-group-sweep",)


def test_told_twice_it_is_in_the_archive_twice_for_one_record_and_one_alert(demonstration):
    *told, gap, silence = of_kind(demonstration, "access_event")
    assert {item.copies for item in told} == {2}
    assert (gap.copies, silence.copies) == (1, 1)
    subjects = [item.subject for item in told if item.alerts]
    assert [subject.split("]")[0] for subject in subjects] == ["[HIGH", "[CRITICAL", "[CRITICAL", "[CRITICAL"]
    findings = [record for record in records(demonstration).all() if record.content["class_uid"] == 2004]
    assert [(record.uid, record.copies) for record in findings if record.copies > 1] == []


def test_records_lie_in_the_home_bucket_under_its_key(demonstration):
    home = demonstration.setting.home
    for item in of_kind(demonstration, "access_event"):
        assert item.evidence_uri.startswith(f"s3://evidence-logs-{ARCHIVE}-{home}/access-events/day=")
        assert item.kms_key_arn == f"arn:aws:kms:{home}:{ARCHIVE}:key/{demonstration.key_id}"


def test_a_handler_that_failed_lost_nothing_and_told_it_once(demonstration):
    (item,) = [item for item in of_kind(demonstration, "access_event") if item.reason]
    assert (item.target, item.copies, item.alerts) == ("StopLogging", 2, 1)
    assert "KeyError: 'STATE_TABLE'" in item.reason
    client = demonstration.client("lambda", account=ARCHIVE)
    configuration = client.get_function_configuration(FunctionName="evidence-access-events")
    assert configuration["Environment"]["Variables"]["STATE_TABLE"] == "evidence-access-state"
    sqs = demonstration.client("sqs", account=ARCHIVE)
    for name in ("evidence-access-events-dead-letters", "evidence-access-events-undelivered"):
        assert "Messages" not in sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"]), name


def test_who_was_heard_is_not_called_silent(demonstration):
    told = [
        record.event for record in records(demonstration).all() if record.event.get("detail-type") == "Member Silent"
    ]
    assert [(event["detail"]["account"], event["detail"]["region"]) for event in told] == [(BOBS, "us-east-1")]
    beats = {
        (record.event["account"], record.event["region"])
        for record in records(demonstration).all()
        if record.content["unmapped"]["kind"] == "heartbeat"
    }
    members, regions = demonstration.setting.members, demonstration.setting.event_regions
    assert beats == {(account, region) for account in members for region in regions}


def test_a_judgement_that_differs_is_not_as_promised():
    item = Evidence(
        kind="access_event",
        account="1",
        region="r",
        actor="a",
        target="t",
        time="now",
        outcome="stored",
        verdict="clear",
        copies=2,
        alerts=2,
    )
    expected = Expected(account="1", region="r", verdict="alert", reasons=("tampering",), alerts=1)
    told = how_it_differs(item, expected)
    assert told == "verdict 'clear' instead of 'alert', reasons () instead of ('tampering',), alerts 2 instead of 1"
    assert not replace(item, outcome=told).as_promised


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_shows_who_from_where_verdict_and_alert(demonstration, width):
    console = Console(width=width, record=True, file=io.StringIO())
    show(console, demonstration.evidence)
    page = console.export_text()
    section = page.partition("What happened, and what was said")[2].partition("What the guard")[0]
    words = " ".join(section.split())
    guarded = "".join(page.partition("What the guard")[2].partition("What it refused")[0].split())
    for item in of_kind(demonstration, "security_group"):
        for word in (item.target, item.command):
            assert "".join(word.split()) in guarded.replace("│", ""), f"{word} at {width} columns"
    for item in of_kind(demonstration, "access_event"):
        for word in (item.source_ip, item.record, item.verdict, *item.reasons):
            assert word in words, f"{word} at {width} columns"
    assert "[CRITICAL]" in words
    assert max(map(len, page.splitlines())) <= width


def test_what_never_happened_is_missing_and_counts(demonstration):
    auditor = Auditor(demonstration.aws, demonstration.setting, key_id=demonstration.key_id)
    session = Session(
        account=ALICES, region=demonstration.setting.home, actor="a", instance="i", session_id="nobody-0", lines=("x",)
    )
    connection = Connection(
        account=ALICES, region=session.region, actor="a", instance="i", connection_id="none", uri=None
    )
    for found in (auditor.transcript(session), auditor.recording(connection), *auditor.trails([], [ALICES])):
        assert found.outcome == "missing"
        assert not found.as_promised


def test_another_key_is_not_as_promised(demonstration):
    auditor = Auditor(demonstration.aws, demonstration.setting, key_id="mrk-" + "0" * 32)
    delivery = {
        "account": ALICES,
        "allowed": True,
        "trail": "t",
        "uri": of_kind(demonstration, "trail")[1].evidence_uri,
    }
    (found,) = auditor.trails([delivery], [ALICES])
    assert found.outcome == "stored with another key"
    assert not found.as_promised


def test_the_list_is_written_as_json(tmp_path):
    item = Evidence(
        kind="trail",
        account="1",
        region="r",
        actor="a",
        target="t",
        time="now",
        outcome="stored",
        evidence_uri="s3://b/k",
    )
    write([item], tmp_path / "deep" / "evidence.json")
    (read,) = json.loads((tmp_path / "deep" / "evidence.json").read_text())
    expected = {"kind", "account", "region", "actor", "target", "time", "evidence_uri", "kms_key_arn", "outcome"}
    assert expected | {"source_ip", "record", "verdict", "reasons", "copies", "alerts", "subject"} <= set(read)


def test_a_malformed_line_is_kept_and_hides_no_neighbour(demonstration):
    logs = demonstration.client("logs", account=BOBS)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="mallory-0")
    lines = [
        json.dumps({"sessionId": "mallory-0", "n": 1}),
        '{"sessionId": "mallory-0", "n": ',
        "plain",
        json.dumps({"sessionId": "mallory-0", "n": 4}),
    ]
    events = [{"timestamp": 1_790_000_000_000 + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="mallory-0", logEvents=events)
    bucket = f"evidence-logs-{ARCHIVE}-{demonstration.setting.home}"
    s3 = demonstration.client("s3", account=ARCHIVE)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"transcripts/account={BOBS}/")["Contents"]
    bodies = [s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in listed]
    (found,) = [read for read in map(read_transcripts, bodies) if read.unreadable]
    assert [record["n"] for record in found.records] == [1, 4]
    assert found.unreadable == 2


def test_buckets_stand_as_their_templates_say(demonstration):
    """Read back, because an emulator that drops a property would make every green deployment worthless."""
    template = json.loads(
        (demonstration.assembly / f"LogArchive-{demonstration.setting.home}.template.json").read_text()
    )
    s3 = demonstration.client("s3", account=ARCHIVE)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::S3::Bucket":
            wanted = flat(resource["Properties"])
            name = wanted["BucketName"]
            assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
            (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
            kms = rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
            assert kms == ("access-logs" not in name)
            if kms:
                assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(demonstration.key_id)
            (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
            assert lifecycle["Expiration"]["Days"] == wanted["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"]
            assert (
                s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
                == (wanted["OwnershipControls"]["Rules"])
            )
            assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    lock = s3.get_object_lock_configuration(Bucket=f"evidence-logs-{ARCHIVE}-{demonstration.setting.home}")
    assert lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 365}


def test_stored_evidence_is_locked(demonstration):
    bucket, _, key = of_kind(demonstration, "transcript")[0].evidence_uri.removeprefix("s3://").partition("/")
    head = demonstration.client("s3", account=ARCHIVE).head_object(Bucket=bucket, Key=key)
    assert head["ObjectLockMode"] == "COMPLIANCE"


def test_replicas_share_the_id_of_their_key_and_carry_the_recording_tag(demonstration):
    for region in demonstration.setting.governed:
        kms = demonstration.client("kms", account=ARCHIVE, region=region)
        assert kms.describe_key(KeyId=demonstration.key_id)["KeyMetadata"]["MultiRegion"] is True
        tags = kms.list_resource_tags(KeyId=demonstration.key_id)["Tags"]
        assert {"TagKey": "SystemsManagerJustInTimeNodeAccessManaged", "TagValue": "true"} in tags


def test_existing_preferences_are_adopted_and_kept_as_a_version(demonstration):
    ssm = demonstration.client("ssm", account=ALICES)
    inputs = json.loads(ssm.get_document(Name=DOCUMENT)["Content"])["inputs"]
    assert inputs["s3BucketName"] == "theirs"
    assert inputs["cloudWatchLogGroupName"] == GROUP
    assert ssm.get_document(Name=DOCUMENT, DocumentVersion="1")["Content"] == THEIR_PREFERENCES


def test_a_session_that_cannot_be_logged_does_not_start(demonstration):
    """The document of a member whose log group is not there: the agent refuses."""
    account, region = BOBS, "eu-west-1"
    content = demonstration.client("ssm", account=BOBS).get_document(Name=DOCUMENT)["Content"]
    demonstration.client("ssm", account=account, region=region).create_document(
        Name=DOCUMENT, Content=content, DocumentType="Session", DocumentFormat="JSON"
    )
    with pytest.raises(SessionRefusedError, match="encryption is not set up"):
        play_session(
            demonstration.aws.client,
            account=account,
            region=region,
            instance_id="i-1",
            user_arn=f"arn:aws:sts::{account}:assumed-role/Operations/bob",
            ticks=[["date"]],
        )


def test_a_member_template_works_in_an_account_that_was_never_bootstrapped_and_leaves_without_a_trace(demonstration):
    demonstration.client("ssm", account=LATECOMER).create_document(
        Name=DOCUMENT, Content=THEIR_PREFERENCES, DocumentType="Session", DocumentFormat="JSON"
    )
    for template in ("MemberAccount", "MemberRegion"):
        demonstration.carry(LATECOMER, template, ArchiveKeyId=demonstration.key_id)
    session = hold_session(
        demonstration.aws,
        role_arn=demonstration.operator(LATECOMER),
        person="dora",
        region=demonstration.setting.home,
        instance="i-0d0ra000000000004",
        lines=("date", "today"),
    )
    assert (
        Auditor(demonstration.aws, demonstration.setting, key_id=demonstration.key_id).transcript(session).outcome
        == "stored"
    )
    cloudformation = demonstration.client("cloudformation", account=LATECOMER)
    cloudformation.delete_stack(StackName="MemberRegion")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="MemberRegion", WaiterConfig={"Delay": 0.2, "MaxAttempts": 150}
    )
    ssm = demonstration.client("ssm", account=LATECOMER)
    assert ssm.get_document(Name=DOCUMENT)["Content"] == THEIR_PREFERENCES
    groups = demonstration.client("logs", account=LATECOMER).describe_log_groups(logGroupNamePrefix=GROUP)
    assert groups["logGroups"] == []


def test_a_wrong_key_fails_the_deployment_and_the_failure_is_told(demonstration):
    account = "200000000082"
    wrong = "mrk-" + "f" * 32
    with pytest.raises(WaiterError):
        demonstration.carry(account, "MemberRegion", ArchiveKeyId=wrong)
    told = "\n".join(failures(demonstration.aws, [account], [demonstration.setting.home]))
    assert "AWS::Logs::LogGroup" in told
    assert "CREATE_FAILED" in told


def test_a_failed_cdk_command_says_what_it_said(demonstration, tmp_path):
    cdk = Cdk(aws=demonstration.aws, setting=demonstration.setting, folder=tmp_path)
    bad = tmp_path / "bad.toml"
    bad.write_text(demonstration.setting.text.replace('home = "', 'home = "x'))
    with pytest.raises(DeploymentError, match="cdk deploy failed") as caught:
        cdk.deploy(["--all"], config=bad)
    assert "regions.home" in str(caught.value)


def test_workspaces_logins_are_in_the_members_own_log_group_too(demonstration):
    logs = demonstration.client("logs", account=ALICES)
    events = logs.filter_log_events(logGroupName="/evidence/workspaces-access")["events"]
    (login,) = {json.loads(event["message"])["detail"]["workspaceId"] for event in events}
    (recorded,) = [
        item.target
        for item in of_kind(demonstration, "access_event")
        if item.record == "workspaces_login" and item.account == ALICES
    ]
    assert login in recorded
