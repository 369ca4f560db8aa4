"""What a trail's files and digests have in common: who delivers them, where they lie, which key encrypts them."""

from __future__ import annotations

import gzip
import time
from collections.abc import Mapping
from typing import Any, Final

from local.emulator.bucket_delivery import Delivery, OwnKey, deliver
from local.emulator.principals import organization, service_principal
from local.policy_request import ServicePrincipal

Trail = dict[str, Any]
_SERVICE: Final = "cloudtrail.amazonaws.com"


def sender(trail: Trail, owner: str) -> ServicePrincipal:
    """CloudTrail, acting for this trail of this account."""
    return service_principal(_SERVICE, account=owner, source_arn=trail["TrailARN"])


def encryption_context(trail: Trail) -> dict[str, str]:
    """What CloudTrail sends along to the trail's key."""
    return {"kms:EncryptionContext:aws:cloudtrail:arn": trail["TrailARN"]}


def key_prefix(trail: Trail) -> str:
    """The trail's `S3KeyPrefix` with its slash, or nothing."""
    return f"{trail['S3KeyPrefix']}/" if trail.get("S3KeyPrefix") else ""


def object_key(trail: Trail, *, account: str, kind: str, region: str, day: time.struct_time, file: str) -> str:
    """Where a file of one account and Region lies; an organization trail puts the organization before the account."""
    owner = f"{organization().id}/{account}" if trail.get("IsOrganizationTrail") else account
    return f"{key_prefix(trail)}AWSLogs/{owner}/{kind}/{region}/{time.strftime('%Y/%m/%d', day)}/{file}"


def put(trail: Trail, *, owner: str, key: str, content: bytes, metadata: Mapping[str, str] | None = None) -> Delivery:
    """Delivers the content, compressed, as CloudTrail does; bucket and key policies decide."""
    named = trail.get("KmsKeyId")
    return deliver(
        sender(trail, owner),
        bucket=trail["S3BucketName"],
        key=key,
        body=gzip.compress(content),
        content_type="application/json",
        own_key=OwnKey(arn=named, context=encryption_context(trail)) if named else None,
        metadata=metadata,
    )
