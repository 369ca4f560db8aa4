"""What a validation reads from: objects as an S3 client gives them, and public keys."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from tools.verify.findings import VerifyError

PublicKeys = dict[str, dict[str, Any]]
"""By fingerprint, as ListPublicKeys describes them, `Value` in base64."""


class Source(Protocol):
    """A folder or a bucket."""

    bucket: str

    def keys(self) -> list[str]:
        """Every object's key below the prefix, sorted."""

    def get_client(self, bucket_name: str) -> Any:
        """What of an S3 client the validator calls, for one bucket."""

    def public_keys(self, region: str, start: datetime, end: datetime) -> PublicKeys:
        """The keys that signed in this Region in this time."""

    def unsigned(self, key: str) -> bool:
        """Whether the source cannot know the signature of this digest."""


def read_public_keys(files: Iterable[Path]) -> PublicKeys:
    """The keys of files that hold the output of `aws cloudtrail list-public-keys`.

    Raises:
        VerifyError: A file is something else.
    """
    keys: PublicKeys = {}
    for file in files:
        try:
            listed = json.loads(file.read_text(encoding="utf-8"))["PublicKeyList"]
            keys |= {key["Fingerprint"]: {"Value": key["Value"]} for key in listed}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VerifyError(f"{file} is no output of `aws cloudtrail list-public-keys`: {error!r}") from error
    return keys
