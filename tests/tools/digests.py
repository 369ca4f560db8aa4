"""A small digest chain in a folder, as CloudTrail would have written it, signed by a key of the tests."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BUCKET, ACCOUNT, REGION, TRAIL = "archive", "222222222222", "eu-west-1", "evidence"
_BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_ALGORITHM = "SHA256withRSA"


class Chain:
    """One digest an hour, each of them listing two files.

    `digests` and `files` are keys, oldest first; `sidecars` says which digests have their metadata beside them; `link`
    is what the first says of a digest before it.
    """

    def __init__(
        self,
        root: Path,
        *,
        hours: int = 3,
        sidecars: str = "newest",
        breaks_before: int = 0,
        key: rsa.RSAPrivateKey | None = None,
        organization: str = "",
        link: dict[str, Any] | None = None,
    ) -> None:
        self.root = root
        self._folder = f"cloudtrail/AWSLogs/{organization and f'{organization}/'}{ACCOUNT}"
        self.key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.digests: list[str] = []
        self.files: list[str] = []
        link = link or {}
        for hour in range(hours):
            link = self._hour(_BEGIN + timedelta(hours=hour), {} if 0 < hour == breaks_before else link)
            if sidecars == "all" or (sidecars == "newest" and hour == hours - 1):
                metadata = {"signature": link["previousDigestSignature"], "signature-algorithm": _ALGORITHM}
                self.path(f"{self.digests[-1]}.metadata.json").write_text(json.dumps({"Metadata": metadata}))
        self.write_public_key(self.key)

    def path(self, key: str) -> Path:
        return self.root / key

    def rewrite(self, key: str, change: Any) -> None:
        """The object, decompressed, changed, and compressed again: readable, but not what it was."""
        file = self.path(key)
        file.write_bytes(gzip.compress(change(gzip.decompress(file.read_bytes()))))

    def write_public_key(self, key: rsa.RSAPrivateKey) -> None:
        """The public half, under the fingerprint that the digests name."""
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        listed = {"Value": base64.b64encode(public).decode(), "Fingerprint": "f" * 32}
        self.path(f"public-keys-{REGION}.json").write_text(json.dumps({"PublicKeyList": [listed]}))

    def _hour(self, begin: datetime, link: dict[str, Any]) -> dict[str, Any]:
        end = begin + timedelta(hours=1)
        folder = self._folder
        listed = []
        for minute in (20, 40):
            at = begin + timedelta(minutes=minute)
            key = (
                f"{folder}/CloudTrail/{REGION}/{at:%Y/%m/%d}/{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_x.json.gz"
            )
            content = json.dumps({"Records": [{"eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}]}).encode()
            self._write(key, content)
            self.files.append(key)
            listed.append({"s3Bucket": BUCKET, "s3Object": key, "hashValue": hashlib.sha256(content).hexdigest()})
        key = (
            f"{folder}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/"
            f"{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        )
        digest = {
            "awsAccountId": ACCOUNT,
            "digestStartTime": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": "f" * 32,
            "digestSignatureAlgorithm": _ALGORITHM,
            "previousDigestSignature": None,
            **link,
            "logFiles": listed,
        }
        content = json.dumps(digest).encode()
        self._write(key, content)
        self.digests.append(key)
        hashed = hashlib.sha256(content).hexdigest()
        before = link.get("previousDigestSignature", "null")
        text = f"{digest['digestEndTime']}\n{BUCKET}/{key}\n{hashed}\n{before}"
        return {
            "previousDigestS3Bucket": BUCKET,
            "previousDigestS3Object": key,
            "previousDigestHashValue": hashed,
            "previousDigestSignature": self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex(),
        }

    def _write(self, key: str, content: bytes) -> None:
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        self.path(key).write_bytes(gzip.compress(content))
