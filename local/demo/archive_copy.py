"""Takes a copy of what the log buckets hold home, as `aws s3 sync` would; `tools.query` reads the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from constructs_lib.archive_layout import ACCESS_EVENTS_PREFIX, CLOUDTRAIL_PREFIX, TRANSCRIPTS_PREFIX

QUERIED = (ACCESS_EVENTS_PREFIX, TRANSCRIPTS_PREFIX, f"{CLOUDTRAIL_PREFIX}/")


def copy_bucket(s3: Any, *, bucket: str, folder: Path) -> int:
    """Every object that queries read, under the bucket's name and its key; how many."""
    keys = [
        entry["Key"]
        for prefix in QUERIED
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for entry in page.get("Contents", ())
    ]
    for key in keys:
        file = folder / bucket / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return len(keys)
