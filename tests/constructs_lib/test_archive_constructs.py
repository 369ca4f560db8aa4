"""Buckets, keys and trails of the archive, each on its own."""

from __future__ import annotations

import pytest

from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.evidence_bucket import EvidenceBucket, Retention
from constructs_lib.evidence_key import EvidenceKey
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.evidence_trail import EvidenceTrail
from constructs_lib.log_archive import LogArchive
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies.statement import deny
from constructs_lib.policies.writers import session_recordings
from tests.assembly import flat, only, resources, template_of

ARCHIVE = ArchiveReference(account="111111111111", key_id="mrk-1", region="eu-west-1")
REFUSAL = deny("Refusal", actions=["s3:*"], resources=["*"])


def bucket(stack, **overrides):
    arguments = {"bucket_name": "name", "statements": [REFUSAL], "retention": Retention(days=10)}
    return EvidenceBucket(stack, "Bucket", **{**arguments, **overrides})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"days": 10, "lock_days": 11}, "lock_days = 11"), ({"days": 10, "glacier_after_days": 10}, "glacier_after_days")],
)
def test_a_retention_that_s3_would_refuse_or_that_loses_evidence_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Retention(**arguments)


def test_a_bucket_keeps_then_expires_every_version():
    found = only(
        template_of(lambda stack: bucket(stack, retention=Retention(days=10, glacier_after_days=3))), "AWS::S3::Bucket"
    )
    assert found["LifecycleConfiguration"]["Rules"] == [
        {
            "Id": "KeepThenExpire",
            "Status": "Enabled",
            "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 3}],
            "ExpirationInDays": 10,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 10},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]


def test_a_lock_without_days_enables_the_feature_alone():
    found = only(template_of(lambda stack: bucket(stack, object_lock=True)), "AWS::S3::Bucket")
    assert found["ObjectLockEnabled"] is True
    assert found["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}


def test_a_bucket_policy_holds_the_sentences_given_and_outlives_the_stack():
    template = template_of(bucket)
    assert only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"] == [REFUSAL]
    ((_, policy),) = resources(template, "AWS::S3::BucketPolicy")
    assert policy["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_bucket_is_offered_as_an_interface():
    names = []
    template_of(lambda stack: names.append(bucket(stack).bucket.bucket_name))
    assert len(names) == 1


def test_a_key_policy_holds_the_sentences_given_and_no_others():
    template = template_of(lambda stack: EvidenceKey(stack, "Key", statements=[REFUSAL]))
    assert only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"] == [REFUSAL]


def test_a_key_is_offered_as_an_interface():
    arns = []
    template_of(lambda stack: arns.append(EvidenceKey(stack, "Key", statements=[REFUSAL]).key.key_arn))
    assert len(arns) == 1


def test_a_replica_names_its_primary():
    arn = "arn:aws:kms:eu-west-1:111111111111:key/mrk-1"
    template = template_of(lambda stack: EvidenceKey(stack, "Key", statements=[REFUSAL], primary_key_arn=arn))
    assert only(template, "AWS::KMS::ReplicaKey")["PrimaryKeyArn"] == arn


def test_a_log_group_that_the_key_would_refuse_is_refused():
    with pytest.raises(ValueError, match="/aws/other"):
        template_of(lambda stack: EvidenceLogGroup(stack, "Group", name="/aws/other", retention_days=14, key_arn="arn"))


def test_an_archive_needs_nothing_but_its_arguments():
    """What a platform team writes in its own stack."""
    template = template_of(
        lambda stack: LogArchive(
            stack,
            "Archive",
            organization_id="o-exampleorg1",
            archive=ARCHIVE,
            retention=Retention(days=400, lock_days=30),
            execution_roles=["deployer"],
            log_writers=[],
            recording_writers=[
                session_recordings(
                    "o-exampleorg1",
                    bucket_arn=ARCHIVE.bucket_arn(BucketKind.RECORDINGS),
                    via_s3="s3.eu-west-1.amazonaws.com",
                    via_guiconnect="ssm-guiconnect.eu-west-1.amazonaws.com",
                )
            ],
        )
    )
    assert len(resources(template, "AWS::S3::Bucket")) == 3
    (administration,) = [
        item
        for item in flat(only(template, "AWS::KMS::Key"))["KeyPolicy"]["Statement"]
        if item["Sid"] == "DeploymentAdministersKey"
    ]
    assert administration["Condition"]["ArnEquals"] == {
        "aws:PrincipalArn": ["arn:<AWS::Partition>:iam::111111111111:role/deployer"]
    }


@pytest.mark.parametrize(("data_events_of", "category"), [((), "Management"), (("arn:aws:s3:::a",), "Data")])
def test_a_trail_records_management_events_or_touches_of_buckets(data_events_of, category):
    template = template_of(
        lambda stack: EvidenceTrail(
            stack,
            "Trail",
            trail_name="trail",
            archive=ARCHIVE,
            log_group_name="/evidence/trail",
            log_retention_days=14,
            log_key_arn=ARCHIVE.key_arn,
            log_key_use=LogKeyUse.of_archive(ARCHIVE),
            role_name="role",
            data_events_of=data_events_of,
        )
    )
    trail = only(template, "AWS::CloudTrail::Trail")
    (selector,) = trail["AdvancedEventSelectors"]
    assert {"Field": "eventCategory", "Equals": [category]} in selector["FieldSelectors"]
    assert trail["S3KeyPrefix"] == "cloudtrail"
    assert trail["S3BucketName"] == "evidence-logs-111111111111-eu-west-1"
