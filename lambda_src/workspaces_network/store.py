"""Keeps versions of allow-lists in a bucket: every file first, the pointer to them last, so that none is half there.

Objects are encrypted with S3's own key instead of the bucket's: they hold what AWS publishes, and neither the watcher
nor a reader of lists needs the key of the evidence for them.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .state import Pointer, State

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pac": "application/x-ns-proxy-autoconfig",
}


class Store:
    """The folder of the lists.

    Args:
        s3: A client.
        bucket: Its name.
        prefix: Of every key, with its slash.
    """

    def __init__(self, s3: Any, bucket: str, prefix: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix

    def state(self) -> State:
        """What the last run left."""
        return State.from_json(self._read(f"{self._prefix}state.json"))

    def keep(self, state: State) -> None:
        """For the next run."""
        self._put(f"{self._prefix}state.json", _text(state.to_json()))

    def current(self, region: str) -> Pointer | None:
        """The version in force of a Region, if there is one."""
        kept = self._read(f"{self._prefix}{region}/current.json")
        return None if kept is None else Pointer(**kept)

    def write(self, region: str, pointer: Pointer, contents: Mapping[str, bytes]) -> None:
        """Puts every file of a version, and then what makes it the one in force."""
        for name, content in contents.items():
            self._put(pointer.files[name], content)
        self._put(f"{self._prefix}{region}/current.json", _text(pointer._asdict()))

    def keys(self, region: str, version: str, names: Mapping[str, bytes]) -> dict[str, str]:
        """Where the files of a version lie, by name."""
        return {name: f"{self._prefix}{region}/{version}/{name}" for name in names}

    def file(self, region: str, version: str, name: str) -> bytes | None:
        """One file of a version, if it is still there."""
        return self._get(f"{self._prefix}{region}/{version}/{name}")

    def _read(self, key: str) -> Any:
        content = self._get(key)
        return None if content is None else json.loads(content)

    def _get(self, key: str) -> bytes | None:
        """A missing object is found out by listing: only who may list everything is told of one that is not there."""
        listed = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        if not any(item["Key"] == key for item in listed.get("Contents", [])):
            return None
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body

    def _put(self, key: str, content: bytes) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=content,
            ContentType=CONTENT_TYPES.get(key.rsplit(".", 1)[-1], "text/plain; charset=utf-8"),
            ServerSideEncryption="AES256",
        )


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
