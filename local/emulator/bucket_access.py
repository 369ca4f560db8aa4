"""Direct S3 calls: a bucket's policy judges callers of other accounts, and its Denies the owner's assumed roles.

A caller with the owner's own twelve-digit key is the account's administrator and is left alone. A copy's source in
another account is still judged by MiniStack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ministack.core.iam_actions import _s3_action, _s3_batch_delete_targets
from ministack.core.responses import request_scope, set_request_account_id
from ministack.services import s3

from local.emulator import journal
from local.emulator.bucket_delivery import judge_default_key
from local.emulator.hooks import replace
from local.emulator.judge import bucket_owner, bucket_region, judge_bucket, judge_key
from local.emulator.object_events import request_comes_from
from local.emulator.principals import caller
from local.policy_decision import Decision
from local.policy_request import IamPrincipal, Request
from local.policy_statements import Verdict, find

_SSE: Final = "x-amz-server-side-encryption"
_KEY: Final = "x-amz-server-side-encryption-aws-kms-key-id"
_SENT: Final = ("x-amz-acl", _SSE, _KEY)


def install() -> None:
    """Takes over who may touch a bucket."""
    replace(s3, "_apply_bucket_scope", _scope)


def _scope(original: Callable[..., Any]) -> Callable[..., Any]:
    def scope(
        method: str,
        bucket: str,
        key: str,
        headers: dict[str, str],
        query: dict[str, Any],
        body: bytes = b"",
        internal: bool = False,
    ) -> Any:
        owner = bucket_owner(bucket) if bucket else None
        signed = s3._request_access_key(method, key, headers, query, body)
        if owner is None or internal or not signed or (method == "PUT" and not key and not query):
            return original(method, bucket, key, headers, query, body, internal)
        principal = caller(headers, query)
        request_comes_from(principal.account)
        context = {f"s3:{name}": headers[name] for name in _SENT if name in headers}
        context |= {"s3:prefix": query["prefix"][0]} if query.get("prefix") else {}
        asked = list(_actions(method, bucket, key, headers, query, body))
        if principal.account == owner:
            refused = _first_deny(principal, bucket, asked, context)
        else:
            refused = _first_refusal(principal, bucket, asked, headers, context)
        if refused:
            return s3._error("AccessDenied", f"Access Denied: {refused.reason}", 403, f"/{bucket}/{key}".rstrip("/"))
        if principal.account == owner:
            return original(method, bucket, key, headers, query, body, internal)
        set_request_account_id(owner)
        return None

    return scope


def _actions(
    method: str, bucket: str, key: str, headers: Mapping[str, str], query: dict[str, Any], body: bytes
) -> Iterator[tuple[str, str]]:
    """Each action that the call needs, and the key that it needs it on."""
    if method == "POST" and "delete" in query:
        for arn, version in _s3_batch_delete_targets(bucket, body):
            yield "s3:DeleteObjectVersion" if version else "s3:DeleteObject", arn.split("/", 1)[1]
        return
    path = f"/{bucket}/{key}" if key else f"/{bucket}"
    fallback = "GetObject" if method in ("GET", "HEAD") else "PutObject"
    yield f"s3:{_s3_action(method, path, query) or fallback}", key
    if key and method == "PUT" and "x-amz-acl" in headers and "acl" not in query:
        yield "s3:PutObjectAcl", key


def _first_refusal(
    principal: IamPrincipal,
    bucket: str,
    asked: list[tuple[str, str]],
    headers: Mapping[str, str],
    context: dict[str, str],
) -> Decision | None:
    for action, key in asked:
        decision = judge_bucket(principal, action=action, bucket=bucket, key=key, context=context)
        if decision.allowed and action in ("s3:PutObject", "s3:GetObject"):
            decision = _judge_encryption(principal, action, bucket, key, headers) or decision
        if not decision.allowed:
            return decision
    return None


def _judge_encryption(
    principal: IamPrincipal, action: str, bucket: str, key: str, headers: Mapping[str, str]
) -> Decision | None:
    """The key that a put would be encrypted with, or that the object to get was encrypted with."""
    if action == "s3:PutObject":
        if not headers.get(_KEY):
            return judge_default_key(principal, action="kms:GenerateDataKey", bucket=bucket, key=key)
        used, kms_action = headers[_KEY], "kms:GenerateDataKey"
    else:
        with request_scope(bucket_owner(bucket), bucket_region(bucket)):
            stored = s3._buckets[bucket]["objects"].get(key, {}).get("preserved_headers", {})
        used, kms_action = stored.get(_KEY, ""), "kms:Decrypt"
    if not used:
        return None
    context = {
        "kms:ViaService": f"s3.{bucket_region(bucket)}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
        "aws:ViaAWSService": "true",
    }
    return judge_key(principal, action=kms_action, key_arn=used, context=context)


def _first_deny(
    principal: IamPrincipal, bucket: str, asked: list[tuple[str, str]], context: dict[str, str]
) -> Decision | None:
    """An explicit Deny for a role of the bucket's owner; what else it may do is not asked."""
    with request_scope(bucket_owner(bucket), bucket_region(bucket)):
        document = s3._bucket_policies.get(bucket)
    if principal.is_root or document is None:
        return None
    for action, key in asked:
        resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
        request = Request(principal=principal, action=action, resource=resource, context=context)
        found = find(document, request=request, needs_principal=True)
        if found.verdict is Verdict.DENY:
            reason = f"the bucket policy's statement {found.sid or 'without a Sid'} denies {action}"
            return journal.record(request, Decision(allowed=False, sid=found.sid, reason=reason, policy="bucket"))
    return None
