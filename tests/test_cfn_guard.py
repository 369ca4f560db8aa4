"""Control Tower's proactive rules find nothing in any template that is not accepted here with a reason."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.assembly import Template, resources
from tests.conftest import VARIANTS
from tests.guard import BINARIES, binary_for, unpack

pytestmark = pytest.mark.xdist_group("cfn-guard")

ACCEPTED = {
    "CT.CLOUDWATCH.PR.1": (
        "A member has no topic: these alarms go to the access hub as events, those of the archive's own queue too.",
        {
            "DeliveryDeliveryFails",
            "DeliveryDeliveryFallsBehind",
            "DeliverySubscriptionDeliveryErrors",
            "DeliverySubscriptionDeliveryThrottling",
            "EventsDeadLettersAlarm",
            "RecordingNoticesEventsDeadLettersAlarm",
        },
    ),
    "CT.CLOUDWATCH.PR.2": (
        "The rule wants a year. The archive is the copy that stays; the log group serves delivery and a quick look.",
        {
            "AccessEventsHandlerLogGroup",
            "DeliveryErrorsGroup",
            "ExistingTrailCheckLogGroup",
            "CheckFunctionLogGroup",
            "CompactionFunctionLogGroup",
            "RangesFunctionLogGroup",
            "ReportFunctionLogGroup",
            "RosterCheckLogGroup",
            "SecurityGroupsGuardLogGroup",
            "SessionPreferencesUpsertLogGroup",
            "SessionsGroup",
            "TrailLogGroup",
            "WorkSpacesLoginsLogGroup",
        },
    ),
    "CT.KMS.PR.3": (
        "The rule wants one certain Deny. The evidence key allows grants through GuiConnect alone, in calls that AWS "
        "forwards; whether these carry kms:GrantIsForAWSResource, for which the Deny asks, is not documented. "
        "A log key of the account follows AWS's default key policy and serves log groups alone. The operations key "
        "allows grants through DynamoDB alone, under that very condition.",
        {"ArchiveKey", "Key", "LogKey"},
    ),
    "CT.LAMBDA.PR.3": (
        "The functions call AWS APIs alone; a VPC would have to exist in every account and Region.",
        {
            "AccessEventsHandlerFunction",
            "ExistingTrailCheckFunction",
            "CheckFunction",
            "CompactionFunction",
            "RangesFunction",
            "ReportFunction",
            "RosterCheckFunction",
            "SecurityGroupsGuardFunction",
            "SessionPreferencesUpsertFunction",
        },
    ),
    "CT.S3.PR.2": (
        "It is where the others log to; logging its own access into itself would feed itself.",
        {"ArchiveAccessLogsBucket"},
    ),
    "CT.S3.PR.4": (
        "Nobody waits for a single object of these; the archive trail records who reads or touches evidence.",
        {"ArchiveAccessLogsBucket", "ArchiveDerivedBucket", "ArchiveLogsBucket"},
    ),
    "CT.S3.PR.9": (
        "The target of access logs takes no lock; whether uploads of recordings survive one is not documented "
        "(decision 9); what is derived can be derived again.",
        {"ArchiveAccessLogsBucket", "ArchiveDerivedBucket", "ArchiveRecordingsBucket"},
    ),
    "CT.S3.PR.10": (
        "The target of S3 server access logs takes SSE-S3 alone.",
        {"ArchiveAccessLogsBucket"},
    ),
    "CT.SQS.PR.1": (
        "They are where dead letters go; the queues of handler and guard have each one of them.",
        {
            "BusDeadLettersQueue",
            "BusUndeliveredQueue",
            "EventsDeadLetters",
            "RecordingNoticesEventsDeadLetters",
            "SecurityGroupsChangesDeadLettersQueue",
            "SecurityGroupsSweepDeadLettersQueue",
        },
    ),
}
"""Why a control is not followed, and by which resources: logical ids without their hash."""


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    return unpack(tmp_path_factory.mktemp("guard"))


@pytest.fixture(scope="module")
def findings(guard, variant, tmp_path_factory):
    """What is found in the templates of all variants."""
    templates = {f"{name}: {file}": item for name in VARIANTS for file, item in variant(name).templates.items()}
    return guard.findings(templates, tmp_path_factory.mktemp("templates"))


@pytest.mark.requirement(4, "every trail", "cfn-guard: CT.CLOUDTRAIL.PR.2")
@pytest.mark.requirement(5, "every trail", "cfn-guard: CT.CLOUDTRAIL.PR.1")
@pytest.mark.requirement(6, "every trail", "cfn-guard: CT.CLOUDTRAIL.PR.3")
@pytest.mark.requirement(8, "log bucket", "cfn-guard: CT.S3.PR.9")
@pytest.mark.requirement(9, "every bucket", "cfn-guard: CT.S3.PR.11")
@pytest.mark.requirement(10, "every bucket", "cfn-guard: CT.S3.PR.1")
@pytest.mark.requirement(11, "every bucket policy", "cfn-guard: CT.S3.PR.8")
@pytest.mark.requirement(12, "every bucket but the access-log bucket", "cfn-guard: CT.S3.PR.10")
@pytest.mark.requirement(14, "every bucket but the access-log bucket", "cfn-guard: CT.S3.PR.2")
@pytest.mark.requirement(19, "every key", "cfn-guard: CT.KMS.PR.1")
@pytest.mark.requirement(26, "every log group", "cfn-guard: CT.CLOUDWATCH.PR.3")
def test_every_finding_is_accepted(findings):
    assert sorted(item for item in findings if item[2] not in ACCEPTED.get(item[0], ("", set()))[1]) == []


def test_no_accepted_finding_is_idle(findings):
    accepted = {(control, resource) for control, (_, found) in ACCEPTED.items() for resource in found}
    assert accepted - {(control, resource) for control, _, resource in findings} == set()


def test_all_control_tower_rules_are_there_and_each_names_the_types_it_judges(guard):
    assert len(guard.types_of_rules) >= 237
    assert [path.name for path, types in guard.types_of_rules.items() if not types] == []


FLAWS: dict[str, tuple[str, list[Any]]] = {
    "CT.CLOUDTRAIL.PR.1": ("AWS::CloudTrail::Trail", ["KMSKeyId"]),
    "CT.CLOUDTRAIL.PR.2": ("AWS::CloudTrail::Trail", ["EnableLogFileValidation"]),
    "CT.CLOUDTRAIL.PR.3": ("AWS::CloudTrail::Trail", ["CloudWatchLogsLogGroupArn"]),
    "CT.CLOUDWATCH.PR.3": ("AWS::Logs::LogGroup", ["KmsKeyId"]),
    "CT.KMS.PR.1": ("AWS::KMS::Key", ["EnableKeyRotation"]),
    "CT.S3.PR.1": ("AWS::S3::Bucket", ["PublicAccessBlockConfiguration", "BlockPublicPolicy"]),
    "CT.S3.PR.2": ("AWS::S3::Bucket", ["LoggingConfiguration"]),
    "CT.S3.PR.8": ("AWS::S3::BucketPolicy", ["PolicyDocument", "Statement", 0]),
    "CT.S3.PR.9": ("AWS::S3::Bucket", ["ObjectLockEnabled"]),
    "CT.S3.PR.10": ("AWS::S3::Bucket", ["BucketEncryption"]),
    "CT.S3.PR.11": ("AWS::S3::Bucket", ["VersioningConfiguration"]),
}
"""One property taken out of the home archive's template, by the control that must notice."""


def test_each_control_that_a_requirement_rests_on_notices_its_flaw(guard, assembly, tmp_path):
    flawed: dict[str, Template] = {}
    spoiled: dict[str, str] = {}
    for control, (of_type, path) in FLAWS.items():
        template = copy.deepcopy(assembly.templates["LogArchive-ap-northeast-1"])
        logical_id, resource = next(
            found
            for found in resources(template, of_type)
            if found[0].startswith(("ArchiveLogs", "ArchiveKey", "Trail"))
        )
        place = resource["Properties"]
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        flawed[control] = template
        spoiled[control] = logical_id[:-8]
    found = guard.findings(flawed, tmp_path)
    assert {control for control in FLAWS if (control, control, spoiled[control]) not in found} == set()


def test_a_machine_without_a_binary_is_named():
    with pytest.raises(RuntimeError, match="no cfn-guard for plan9 on mips"):
        binary_for("plan9", "mips")
    assert binary_for("linux", "x86_64") == BINARIES["linux", "x86_64"]
