"""What holds in every template, whatever the settings: the security requirements that no public checker sees."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from constructs_lib.policies.statement import Statement
from tests.assembly import Assembly, flat, listed

OUTLIVING = {
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
}
KEYS = {"AWS::KMS::Key", "AWS::KMS::ReplicaKey"}


def in_archive(place: str) -> bool:
    return place.startswith("LogArchive-")


def resource_policies(assembly: Assembly) -> list[tuple[str, Statement]]:
    """Every statement of every bucket and key policy, with its place and Sid."""
    found = []
    for of_type, element in (
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::KMS::ReplicaKey", "KeyPolicy"),
    ):
        for place, resource in assembly.resources(of_type):
            for statement in flat(resource["Properties"][element])["Statement"]:
                found.append((f"{place}/{statement['Sid']}", statement))
    return found


def all_statements(assembly: Assembly) -> list[tuple[str, Statement]]:
    """Every policy statement of every template, found wherever a document stands."""

    def walk(value: Any, place: str) -> list[tuple[str, Statement]]:
        if isinstance(value, dict):
            if "Statement" in value and "Version" in value:
                return [(f"{place}/{item.get('Sid')}", item) for item in value["Statement"]]
            return [found for key, item in value.items() for found in walk(item, f"{place}/{key}")]
        if isinstance(value, list):
            return [found for item in value for found in walk(item, place)]
        return []

    return [found for name, template in assembly.templates.items() for found in walk(flat(template), name)]


def condition_keys(statement: Statement) -> set[str]:
    return {key for keys in statement.get("Condition", {}).values() for key in keys}


def trails(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """The properties of every trail, by place."""
    found = {place: trail["Properties"] for place, trail in assembly.resources("AWS::CloudTrail::Trail")}
    assert found
    return found


@pytest.mark.requirement(1, "every trail", "`IsLogging: true`")
def test_every_trail_logs(any_assembly):
    assert [place for place, trail in trails(any_assembly).items() if trail["IsLogging"] is not True] == []


@pytest.mark.requirement(2, "every trail", "`IsMultiRegionTrail`, `IncludeGlobalServiceEvents: true`")
def test_every_trail_covers_all_regions_and_global_services(any_assembly):
    narrow = [
        place
        for place, trail in trails(any_assembly).items()
        if trail["IsMultiRegionTrail"] is not True or trail["IncludeGlobalServiceEvents"] is not True
    ]
    assert narrow == []


@pytest.mark.requirement(4, "every trail", "`EnableLogFileValidation: true`")
def test_every_trail_signs_its_files(any_assembly):
    assert [
        place for place, trail in trails(any_assembly).items() if trail["EnableLogFileValidation"] is not True
    ] == []


@pytest.mark.requirement(5, "every trail", "`KMSKeyId` is the evidence key")
def test_every_trail_is_encrypted_with_the_evidence_key(any_assembly):
    strange = [
        place for place, trail in trails(any_assembly).items() if ":key/<ArchiveKey" not in flat(trail["KMSKeyId"])
    ]
    assert strange == []


@pytest.mark.requirement(6, "every trail", "`CloudWatchLogsLogGroupArn`")
def test_every_trail_also_reaches_a_log_group(any_assembly):
    assert [place for place, trail in trails(any_assembly).items() if not trail["CloudWatchLogsLogGroupArn"]] == []


@pytest.mark.requirement(3, "trails of a variant", "management events in `AdvancedEventSelectors` of one kind of trail")
def test_management_events_are_recorded_by_one_kind_of_trail(any_assembly):
    kinds = {
        flat(trail["Properties"]["TrailName"])
        for _, trail in any_assembly.resources("AWS::CloudTrail::Trail")
        if "Management" in str(trail["Properties"]["AdvancedEventSelectors"])
    }
    assert len(kinds) <= 1, kinds


@pytest.mark.requirement(
    22, "buckets, their policies, keys and log groups of the archive", "`DeletionPolicy`, `UpdateReplacePolicy`"
)
def test_what_holds_evidence_outlives_its_stack(any_assembly):
    doomed = [
        place
        for of_type in OUTLIVING | {"AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::Logs::LogGroup"}
        for place, resource in any_assembly.resources(of_type)
        if in_archive(place)
        and not (
            resource.get("DeletionPolicy") == ("Retain" if of_type in KEYS else "RetainExceptOnCreate")
            and resource.get("UpdateReplacePolicy") == "Retain"
        )
    ]
    assert doomed == []


@pytest.mark.requirement(22, "archive and roll-out stacks", "`terminationProtection`")
def test_archive_and_rollout_stacks_are_protected_from_termination(any_assembly):
    stacks = {
        name: artifact["properties"].get("terminationProtection")
        for name, artifact in any_assembly.manifest["artifacts"].items()
        if name.startswith(("LogArchive-", "Rollout")) and artifact["type"] == "aws:cloudformation:stack"
    }
    assert stacks
    assert set(stacks.values()) == {True}, stacks


@pytest.mark.requirement(9, "every bucket", "`VersioningConfiguration: Enabled`")
def test_every_bucket_keeps_versions(any_assembly):
    unversioned = [
        place
        for place, bucket in any_assembly.resources("AWS::S3::Bucket")
        if bucket["Properties"]["VersioningConfiguration"] != {"Status": "Enabled"}
    ]
    assert unversioned == []


@pytest.mark.requirement(10, "every bucket", "`PublicAccessBlockConfiguration`, all four")
def test_every_bucket_blocks_public_access(any_assembly):
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    public = [
        place
        for place, bucket in any_assembly.resources("AWS::S3::Bucket")
        if bucket["Properties"]["PublicAccessBlockConfiguration"] != dict.fromkeys(names, True)
    ]
    assert public == []


@pytest.mark.requirement(13, "every bucket", "`OwnershipControls: BucketOwnerEnforced`")
def test_no_bucket_has_acls(any_assembly):
    with_acls = [
        place
        for place, bucket in any_assembly.resources("AWS::S3::Bucket")
        if bucket["Properties"]["OwnershipControls"] != {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    ]
    assert with_acls == []


@pytest.mark.requirement(11, "every bucket policy", "`DenyInsecureTransport`")
def test_every_bucket_refuses_calls_without_tls(any_assembly):
    buckets = {bucket["Properties"]["BucketName"]: place for place, bucket in any_assembly.resources("AWS::S3::Bucket")}
    refusing = {
        flat(policy["Properties"]["Bucket"])
        for _, policy in any_assembly.resources("AWS::S3::BucketPolicy")
        for statement in flat(policy["Properties"]["PolicyDocument"])["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Principal"] == {"AWS": "*"}
        and statement["Action"] == "s3:*"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and len(statement["Resource"]) == 2
    }
    assert sorted(place for name, place in buckets.items() if name not in refusing) == []


@pytest.mark.requirement(12, "every bucket; access-log bucket SSE-S3", "`BucketEncryption` with the evidence key")
def test_every_bucket_but_the_target_of_access_logs_is_encrypted_with_the_evidence_key(any_assembly):
    strange = []
    for place, bucket in any_assembly.resources("AWS::S3::Bucket"):
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        default = rule["ServerSideEncryptionByDefault"]
        if "evidence-access-logs-" in bucket["Properties"]["BucketName"]:
            right = default == {"SSEAlgorithm": "AES256"} and "ObjectLockEnabled" not in bucket["Properties"]
        else:
            key = flat(default.get("KMSMasterKeyID", ""))
            right = default["SSEAlgorithm"] == "aws:kms" and key.startswith("<ArchiveKey") and rule["BucketKeyEnabled"]
        if not right:
            strange.append(place)
    assert strange == []


@pytest.mark.requirement(14, "every bucket but the access-log bucket", "`LoggingConfiguration`")
def test_every_bucket_but_that_target_logs_access_to_it(any_assembly):
    for place, bucket in any_assembly.resources("AWS::S3::Bucket"):
        name = bucket["Properties"]["BucketName"]
        target = bucket["Properties"].get("LoggingConfiguration", {}).get("DestinationBucketName", "")
        if "evidence-access-logs-" in name:
            assert target == "", place
        else:
            assert target.startswith("evidence-access-logs-"), place
            assert target.removeprefix("evidence-access-logs-") in name, place


def default_locks(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """The default retention of every bucket that has one, by place."""
    locks = {
        place: bucket["Properties"].get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
        for place, bucket in assembly.resources("AWS::S3::Bucket")
    }
    return {place: lock for place, lock in locks.items() if lock}


@pytest.mark.requirement(8, "log bucket", "`ObjectLockEnabled: true` from its creation")
def test_the_log_bucket_and_no_other_has_object_lock(any_assembly):
    for place, bucket in any_assembly.resources("AWS::S3::Bucket"):
        wanted = "evidence-logs-" in bucket["Properties"]["BucketName"]
        assert bucket["Properties"].get("ObjectLockEnabled", False) is wanted, place
        configuration = bucket["Properties"].get("ObjectLockConfiguration", {})
        assert configuration.get("ObjectLockEnabled") == ("Enabled" if wanted else None), place


@pytest.mark.requirement(8, "log bucket", "`DefaultRetention: COMPLIANCE`")
def test_a_default_lock_is_in_compliance_mode(assembly):
    modes = {place: lock["Mode"] for place, lock in default_locks(assembly).items()}
    assert modes
    assert set(modes.values()) == {"COMPLIANCE"}, modes


@pytest.mark.requirement(8, "log bucket", "`DefaultRetention`: the days of the settings")
@pytest.mark.parametrize(
    ("name", "lock_days"), [("example", {365}), ("everything", {365}), ("as little as possible", set())]
)
def test_a_default_lock_lasts_the_days_of_the_settings(variant, name, lock_days):
    days = {place: lock["Days"] for place, lock in default_locks(variant(name)).items()}
    assert set(days.values()) == lock_days, days


@pytest.mark.requirement(15, "every bucket that holds evidence", "`LifecycleConfiguration`: expiry of versions")
def test_nothing_expires_before_the_retention_of_the_settings(any_assembly, settings):
    for place, bucket in any_assembly.resources("AWS::S3::Bucket"):
        (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert rule["Status"] == "Enabled", place
        if "evidence-derived-" not in bucket["Properties"]["BucketName"]:
            assert rule["ExpirationInDays"] >= settings.archive.retention_days, place
            assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= settings.archive.retention_days, place
        lock = bucket["Properties"].get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
        assert rule["ExpirationInDays"] >= lock.get("Days", 0), place


@pytest.mark.requirement(19, "every key", "`EnableKeyRotation: true`")
def test_every_key_rotates(any_assembly):
    """A replica rotates with its primary."""
    still = [
        place
        for place, key in any_assembly.resources("AWS::KMS::Key")
        if key["Properties"]["EnableKeyRotation"] is not True
    ]
    assert still == []


@pytest.mark.requirement(19, "every key and replica", "`PendingWindowInDays: 30`")
def test_every_key_waits_thirty_days_before_deletion(any_assembly):
    windows = {
        place: key["Properties"]["PendingWindowInDays"]
        for of_type in KEYS
        for place, key in any_assembly.resources(of_type)
    }
    assert {place: days for place, days in windows.items() if days != 30} == {}


@pytest.mark.requirement(29, "evidence key and replicas", "tag `SystemsManagerJustInTimeNodeAccessManaged`")
def test_evidence_keys_carry_the_tag_that_recordings_demand(any_assembly):
    for of_type in KEYS:
        for place, key in any_assembly.resources(of_type):
            if in_archive(place):
                tag = {"Key": "SystemsManagerJustInTimeNodeAccessManaged", "Value": "true"}
                assert key["Properties"]["Tags"] == [tag], place


@pytest.mark.requirement(29, "recording preferences", "`BucketOwner` is the archive account")
def test_recordings_belong_to_the_archive_account(any_assembly, settings):
    for place, preferences in any_assembly.resources("AWS::SSMGuiConnect::Preferences"):
        destinations = preferences["Properties"]["ConnectionRecordingPreferences"]["RecordingDestinations"]
        (bucket,) = destinations["S3Buckets"]
        assert bucket["BucketOwner"] == settings.archive.account, place
        assert flat(bucket["BucketName"]) == f"evidence-recordings-{settings.archive.account}-<AWS::Region>", place


@pytest.mark.requirement(26, "every log group", "`KmsKeyId`, `RetentionInDays`")
def test_every_log_group_is_encrypted_and_has_a_retention(any_assembly):
    bare = [
        place
        for place, group in any_assembly.resources("AWS::Logs::LogGroup")
        if not group["Properties"].get("KmsKeyId") or not group["Properties"].get("RetentionInDays")
    ]
    assert bare == []


@pytest.mark.requirement(18, "every policy", "no `NotPrincipal`")
def test_only_a_deny_says_what_it_does_not_concern_and_only_of_resources(any_assembly):
    inverted = {
        (element, item["Effect"])
        for _, item in all_statements(any_assembly)
        for element in item
        if element.startswith("Not")
    }
    assert inverted == {("NotResource", "Deny")}


def test_every_statement_has_a_sid(any_assembly):
    assert [place for place, item in all_statements(any_assembly) if not item.get("Sid")] == []


@pytest.mark.requirement(
    18, "bucket and key policies", "`aws:PrincipalOrgID` and a second condition in an Allow to `*`"
)
def test_anyone_is_allowed_only_within_the_organization_and_under_a_second_condition(any_assembly):
    wide = []
    for place, statement in resource_policies(any_assembly):
        if statement["Effect"] == "Allow" and "*" in listed(statement["Principal"].get("AWS", [])):
            organization = statement["Condition"].get("StringEquals", {}).get("aws:PrincipalOrgID")
            second = condition_keys(statement) & {"aws:PrincipalArn", "kms:ViaService", "events:source"}
            if organization != "o-exampleorg1" or not second:
                wide.append(place)
    assert wide == []


def pins(statement: Statement) -> set[str]:
    """The source keys that a statement demands, by an operator that demands the key's presence."""
    demanding = ("StringEquals", "ArnLike", "ArnEquals")
    return {key for operator in demanding for key in statement.get("Condition", {}).get(operator, {})}


@pytest.mark.requirement(
    16, "bucket and key policies", "`aws:SourceOrgID`, or source or encryption context, in an Allow to a service"
)
def test_every_allowed_service_is_pinned_to_the_organization_or_to_what_it_acts_for(any_assembly):
    loose = []
    for place, statement in resource_policies(any_assembly):
        if statement["Effect"] != "Allow" or "Service" not in statement["Principal"]:
            continue
        of_logs = statement["Principal"]["Service"].startswith("logs.")
        sources = {"aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn"}
        own = sources | ({"kms:EncryptionContext:aws:logs:arn"} if of_logs else set())
        organization = statement["Condition"].get("StringEquals", {}).get("aws:SourceOrgID", "o-exampleorg1")
        if not pins(statement) & own or organization != "o-exampleorg1":
            loose.append(place)
    assert loose == []


@pytest.mark.requirement(17, "key policies", "KMS actions of services")
def test_services_use_keys_for_encryption_and_nothing_else(any_assembly):
    harmless = {
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    }
    more = [
        (place, action)
        for place, statement in resource_policies(any_assembly)
        if statement["Effect"] == "Allow" and "Service" in statement["Principal"]
        for action in listed(statement["Action"])
        if action.startswith("kms:") and action not in harmless
    ]
    assert more == []


@pytest.mark.requirement(16, "bucket and key policies", "`…IfExists` in an Allow for CloudTrail's use of the key alone")
def test_if_exists_stands_in_an_allow_only_where_cloudtrail_uses_the_key(any_assembly):
    lenient = {
        place.split("/")[-1]
        for place, statement in resource_policies(any_assembly)
        if statement["Effect"] == "Allow" and any(name.endswith("IfExists") for name in statement.get("Condition", {}))
    }
    assert lenient <= {
        f"{trail}{verb}"
        for trail in ("ArchiveTrail", "MemberTrails", "OrganizationTrail")
        for verb in ("Encrypt", "CheckKey")
    }


@pytest.mark.requirement(17, "bucket policies", "`s3:PutObject`, `s3:GetBucketAcl` for services")
def test_services_put_objects_and_read_the_bucket_acl_and_nothing_else(any_assembly):
    more = [
        (place, action)
        for place, statement in resource_policies(any_assembly)
        if statement["Effect"] == "Allow" and "Service" in statement["Principal"]
        for action in listed(statement["Action"])
        if action.startswith("s3:") and action not in {"s3:PutObject", "s3:GetBucketAcl"}
    ]
    assert more == []


GRANTS = {
    "MembersGrantToGuiConnect": ({"aws:ViaAWSService": "true"}, "ssm-guiconnect."),
    "DynamoDBTakesGrants": ({"kms:GrantIsForAWSResource": "true"}, "dynamodb."),
}
"""The sentences that let somebody make a grant: what they demand, and through which service."""


@pytest.mark.requirement(20, "key policies", "`MembersGrantToGuiConnect`: `aws:ViaAWSService`, `kms:ViaService`")
def test_grants_on_a_key_are_made_through_an_aws_service_only(any_assembly):
    for place, statement in resource_policies(any_assembly):
        if statement["Effect"] == "Allow" and "kms:CreateGrant" in listed(statement["Action"]):
            demanded, through = GRANTS[statement["Sid"]]
            assert statement["Action"] == "kms:CreateGrant", place
            assert statement["Condition"]["Bool"] == demanded, place
            assert statement["Condition"]["StringEquals"]["kms:ViaService"].startswith(through), place


@pytest.mark.requirement(21, "evidence key and replicas", "no `kms:*`")
def test_nobody_holds_every_permission_on_the_evidence_key(any_assembly):
    mighty = [
        place
        for place, statement in resource_policies(any_assembly)
        if in_archive(place) and statement["Effect"] == "Allow" and {"kms:*", "*"} & set(listed(statement["Action"]))
    ]
    assert mighty == []


@pytest.mark.requirement(21, "evidence key and replicas", "`DeploymentAdministersKey`")
def test_who_administers_the_evidence_key_cannot_decrypt(any_assembly):
    for place, statement in resource_policies(any_assembly):
        actions = set(listed(statement["Action"]))
        if statement["Effect"] == "Allow" and in_archive(place) and "kms:PutKeyPolicy" in actions:
            assert not actions & {"kms:Decrypt", "kms:CreateGrant", "kms:ScheduleKeyDeletion", "kms:DisableKey"}, place


@pytest.mark.parametrize(
    ("of_type", "element", "limit"),
    [
        ("AWS::S3::BucketPolicy", "PolicyDocument", 20_480),
        ("AWS::KMS::Key", "KeyPolicy", 32_768),
        ("AWS::KMS::ReplicaKey", "KeyPolicy", 32_768),
    ],
)
def test_policies_stay_below_their_size_limits(any_assembly, of_type, element, limit):
    for place, resource in any_assembly.resources(of_type):
        assert len(str(flat(resource["Properties"][element]))) < limit, place


def test_principals_are_named_as_mappings(any_assembly):
    assert [place for place, item in resource_policies(any_assembly) if not isinstance(item["Principal"], dict)] == []


@pytest.mark.requirement(22, "archive trail, its log group and role", "`DeletionPolicy`")
def test_the_archive_trail_its_group_and_its_role_outlive_their_stack(any_assembly):
    kept = {
        resource["Type"]: resource.get("DeletionPolicy")
        for name, template in any_assembly.templates.items()
        if in_archive(name)
        for logical_id, resource in template["Resources"].items()
        if logical_id.startswith("Trail")
    }
    assert kept == dict.fromkeys(
        ("AWS::CloudTrail::Trail", "AWS::Logs::LogGroup", "AWS::IAM::Role"), "RetainExceptOnCreate"
    )


def test_arns_carry_the_partition_token(assembly):
    """In the example, whose only literal ARNs are the auditors that a person wrote."""
    text = json.dumps([flat(template) for template in assembly.templates.values()])
    found = [arn for arn in re.findall(r"arn:aws[a-z-]*:[^\"]{0,60}", text) if "sso.amazonaws.com" not in arn]
    assert found == []
