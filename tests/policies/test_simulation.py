"""The policies answer thousands of requests as people wrote down beforehand, and a weaker policy answers otherwise."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace

import pytest

from tests.assembly import settings_with
from tests.conftest import VARIANTS
from tools.prove.policies import PolicyKind, load_policies
from tools.simulate.__main__ import main
from tools.simulate.engine import Question, SimulationError, Simulator
from tools.simulate.requests import ADMINISTRATOR
from tools.simulate.simulation import failures, simulate

pytestmark = pytest.mark.xdist_group("simulation")

KEY = "arn:aws:kms:ap-northeast-1:111111111111:key/mrk-0123456789abcdef0123456789abcdef"
LOGS = "arn:aws:s3:::evidence-logs-111111111111-ap-northeast-1"
RECORDINGS = "arn:aws:s3:::evidence-recordings-111111111111-us-east-1"
DELIVERY = "arn:aws:iam::123456789012:role/evidence-delivery"
AUDITOR = "arn:aws:iam::111111111111:role/evidence-auditor"
BUS = "arn:aws:events:ap-northeast-1:111111111111:event-bus/evidence-hub"
QUEUE = "arn:aws:sqs:ap-northeast-1:111111111111:evidence-access-events"
TOPIC = "arn:aws:sns:ap-northeast-1:111111111111:evidence-alerts"
DEAD_LETTERS = "arn:aws:sqs:eu-north-1:123456789012:evidence-forwarding-dead-letters"
LOGINS = "arn:aws:logs:us-east-1:123456789012:resource-policy:evidence-workspaces-logins"
CHECK = "arn:aws:lambda:ap-northeast-1:111111111111:function:evidence-roster-check"
OPERATIONS_KEY = "arn:aws:kms:ap-northeast-1:111111111111:key/00000000-0000-4000-8000-000000000000"
HANDLER = "arn:aws:iam::111111111111:role/evidence-access-events"
ACCESS_DELIVERY = "arn:aws:iam::111111111111:role/evidence-access-delivery"
FORWARD = "arn:aws:iam::123456789012:role/evidence-event-forward"
HUB_READ = "arn:aws:iam::123456789012:role/evidence-hub-read"
GUARD = "arn:aws:iam::111111111111:role/evidence-security-group-guard"
GUARD_READS = "arn:aws:iam::123456789012:role/evidence-security-groups"
ENFORCEMENT = "arn:aws:iam::123456789012:policy/evidence-security-group-enforcement"
CHANGES = "arn:aws:sqs:ap-northeast-1:111111111111:evidence-security-groups"
SWEEP = "arn:aws:sqs:ap-northeast-1:111111111111:evidence-security-group-sweep"


@pytest.fixture(scope="session")
def simulator():
    with Simulator() as running:
        yield running


@pytest.fixture(scope="session")
def policies(assembly, settings):
    return load_policies(assembly.directory, settings)


@pytest.fixture(scope="session")
def outcome(policies, settings, simulator):
    return simulate(policies, settings, simulator=simulator)


@pytest.mark.requirement(21, "every policy", "simulated: who reads, decrypts and administers")
def test_every_request_is_answered_as_expected(outcome, record_property):
    record_property("simulation: rules", len(outcome.rules))
    record_property("simulation: requests", len(outcome.requests))
    assert list(outcome.failures) == []


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "example"])
def test_so_it_is_whatever_the_settings(name, variant, example, simulator):
    settings = settings_with(example, **VARIANTS[name])
    assert failures(load_policies(variant(name).directory, settings), settings, simulator=simulator) == []


def test_the_rules_stand_for_more_than_a_thousand_requests(outcome):
    assert len(outcome.rules) >= 60
    assert len(outcome.requests) >= 1000


def test_every_rule_stands_for_at_least_one_request(outcome):
    asked = {request.rule.sentence for request in outcome.requests}
    assert [rule.sentence for rule in outcome.rules if rule.sentence not in asked] == []


def test_no_two_rules_say_the_same(outcome):
    sentences = [rule.sentence for rule in outcome.rules]
    assert sorted({sentence for sentence in sentences if sentences.count(sentence) > 1}) == []


def test_no_request_is_expected_both_allowed_and_denied(outcome):
    expected: dict[object, dict[bool, str]] = {}
    for request in outcome.requests:
        asked = (str(request), str(sorted(request.target.context.items())), request.requester.policies)
        expected.setdefault(asked, {})[request.rule.allowed] = request.rule.sentence
    assert [sentences for sentences in expected.values() if len(sentences) > 1] == []


def test_whatever_has_a_resource_policy_is_asked_about(policies, outcome):
    def without_account(subject):
        parts = subject.split(":")
        return parts[2], parts[3], *parts[5:]

    asked = {without_account(request.target.policy) for request in outcome.requests if request.target.policy}
    subjects = [policy.subject for policy in policies if policy.kind is not PolicyKind.PERMISSIONS]
    assert [subject for subject in subjects if without_account(subject) not in asked] == []


def test_every_sentence_decides_a_request(policies, outcome):
    """But one that the simulator takes for an action without a resource, as the rules of members' roles say."""
    sids = {statement["Sid"] for policy in policies for statement in policy.statements}
    assert sids - outcome.deciding == {"HostFindsLogGroup"}


@pytest.mark.parametrize(
    ("name", "sids"),
    [("everything", {"RevokeRules", "RestoreRules"}), ("as little as possible", {"RevokeRules"})],
)
def test_where_the_guard_acts_every_sentence_of_it_decides_a_request_and_its_condition_counts(
    name, sids, variant, example, simulator
):
    settings = settings_with(example, **VARIANTS[name])
    policies = load_policies(variant(name).directory, settings)
    (enforcement,) = [policy for policy in policies if policy.subject == ENFORCEMENT]
    assert {statement["Sid"] for statement in enforcement.statements} == sids
    assert sids <= simulate(policies, settings, subjects={ENFORCEMENT}, simulator=simulator).deciding
    for sid in sids:
        weaker = _without(policies, ENFORCEMENT, sid, "ArnEquals", "aws:PrincipalArn")
        assert failures(weaker, settings, subjects={ENFORCEMENT}, simulator=simulator) != [], sid


def test_allowed_and_denied_requests_are_both_asked_in_every_region(settings, outcome):
    answers = {
        (region, request.rule.allowed)
        for region in settings.regions.governed
        for request in outcome.requests
        if region in request.target.arn
    }
    assert answers == {(region, allowed) for region in settings.regions.governed for allowed in (True, False)}


def _without(policies, subject, sid, operator, key):
    """The policies, one condition of one statement dropped."""

    def weaker(policy):
        statements = copy.deepcopy(policy.statements)
        for statement in statements:
            if statement["Sid"] == sid and key in statement.get("Condition", {}).get(operator, {}):
                del statement["Condition"][operator][key]
                return replace(policy, document={"Statement": statements})
        return policy

    changed = [weaker(policy) if policy.subject == subject else policy for policy in policies]
    assert changed != policies, f"{subject} has no {operator} {key} in {sid}"
    return changed


@pytest.mark.parametrize(
    ("subject", "sid", "operator", "key"),
    [
        (LOGS, "DeliveryRolesWriteOwnTranscripts", "StringEquals", "aws:PrincipalOrgID"),
        (LOGS, "DeliveryRolesWriteOwnTranscripts", "ArnLike", "aws:PrincipalArn"),
        (LOGS, "MemberTrailsWriteOwnFiles", "StringEquals", "aws:SourceOrgID"),
        (RECORDINGS, "GuiConnectWritesRecordings", "StringEquals", "aws:SourceOrgID"),
        (KEY, "DeliveryRolesEncrypt", "StringEquals", "aws:PrincipalOrgID"),
        (KEY, "DeliveryRolesEncrypt", "StringLike", "kms:EncryptionContext:aws:s3:arn"),
        (KEY, "MemberTrailsEncrypt", "StringEqualsIfExists", "aws:SourceOrgID"),
        (KEY, "MemberTrailsEncrypt", "StringLike", "kms:EncryptionContext:aws:cloudtrail:arn"),
        (KEY, "LogsEncryptsMemberLogGroups", "ArnLike", "kms:EncryptionContext:aws:logs:arn"),
        (KEY, "MembersGrantToGuiConnect", "StringEquals", "kms:ViaService"),
        (DELIVERY, "WriteOwnTranscripts", "StringEquals", "aws:ResourceAccount"),
        (DELIVERY, "EncryptTranscripts", "StringLike", "kms:ViaService"),
        (AUDITOR, "GetEvidence", "StringEquals", "aws:ResourceAccount"),
        (AUDITOR, "NamedRolesAudit", "StringEquals", "aws:PrincipalOrgID"),
        (BUS, "MembersForwardEvents", "StringEquals", "aws:PrincipalOrgID"),
        (BUS, "MembersForwardEvents", "ArnLike", "aws:PrincipalArn"),
        (BUS, "MembersForwardEvents", "ForAllValues:StringEquals", "events:source"),
        (BUS, "MembersForwardEvents", "ForAllValues:StringEquals", "events:detail-type"),
        (BUS, "MembersForwardEvents", "Null", "events:source"),
        (BUS, "MembersForwardEvents", "Null", "events:detail-type"),
        (QUEUE, "HubRuleFillsQueue", "StringEquals", "aws:SourceAccount"),
        (QUEUE, "HubRuleFillsQueue", "ArnLike", "aws:SourceArn"),
        (DEAD_LETTERS, "RulesKeepDeadLetters", "ArnLike", "aws:SourceArn"),
        (TOPIC, "HubAlarmsPublish", "StringEquals", "aws:SourceAccount"),
        (TOPIC, "HubAlarmsPublish", "ArnLike", "aws:SourceArn"),
        (LOGINS, "EventsWriteLogins", "ArnEquals", "aws:SourceArn"),
        (CHECK, "Permission", "ArnLike", "aws:SourceArn"),
        (OPERATIONS_KEY, "AccountUsesKeyThroughServices", "StringEquals", "kms:ViaService"),
        (OPERATIONS_KEY, "DynamoDBTakesGrants", "Bool", "kms:GrantIsForAWSResource"),
        (OPERATIONS_KEY, "DynamoDBTakesGrants", "StringEquals", "kms:ViaService"),
        (OPERATIONS_KEY, "EventsEncryptsMessages", "ArnLike", "aws:SourceArn"),
        (OPERATIONS_KEY, "AlarmsEncryptNotices", "StringEquals", "aws:SourceAccount"),
        (OPERATIONS_KEY, "DeploymentAdministersKey", "ArnEquals", "aws:PrincipalArn"),
        (KEY, "AccessDeliveryEncrypts", "ArnEquals", "aws:PrincipalArn"),
        (KEY, "AccessDeliveryEncrypts", "StringLike", "kms:EncryptionContext:aws:s3:arn"),
        (HANDLER, "PutOwnEvents", "ForAllValues:StringEquals", "events:source"),
        (HANDLER, "TakeMemberReadRole", "StringEquals", "aws:ResourceOrgID"),
        (HANDLER, "UseOperationsKey", "StringEquals", "kms:ViaService"),
        (ACCESS_DELIVERY, "WriteAccessEvents", "StringEquals", "aws:ResourceAccount"),
        (ACCESS_DELIVERY, "EncryptAccessEvents", "StringEquals", "kms:ViaService"),
        (FORWARD, "ServiceAssumesRole", "ArnLike", "aws:SourceArn"),
        (HUB_READ, "AccessEventsReads", "ArnEquals", "aws:PrincipalArn"),
        (CHANGES, "HubRuleFillsQueue", "ArnLike", "aws:SourceArn"),
        (SWEEP, "HubRuleFillsQueue", "StringEquals", "aws:SourceAccount"),
        (GUARD, "PutOwnEvents", "ForAllValues:StringEquals", "events:source"),
        (GUARD, "TakeSecurityGroupRole", "StringEquals", "aws:ResourceOrgID"),
        (GUARD, "TakeSecurityGroupRole", "ArnEquals", "lambda:SourceFunctionArn"),
        (GUARD_READS, "SecurityGroupGuardReads", "ArnEquals", "aws:PrincipalArn"),
    ],
)
def test_a_dropped_condition_is_noticed(subject, sid, operator, key, policies, settings, simulator):
    weaker = _without(policies, subject, sid, operator, key)
    assert failures(weaker, settings, subjects={subject}, simulator=simulator) != []


@pytest.mark.parametrize(
    ("subject", "sid"),
    [
        (LOGS, "DenyPrincipalsOutsideOrganization"),
        (LOGS, "DenyServicesForOutsiders"),
        (LOGS, "DenyRemoval"),
        (LOGS, "DenyAccessDeliveryElsewhere"),
        (QUEUE, "DenyInsecureTransport"),
        (TOPIC, "DenyInsecureTransport"),
        (OPERATIONS_KEY, "DenyServicesForOutsiders"),
        (KEY, "DenyServicesForOutsiders"),
    ],
)
def test_a_dropped_deny_is_noticed(subject, sid, policies, settings, simulator):
    weaker = [
        replace(policy, document={"Statement": [found for found in policy.statements if found["Sid"] != sid]})
        if policy.subject == subject
        else policy
        for policy in policies
    ]
    assert failures(weaker, settings, subjects={subject}, simulator=simulator) != []


def test_a_failure_names_the_rule_the_request_both_answers_and_the_sid(policies, settings, simulator):
    weaker = _without(policies, RECORDINGS, "GuiConnectWritesRecordings", "StringEquals", "aws:SourceOrgID")
    found = failures(weaker, settings, subjects={RECORDINGS}, simulator=simulator)
    assert next(message for message in found if "for another organization" in message).splitlines() == [
        "GuiConnect writes no recording for another organization.",
        "  ssm-guiconnect.amazonaws.com (SourceAccount 888888888888, SourceOrgID o-outsiders000) calls s3:PutObject on "
        "0a1b2c3d-recording in the recordings bucket of us-east-1 (resource policy its Allows alone, every Deny and "
        "Block Public Access lost; SCP and RCP not attached)",
        "  expected denied, got allowed: GuiConnectWritesRecordings",
    ]


def _question(**changed):
    asked = Question(
        principal="arn:aws:iam::111111111111:role/A",
        action="s3:GetObject",
        resource=f"{LOGS}/a",
        owner="111111111111",
        context={"aws:SecureTransport": "true"},
    )
    return replace(asked, **changed)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"context": {"kms:ViaService": "s3"}}, "do not go with it: kms:ViaService"),
        ({"context": {"aws:PrincipalOrgid2": "o"}}, "do not go with it: aws:PrincipalOrgid2"),
        ({"action": "s3:GetObjet"}, "invalid.action"),
        ({"resource": "arn:aws:s3:::bucket"}, "no.resource.types"),
        ({"resource": f"{LOGS}/*"}, "wildcard"),
    ],
)
def test_what_the_simulator_does_not_weigh_is_no_answer(changed, complaint, simulator):
    with pytest.raises(SimulationError, match=complaint):
        simulator.decide({}, [_question(**changed)])


OWN_ROLE = "arn:aws:iam::${aws:PrincipalAccount}:role/a"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"Effect": "Alow"}, "policy.errors"),
        ({"Condition": {"Null": {"aws:RequestTag/a": "true"}}}, "stands for the encryption context"),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": OWN_ROLE}}}, "does not expand"),
    ],
)
def test_a_policy_that_the_simulator_would_misread_is_refused(changed, complaint, simulator):
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"} | changed
    policies = {ADMINISTRATOR: {"Version": "2012-10-17", "Statement": [statement]}}
    with pytest.raises(SimulationError, match=complaint):
        simulator.decide(policies, [_question(identity=[ADMINISTRATOR])])


def test_a_resource_without_its_policy_is_no_pass(policies, settings, simulator):
    with pytest.raises(LookupError, match="no policy of"):
        failures([policy for policy in policies if policy.subject != LOGS], settings, simulator=simulator)


def test_the_command_counts_what_it_asked(assembly, capsys):
    assert main([str(assembly.directory), "--subject", RECORDINGS]) == 0
    assert " 0 failures" in capsys.readouterr().out


def test_the_command_fails_and_says_why(assembly, tmp_path, capsys):
    shutil.copytree(assembly.directory, tmp_path, dirs_exist_ok=True)
    template = tmp_path / "LogArchive-us-east-1.template.json"
    text = template.read_text()
    weaker = text.replace('"s3:GetObjectVersion"', '"s3:GetObjectTagging"')
    assert weaker != text
    template.write_text(weaker)
    assert main([str(tmp_path), "--subject", RECORDINGS]) == 1
    assert "expected denied, got allowed" in capsys.readouterr().out
