"""Takes a copy of the archive's trail files and digests home, with what it takes to validate them there.

`aws s3 sync` would drop the metadata, which holds a digest's signature: `<digest>.metadata.json` keeps it, and
`public-keys-<region>.json` is what CloudTrail answers, both as the AWS CLI prints them. `tools.verify` reads
the folder.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from constructs_lib.archive_layout import CLOUDTRAIL_PREFIX


def copy_trails(s3: Any, *, bucket: str, folder: Path) -> int:
    """Every trail file and digest of the bucket, under its key, in place of an earlier copy; how many."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{CLOUDTRAIL_PREFIX}/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    for key in keys:
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        if "/CloudTrail-Digest/" in key:
            _write(file.with_name(f"{file.name}.metadata.json"), s3.head_object(Bucket=bucket, Key=key))
    return len(keys)


def copy_public_keys(cloudtrails: Iterable[Any], *, folder: Path) -> None:
    """What CloudTrail answers in each Region, from its client."""
    for cloudtrail in cloudtrails:
        listed = cloudtrail.list_public_keys()["PublicKeyList"]
        keys = [{**key, "Value": base64.b64encode(key["Value"]).decode()} for key in listed]
        _write(folder / f"public-keys-{cloudtrail.meta.region_name}.json", {"PublicKeyList": keys})


def _write(file: Path, answer: dict[str, Any]) -> None:
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    file.write_text(json.dumps(told, indent=2, default=str) + "\n", encoding="utf-8")
