"""Which events leave an account for the hub: each function's name completes the sentence "runs when there is a …".

Patterns are wide where few such events exist and narrow, by our own names, where an account makes many calls of the
kind; the hub judges each event itself. EventBridge takes 2,048 characters a pattern, so there is one for each kind.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from constructs_lib import archive_layout as layout

Pattern = dict[str, Any]

API_CALL: Final = "AWS API Call via CloudTrail"
SIGN_IN: Final = ("AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail")
"""Both spellings are documented; which one is sent is not.
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-signin.html"""

OURS: Final = f"{layout.NAME_PREFIX}-"
SWEEP_SCHEDULE: Final = layout.SWEEP_QUEUE
"""The rule that starts a sweep of all security groups bears the name of the queue that it fills."""
_NAMED: Final = [{"prefix": OURS}]
_NAMED_IN_ARN: Final = [{"prefix": OURS}, {"wildcard": f"*/{OURS}*"}]
_GROUP: Final = [{"prefix": layout.LOG_GROUP_PREFIX}, {"wildcard": f"*:{layout.LOG_GROUP_PREFIX}*"}]


def workspaces_login() -> Pattern:
    """Somebody logged in to a WorkSpace; failed logins make no event.

    https://docs.aws.amazon.com/workspaces/latest/adminguide/cloudwatch-events.html
    """
    return {"source": ["aws.workspaces"], "detail-type": ["WorkSpaces Access"]}


def console_sign_in() -> Pattern:
    """Somebody signed in to the console, failed to, or switched roles."""
    return {"source": ["aws.signin"], "detail-type": [*SIGN_IN, API_CALL]}


def session() -> Pattern:
    """A shell session began, went on or was ended by somebody; that a user left it makes no event."""
    return _calls("ssm", ["StartSession", "ResumeSession", "TerminateSession"])


def connection() -> Pattern:
    """An RDP connection through GuiConnect began or was cancelled.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ssm-guiconnect.html
    """
    return _calls("ssm-guiconnect", ["StartConnection", "CancelConnection"])


def network_change() -> Pattern:
    """A security group, or a prefix list that its rules may name, was made, changed or deleted."""
    return _calls(
        "ec2",
        [
            "AssociateSecurityGroupVpc",
            "AuthorizeSecurityGroupEgress",
            "AuthorizeSecurityGroupIngress",
            "CreateManagedPrefixList",
            "CreateSecurityGroup",
            "DeleteManagedPrefixList",
            "DeleteSecurityGroup",
            "ModifyManagedPrefixList",
            "ModifySecurityGroupRules",
            "RestoreManagedPrefixListVersion",
            "RevokeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "UpdateSecurityGroupRuleDescriptionsEgress",
            "UpdateSecurityGroupRuleDescriptionsIngress",
        ],
    )


def group_attachment() -> Pattern:
    """An interface or instance was made, or took other security groups: what those let through now reaches it.

    Changes of other attributes of an interface or instance are far more, and stay where they are. ``exists`` asks for
    a leaf, so the pattern names the id within the list.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    made = ["CreateNetworkInterface", "RunInstances"]
    changed = ["ModifyInstanceAttribute", "ModifyNetworkInterfaceAttribute"]
    pattern = _calls("ec2", [*made, *changed])
    takes_groups = {"groupSet": {"items": {"groupId": [{"exists": True}]}}}
    pattern["detail"]["$or"] = [{"eventName": made}, {"requestParameters": takes_groups}]
    return pattern


def member_alarm() -> Pattern:
    """An alarm of ours in a member began or ended; this is where it goes, since a member has no topic."""
    names = [{"prefix": name} for name in (layout.TRANSCRIPT_STREAM, layout.FORWARDING_DEAD_LETTERS)]
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": names, "state": {"value": ["ALARM", "OK"]}},
    }


def stored_recording(bucket_name: str) -> Pattern:
    """An object arrived in the recording bucket."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket_name]}},
    }


def session_preferences_change() -> Pattern:
    """The session preferences document was changed, shared or deleted."""
    names = [layout.SESSION_DOCUMENT, {"suffix": f"/{layout.SESSION_DOCUMENT}"}]
    return _calls(
        "ssm",
        [
            "CreateDocument",
            "DeleteDocument",
            "ModifyDocumentPermission",
            "UpdateDocument",
            "UpdateDocumentDefaultVersion",
        ],
        {"name": names},
    )


def recording_preferences_change() -> Pattern:
    """Where RDP recordings go was changed, or recording was switched off."""
    return _calls("ssm-guiconnect", ["DeleteConnectionRecordingPreferences", "UpdateConnectionRecordingPreferences"])


def trail_change() -> Pattern:
    """A trail was stopped, changed or deleted; an existing trail may bear any name."""
    return _calls(
        "cloudtrail", ["DeleteTrail", "PutEventSelectors", "PutInsightSelectors", "StopLogging", "UpdateTrail"]
    )


def rule_change() -> Pattern:
    """One of our rules, buses or archives was changed, switched off or deleted."""
    return _rule_change(_NAMED)


def watching_rule_change() -> Pattern:
    """The rule that watches the others was; a rule that is off cannot forward its own switching off."""
    return _rule_change([f"{OURS}rule-changes"])


def _rule_change(names: list[Any]) -> Pattern:
    return _calls(
        "events",
        [
            "DeleteArchive",
            "DeleteEventBus",
            "DeleteRule",
            "DisableRule",
            "PutPermission",
            "PutRule",
            "PutTargets",
            "RemovePermission",
            "RemoveTargets",
            "UpdateArchive",
            "UpdateEventBus",
        ],
        _any_of(dict.fromkeys(("name", "rule", "eventBusName", "archiveName"), names)),
    )


def delivery_stream_change() -> Pattern:
    """A delivery stream of ours was changed or deleted."""
    return _calls(
        "firehose",
        [
            "DeleteDeliveryStream",
            "StartDeliveryStreamEncryption",
            "StopDeliveryStreamEncryption",
            "UpdateDestination",
        ],
        {"deliveryStreamName": _NAMED},
    )


def log_group_change() -> Pattern:
    """A log group of ours, its subscription or its key was changed; or a policy that reaches every group."""
    groups = dict.fromkeys(
        ("logGroupName", "logGroupIdentifier", "resourceIdentifier", "resourceArn", "resourceId"), _GROUP
    )
    return _calls(
        "logs",
        [
            "AssociateKmsKey",
            "DeleteAccountPolicy",
            "DeleteDataProtectionPolicy",
            "DeleteLogGroup",
            "DeleteLogStream",
            "DeleteResourcePolicy",
            "DeleteRetentionPolicy",
            "DeleteSubscriptionFilter",
            "DisassociateKmsKey",
            "PutAccountPolicy",
            "PutDataProtectionPolicy",
            "PutResourcePolicy",
            "PutRetentionPolicy",
            "PutSubscriptionFilter",
            "PutTransformer",
        ],
        _any_of({**groups, "policyName": _NAMED, "policyType": [{"exists": True}]}),
    )


def role_change() -> Pattern:
    """A role or managed policy of ours was changed. IAM tells it in one Region alone, us-east-1 in most partitions."""
    return _calls(
        "iam",
        [
            "AttachRolePolicy",
            "CreatePolicyVersion",
            "CreateRole",
            "DeletePolicy",
            "DeletePolicyVersion",
            "DeleteRole",
            "DeleteRolePermissionsBoundary",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "SetDefaultPolicyVersion",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
        ],
        _any_of({"roleName": _NAMED, "policyArn": _NAMED_IN_ARN}),
    )


def bucket_change() -> Pattern:
    """How an archive bucket guards what it holds was changed."""
    return _calls(
        "s3",
        [
            "DeleteBucket",
            "DeleteBucketEncryption",
            "DeleteBucketLifecycle",
            "DeleteBucketOwnershipControls",
            "DeleteBucketPolicy",
            "DeleteBucketPublicAccessBlock",
            "DeleteBucketReplication",
            "PutBucketAcl",
            "PutBucketEncryption",
            "PutBucketLifecycle",
            "PutBucketLifecycleConfiguration",
            "PutBucketLogging",
            "PutBucketNotification",
            "PutBucketNotificationConfiguration",
            "PutBucketObjectLockConfiguration",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketReplication",
            "PutBucketVersioning",
            "PutObjectLockConfiguration",
        ],
        {"bucketName": _NAMED},
    )


def evidence_object_change() -> Pattern:
    """Somebody deleted, unlocked or relabelled evidence, or tried to; the archive's own trail records it."""
    return _calls(
        "s3",
        [
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjectVersion",
            "DeleteObjects",
            "PutObjectAcl",
            "PutObjectLegalHold",
            "PutObjectRetention",
            "PutObjectTagging",
        ],
        {"bucketName": _NAMED},
    )


def key_change() -> Pattern:
    """A key was disabled, scheduled for deletion or given another policy; keys bear ids, so all of them are told."""
    return _calls(
        "kms",
        [
            "CreateAlias",
            "DeleteAlias",
            "DeleteImportedKeyMaterial",
            "DisableKey",
            "DisableKeyRotation",
            "PutKeyPolicy",
            "ReplicateKey",
            "ScheduleKeyDeletion",
            "TagResource",
            "UntagResource",
            "UpdateAlias",
            "UpdatePrimaryRegion",
        ],
    )


def alarm_change() -> Pattern:
    """An alarm of ours was changed, silenced or deleted."""
    pattern = _calls(
        "monitoring",
        ["DeleteAlarms", "DisableAlarmActions", "PutMetricAlarm", "SetAlarmState"],
        _any_of({"alarmName": _NAMED, "alarmNames": _NAMED}),
    )
    return {**pattern, "source": ["aws.cloudwatch", "aws.monitoring"]}


def organization_change() -> Pattern:
    """Accounts, policies or trusted services of the organization changed.

    CIS AWS Foundations Benchmark, "AWS Organizations changes are monitored".
    """
    return _calls(
        "organizations",
        [
            "CloseAccount",
            "DeleteOrganization",
            "DeletePolicy",
            "DeleteResourcePolicy",
            "DeregisterDelegatedAdministrator",
            "DetachPolicy",
            "DisableAWSServiceAccess",
            "DisablePolicyType",
            "LeaveOrganization",
            "MoveAccount",
            "PutResourcePolicy",
            "RegisterDelegatedAdministrator",
            "RemoveAccountFromOrganization",
            "UpdatePolicy",
        ],
    )


def topic_change() -> Pattern:
    """A topic of ours, or who hears it, was changed."""
    arns = [{"wildcard": f"arn:*:{OURS}*"}]
    return _calls(
        "sns",
        [
            "AddPermission",
            "DeleteTopic",
            "RemovePermission",
            "SetSubscriptionAttributes",
            "SetTopicAttributes",
            "Unsubscribe",
        ],
        _any_of({"topicArn": arns, "subscriptionArn": arns}),
    )


def queue_change() -> Pattern:
    """A queue of ours was emptied, changed or deleted."""
    return _calls(
        "sqs",
        ["AddPermission", "DeleteQueue", "PurgeQueue", "RemovePermission", "SetQueueAttributes"],
        _any_of({"queueUrl": _NAMED_IN_ARN, "queueName": _NAMED}),
    )


def catalog_change() -> Pattern:
    """A table, view or partition of the evidence, or its database, was changed: queries would answer otherwise.

    Glue takes a name in any case and keeps it in small letters; CloudTrail tells it as it was asked.
    """
    ours: list[Any] = [{"equals-ignore-case": layout.EVIDENCE_DATABASE}]
    pattern = _calls(
        "glue",
        [
            "BatchCreatePartition",
            "BatchDeletePartition",
            "BatchDeleteTable",
            "BatchDeleteTableVersion",
            "BatchUpdatePartition",
            "CreateDatabase",
            "CreatePartition",
            "CreateTable",
            "DeleteDatabase",
            "DeletePartition",
            "DeleteTable",
            "DeleteTableVersion",
            "UpdateDatabase",
            "UpdatePartition",
            "UpdateTable",
        ],
    )
    named: Pattern = {"$or": [{"databaseName": ours}, {"name": ours}, {"databaseInput": {"name": ours}}]}
    pattern["detail"]["requestParameters"] = named
    return pattern


def workgroup_change() -> Pattern:
    """A workgroup of ours was changed or deleted, or a named query was: of these a call may say the id alone."""
    return _calls(
        "athena",
        [
            "CreateNamedQuery",
            "CreateWorkGroup",
            "DeleteNamedQuery",
            "DeleteWorkGroup",
            "UpdateNamedQuery",
            "UpdateWorkGroup",
        ],
        _any_of({"workGroup": _NAMED, "name": _NAMED, "namedQueryId": [{"exists": True}]}),
    )


TAMPERING: Final[tuple[Callable[[], Pattern], ...]] = (
    session_preferences_change,
    recording_preferences_change,
    trail_change,
    rule_change,
    watching_rule_change,
    delivery_stream_change,
    log_group_change,
    role_change,
    bucket_change,
    evidence_object_change,
    key_change,
    alarm_change,
    organization_change,
    topic_change,
    queue_change,
)
"""Changes to what protects the evidence, in any account."""

CATALOG_TAMPERING: Final[tuple[Callable[[], Pattern], ...]] = (catalog_change, workgroup_change)
"""Changes to what answers of evidence, which is in the archive account alone, at home."""

FORWARDED: Final[Mapping[str, Callable[[], Pattern]]] = {
    "workspaces-logins": workspaces_login,
    "console-sign-ins": console_sign_in,
    "sessions": session,
    "connections": connection,
    "network-changes": network_change,
    "group-attachments": group_attachment,
    "alarms": member_alarm,
    **{f"{function.__name__.replace('_', '-')}s": function for function in TAMPERING},
}
"""What every member forwards: the end of a rule's name, and its pattern."""

FORWARDED_AT_HOME: Final[Mapping[str, Callable[[], Pattern]]] = {
    f"{function.__name__.replace('_', '-')}s": function for function in CATALOG_TAMPERING
}
"""What the home archive forwards besides. No member's template grows by it: deployed directly, as YAML, it must stay
within 51,200 bytes, because the CDK CLI publishes a larger one only to the account of its own credentials."""

HEARTBEAT: Final = {"source": ["aws.events"], "detail-type": ["Scheduled Event"]}
"""What a scheduled rule says.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html"""


def sources() -> list[str]:
    """Every source that a member may say on the hub's bus."""
    return _values("source")


def detail_types() -> list[str]:
    """Every detail-type that a member may say on the hub's bus."""
    return _values("detail-type")


def _values(element: str) -> list[str]:
    patterns: Iterable[Pattern] = [*(function() for function in FORWARDED.values()), HEARTBEAT]
    return sorted({value for pattern in patterns for value in pattern[element]})


def _calls(service: str, names: list[str], parameters: Mapping[str, Any] | None = None) -> Pattern:
    """API calls that CloudTrail reports, those that were denied or failed among them.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    detail: Pattern = {"eventSource": [f"{service}.amazonaws.com"], "eventName": names}
    if parameters is not None:
        detail["requestParameters"] = dict(parameters)
    return {"source": [f"aws.{service}"], "detail-type": [API_CALL], "detail": detail}


def _any_of(parameters: Mapping[str, Any]) -> Pattern:
    return {"$or": [{key: values} for key, values in parameters.items()]}
