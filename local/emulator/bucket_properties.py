"""`AWS::S3::Bucket`: MiniStack's CloudFormation keeps some properties and drops the rest in silence; these are kept.

Each goes through the S3 API's own request, so what a template says reads back as on AWS. A property that neither side
knows fails the stack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from local.emulator.hooks import replace_entry
from local.emulator.s3_wire import request_body

Properties = dict[str, Any]

_MINISTACK: Final = frozenset(
    {
        "BucketName",
        "CorsConfiguration",
        "NotificationConfiguration",
        "PublicAccessBlockConfiguration",
        "VersioningConfiguration",
        "WebsiteConfiguration",
    }
)


def install() -> None:
    """Creating and updating a bucket keeps all of its properties."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    replace_entry(handlers, "create", _create)
    replace_entry(handlers, "update", _update)


def _create(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        _refuse_unknown(properties)
        created = original(logical_id, properties, stack)
        _apply(created[0], properties, {})
        return created

    return create


def _update(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(name: str, old: Properties, new: Properties, stack: str) -> Any:
        _refuse_unknown(new)
        updated = original(name, old, new, stack)
        _apply(updated[0], new, old if updated[0] == name else {})
        return updated

    return update


def _refuse_unknown(properties: Properties) -> None:
    unknown = sorted(set(properties) - _MINISTACK - set(_APPLY) - {"ObjectLockEnabled"})
    if unknown:
        raise ValueError(f"AWS::S3::Bucket: the embedded AWS does not model {', '.join(unknown)}")


def _apply(bucket: str, properties: Properties, old: Properties) -> None:
    if properties.get("ObjectLockEnabled"):
        s3._bucket_object_lock.setdefault(bucket, {"enabled": True, "default_retention": None})
    for name, (put, delete) in _APPLY.items():
        if name in properties:
            put(bucket, properties[name])
        elif name in old and delete:
            delete(bucket)


def _put(handler: Callable[[str, bytes], Any], operation: str, member: str) -> Callable[[str, Any], None]:
    """A property through the S3 request of the same meaning."""

    def put(bucket: str, value: Any) -> None:
        body = request_body(operation, {"Bucket": bucket, member: _READ[member](value)})
        status, _headers, answer = handler(bucket, body)
        if status >= 300:
            raise ValueError(f"AWS::S3::Bucket {member}: {answer.decode(errors='replace')}")

    return put


def _put_lifecycle(bucket: str, value: Properties) -> None:
    """The rules as MiniStack keeps them: its own XML reader loses elements that have no children."""
    rules = [_lifecycle_rule(rule) for rule in value["Rules"]]
    refused = s3._lifecycle_rules_error(rules)
    if refused:
        raise ValueError(f"AWS::S3::Bucket LifecycleConfiguration: {refused[2].decode(errors='replace')}")
    s3._bucket_lifecycle[bucket] = rules


def _lifecycle_rule(rule: Properties) -> Properties:
    made: Properties = {"Status": rule["Status"], "Filter": _lifecycle_filter(rule)}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration = {"Days": rule.get("ExpirationInDays"), "ExpiredObjectDeleteMarker": rule.get(_DELETE_MARKER)}
    if any(value is not None for value in expiration.values()):
        made["Expiration"] = {name: value for name, value in expiration.items() if value is not None}
    noncurrent = rule.get("NoncurrentVersionExpiration") or {"NoncurrentDays": rule.get(_NONCURRENT_DAYS)}
    if noncurrent["NoncurrentDays"] is not None:
        made["NoncurrentVersionExpiration"] = noncurrent
    for name, days in (("Transitions", "Days"), ("NoncurrentVersionTransitions", "NoncurrentDays")):
        if name in rule:
            made[name] = [
                {days: step["TransitionInDays"], **{k: v for k, v in step.items() if k != "TransitionInDays"}}
                for step in rule[name]
            ]
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    unknown = sorted(set(rule) - _LIFECYCLE)
    if unknown:
        raise ValueError(f"AWS::S3::Bucket: the embedded AWS does not model the lifecycle's {', '.join(unknown)}")
    return made


_DELETE_MARKER: Final = "ExpiredObjectDeleteMarker"
_NONCURRENT_DAYS: Final = "NoncurrentVersionExpirationInDays"
_LIFECYCLE: Final = frozenset(
    {
        "Id",
        "Status",
        "Prefix",
        "TagFilters",
        "ExpirationInDays",
        _DELETE_MARKER,
        _NONCURRENT_DAYS,
        "NoncurrentVersionExpiration",
        "Transitions",
        "NoncurrentVersionTransitions",
        "AbortIncompleteMultipartUpload",
    }
)


def _lifecycle_filter(rule: Properties) -> Properties:
    tags = rule.get("TagFilters", [])
    prefix = rule.get("Prefix", "")
    if not tags:
        return {"Prefix": prefix}
    if len(tags) == 1 and not prefix:
        return {"Tag": tags[0]}
    return {"And": {**({"Prefix": prefix} if prefix else {}), "Tags": tags}}


def _encryption(value: Properties) -> Properties:
    rules = value["ServerSideEncryptionConfiguration"]
    return {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                "BucketKeyEnabled": str(rule.get("BucketKeyEnabled", False)).lower() == "true",
            }
            for rule in rules
        ]
    }


def _logging(value: Properties) -> Properties:
    target = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
    if "TargetObjectKeyFormat" in value:
        target["TargetObjectKeyFormat"] = value["TargetObjectKeyFormat"]
    return {"LoggingEnabled": target}


def _same(value: Any) -> Any:
    return value


def _canned_acl(_bucket: str, value: Any) -> None:
    """`Private` is what a bucket has anyway; the CDK's bootstrap template says so."""
    if value != "Private":
        raise ValueError(f"AWS::S3::Bucket: the embedded AWS does not model the AccessControl {value}")


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "ServerSideEncryptionConfiguration": _encryption,
    "BucketLoggingStatus": _logging,
    "ObjectLockConfiguration": _same,
    "OwnershipControls": _same,
    "Tagging": lambda tags: {"TagSet": tags},
}
_APPLY: Final[dict[str, tuple[Callable[[str, Any], None], Callable[[str], Any] | None]]] = {
    "AccessControl": (_canned_acl, None),
    "BucketEncryption": (
        _put(s3._put_bucket_encryption, "PutBucketEncryption", "ServerSideEncryptionConfiguration"),
        s3._delete_bucket_encryption,
    ),
    "LifecycleConfiguration": (_put_lifecycle, s3._delete_bucket_lifecycle),
    "LoggingConfiguration": (
        _put(s3._put_bucket_logging, "PutBucketLogging", "BucketLoggingStatus"),
        lambda bucket: s3._bucket_logging_config.pop(bucket, None),
    ),
    "ObjectLockConfiguration": (
        _put(s3._put_object_lock_configuration, "PutObjectLockConfiguration", "ObjectLockConfiguration"),
        None,
    ),
    "OwnershipControls": (
        _put(s3._put_bucket_ownership_controls, "PutBucketOwnershipControls", "OwnershipControls"),
        s3._delete_bucket_ownership_controls,
    ),
    "Tags": (_put(s3._put_bucket_tagging, "PutBucketTagging", "Tagging"), s3._delete_bucket_tagging),
}
