"""One-change mutants of the templates: mistakes that people really make, each of which some check must notice."""

from __future__ import annotations

from tests.assembly import Template
from tests.policies.check_mutants import CHECK
from tests.policies.compaction_mutants import COMPACTION
from tests.policies.hub_mutants import HUB
from tests.policies.mutation import (
    ACCOUNT,
    HOME,
    ORGANIZATION,
    OTHER,
    REGION,
    SOURCE,
    Mutant,
    add_action,
    bucket,
    drop,
    mutant,
    of_type,
    operator,
    put,
    remove,
    rename,
    sentence,
    whole,
    without_action,
)
from tests.policies.network_mutants import NETWORK
from tests.policies.query_mutants import QUERY
from tests.policies.report_mutants import REPORT


def _forget_policy(template: Template, bucket_prefix: str) -> None:
    """Take the policy of a bucket out of the template."""
    (name,) = [
        name
        for name, item in template["Resources"].items()
        if item["Type"] == "AWS::S3::BucketPolicy" and item["Properties"]["Bucket"].startswith(bucket_prefix)
    ]
    del template["Resources"][name]


POLICIES = [
    mutant(
        "delivery roles of any organization write",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        drop(*ORGANIZATION),
    ),
    mutant(
        "any role of the organization delivers",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "delivery roles write anywhere",
        OTHER,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        put(
            "Resource",
            to={"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::evidence-logs-111111111111-us-east-1/*"]]},
        ),
    ),
    mutant(
        "delivery roles may do everything to their objects",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        put("Action", to="s3:*"),
    ),
    mutant(
        "delivery roles read what they wrote",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        add_action("s3:GetObject"),
    ),
    mutant(
        "delivery roles list everybody's files",
        HOME,
        sentence("logs", "DeliveryRolesListOwnTranscripts"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "the organization is any organization",
        HOME,
        sentence("logs", "DeliveryRolesLocateBucket"),
        operator("StringEquals", "StringLike", "o-*", "aws:PrincipalOrgID"),
    ),
    mutant(
        "the organization is asked for only if it is sent",
        HOME,
        sentence("logs", "DeliveryRolesLocateBucket"),
        operator("StringEquals", "StringEqualsIfExists", "o-exampleorg1", "aws:PrincipalOrgID"),
    ),
    mutant(
        "the organization's key is misspelt",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        rename("aws:PrincipalOrgID", "aws:PrincipalOrgId2", "Condition", "StringEquals"),
    ),
    mutant("trails of any organization deliver", HOME, sentence("logs", "MemberTrailsWriteOwnFiles"), drop(*SOURCE)),
    mutant(
        "trails of any name deliver", HOME, sentence("logs", "MemberTrailsWriteOwnFiles"), drop("Condition", "ArnLike")
    ),
    mutant(
        "trails delete what they wrote",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        add_action("s3:DeleteObject"),
    ),
    mutant(
        "trails write beside their prefix",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        put(
            "Resource",
            to={
                "Fn::Join": [
                    "",
                    ["arn:", {"Ref": "AWS::Partition"}, ":s3:::evidence-logs-111111111111-ap-northeast-1/*"],
                ]
            },
        ),
    ),
    mutant(
        "any trail looks at the bucket's ACL", HOME, sentence("logs", "MemberTrailsReadBucketAcl"), drop("Condition")
    ),
    mutant(
        "the archive's trail is anybody's",
        HOME,
        sentence("logs", "ArchiveTrailWriteOwnFiles"),
        put("Principal", to="*"),
    ),
    mutant(
        "another service delivers trails",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        put("Principal", "Service", to="config.amazonaws.com"),
    ),
    mutant(
        "recordings of any organization arrive",
        HOME,
        sentence("recordings", "GuiConnectWritesRecordings"),
        drop("Condition"),
    ),
    mutant(
        "anybody records",
        OTHER,
        sentence("recordings", "GuiConnectWritesRecordings"),
        put("Principal", to={"AWS": "*"}),
    ),
    mutant(
        "recordings are read by the service that wrote them",
        HOME,
        sentence("recordings", "GuiConnectWritesRecordings"),
        add_action("s3:GetObject"),
    ),
    mutant(
        "access logs come from any bucket",
        HOME,
        sentence("access-logs", "S3WritesAccessLogs"),
        drop("Condition", "ArnEquals"),
    ),
    Mutant("evidence may be deleted", HOME, remove("logs", "DenyRemoval")),
    mutant("versions may be deleted", HOME, sentence("logs", "DenyRemoval"), without_action("s3:DeleteObjectVersion")),
    mutant(
        "locks may be bypassed",
        OTHER,
        sentence("recordings", "DenyRemoval"),
        without_action("s3:BypassGovernanceRetention"),
    ),
    mutant("locks may be shortened", HOME, sentence("logs", "DenyRemoval"), without_action("s3:PutObjectRetention")),
    mutant(
        "evidence may be deleted by whom the archive trusts",
        HOME,
        sentence("logs", "DenyRemoval"),
        put("Condition", to={"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}),
    ),
    Mutant("anybody of the archive account reads", HOME, remove("logs", "DenyReadsExceptEvidenceReaders")),
    mutant(
        "a version is read by anybody of the archive account",
        HOME,
        sentence("logs", "DenyReadsExceptEvidenceReaders"),
        without_action("s3:GetObjectVersion"),
    ),
    mutant(
        "every role reads",
        HOME,
        sentence("logs", "DenyReadsExceptEvidenceReaders"),
        put("Condition", "ArnNotEquals", "aws:PrincipalArn", to="arn:aws:iam::111111111111:role/someone-else"),
    ),
    Mutant("anybody of the archive account changes the bucket", HOME, remove("logs", "DenyConfigurationChanges")),
    mutant(
        "the bucket's policy may be replaced",
        HOME,
        sentence("recordings", "DenyConfigurationChanges"),
        without_action("s3:PutBucketPolicy"),
    ),
    mutant(
        "the lifecycle may be shortened",
        OTHER,
        sentence("logs", "DenyConfigurationChanges"),
        without_action("s3:PutLifecycleConfiguration"),
    ),
    Mutant(
        "administrators of the archive account write evidence", HOME, remove("recordings", "DenyWritesExceptWriters")
    ),
    Mutant("the archive's own delivery role writes anywhere", HOME, remove("logs", "DenyWritesOutsideOwnPrefixes")),
    Mutant(
        "outsiders meet no Deny at a key",
        OTHER,
        lambda t: (
            add_action("kms:*")(sentence("key", "AccountReadsKeyMetadata")(t)),
            remove("key", "DenyPrincipalsOutsideOrganization")(t),
        ),
    ),
    mutant("grants are made for anybody", HOME, sentence("key", "MembersGrantToGuiConnect"), drop("Condition", "Bool")),
    mutant(
        "grants are made through any service",
        HOME,
        sentence("key", "MembersGrantToGuiConnect"),
        drop("Condition", "StringEquals", "kms:ViaService"),
    ),
    mutant(
        "grants are made by any organization", OTHER, sentence("key", "MembersGrantToGuiConnect"), drop(*ORGANIZATION)
    ),
    mutant(
        "GuiConnect makes grants by itself",
        HOME,
        sentence("key", "GuiConnectEncryptsRecordings"),
        add_action("kms:CreateGrant"),
    ),
    mutant("GuiConnect decrypts", HOME, sentence("key", "GuiConnectEncryptsRecordings"), add_action("kms:Decrypt")),
    mutant(
        "delivery roles decrypt whatever S3 holds",
        HOME,
        sentence("key", "DeliveryRolesEncrypt"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "delivery roles use the key by themselves",
        HOME,
        sentence("key", "DeliveryRolesEncrypt"),
        drop("Condition", "StringEquals", "kms:ViaService"),
    ),
    mutant("trails of any name encrypt", HOME, sentence("key", "MemberTrailsEncrypt"), drop("Condition", "ArnLike")),
    mutant(
        "trails encrypt under any context",
        HOME,
        sentence("key", "MemberTrailsEncrypt"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "the key's administrator decrypts",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        add_action("kms:Decrypt"),
    ),
    mutant(
        "the key's administrator deletes it",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        add_action("kms:ScheduleKeyDeletion"),
    ),
    mutant(
        "anybody of the archive account administers the key",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        drop("Condition"),
    ),
    mutant(
        "the archive account holds every permission on the key",
        OTHER,
        sentence("key", "AccountReadsKeyMetadata"),
        put("Action", to="kms:*"),
    ),
    mutant(
        "readers decrypt without S3",
        HOME,
        sentence("key", "EvidenceReadersDecrypt"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "anybody of the archive account decrypts",
        HOME,
        sentence("key", "EvidenceReadersDecrypt"),
        drop("Condition", "ArnEquals"),
    ),
    mutant(
        "logs of any organization are encrypted", HOME, sentence("key", "LogsEncryptsMemberLogGroups"), drop(*SOURCE)
    ),
    mutant(
        "any log group is encrypted",
        HOME,
        sentence("key", "LogsEncryptsMemberLogGroups"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "members use the key for others' log groups",
        OTHER,
        sentence("key", "MembersUseKeyForOwnLogGroups"),
        drop("Condition", "StringLike"),
    ),
    mutant(
        "an auditor takes everything in the archive account",
        HOME,
        sentence("evidence-auditor", "GetEvidence"),
        put("Resource", to="*"),
    ),
    mutant("an auditor deletes", HOME, sentence("evidence-auditor", "GetEvidence"), add_action("s3:DeleteObject")),
    mutant(
        "anybody of the organization takes the auditor role",
        HOME,
        sentence("evidence-auditor", "NamedRolesAudit"),
        lambda item: (put("Principal", to={"AWS": "*"})(item), drop("Condition", "ArnLike")(item)),
    ),
    mutant(
        "the auditor role trusts another account",
        HOME,
        sentence("evidence-auditor", "NamedRolesAudit"),
        put("Condition", to={"StringEquals": {"aws:PrincipalAccount": "444444444444"}}),
    ),
    mutant(
        "another service takes the delivery role",
        ACCOUNT,
        sentence("evidence-delivery", "ServiceAssumesRole"),
        put("Principal", "Service", to="lambda.amazonaws.com"),
    ),
    mutant(
        "logs of any account take the subscription role",
        ACCOUNT,
        sentence("evidence-log-subscription", "ServiceAssumesRole"),
        drop("Condition"),
    ),
    mutant(
        "the delivery role writes for other accounts",
        ACCOUNT,
        sentence("evidence-delivery", "WriteOwnTranscripts"),
        put("Resource", to="arn:aws:s3:::evidence-logs-111111111111-*/transcripts/*"),
    ),
    mutant(
        "the delivery role writes to buckets of any account",
        ACCOUNT,
        sentence("evidence-delivery", "WriteOwnTranscripts"),
        drop("Condition"),
    ),
    mutant(
        "the session role changes any document",
        ACCOUNT,
        sentence("evidence-session-preferences", "ManageSessionDocument"),
        put("Resource", to="*"),
    ),
]

RESOURCES = [
    Mutant("a bucket has no policy", OTHER, lambda t: _forget_policy(t, "evidence-recordings-")),
    Mutant("calls without TLS are answered", HOME, remove("logs", "DenyInsecureTransport")),
    mutant("the key has AWS's own policy", HOME, of_type("AWS::KMS::Key"), drop("KeyPolicy")),
    mutant(
        "the delivery role administers its account",
        ACCOUNT,
        of_type("AWS::IAM::Role"),
        put("ManagedPolicyArns", to=["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ),
    mutant(
        "a session decrypts evidence",
        HOME,
        sentence("key", "AccountReadsKeyMetadata"),
        lambda s: s.update(
            Principal={"AWS": "arn:aws:sts::111111111111:assumed-role/Admin/alice"}, Action="kms:Decrypt"
        ),
    ),
    mutant(
        "evidence is encrypted with another key",
        HOME,
        sentence("logs", "DenyRemoval"),
        without_action("s3:UpdateObjectEncryption"),
    ),
    mutant(
        "a bucket serves a website",
        OTHER,
        sentence("recordings", "DenyConfigurationChanges"),
        without_action("s3:PutBucketWebsite"),
    ),
    mutant(
        "variables in a policy are text",
        HOME,
        whole("AWS::S3::BucketPolicy", "evidence-logs-"),
        put("Properties", "PolicyDocument", "Version", to="2008-10-17"),
    ),
    mutant(
        "the lock can be opened",
        HOME,
        bucket("logs"),
        put("ObjectLockConfiguration", "Rule", "DefaultRetention", "Mode", to="GOVERNANCE"),
    ),
    mutant(
        "the lock lasts a day",
        HOME,
        bucket("logs"),
        put("ObjectLockConfiguration", "Rule", "DefaultRetention", "Days", to=1),
    ),
    mutant("there is no lock", OTHER, bucket("logs"), drop("ObjectLockEnabled")),
    mutant(
        "evidence expires after a month",
        HOME,
        bucket("logs"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0].update(ExpirationInDays=30),
    ),
    mutant(
        "recordings expire before the retention",
        HOME,
        bucket("recordings"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0].update(ExpirationInDays=2556),
    ),
    mutant(
        "superseded versions go at once",
        HOME,
        bucket("logs"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"].update(NoncurrentDays=1),
    ),
    mutant(
        "ACLs are back",
        HOME,
        bucket("logs"),
        lambda p: p["OwnershipControls"]["Rules"][0].update(ObjectOwnership="ObjectWriter"),
    ),
    mutant(
        "versions are not kept", OTHER, bucket("recordings"), put("VersioningConfiguration", "Status", to="Suspended")
    ),
    mutant(
        "the bucket may be public",
        HOME,
        bucket("derived"),
        put("PublicAccessBlockConfiguration", "RestrictPublicBuckets", to=False),
    ),
    mutant(
        "evidence is encrypted with S3's own key",
        HOME,
        bucket("logs"),
        lambda p: p["BucketEncryption"]["ServerSideEncryptionConfiguration"][0].update(
            ServerSideEncryptionByDefault={"SSEAlgorithm": "AES256"}
        ),
    ),
    mutant(
        "the access-log bucket asks for a KMS key",
        HOME,
        bucket("access-logs"),
        lambda p: p["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"].update(
            SSEAlgorithm="aws:kms"
        ),
    ),
    mutant("access is not logged", OTHER, bucket("logs"), drop("LoggingConfiguration")),
    mutant(
        "the bucket goes with its stack",
        HOME,
        whole("AWS::S3::Bucket", "evidence-logs-"),
        put("DeletionPolicy", to="Delete"),
    ),
    mutant("the key goes with its stack", HOME, whole("AWS::KMS::Key"), put("DeletionPolicy", to="Delete")),
    mutant("the key waits a week before it is gone", HOME, of_type("AWS::KMS::Key"), put("PendingWindowInDays", to=7)),
    mutant("the key does not rotate", HOME, of_type("AWS::KMS::Key"), put("EnableKeyRotation", to=False)),
    mutant("the key lacks the recordings' tag", OTHER, of_type("AWS::KMS::ReplicaKey"), drop("Tags")),
    mutant("the trail does not log", ACCOUNT, of_type("AWS::CloudTrail::Trail"), put("IsLogging", to=False)),
    mutant(
        "the trail watches one Region", ACCOUNT, of_type("AWS::CloudTrail::Trail"), put("IsMultiRegionTrail", to=False)
    ),
    mutant(
        "trail files are not validated",
        ACCOUNT,
        of_type("AWS::CloudTrail::Trail"),
        put("EnableLogFileValidation", to=False),
    ),
    mutant("trail files are not encrypted", HOME, of_type("AWS::CloudTrail::Trail"), put("KMSKeyId", to="")),
    mutant(
        "recordings go to a bucket of the member",
        REGION,
        of_type("AWS::SSMGuiConnect::Preferences"),
        lambda p: p["ConnectionRecordingPreferences"]["RecordingDestinations"]["S3Buckets"][0].update(
            BucketOwner={"Ref": "AWS::AccountId"}
        ),
    ),
    mutant("transcripts stay in clear text", REGION, of_type("AWS::Logs::LogGroup"), drop("KmsKeyId")),
    mutant("log groups keep everything", REGION, of_type("AWS::Logs::LogGroup"), drop("RetentionInDays")),
]

MUTANTS = [*POLICIES, *RESOURCES, *HUB, *QUERY, *CHECK, *COMPACTION, *REPORT, *NETWORK]
