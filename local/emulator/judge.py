"""Asks the policies that MiniStack holds, and writes every answer into the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import iam, kms, s3

from local.emulator import journal
from local.emulator.principals import identity_policies
from local.policy_decision import Decision, ResourcePolicy, decide, decide_identity
from local.policy_request import Principal, Request, ServicePrincipal


def bucket_owner(bucket: str) -> str | None:
    """The account of a bucket, whoever asks."""
    owner: str | None = s3._bucket_owner_account(bucket)
    return owner


def bucket_region(bucket: str) -> str:
    """The Region that a bucket was created in."""
    return str(s3._buckets.get_scoped(bucket_owner(bucket), None, bucket)["region"])


def key_record(key_arn: str) -> dict[str, Any] | None:
    """A key by its full ARN, in whichever account and Region it lies."""
    parts = key_arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("key/"):
        return None
    record: dict[str, Any] | None = kms._keys.get_scoped(parts[4], parts[3], parts[5].removeprefix("key/"))
    return record


def judge_bucket(
    principal: Principal, *, action: str, bucket: str, key: str = "", context: Mapping[str, str] | None = None
) -> Decision:
    """Whether a bucket's policy, and the principal's own, let an action pass."""
    owner = bucket_owner(bucket)
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    request = Request(
        principal=principal,
        action=action,
        resource=resource,
        context={**(context or {}), "aws:ResourceAccount": owner or "", "s3:ResourceAccount": owner or ""},
    )
    if owner is None:
        missing = Decision(allowed=False, sid="", reason=f"there is no bucket {bucket}", policy="bucket")
        return journal.record(request, missing)
    with request_scope(owner, bucket_region(bucket)):
        document = s3._bucket_policies.get(bucket)
    policy = ResourcePolicy(kind="bucket", owner=owner, document=document, delegates=True)
    return journal.record(request, decide(request, resource=policy, identity=identity_policies(principal)))


def judge_key(principal: Principal, *, action: str, key_arn: str, context: Mapping[str, str] | None = None) -> Decision:
    """Whether a key's policy, and the principal's own, let an action pass."""
    request = Request(
        principal=principal,
        action=action,
        resource=key_arn,
        context={**(context or {}), "kms:CallerAccount": principal.account},
    )
    record = key_record(key_arn)
    if record is None or record["KeyState"] != "Enabled":
        reason = f"there is no enabled key {key_arn}"
        return journal.record(request, Decision(allowed=False, sid="", reason=reason, policy="key"))
    policy = ResourcePolicy(kind="key", owner=key_arn.split(":")[4], document=record["Policy"], delegates=False)
    return journal.record(request, decide(request, resource=policy, identity=identity_policies(principal)))


def judge_identity(
    principal: Principal, *, action: str, resource: str, context: Mapping[str, str] | None = None
) -> Decision:
    """Whether a role may do something in its own account, where no resource policy speaks."""
    request = Request(principal=principal, action=action, resource=resource, context=context or {})
    return journal.record(request, decide_identity(request, identity=identity_policies(principal)))


def judge_trust(service: ServicePrincipal, *, role_arn: str) -> Decision:
    """Whether a role's trust policy lets a service assume it."""
    request = Request(principal=service, action="sts:AssumeRole", resource=role_arn)
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None or role["Arn"] != role_arn:
        missing = Decision(allowed=False, sid="", reason=f"there is no role {role_arn}", policy="trust")
        return journal.record(request, missing)
    document = json.loads(role["AssumeRolePolicyDocument"])
    for statement in document["Statement"]:
        statement["Resource"] = "*"
    policy = ResourcePolicy(kind="trust", owner=account, document=document, delegates=False)
    return journal.record(request, decide(request, resource=policy, identity=[]))
