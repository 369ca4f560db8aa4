"""The key pair that signs a Region's digests, and ListPublicKeys.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from ministack.core.responses import get_region
from ministack.services import cloudtrail

from local.emulator.answers import Answer, json_answer
from local.emulator.hooks import add_entry

ALGORITHM: Final = "SHA256withRSA"
_BITS: Final = 2048
_VALID_SECONDS: Final = 30 * 24 * 3600
_keys: dict[str, SigningKey] = {}
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A Region's private key, and its public key as ListPublicKeys tells it."""

    private: rsa.RSAPrivateKey
    public: bytes
    fingerprint: str
    since: int

    def sign(self, text: str) -> str:
        """The signature in hexadecimal digits."""
        return self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()


def install() -> None:
    """Adds the operation."""
    add_entry(cloudtrail._DISPATCH, "ListPublicKeys", _list_public_keys)


def signing_key(region: str) -> SigningKey:
    """The key pair of a Region, made when it is first asked for and the same ever after."""
    with _lock:
        if region not in _keys:
            private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
            public = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
            # A name for the key and no protection: CloudTrail's fingerprints have 32 digits too.
            fingerprint = hashlib.md5(public, usedforsecurity=False).hexdigest()
            _keys[region] = SigningKey(private=private, public=public, fingerprint=fingerprint, since=int(time.time()))
        return _keys[region]


def clear() -> None:
    """Other keys from here on."""
    with _lock:
        _keys.clear()


def _list_public_keys(members: dict[str, Any]) -> Answer:
    """The Region's only key, if it was valid in the range; without a range, now."""
    key = signing_key(get_region())
    now = time.time()
    start, end = (float(members.get(name, now)) for name in ("StartTime", "EndTime"))
    valid = key.since <= end and start <= key.since + _VALID_SECONDS
    described = {
        "Value": base64.b64encode(key.public).decode(),
        "ValidityStartTime": key.since,
        "ValidityEndTime": key.since + _VALID_SECONDS,
        "Fingerprint": key.fingerprint,
    }
    return json_answer({"PublicKeyList": [described] if valid else []})
