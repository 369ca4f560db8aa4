"""The bucket itself, in AWS or wherever AWS_ENDPOINT_URL points."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.verify.awscli import Session
from tools.verify.source import PublicKeys, read_public_keys


class Bucket:
    """Objects with their metadata, read with the credentials of the environment or the profile.

    Args:
        bucket: Its name.
        prefix: Which keys count.
        region: Where it lies; by default that of the environment or the profile.
        public_keys: Files with public keys; by default CloudTrail is asked.
    """

    def __init__(self, bucket: str, *, prefix: str = "", region: str = "", public_keys: list[Path]) -> None:
        self.bucket = bucket
        self._prefix = prefix
        self._session = Session()
        self._s3 = self._session.create_client("s3", region_name=region or None)
        self._given = read_public_keys(public_keys)
        self._asked: dict[str, PublicKeys] = {}

    def keys(self) -> list[str]:
        """Every key below the prefix."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def get_client(self, _bucket_name: str) -> Any:
        """One client; S3 redirects it where a bucket lies elsewhere."""
        return self._s3

    def public_keys(self, region: str, start: datetime, end: datetime) -> PublicKeys:
        """Those of the files, or what CloudTrail answers for the Region."""
        if self._given:
            return self._given
        cloudtrail = self._session.create_client("cloudtrail", region_name=region)
        pages = cloudtrail.get_paginator("list_public_keys").paginate(StartTime=start, EndTime=end)
        return {
            key["Fingerprint"]: {"Value": base64.b64encode(key["Value"]).decode()}
            for page in pages
            for key in page["PublicKeyList"]
        }

    def unsigned(self, _key: str) -> bool:
        """A bucket has what metadata there is."""
        return False
