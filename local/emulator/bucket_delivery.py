"""Puts an object into a bucket for a service or a role, if every policy on the way lets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ministack.core.responses import request_scope
from ministack.services import s3

from local.emulator.judge import bucket_owner, bucket_region, judge_bucket, judge_key
from local.emulator.object_events import requested_by
from local.emulator.s3_wire import response_members
from local.policy_decision import Decision
from local.policy_request import IamPrincipal, Principal

_ACL: Final = {"s3:x-amz-acl": "bucket-owner-full-control"}


@dataclass(frozen=True, kw_only=True)
class DefaultKey:
    """A bucket's default SSE-KMS key; `arn` is empty where it is the account's own `aws/s3`."""

    arn: str
    bucket_key: bool


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of an object: its URI, and the decision that let it in or kept it out."""

    uri: str
    decision: Decision

    @property
    def landed(self) -> bool:
        """Whether the object is there."""
        return self.decision.allowed


@dataclass(frozen=True, kw_only=True)
class OwnKey:
    """A key that the sender names itself, and the encryption context it sends along."""

    arn: str
    context: dict[str, str]


def default_key(bucket: str) -> DefaultKey | None:
    """The key that encrypts what comes without one; None where that is SSE-S3."""
    with request_scope(bucket_owner(bucket), bucket_region(bucket)):
        stored = s3._bucket_encryption.get(bucket)
    if not stored:
        return None
    read = response_members("GetBucketEncryption", stored)
    rule = read["ServerSideEncryptionConfiguration"]["Rules"][0]
    default = rule["ApplyServerSideEncryptionByDefault"]
    if default["SSEAlgorithm"] != "aws:kms":
        return None
    return DefaultKey(arn=default.get("KMSMasterKeyID", ""), bucket_key=rule.get("BucketKeyEnabled", False))


def judge_default_key(principal: Principal, *, action: str, bucket: str, key: str) -> Decision | None:
    """Whether S3 may use the bucket's key for this principal; None where no customer key is asked.

    With a bucket key the encryption context is the bucket's ARN, else the object's.
    """
    default = default_key(bucket)
    if default is None:
        return None
    if not default.arn:
        if principal.account == bucket_owner(bucket) and isinstance(principal, IamPrincipal):
            return None
        return Decision(allowed=False, sid="", reason="the key aws/s3 serves its own account alone", policy="key")
    return judge_key(
        principal,
        action=action,
        key_arn=default.arn,
        context={
            "kms:ViaService": f"s3.{bucket_region(bucket)}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}" + ("" if default.bucket_key else f"/{key}"),
            "aws:ViaAWSService": "true" if isinstance(principal, IamPrincipal) else "false",
        },
    )


def deliver(
    principal: Principal,
    *,
    bucket: str,
    key: str,
    body: bytes,
    content_type: str,
    actions: Sequence[str] = ("s3:PutObject",),
    own_key: OwnKey | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Delivery:
    """Writes the object as its bucket's owner once every policy has agreed; the first refusal ends it.

    Args:
        principal: The service or role that delivers; it sends `bucket-owner-full-control`, as AWS's services do.
        bucket: In any account.
        key: The object's name.
        body: Its bytes.
        content_type: Its media type.
        actions: What the delivery needs on the object.
        own_key: The key that the sender names; None leaves it to the bucket's default.
        metadata: The object's user metadata; by default none.
    """
    uri = f"s3://{bucket}/{key}"
    decision = judge_delivery(principal, bucket=bucket, key=key, actions=actions, own_key=own_key)
    if not decision.allowed:
        return Delivery(uri=uri, decision=decision)
    headers = {"content-type": content_type, "x-amz-acl": _ACL["s3:x-amz-acl"]}
    headers |= {f"x-amz-meta-{name}": value for name, value in (metadata or {}).items()}
    if own_key:
        headers |= {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": own_key.arn,
        }
    requester = principal.account if isinstance(principal, IamPrincipal) else principal.service
    with request_scope(bucket_owner(bucket), bucket_region(bucket)), requested_by(requester):
        status, _headers, answer = s3._put_object(bucket, key, body, headers)
    if status != 200:
        refused = Decision(allowed=False, sid="", reason=answer.decode(errors="replace"), policy="bucket")
        return Delivery(uri=uri, decision=refused)
    return Delivery(uri=uri, decision=decision)


def judge_delivery(
    principal: Principal,
    *,
    bucket: str,
    key: str,
    actions: Sequence[str] = ("s3:PutObject",),
    own_key: OwnKey | None = None,
) -> Decision:
    """What `deliver` asks before it writes."""
    first: Decision | None = None
    for action in actions:
        decision = judge_bucket(principal, action=action, bucket=bucket, key=key, context=_encryption(own_key))
        first = first or decision
        if not decision.allowed:
            return decision
    keyed: Decision | None
    if own_key:
        keyed = judge_key(principal, action="kms:GenerateDataKey", key_arn=own_key.arn, context=own_key.context)
    else:
        keyed = judge_default_key(principal, action="kms:GenerateDataKey", bucket=bucket, key=key)
    if keyed is not None and not keyed.allowed:
        return keyed
    if first is None:
        raise ValueError("a delivery needs an action")
    return first


def _encryption(own_key: OwnKey | None) -> dict[str, str]:
    if own_key is None:
        return _ACL
    return {
        **_ACL,
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": own_key.arn,
    }
