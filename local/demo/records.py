"""The judged records in the log bucket, as a reader sees them: one for each `metadata.uid`, however often it came."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from constructs_lib.archive_layout import ACCESS_EVENTS_PREFIX

Json = dict[str, Any]
_DETECTION_FINDING: Final = 2004
"""The class of OCSF that a finding is of."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record.

    Args:
        content: As the first of its lines says it.
        key: The object of that line.
        copies: How many lines bear its id.
    """

    content: Json
    key: str
    copies: int

    @property
    def uid(self) -> str:
        """The key by which readers know repetitions."""
        return str(self.content["metadata"]["uid"])

    @property
    def event(self) -> Json:
        """What it was made of."""
        read = json.loads(self.content.get("raw_data", "{}"))
        return read if isinstance(read, dict) else {}

    @property
    def actor(self) -> str:
        """The ARN of whoever acted, or else the name."""
        user = self.content.get("user") or self.content.get("actor", {}).get("user") or {}
        arn = str(user.get("uid", ""))
        return arn if arn.startswith("arn:") else str(user.get("name") or arn or "nobody")

    @property
    def source_ip(self) -> str:
        """The address it came from."""
        return str(self.content.get("src_endpoint", {}).get("ip", ""))

    @property
    def what(self) -> str:
        """The call, and the machine it was aimed at."""
        facts = self.content["unmapped"]
        operation = self.content.get("api", {}).get("operation") or self.content["activity_name"]
        target = facts.get("target") or facts.get("workspace_id")
        return f"{operation} of {target}" if target else str(operation)

    @property
    def time(self) -> str:
        """When it happened."""
        return datetime.fromtimestamp(self.content["time"] / 1000, UTC).isoformat()


class Records:
    """Everything under `access-events/`.

    Args:
        s3: The auditor's client.
        bucket: The log bucket.
    """

    def __init__(self, s3: Any, *, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._lines: dict[str, list[Json]] = {}

    def all(self) -> list[Record]:
        """The records, findings among them, oldest object first; an object is read once."""
        found: dict[str, list[tuple[str, Json]]] = {}
        for key in self._keys():
            if key not in self._lines:
                body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
                self._lines[key] = [json.loads(line) for line in gzip.decompress(body).splitlines()]
            for content in self._lines[key]:
                found.setdefault(content["metadata"]["uid"], []).append((key, content))
        return [Record(content=lines[0][1], key=lines[0][0], copies=len(lines)) for lines in found.values()]

    def findings_of(self, record: Record) -> list[Record]:
        """The findings that a record gave rise to."""
        return [
            other
            for other in self.all()
            if other.content["class_uid"] == _DETECTION_FINDING
            and record.uid in [event["uid"] for event in other.content["finding_info"]["related_events"]]
        ]

    def _keys(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=ACCESS_EVENTS_PREFIX)
        yield from sorted(entry["Key"] for page in pages for entry in page.get("Contents", ()))
