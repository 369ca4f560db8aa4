"""The archive of a Region admits the writers of the settings, each to its place, and the named readers."""

from __future__ import annotations

import json

import pytest

from tests.assembly import flat, listed, only, resources

HOME = "LogArchive-ap-northeast-1"
OTHER = "LogArchive-us-east-1"


def statements(template, name):
    """The bucket policy of the bucket whose name starts so, by Sid."""
    for _, policy in resources(template, "AWS::S3::BucketPolicy"):
        if flat(policy["Properties"]["Bucket"]).startswith(name):
            return {item["Sid"]: item for item in flat(policy["Properties"]["PolicyDocument"])["Statement"]}
    raise AssertionError(f"no bucket policy for {name}")


def key_statements(template):
    found = resources(template, "AWS::KMS::Key") + resources(template, "AWS::KMS::ReplicaKey")
    ((_, key),) = found
    return {item["Sid"]: item for item in flat(key["Properties"]["KeyPolicy"])["Statement"]}


def test_the_home_region_holds_the_primary_key_and_the_others_a_replica(assembly):
    assert only(assembly.templates[HOME], "AWS::KMS::Key")["MultiRegion"] is True
    replica = only(assembly.templates[OTHER], "AWS::KMS::ReplicaKey")
    assert flat(replica["PrimaryKeyArn"]) == "arn:<AWS::Partition>:kms:ap-northeast-1:111111111111:key/<ArchiveKeyId>"


def test_every_region_has_its_buckets_and_home_the_derived_one_too(assembly):
    def names(template):
        return {bucket["Properties"]["BucketName"] for _, bucket in resources(template, "AWS::S3::Bucket")}

    kinds = ("logs", "recordings", "access-logs")
    assert names(assembly.templates[OTHER]) == {f"evidence-{kind}-111111111111-us-east-1" for kind in kinds}
    assert names(assembly.templates[HOME]) == {
        f"evidence-{kind}-111111111111-ap-northeast-1" for kind in (*kinds, "derived")
    }


def test_trails_write_to_the_home_region_alone(assembly):
    assert {sid for sid in statements(assembly.templates[HOME], "evidence-logs-") if "Trail" in sid} == {
        "ArchiveTrailReadBucketAcl",
        "ArchiveTrailWriteOwnFiles",
        "MemberTrailsReadBucketAcl",
        "MemberTrailsWriteOwnFiles",
    }
    assert [sid for sid in statements(assembly.templates[OTHER], "evidence-logs-") if "Trail" in sid] == []


def test_member_trails_write_under_the_prefix_of_cloudtrail_for_the_organization_alone(assembly):
    sentence = statements(assembly.templates[HOME], "evidence-logs-")["MemberTrailsWriteOwnFiles"]
    assert sentence == {
        "Sid": "MemberTrailsWriteOwnFiles",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-ap-northeast-1/cloudtrail/AWSLogs/*/*",
        "Condition": {
            "StringEquals": {"aws:SourceOrgID": "o-exampleorg1"},
            "ArnLike": {"aws:SourceArn": "arn:<AWS::Partition>:cloudtrail:*:*:trail/evidence-management-events"},
        },
    }


def test_the_organization_trail_writes_under_its_two_paths_alone(variant):
    template = variant("everything").templates[HOME]
    found = statements(template, "evidence-logs-")
    bucket = "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-ap-northeast-1"
    assert found["OrganizationTrailWriteOwnFiles"]["Resource"] == [
        f"{bucket}/cloudtrail/AWSLogs/999999999999/*",
        f"{bucket}/cloudtrail/AWSLogs/o-exampleorg1/*",
    ]
    assert found["OrganizationTrailWriteOwnFiles"]["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:<AWS::Partition>:cloudtrail:ap-northeast-1:999999999999:trail/evidence-organization"
    }
    assert "MemberTrailsWriteOwnFiles" not in found


def test_with_an_existing_trail_nobody_but_the_archive_trail_writes_trail_files(variant):
    found = statements(variant("as little as possible").templates[HOME], "evidence-logs-")
    assert {sid for sid in found if "Trail" in sid} == {"ArchiveTrailReadBucketAcl", "ArchiveTrailWriteOwnFiles"}


def test_members_deliver_under_their_own_prefixes_in_every_region(assembly):
    for name, region in ((HOME, "ap-northeast-1"), (OTHER, "us-east-1")):
        sentence = statements(assembly.templates[name], "evidence-logs-")["DeliveryRolesWriteOwnTranscripts"]
        bucket = f"arn:<AWS::Partition>:s3:::evidence-logs-111111111111-{region}"
        assert sentence["Resource"] == [
            f"{bucket}/transcripts/account=${{aws:PrincipalAccount}}/*",
            f"{bucket}/errors/transcripts/account=${{aws:PrincipalAccount}}/*",
        ]
        assert sentence["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"]
        assert sentence["Condition"] == {
            "StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"},
            "ArnLike": {"aws:PrincipalArn": "arn:<AWS::Partition>:iam::*:role/evidence-delivery"},
        }


def test_recordings_have_a_bucket_of_their_own_that_guiconnect_alone_writes(assembly):
    for name in (HOME, OTHER):
        found = statements(assembly.templates[name], "evidence-recordings-")
        allowed = {sid: item for sid, item in found.items() if item["Effect"] == "Allow"}
        assert set(allowed) == {"GuiConnectWritesRecordings"}
        assert allowed["GuiConnectWritesRecordings"]["Condition"] == {
            "StringEquals": {"aws:SourceOrgID": "o-exampleorg1"}
        }
        assert "GuiConnectWritesRecordings" not in statements(assembly.templates[name], "evidence-logs-")


@pytest.mark.parametrize("bucket", ["evidence-logs-", "evidence-recordings-"])
@pytest.mark.parametrize(
    "action", ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:BypassGovernanceRetention"]
)
def test_nobody_removes_evidence(assembly, bucket, action):
    for name in (HOME, OTHER):
        refusal = statements(assembly.templates[name], bucket)["DenyRemoval"]
        assert refusal["Effect"] == "Deny"
        assert refusal["Principal"] == {"AWS": "*"}
        assert "Condition" not in refusal
        assert action in refusal["Action"]


@pytest.mark.parametrize("action", ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutLifecycleConfiguration"])
def test_only_the_execution_role_of_the_region_changes_a_bucket(assembly, action):
    for name, region in ((HOME, "ap-northeast-1"), (OTHER, "us-east-1")):
        for bucket in ("evidence-logs-", "evidence-recordings-", "evidence-access-logs-"):
            refusal = statements(assembly.templates[name], bucket)["DenyConfigurationChanges"]
            assert action in refusal["Action"]
            role = f"arn:<AWS::Partition>:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-{region}"
            assert refusal["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [role]}}


@pytest.mark.requirement(
    21, "log and recording buckets, evidence key", "`DenyReadsExceptEvidenceReaders`, `EvidenceReadersDecrypt`"
)
def test_only_named_readers_get_and_decrypt_evidence(assembly):
    asking = (
        "evidence-check",
        "evidence-compaction",
        "evidence-report",
        "evidence-auditor-audit",
        "evidence-auditor-response",
    )
    roles = ("evidence-auditor", *asking)
    readers = [f"arn:<AWS::Partition>:iam::111111111111:role/{role}" for role in roles]
    for name in (HOME, OTHER):
        for bucket in ("evidence-logs-", "evidence-recordings-"):
            refusal = statements(assembly.templates[name], bucket)["DenyReadsExceptEvidenceReaders"]
            assert {"s3:GetObject", "s3:GetObjectVersion"} <= set(refusal["Action"])
            assert refusal["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": readers}}
        decrypting = {
            sid
            for sid, item in key_statements(assembly.templates[name]).items()
            if "kms:Decrypt" in listed(item["Action"])
        }
        everywhere = {
            "EvidenceReadersDecrypt",
            "DeliveryRolesEncrypt",
            "LogsEncryptsMemberLogGroups",
            "MembersUseKeyForOwnLogGroups",
        }
        at_home = {
            "AccessDeliveryEncrypts",
            "MemberTrailsCheckKey",
            "ArchiveTrailCheckKey",
            "LogsEncryptsArchiveLogGroups",
            "ArchiveUsesKeyForOwnLogGroups",
        }
        assert decrypting == everywhere | (at_home if name == HOME else set())
        readers_sentence = key_statements(assembly.templates[name])["EvidenceReadersDecrypt"]
        assert readers_sentence["Condition"]["ArnEquals"] == {"aws:PrincipalArn": readers}


@pytest.mark.requirement(21, "derived bucket", "`DenyResultsExceptAuditors`, `DenyResultsOf…ToOthers`")
def test_answers_are_read_and_written_by_the_role_that_asked_alone(assembly):
    bucket = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1/athena-results"
    role = "arn:<AWS::Partition>:iam::111111111111:role/evidence-auditor"
    check, compaction, report = (
        f"arn:<AWS::Partition>:iam::111111111111:role/evidence-{name}" for name in ("check", "compaction", "report")
    )
    found = statements(assembly.templates[HOME], "evidence-derived-")
    results = {sid: item for sid, item in found.items() if "Results" in sid}
    assert {sid: (item["Resource"], item["Condition"]) for sid, item in results.items()} == {
        "DenyResultsExceptAuditors": (
            [f"{bucket}/*", f"{bucket.removesuffix('athena-results')}compacted/*"],
            {"ArnNotEquals": {"aws:PrincipalArn": [f"{role}-audit", f"{role}-response", check, compaction, report]}},
        ),
        "DenyResultsOfCheckToOthers": (f"{bucket}/check/*", {"ArnNotEquals": {"aws:PrincipalArn": [check]}}),
        "DenyResultsOfCompactionToOthers": (
            f"{bucket}/compaction/*",
            {"ArnNotEquals": {"aws:PrincipalArn": [compaction]}},
        ),
        "DenyResultsOfReportToOthers": (f"{bucket}/report/*", {"ArnNotEquals": {"aws:PrincipalArn": [report]}}),
        "DenyResultsOfAuditToOthers": (
            f"{bucket}/audit/*",
            {"ArnNotEquals": {"aws:PrincipalArn": [f"{role}-audit"]}},
        ),
        "DenyResultsOfResponseToOthers": (
            f"{bucket}/response/*",
            {"ArnNotEquals": {"aws:PrincipalArn": [f"{role}-response"]}},
        ),
    }
    for item in results.values():
        assert (item["Effect"], item["Principal"]) == ("Deny", {"AWS": "*"})
        assert {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"} <= set(item["Action"])


def test_without_auditors_functions_alone_read_answers(variant):
    template = variant("as little as possible").templates[HOME]
    refusal = statements(template, "evidence-derived-")["DenyResultsExceptAuditors"]
    assert refusal["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [CHECK_ROLE, COMPACTION_ROLE]}}
    assert not {"AuditorsEncryptResults", "ReportEncryptsPages"} & set(key_statements(template))


def test_the_check_encrypts_its_results_at_home_and_nothing_else(any_assembly):
    bucket = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
    sentence = key_statements(any_assembly.templates[HOME])["CheckEncryptsResults"]
    assert sentence["Action"] == "kms:GenerateDataKey"
    assert sentence["Condition"]["ArnEquals"] == {"aws:PrincipalArn": [CHECK_ROLE]}
    assert sentence["Condition"]["StringLike"] == {
        "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/athena-results/check/*"]
    }


def test_answers_are_encrypted_at_home_and_nothing_else_by_who_asks(assembly):
    bucket = "arn:<AWS::Partition>:s3:::evidence-derived-111111111111-ap-northeast-1"
    sentence = key_statements(assembly.templates[HOME])["AuditorsEncryptResults"]
    assert sentence["Action"] == "kms:GenerateDataKey"
    assert sentence["Condition"]["StringLike"] == {
        "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/athena-results/*"]
    }
    assert "AuditorsEncryptResults" not in key_statements(assembly.templates[OTHER])


CHECK_ROLE = "arn:<AWS::Partition>:iam::111111111111:role/evidence-check"
COMPACTION_ROLE = "arn:<AWS::Partition>:iam::111111111111:role/evidence-compaction"
DELIVERY_ROLES = "arn:<AWS::Partition>:iam::*:role/evidence-delivery"
ACCESS_DELIVERY_ROLE = "arn:<AWS::Partition>:iam::111111111111:role/evidence-access-delivery"


@pytest.mark.parametrize(
    ("bucket", "name", "writers"),
    [
        ("evidence-logs-", HOME, [DELIVERY_ROLES, ACCESS_DELIVERY_ROLE]),
        ("evidence-logs-", OTHER, [DELIVERY_ROLES]),
        ("evidence-recordings-", HOME, []),
        ("evidence-recordings-", OTHER, []),
    ],
)
def test_nobody_adds_or_overwrites_evidence_by_hand(assembly, bucket, name, writers):
    refusal = statements(assembly.templates[name], bucket)["DenyWritesExceptWriters"]
    assert "s3:PutObject" in refusal["Action"]
    named = {"ArnNotLike": {"aws:PrincipalArn": writers}} if writers else {}
    assert refusal["Condition"] == {"Bool": {"aws:PrincipalIsAWSService": "false"}, **named}


def test_writers_roles_write_within_their_prefixes_even_in_the_archive_account(assembly):
    for name, region in ((HOME, "ap-northeast-1"), (OTHER, "us-east-1")):
        refusal = statements(assembly.templates[name], "evidence-logs-")["DenyWritesOutsideOwnPrefixes"]
        bucket = f"arn:<AWS::Partition>:s3:::evidence-logs-111111111111-{region}"
        own = "account=${aws:PrincipalAccount}/*"
        assert refusal["NotResource"] == [f"{bucket}/transcripts/{own}", f"{bucket}/errors/transcripts/{own}"]
        assert refusal["Condition"] == {"ArnLike": {"aws:PrincipalArn": [DELIVERY_ROLES]}}
        assert "DenyWritesOutsideOwnPrefixes" not in statements(assembly.templates[name], "evidence-recordings-")


def test_the_access_hub_writes_judged_records_at_home_and_nowhere_else(assembly):
    home = statements(assembly.templates[HOME], "evidence-logs-")["DenyAccessDeliveryElsewhere"]
    bucket = "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-ap-northeast-1"
    assert home["Effect"] == "Deny"
    assert home["NotResource"] == [
        f"{bucket}/access-events/*",
        f"{bucket}/errors/access-events/account=111111111111/*",
    ]
    assert home["Condition"] == {"ArnLike": {"aws:PrincipalArn": [ACCESS_DELIVERY_ROLE]}}
    elsewhere = [flat(assembly.templates[OTHER]), statements(assembly.templates[HOME], "evidence-recordings-")]
    assert [item for item in elsewhere if "evidence-access-delivery" in json.dumps(item)] == []


@pytest.mark.requirement(21, "log and recording buckets, evidence key", "without auditors functions alone read")
def test_without_auditors_nobody_reads_but_check_and_compaction(variant):
    template = variant("as little as possible").templates[HOME]
    nobody_else = {"aws:PrincipalArn": [CHECK_ROLE, COMPACTION_ROLE]}
    refusal = statements(template, "evidence-logs-")["DenyReadsExceptEvidenceReaders"]
    assert refusal["Condition"] == {"ArnNotEquals": nobody_else}
    assert key_statements(template)["EvidenceReadersDecrypt"]["Condition"]["ArnEquals"] == nobody_else


def test_logs_uses_the_key_for_groups_of_one_prefix_in_the_organization(assembly):
    for name, region in ((HOME, "ap-northeast-1"), (OTHER, "us-east-1")):
        sentence = key_statements(assembly.templates[name])["LogsEncryptsMemberLogGroups"]
        assert sentence["Principal"] == {"Service": f"logs.{region}.<AWS::URLSuffix>"}
        assert sentence["Condition"] == {
            "StringEquals": {"aws:SourceOrgID": "o-exampleorg1"},
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": f"arn:<AWS::Partition>:logs:{region}:*:log-group:/evidence/*"
            },
        }


def test_with_a_log_key_of_the_account_members_log_groups_do_not_use_the_evidence_key(variant):
    assembly = variant("everything")
    sids = set(key_statements(assembly.templates[HOME]))
    assert not {sid for sid in sids if "Member" in sid and "Log" in sid}
    groups = [group for place, group in assembly.resources("AWS::Logs::LogGroup") if place.startswith("Member")]
    assert groups
    keys = {flat(group["Properties"]["KmsKeyId"]) for group in groups}
    assert [key for key in keys if not key.startswith("<LogKey")] == []


@pytest.mark.requirement(7, "archive trail", "`AdvancedEventSelectors` for the archive's buckets, without uploads")
def test_the_archive_trail_records_touches_of_every_archive_bucket_and_no_uploads(assembly):
    trail = only(assembly.templates[HOME], "AWS::CloudTrail::Trail")
    (selector,) = trail["AdvancedEventSelectors"]
    fields = {field["Field"]: field for field in selector["FieldSelectors"]}
    assert fields["eventCategory"]["Equals"] == ["Data"]
    recorded = set(fields["eventName"]["Equals"])
    assert {
        "GetObject",
        "DeleteObject",
        "DeleteObjects",
        "PutObjectAcl",
        "PutObjectTagging",
        "PutObjectRetention",
    } <= recorded
    assert not recorded & {"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
    buckets = {bucket["Properties"]["BucketName"] for _, bucket in assembly.resources("AWS::S3::Bucket")}
    assert set(flat(fields["resources.ARN"]["StartsWith"])) == {
        f"arn:<AWS::Partition>:s3:::{name}/" for name in buckets
    }


def test_the_home_archive_prints_the_key_id_that_everything_else_needs(assembly):
    assert set(assembly.templates[HOME]["Outputs"]) == {"ArchiveKeyId"}


def errors_of(assembly):
    return {
        name
        for name, artifact in assembly.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
        and "aws:cdk:error"
        in (assembly.directory / artifact["additionalMetadataFile"]).read_text() + json.dumps(artifact)
    }


def test_without_a_key_id_nothing_that_needs_it_can_be_deployed(variant, assembly):
    """Nor does a Region where people only sign in need one, nor what lets the guard act, nor guardrails: they have no
    log group.
    """
    keyless = variant("everything")
    stacks = {name for name, item in keyless.manifest["artifacts"].items() if item["type"].endswith(":stack")}
    sign_in, acting = (
        {name for name in stacks if name.startswith(prefix)} for prefix in ("MemberSignIn-", "MemberEnforcement")
    )
    assert sign_in
    assert acting
    prefix_lists = {name for name in stacks if name.startswith("WorkSpacesPrefixLists-")}
    assert prefix_lists
    assert errors_of(keyless) == stacks - sign_in - acting - prefix_lists - {HOME, "Guardrails"}
    assert errors_of(assembly) == set()


def test_auditors_are_the_roles_of_the_settings_within_the_organization(variant):
    template = variant("everything").templates[HOME]
    roles = [role["Properties"] for _, role in resources(template, "AWS::IAM::Role")]
    (auditor,) = [role for role in roles if role["RoleName"] == "evidence-auditor"]
    (trust,) = flat(auditor["AssumeRolePolicyDocument"])["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"},
        "ArnLike": {
            "aws:PrincipalArn": [
                "arn:aws:iam::111111111111:role/Auditor",
                "arn:aws:iam::222222222222:role/Security*",
            ]
        },
    }
    assert trust["Principal"]["AWS"] == [
        "arn:<AWS::Partition>:iam::111111111111:root",
        "arn:<AWS::Partition>:iam::222222222222:root",
    ]


def test_without_auditors_there_is_no_role_that_reads_evidence(variant):
    template = variant("as little as possible").templates[HOME]
    names = {role["Properties"]["RoleName"] for _, role in resources(template, "AWS::IAM::Role")}
    assert names == {"evidence-archive-trail-logs"}
