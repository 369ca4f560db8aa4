"""A folder that is a copy of the bucket: a file's path is its object's key.

* `<digest>.metadata.json` beside a digest is the output of `aws s3api head-object`. A copy by `aws s3 sync` has none,
  because it drops metadata; the signature of a digest then stands in the digest after it, and that of the newest
  nowhere.
* `public-keys*.json` in the folder is the output of `aws cloudtrail list-public-keys`, one file for each Region.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tools.verify.awscli import ClientError
from tools.verify.chains import find_chains
from tools.verify.findings import VerifyError
from tools.verify.source import PublicKeys, read_public_keys

SIDECAR: Final = ".metadata.json"
PUBLIC_KEYS: Final = "public-keys*.json"


class Folder:
    """The copy, shaped like an S3 client of one bucket.

    Args:
        root: The folder.
        prefix: Which keys count.
        bucket: Where the copy is from; by default what most of its digests say, each of which is signed.
        public_keys: Files beside those in the folder.

    Raises:
        VerifyError: There is no such folder, or a file of public keys is none.
    """

    def __init__(self, root: Path, *, prefix: str = "", bucket: str = "", public_keys: list[Path]) -> None:
        if not root.is_dir():
            raise VerifyError(f"{root} is no folder")
        self._root = root.resolve()
        self._prefix = prefix
        self._public_keys = read_public_keys([*sorted(root.glob(PUBLIC_KEYS)), *public_keys])
        digests = [self._digest(key) for key in self.keys() if find_chains([key])]
        self._successors = {
            str(digest.get("previousDigestS3Object")): digest.get("previousDigestSignature") for digest in digests
        }
        named = Counter(str(digest.get("digestS3Bucket")) for digest in digests if digest)
        self.bucket = bucket or (named.most_common(1)[0][0] if named else "")

    def keys(self) -> list[str]:
        """Every file below the prefix, sorted as S3 sorts; sidecars are none."""
        files = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        return sorted(key for key in files if key.startswith(self._prefix) and not key.endswith(SIDECAR))

    def get_client(self, _bucket_name: str) -> Folder:
        """Itself."""
        return self

    def public_keys(self, _region: str, _start: datetime, _end: datetime) -> PublicKeys:
        """All that there are: a fingerprint names one key."""
        return self._public_keys

    def unsigned(self, key: str) -> bool:
        """Neither a sidecar nor a readable digest after it tells its signature."""
        return "signature" not in self._metadata(key)

    def get_paginator(self, _operation: str) -> Folder:
        """Itself, for `list_objects`."""
        return self

    def paginate(self, *, Bucket: str, Marker: str, Prefix: str) -> _Listing:  # noqa: N803 # as S3 calls them
        """The keys of one listing."""
        if Bucket != self.bucket:
            return _Listing([])
        return _Listing([key for key in self.keys() if key.startswith(Prefix) and key > Marker])

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 # as S3 calls them
        """The object, or S3's NoSuchKey."""
        path = (self._root / Key).resolve()
        if Bucket != self.bucket or not path.is_relative_to(self._root) or not path.is_file():
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": f"{Key} is not there"}}, "GetObject")
        return {"Body": io.BytesIO(path.read_bytes()), "Metadata": self._metadata(Key)}

    def _metadata(self, key: str) -> dict[str, str]:
        sidecar = self._root / f"{key}{SIDECAR}"
        if sidecar.is_file():
            try:
                return dict(json.loads(sidecar.read_text(encoding="utf-8"))["Metadata"])
            except (ValueError, KeyError, TypeError):
                return {}
        signature = self._successors.get(key)
        return {"signature": signature, "signature-algorithm": "SHA256withRSA"} if signature else {}

    def _digest(self, key: str) -> dict[str, Any]:
        """What a digest says; nothing where it cannot be read, which the validator will tell."""
        try:
            read = json.loads(zlib.decompress((self._root / key).read_bytes(), zlib.MAX_WBITS | 16))
        except (ValueError, zlib.error):
            return {}
        return read if isinstance(read, dict) else {}


class _Listing:
    """A page iterator whose only search is for keys."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = keys

    def search(self, _expression: str) -> Iterator[str]:
        return iter(self._keys)
