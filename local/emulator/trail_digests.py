"""CloudTrail's digests: after each delivery a signed list of the files that landed, chained to the list before.

AWS writes one an hour for every Region, with or without files; here one follows each delivery, for the accounts and
Regions that had files. A chain ends, as on AWS, when validation is switched off.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from local.emulator.bucket_delivery import Delivery
from local.emulator.trail_objects import Trail, object_key, put
from local.emulator.trail_signing import ALGORITHM, SigningKey, signing_key

_HASH: Final = "SHA-256"
_chains: dict[tuple[str, str, str], _Chain] = {}
_lock = threading.Lock()


@dataclass(kw_only=True)
class _Chain:
    """The digests of one trail, account and Region: where they stand, and what the next one has to list."""

    end: int
    previous: dict[str, str | None] = field(default_factory=lambda: _link())
    waiting: list[dict[str, Any]] = field(default_factory=list)


def deliver_digest(
    trail: Trail, *, owner: str, home: str, account: str, region: str, key: str, content: bytes
) -> Delivery | None:
    """Lists a file that landed; None where the trail wants no digests.

    What a refused digest should have listed, the next one lists.
    """
    name = (trail["TrailARN"], account, region)
    with _lock:
        if str(trail.get("LogFileValidationEnabled")).lower() != "true":
            _chains.pop(name, None)
            return None
        chain = _chains.setdefault(name, _Chain(end=int(trail["_StartedAt"])))
        chain.waiting.append(_listed(trail["S3BucketName"], key, content))
        return _deliver(chain, trail, owner=owner, home=home, account=account, region=region)


def clear() -> None:
    """No chains."""
    with _lock:
        _chains.clear()


def _deliver(chain: _Chain, trail: Trail, *, owner: str, home: str, account: str, region: str) -> Delivery:
    # Its end, in seconds, is the digest's name: two of the same second would be one object.
    end = max(int(time.time()), chain.end + 1)
    day = time.gmtime(end)
    name = trail["TrailARN"].rsplit("/", 1)[-1]
    file = f"{account}_CloudTrail-Digest_{region}_{name}_{home}_{time.strftime('%Y%m%dT%H%M%SZ', day)}.json.gz"
    key = object_key(trail, account=account, kind="CloudTrail-Digest", region=region, day=day, file=file)
    signer = signing_key(region)
    digest = {
        "awsAccountId": account,
        "digestStartTime": _stamp(chain.end),
        "digestEndTime": _stamp(end),
        "digestS3Bucket": trail["S3BucketName"],
        "digestS3Object": key,
        "digestPublicKeyFingerprint": signer.fingerprint,
        "digestSignatureAlgorithm": ALGORITHM,
        "newestEventTime": max(file["newestEventTime"] for file in chain.waiting),
        "oldestEventTime": min(file["oldestEventTime"] for file in chain.waiting),
        **chain.previous,
        "logFiles": list(chain.waiting),
    }
    content = json.dumps(digest).encode()
    signature = _signature(signer, digest, content)
    metadata = {"signature": signature, "signature-algorithm": ALGORITHM}
    delivery = put(trail, owner=owner, key=key, content=content, metadata=metadata)
    if delivery.landed:
        chain.end = end
        chain.previous = _link(bucket=trail["S3BucketName"], key=key, content=content, signature=signature)
        chain.waiting.clear()
    return delivery


def _signature(signer: SigningKey, digest: dict[str, Any], content: bytes) -> str:
    """Over end, place, hash and the signature before; `null` where there is none."""
    place = f"{digest['digestS3Bucket']}/{digest['digestS3Object']}"
    before = digest["previousDigestSignature"] or "null"
    return signer.sign("\n".join([digest["digestEndTime"], place, hashlib.sha256(content).hexdigest(), before]))


def _link(*, bucket: str = "", key: str = "", content: bytes = b"", signature: str = "") -> dict[str, str | None]:
    """What a digest says of the one before it; nothing of nothing."""
    return {
        "previousDigestS3Bucket": bucket or None,
        "previousDigestS3Object": key or None,
        "previousDigestHashValue": hashlib.sha256(content).hexdigest() if key else None,
        "previousDigestHashAlgorithm": _HASH if key else None,
        "previousDigestSignature": signature or None,
    }


def _listed(bucket: str, key: str, content: bytes) -> dict[str, Any]:
    times = [record["eventTime"] for record in json.loads(content)["Records"]]
    return {
        "s3Bucket": bucket,
        "s3Object": key,
        "hashValue": hashlib.sha256(content).hexdigest(),
        "hashAlgorithm": _HASH,
        "newestEventTime": max(times),
        "oldestEventTime": min(times),
    }


def _stamp(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
