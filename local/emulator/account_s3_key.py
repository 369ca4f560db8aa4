"""A `PutObject` with `aws:kms` and no key takes the account's `aws/s3` key, as on AWS; MiniStack refuses it.

Without this no CDK asset reaches a bootstrap bucket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, request_scope
from ministack.services import kms, s3

from local.emulator.hooks import replace

_ALIAS: Final = "alias/aws/s3"
_SSE: Final = "x-amz-server-side-encryption"
_KEY: Final = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Fills in the key that AWS fills in."""
    replace(s3, "_resolve_sse_write_headers", _with_account_key)


def _with_account_key(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(headers: dict[str, str], bucket: str) -> Any:
        if headers.get(_SSE) == "aws:kms" and not headers.get(_KEY):
            default = s3._bucket_default_sse_headers(bucket)
            headers = {**headers, _KEY: default.get(_KEY) or account_key(region=s3._buckets[bucket]["region"])}
        resolved, error = original(headers, bucket)
        if not error and resolved.get(_SSE) == "aws:kms" and not resolved.get(_KEY):
            resolved = {**resolved, _KEY: account_key(region=s3._buckets[bucket]["region"])}
        return resolved, error

    return resolve


def account_key(*, region: str) -> str:
    """The ARN of the calling account's `aws/s3` key, made when it is first used."""
    with request_scope(get_account_id(), region):
        record = kms._resolve_key(_ALIAS)
        if record is None:
            kms._create_key({"Description": "Default key that protects my S3 objects when no other key is defined"})
            record = list(kms._keys.values())[-1]
            kms._aliases[kms._alias_arn(_ALIAS)] = record["KeyId"]
        return str(record["Arn"])
