"""One-change mutants of the templates: mistakes that people really make, each of which some check must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.assembly import Template, flat

HOME = "LogArchive-ap-northeast-1"
OTHER = "LogArchive-us-east-1"
ACCOUNT = "MemberAccount"
REGION = "MemberRegion"

Change = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Mutant:
    """A mistake in one template.

    Args:
        name: What somebody did, as a sentence.
        template: Where.
        change: Does it to the template as JSON.
    """

    name: str
    template: str
    change: Callable[[Template], object]


def bucket(kind: str) -> Callable[[Template], dict[str, Any]]:
    """The properties of a bucket."""

    def found(template: Template) -> dict[str, Any]:
        return _one(template, "AWS::S3::Bucket", lambda p: p["BucketName"].startswith(f"evidence-{kind}-"))

    return found


def of_type(name: str) -> Callable[[Template], dict[str, Any]]:
    """The properties of the first resource of a type."""
    return lambda template: _one(template, name, lambda _: True)


def whole(name: str, part: str = "") -> Callable[[Template], dict[str, Any]]:
    """A resource with its deletion policy."""

    def found(template: Template) -> dict[str, Any]:
        return next(item for item in template["Resources"].values() if item["Type"] == name and part in str(flat(item)))

    return found


def sentence(holder: str, sid: str) -> Callable[[Template], dict[str, Any]]:
    """A statement: of a bucket's policy (``logs``), of the key's (``key``) or of a role's (its name)."""

    def found(template: Template) -> dict[str, Any]:
        return next(item for item in _statements(template, holder) if item["Sid"] == sid)

    return found


def _one(template: Template, of_type: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == of_type and wanted(item["Properties"])
    )


def _statements(template: Template, holder: str) -> list[dict[str, Any]]:
    if holder == "key":
        key = next(item for item in template["Resources"].values() if "KeyPolicy" in item.get("Properties", {}))
        return list(key["Properties"]["KeyPolicy"]["Statement"])
    if holder.startswith("evidence-"):
        role = _one(template, "AWS::IAM::Role", lambda p: p["RoleName"] == holder)
        documents = [role["AssumeRolePolicyDocument"], *(item["PolicyDocument"] for item in role["Policies"])]
        return [statement for document in documents for statement in document["Statement"]]
    policy = _one(template, "AWS::S3::BucketPolicy", lambda p: p["Bucket"].startswith(f"evidence-{holder}-"))
    return list(policy["PolicyDocument"]["Statement"])


def _mutant(name: str, template: str, where: Callable[[Template], dict[str, Any]], change: Change) -> Mutant:
    return Mutant(name, template, lambda whole_template: change(where(whole_template)))


def _set(*path: str, to: Any) -> Change:
    def change(value: dict[str, Any]) -> None:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = to

    return change


def _drop(*path: str) -> Change:
    def change(value: dict[str, Any]) -> None:
        for key in path[:-1]:
            value = value[key]
        del value[path[-1]]

    return change


def _rename(old: str, new: str, *path: str) -> Change:
    """Move what stands under one name to another, keeping the value."""

    def change(value: dict[str, Any]) -> None:
        for key in path:
            value = value[key]
        value[new] = value.pop(old)

    return change


def _operator(old: str, new: str, value: Any, key: str) -> Change:
    """One key moves from one condition operator to another, with another value."""

    def change(statement: dict[str, Any]) -> None:
        del statement["Condition"][old][key]
        statement["Condition"].setdefault(new, {})[key] = value

    return change


def _add_action(action: str) -> Change:
    def change(statement: dict[str, Any]) -> None:
        actions = statement["Action"]
        statement["Action"] = [*(actions if isinstance(actions, list) else [actions]), action]

    return change


def _without_action(action: str) -> Change:
    return lambda statement: statement["Action"].remove(action)


def _remove(holder: str, sid: str) -> Callable[[Template], object]:
    def change(template: Template) -> None:
        for resource in template["Resources"].values():
            for element in ("KeyPolicy", "PolicyDocument"):
                document = resource.get("Properties", {}).get(element)
                if document and any(item in document["Statement"] for item in _statements(template, holder)):
                    document["Statement"] = [item for item in document["Statement"] if item["Sid"] != sid]

    return change


_ORGANIZATION = ("Condition", "StringEquals", "aws:PrincipalOrgID")
_SOURCE = ("Condition", "StringEquals", "aws:SourceOrgID")


def _forget_policy(template: Template, bucket_prefix: str) -> None:
    """Take the policy of a bucket out of the template."""
    (name,) = [
        name
        for name, item in template["Resources"].items()
        if item["Type"] == "AWS::S3::BucketPolicy" and item["Properties"]["Bucket"].startswith(bucket_prefix)
    ]
    del template["Resources"][name]


POLICIES = [
    _mutant(
        "delivery roles of any organization write",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _drop(*_ORGANIZATION),
    ),
    _mutant(
        "any role of the organization delivers",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _drop("Condition", "ArnLike"),
    ),
    _mutant(
        "delivery roles write anywhere",
        OTHER,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _set(
            "Resource",
            to={"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::evidence-logs-111111111111-us-east-1/*"]]},
        ),
    ),
    _mutant(
        "delivery roles may do everything to their objects",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _set("Action", to="s3:*"),
    ),
    _mutant(
        "delivery roles read what they wrote",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _add_action("s3:GetObject"),
    ),
    _mutant(
        "delivery roles list everybody's files",
        HOME,
        sentence("logs", "DeliveryRolesListOwnTranscripts"),
        _drop("Condition", "StringLike"),
    ),
    _mutant(
        "the organization is any organization",
        HOME,
        sentence("logs", "DeliveryRolesLocateBucket"),
        _operator("StringEquals", "StringLike", "o-*", "aws:PrincipalOrgID"),
    ),
    _mutant(
        "the organization is asked for only if it is sent",
        HOME,
        sentence("logs", "DeliveryRolesLocateBucket"),
        _operator("StringEquals", "StringEqualsIfExists", "o-exampleorg1", "aws:PrincipalOrgID"),
    ),
    _mutant(
        "the organization's key is misspelt",
        HOME,
        sentence("logs", "DeliveryRolesWriteOwnTranscripts"),
        _rename("aws:PrincipalOrgID", "aws:PrincipalOrgId2", "Condition", "StringEquals"),
    ),
    _mutant("trails of any organization deliver", HOME, sentence("logs", "MemberTrailsWriteOwnFiles"), _drop(*_SOURCE)),
    _mutant(
        "trails of any name deliver", HOME, sentence("logs", "MemberTrailsWriteOwnFiles"), _drop("Condition", "ArnLike")
    ),
    _mutant(
        "trails delete what they wrote",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        _add_action("s3:DeleteObject"),
    ),
    _mutant(
        "trails write beside their prefix",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        _set(
            "Resource",
            to={
                "Fn::Join": [
                    "",
                    ["arn:", {"Ref": "AWS::Partition"}, ":s3:::evidence-logs-111111111111-ap-northeast-1/*"],
                ]
            },
        ),
    ),
    _mutant(
        "any trail looks at the bucket's ACL", HOME, sentence("logs", "MemberTrailsReadBucketAcl"), _drop("Condition")
    ),
    _mutant(
        "the archive's trail is anybody's",
        HOME,
        sentence("logs", "ArchiveTrailWriteOwnFiles"),
        _set("Principal", to="*"),
    ),
    _mutant(
        "another service delivers trails",
        HOME,
        sentence("logs", "MemberTrailsWriteOwnFiles"),
        _set("Principal", "Service", to="config.amazonaws.com"),
    ),
    _mutant(
        "recordings of any organization arrive",
        HOME,
        sentence("recordings", "GuiConnectWritesRecordings"),
        _drop("Condition"),
    ),
    _mutant(
        "anybody records",
        OTHER,
        sentence("recordings", "GuiConnectWritesRecordings"),
        _set("Principal", to={"AWS": "*"}),
    ),
    _mutant(
        "recordings are read by the service that wrote them",
        HOME,
        sentence("recordings", "GuiConnectWritesRecordings"),
        _add_action("s3:GetObject"),
    ),
    _mutant(
        "access logs come from any bucket",
        HOME,
        sentence("access-logs", "S3WritesAccessLogs"),
        _drop("Condition", "ArnEquals"),
    ),
    Mutant("evidence may be deleted", HOME, _remove("logs", "DenyRemoval")),
    _mutant(
        "versions may be deleted", HOME, sentence("logs", "DenyRemoval"), _without_action("s3:DeleteObjectVersion")
    ),
    _mutant(
        "locks may be bypassed",
        OTHER,
        sentence("recordings", "DenyRemoval"),
        _without_action("s3:BypassGovernanceRetention"),
    ),
    _mutant("locks may be shortened", HOME, sentence("logs", "DenyRemoval"), _without_action("s3:PutObjectRetention")),
    _mutant(
        "evidence may be deleted by whom the archive trusts",
        HOME,
        sentence("logs", "DenyRemoval"),
        _set("Condition", to={"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}),
    ),
    Mutant("anybody of the archive account reads", HOME, _remove("logs", "DenyReadsExceptEvidenceReaders")),
    _mutant(
        "a version is read by anybody of the archive account",
        HOME,
        sentence("logs", "DenyReadsExceptEvidenceReaders"),
        _without_action("s3:GetObjectVersion"),
    ),
    _mutant(
        "every role reads",
        HOME,
        sentence("logs", "DenyReadsExceptEvidenceReaders"),
        _set("Condition", "ArnNotEquals", "aws:PrincipalArn", to="arn:aws:iam::111111111111:role/someone-else"),
    ),
    Mutant("anybody of the archive account changes the bucket", HOME, _remove("logs", "DenyConfigurationChanges")),
    _mutant(
        "the bucket's policy may be replaced",
        HOME,
        sentence("recordings", "DenyConfigurationChanges"),
        _without_action("s3:PutBucketPolicy"),
    ),
    _mutant(
        "the lifecycle may be shortened",
        OTHER,
        sentence("logs", "DenyConfigurationChanges"),
        _without_action("s3:PutLifecycleConfiguration"),
    ),
    Mutant(
        "administrators of the archive account write evidence", HOME, _remove("recordings", "DenyWritesExceptWriters")
    ),
    Mutant("the archive's own delivery role writes anywhere", HOME, _remove("logs", "DenyWritesOutsideOwnPrefixes")),
    Mutant(
        "outsiders meet no Deny at a key",
        OTHER,
        lambda t: (
            _add_action("kms:*")(sentence("key", "AccountReadsKeyMetadata")(t)),
            _remove("key", "DenyPrincipalsOutsideOrganization")(t),
        ),
    ),
    _mutant(
        "grants are made for anybody", HOME, sentence("key", "MembersGrantToGuiConnect"), _drop("Condition", "Bool")
    ),
    _mutant(
        "grants are made through any service",
        HOME,
        sentence("key", "MembersGrantToGuiConnect"),
        _drop("Condition", "StringEquals", "kms:ViaService"),
    ),
    _mutant(
        "grants are made by any organization", OTHER, sentence("key", "MembersGrantToGuiConnect"), _drop(*_ORGANIZATION)
    ),
    _mutant(
        "GuiConnect makes grants by itself",
        HOME,
        sentence("key", "GuiConnectEncryptsRecordings"),
        _add_action("kms:CreateGrant"),
    ),
    _mutant("GuiConnect decrypts", HOME, sentence("key", "GuiConnectEncryptsRecordings"), _add_action("kms:Decrypt")),
    _mutant(
        "delivery roles decrypt whatever S3 holds",
        HOME,
        sentence("key", "DeliveryRolesEncrypt"),
        _drop("Condition", "StringLike"),
    ),
    _mutant(
        "delivery roles use the key by themselves",
        HOME,
        sentence("key", "DeliveryRolesEncrypt"),
        _drop("Condition", "StringEquals", "kms:ViaService"),
    ),
    _mutant("trails of any name encrypt", HOME, sentence("key", "MemberTrailsEncrypt"), _drop("Condition", "ArnLike")),
    _mutant(
        "trails encrypt under any context",
        HOME,
        sentence("key", "MemberTrailsEncrypt"),
        _drop("Condition", "StringLike"),
    ),
    _mutant(
        "the key's administrator decrypts",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        _add_action("kms:Decrypt"),
    ),
    _mutant(
        "the key's administrator deletes it",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        _add_action("kms:ScheduleKeyDeletion"),
    ),
    _mutant(
        "anybody of the archive account administers the key",
        HOME,
        sentence("key", "DeploymentAdministersKey"),
        _drop("Condition"),
    ),
    _mutant(
        "the archive account holds every permission on the key",
        OTHER,
        sentence("key", "AccountReadsKeyMetadata"),
        _set("Action", to="kms:*"),
    ),
    _mutant(
        "readers decrypt without S3",
        HOME,
        sentence("key", "EvidenceReadersDecrypt"),
        _drop("Condition", "StringEquals"),
    ),
    _mutant(
        "anybody of the archive account decrypts",
        HOME,
        sentence("key", "EvidenceReadersDecrypt"),
        _drop("Condition", "ArnEquals"),
    ),
    _mutant(
        "logs of any organization are encrypted", HOME, sentence("key", "LogsEncryptsMemberLogGroups"), _drop(*_SOURCE)
    ),
    _mutant(
        "any log group is encrypted",
        HOME,
        sentence("key", "LogsEncryptsMemberLogGroups"),
        _drop("Condition", "ArnLike"),
    ),
    _mutant(
        "members use the key for others' log groups",
        OTHER,
        sentence("key", "MembersUseKeyForOwnLogGroups"),
        _drop("Condition", "StringLike"),
    ),
    _mutant(
        "an auditor takes everything in the archive account",
        HOME,
        sentence("evidence-auditor", "GetEvidence"),
        _set("Resource", to="*"),
    ),
    _mutant("an auditor deletes", HOME, sentence("evidence-auditor", "GetEvidence"), _add_action("s3:DeleteObject")),
    _mutant(
        "anybody of the organization takes the auditor role",
        HOME,
        sentence("evidence-auditor", "NamedRolesAudit"),
        lambda item: (_set("Principal", to={"AWS": "*"})(item), _drop("Condition", "ArnLike")(item)),
    ),
    _mutant(
        "the auditor role trusts another account",
        HOME,
        sentence("evidence-auditor", "NamedRolesAudit"),
        _set("Condition", to={"StringEquals": {"aws:PrincipalAccount": "444444444444"}}),
    ),
    _mutant(
        "another service takes the delivery role",
        ACCOUNT,
        sentence("evidence-delivery", "ServiceAssumesRole"),
        _set("Principal", "Service", to="lambda.amazonaws.com"),
    ),
    _mutant(
        "logs of any account take the subscription role",
        ACCOUNT,
        sentence("evidence-log-subscription", "ServiceAssumesRole"),
        _drop("Condition"),
    ),
    _mutant(
        "the delivery role writes for other accounts",
        ACCOUNT,
        sentence("evidence-delivery", "WriteOwnTranscripts"),
        _set("Resource", to="arn:aws:s3:::evidence-logs-111111111111-*/transcripts/*"),
    ),
    _mutant(
        "the delivery role writes to buckets of any account",
        ACCOUNT,
        sentence("evidence-delivery", "WriteOwnTranscripts"),
        _drop("Condition"),
    ),
    _mutant(
        "the session role changes any document",
        ACCOUNT,
        sentence("evidence-session-preferences", "ManageSessionDocument"),
        _set("Resource", to="*"),
    ),
]

RESOURCES = [
    Mutant("a bucket has no policy", OTHER, lambda t: _forget_policy(t, "evidence-recordings-")),
    Mutant("calls without TLS are answered", HOME, _remove("logs", "DenyInsecureTransport")),
    _mutant("the key has AWS's own policy", HOME, of_type("AWS::KMS::Key"), _drop("KeyPolicy")),
    _mutant(
        "the delivery role administers its account",
        ACCOUNT,
        of_type("AWS::IAM::Role"),
        _set("ManagedPolicyArns", to=["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ),
    _mutant(
        "a session decrypts evidence",
        HOME,
        sentence("key", "AccountReadsKeyMetadata"),
        lambda s: s.update(
            Principal={"AWS": "arn:aws:sts::111111111111:assumed-role/Admin/alice"}, Action="kms:Decrypt"
        ),
    ),
    _mutant(
        "evidence is encrypted with another key",
        HOME,
        sentence("logs", "DenyRemoval"),
        _without_action("s3:UpdateObjectEncryption"),
    ),
    _mutant(
        "a bucket serves a website",
        OTHER,
        sentence("recordings", "DenyConfigurationChanges"),
        _without_action("s3:PutBucketWebsite"),
    ),
    _mutant(
        "variables in a policy are text",
        HOME,
        whole("AWS::S3::BucketPolicy", "evidence-logs-"),
        _set("Properties", "PolicyDocument", "Version", to="2008-10-17"),
    ),
    _mutant(
        "the lock can be opened",
        HOME,
        bucket("logs"),
        _set("ObjectLockConfiguration", "Rule", "DefaultRetention", "Mode", to="GOVERNANCE"),
    ),
    _mutant(
        "the lock lasts a day",
        HOME,
        bucket("logs"),
        _set("ObjectLockConfiguration", "Rule", "DefaultRetention", "Days", to=1),
    ),
    _mutant("there is no lock", OTHER, bucket("logs"), _drop("ObjectLockEnabled")),
    _mutant(
        "evidence expires after a month",
        HOME,
        bucket("logs"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0].update(ExpirationInDays=30),
    ),
    _mutant(
        "recordings expire before the retention",
        HOME,
        bucket("recordings"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0].update(ExpirationInDays=2556),
    ),
    _mutant(
        "superseded versions go at once",
        HOME,
        bucket("logs"),
        lambda p: p["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"].update(NoncurrentDays=1),
    ),
    _mutant(
        "ACLs are back",
        HOME,
        bucket("logs"),
        lambda p: p["OwnershipControls"]["Rules"][0].update(ObjectOwnership="ObjectWriter"),
    ),
    _mutant(
        "versions are not kept", OTHER, bucket("recordings"), _set("VersioningConfiguration", "Status", to="Suspended")
    ),
    _mutant(
        "the bucket may be public",
        HOME,
        bucket("derived"),
        _set("PublicAccessBlockConfiguration", "RestrictPublicBuckets", to=False),
    ),
    _mutant(
        "evidence is encrypted with S3's own key",
        HOME,
        bucket("logs"),
        lambda p: p["BucketEncryption"]["ServerSideEncryptionConfiguration"][0].update(
            ServerSideEncryptionByDefault={"SSEAlgorithm": "AES256"}
        ),
    ),
    _mutant(
        "the access-log bucket asks for a KMS key",
        HOME,
        bucket("access-logs"),
        lambda p: p["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"].update(
            SSEAlgorithm="aws:kms"
        ),
    ),
    _mutant("access is not logged", OTHER, bucket("logs"), _drop("LoggingConfiguration")),
    _mutant(
        "the bucket goes with its stack",
        HOME,
        whole("AWS::S3::Bucket", "evidence-logs-"),
        _set("DeletionPolicy", to="Delete"),
    ),
    _mutant("the key goes with its stack", HOME, whole("AWS::KMS::Key"), _set("DeletionPolicy", to="Delete")),
    _mutant(
        "the key waits a week before it is gone", HOME, of_type("AWS::KMS::Key"), _set("PendingWindowInDays", to=7)
    ),
    _mutant("the key does not rotate", HOME, of_type("AWS::KMS::Key"), _set("EnableKeyRotation", to=False)),
    _mutant("the key lacks the recordings' tag", OTHER, of_type("AWS::KMS::ReplicaKey"), _drop("Tags")),
    _mutant("the trail does not log", ACCOUNT, of_type("AWS::CloudTrail::Trail"), _set("IsLogging", to=False)),
    _mutant(
        "the trail watches one Region", ACCOUNT, of_type("AWS::CloudTrail::Trail"), _set("IsMultiRegionTrail", to=False)
    ),
    _mutant(
        "trail files are not validated",
        ACCOUNT,
        of_type("AWS::CloudTrail::Trail"),
        _set("EnableLogFileValidation", to=False),
    ),
    _mutant("trail files are not encrypted", HOME, of_type("AWS::CloudTrail::Trail"), _set("KMSKeyId", to="")),
    _mutant(
        "recordings go to a bucket of the member",
        REGION,
        of_type("AWS::SSMGuiConnect::Preferences"),
        lambda p: p["ConnectionRecordingPreferences"]["RecordingDestinations"]["S3Buckets"][0].update(
            BucketOwner={"Ref": "AWS::AccountId"}
        ),
    ),
    _mutant("transcripts stay in clear text", REGION, of_type("AWS::Logs::LogGroup"), _drop("KmsKeyId")),
    _mutant("log groups keep everything", REGION, of_type("AWS::Logs::LogGroup"), _drop("RetentionInDays")),
]

MUTANTS = [*POLICIES, *RESOURCES]
