"""Which API calls change what protects the evidence, and how to tell ours from everybody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .policy import Protected
from .shapes import Json, mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Test = Callable[[Json, Protected], bool]


def _last(name: str) -> str:
    """The name at the end of an ARN or of a path; a plain name as it is."""
    return name.removesuffix(":*").replace(":", "/").rpartition("/")[2]


def _values(asked: Json, *keys: str) -> Iterator[str]:
    for key in keys:
        value: Any = asked.get(key)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, str):
                yield item


def _named(*keys: str) -> Test:
    """Any of these parameters names something that bears our name."""
    return lambda asked, ours: any(_last(value).startswith(ours.name_prefix) for value in _values(asked, *keys))


def _document(asked: Json, ours: Protected) -> bool:
    return any(_last(value) == ours.session_document for value in _values(asked, "name"))


def _trail(asked: Json, ours: Protected) -> bool:
    names = [_last(value) for value in _values(asked, "name", "trailName", "resourceArn")]
    return "*" in ours.trails or any(name.startswith(ours.name_prefix) or name in ours.trails for name in names)


def _log_group(asked: Json, ours: Protected) -> bool:
    """Our groups lie under ``/evidence/``; a policy of the whole account reaches them too."""
    mark = f"/{ours.name_prefix.rstrip('-')}/"
    groups = _values(asked, "logGroupName", "logGroupIdentifier", "resourceIdentifier", "resourceArn", "resourceId")
    return any(f":{value}".partition(f":{mark}")[1] != "" for value in groups)


def _object(asked: Json, ours: Protected) -> bool:
    return any(value.startswith(ours.evidence_buckets) for value in _values(asked, "bucketName"))


def _key(asked: Json, ours: Protected) -> bool:
    return any(_last(value) in ours.key_ids for value in _values(asked, "keyId", "targetKeyId"))


def _alias(asked: Json, ours: Protected) -> bool:
    return _named("aliasName")(asked, ours) or _key(asked, ours)


def _database(asked: Json, ours: Protected) -> bool:
    """Glue takes a name in any case."""
    return any(
        value.lower() == ours.catalog.database
        for place in (asked, mapping(asked, "databaseInput"))
        for value in _values(place, "databaseName", "name")
    )


def _any(_asked: Json, _ours: Protected) -> bool:
    return True


CALLS: dict[str, tuple[tuple[str, Test], ...]] = {
    "ssm.amazonaws.com": (
        (
            "CreateDocument UpdateDocument UpdateDocumentDefaultVersion DeleteDocument ModifyDocumentPermission",
            _document,
        ),
    ),
    "ssm-guiconnect.amazonaws.com": (
        ("UpdateConnectionRecordingPreferences DeleteConnectionRecordingPreferences", _any),
    ),
    "cloudtrail.amazonaws.com": (
        ("StopLogging DeleteTrail UpdateTrail PutEventSelectors PutInsightSelectors", _trail),
    ),
    "events.amazonaws.com": (
        ("DisableRule DeleteRule PutRule PutTargets RemoveTargets", _named("name", "rule", "eventBusName")),
        ("DeleteEventBus UpdateEventBus PutPermission RemovePermission", _named("name", "eventBusName")),
        ("DeleteArchive UpdateArchive", _named("archiveName")),
    ),
    "firehose.amazonaws.com": (
        (
            "DeleteDeliveryStream UpdateDestination StartDeliveryStreamEncryption StopDeliveryStreamEncryption",
            _named("deliveryStreamName"),
        ),
    ),
    "logs.amazonaws.com": (
        ("PutSubscriptionFilter DeleteSubscriptionFilter DeleteLogGroup DeleteLogStream", _log_group),
        ("PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey PutTransformer", _log_group),
        ("PutDataProtectionPolicy DeleteDataProtectionPolicy", _log_group),
        ("PutAccountPolicy DeleteAccountPolicy", _any),
        ("PutResourcePolicy DeleteResourcePolicy", _named("policyName")),
    ),
    "iam.amazonaws.com": (
        ("CreateRole DeleteRole UpdateRole UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy", _named("roleName")),
        (
            "AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary",
            _named("roleName", "policyArn"),
        ),
        ("DeletePolicy CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion", _named("policyArn")),
    ),
    "s3.amazonaws.com": (
        ("PutBucketPolicy DeleteBucketPolicy DeleteBucket PutBucketVersioning PutBucketAcl", _named("bucketName")),
        ("PutBucketLifecycle PutBucketLifecycleConfiguration DeleteBucketLifecycle", _named("bucketName")),
        ("PutBucketEncryption DeleteBucketEncryption PutBucketLogging", _named("bucketName")),
        ("PutBucketObjectLockConfiguration PutObjectLockConfiguration", _named("bucketName")),
        ("PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock", _named("bucketName")),
        ("PutBucketOwnershipControls DeleteBucketOwnershipControls", _named("bucketName")),
        ("PutBucketNotification PutBucketNotificationConfiguration", _named("bucketName")),
        ("PutBucketReplication DeleteBucketReplication", _named("bucketName")),
        ("DeleteObject DeleteObjects DeleteObjectVersion PutObjectRetention PutObjectLegalHold PutObjectAcl", _object),
        ("PutObjectTagging DeleteObjectTagging", _object),
    ),
    "kms.amazonaws.com": (
        ("ScheduleKeyDeletion DisableKey PutKeyPolicy DisableKeyRotation UpdatePrimaryRegion ReplicateKey", _key),
        ("TagResource UntagResource DeleteImportedKeyMaterial", _key),
        ("CreateAlias UpdateAlias DeleteAlias", _alias),
    ),
    "monitoring.amazonaws.com": (
        ("DeleteAlarms DisableAlarmActions PutMetricAlarm SetAlarmState", _named("alarmName", "alarmNames")),
    ),
    # CIS AWS Foundations Benchmark, "AWS Organizations changes are monitored".
    "organizations.amazonaws.com": (
        ("LeaveOrganization RemoveAccountFromOrganization CloseAccount MoveAccount DeleteOrganization", _any),
        ("UpdatePolicy DetachPolicy DeletePolicy DisablePolicyType DeleteResourcePolicy PutResourcePolicy", _any),
        ("DisableAWSServiceAccess RegisterDelegatedAdministrator DeregisterDelegatedAdministrator", _any),
    ),
    "sns.amazonaws.com": (
        ("DeleteTopic SetTopicAttributes AddPermission RemovePermission", _named("topicArn")),
        ("Unsubscribe SetSubscriptionAttributes", lambda asked, ours: _named_in_arn(asked, ours, "subscriptionArn")),
    ),
    "sqs.amazonaws.com": (
        ("DeleteQueue PurgeQueue SetQueueAttributes AddPermission RemovePermission", _named("queueUrl", "queueName")),
    ),
    "glue.amazonaws.com": (
        ("CreateDatabase UpdateDatabase DeleteDatabase CreateTable UpdateTable DeleteTable", _database),
        ("BatchDeleteTable DeleteTableVersion BatchDeleteTableVersion", _database),
        ("CreatePartition BatchCreatePartition UpdatePartition BatchUpdatePartition", _database),
        ("DeletePartition BatchDeletePartition", _database),
    ),
    "athena.amazonaws.com": (
        ("CreateWorkGroup UpdateWorkGroup DeleteWorkGroup CreateNamedQuery", _named("workGroup", "name")),
        # What they change has a name and a workgroup, but the call says an id, whose owner nobody knows.
        ("UpdateNamedQuery DeleteNamedQuery", _any),
    ),
}
"""By event source: the names of calls, and whether the parameters of one concern us."""

CATALOG_SERVICES = frozenset({"athena.amazonaws.com", "glue.amazonaws.com"})
"""What they hold of ours, the archive account alone has; others may call theirs the same."""

COMPACTION = frozenset({"BatchUpdatePartition", "CreatePartition", "UpdateTable"})
"""What compaction does to the tables for its living; whatever else its role does to them is none of its work."""

TAMPERING: dict[tuple[str, str], Test] = {
    (source, name): test for source, rows in CALLS.items() for names, test in rows for name in names.split()
}


def is_tampering(detail: Json, ours: Protected) -> bool:
    """Whether a CloudTrail record is of a call that changes what protects the evidence; a denied call is one too."""
    source, name = detail.get("eventSource"), detail.get("eventName")
    if not (isinstance(source, str) and isinstance(name, str)):
        return False
    test = TAMPERING.get((source, name))
    if test is None or not test(mapping(detail, "requestParameters"), ours):
        return False
    return source not in CATALOG_SERVICES or (_in_archive(detail, ours) and not _compacts(detail, ours))


def _in_archive(detail: Json, ours: Protected) -> bool:
    """Where the policy names no archive account, or the record none, any may be it."""
    account = detail.get("recipientAccountId")
    return not ours.catalog.account or not isinstance(account, str) or account == ours.catalog.account


def _compacts(detail: Json, ours: Protected) -> bool:
    """A session of a named role of the archive account does what compaction does."""
    if detail.get("eventSource") != "glue.amazonaws.com" or detail.get("eventName") not in COMPACTION:
        return False
    issuer = mapping(mapping(mapping(detail, "userIdentity"), "sessionContext"), "sessionIssuer")
    role = str(issuer.get("arn")).split(":", 4)[-1]
    return role in {f"{ours.catalog.account}:role/{name}" for name in ours.catalog.compaction_roles}


def _named_in_arn(asked: Json, ours: Protected, key: str) -> bool:
    return any(part.startswith(ours.name_prefix) for value in _values(asked, key) for part in value.split(":"))
