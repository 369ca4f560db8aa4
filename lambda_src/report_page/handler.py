"""The doorway: called on a schedule, whose event says nothing; reads the environment and makes clients when needed.

Environment: ``ARCHIVE_NAME``, what the page calls the archive; ``ATHENA_WORKGROUP`` and ``REPORT_BUCKET``, by name;
``EVIDENCE_DATABASE`` (evidence), ``REPORTS_PREFIX`` (reports/) and ``REPORT_DAYS`` (7). The empty page stands in
``template.html`` beside this file, or in the file that ``REPORT_TEMPLATE`` names.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .athena import Athena
from .contents import Ask, Extent, gather
from .fill import fill

Json = dict[str, Any]
Put = Callable[[str, bytes], None]


def handle(_event: object, _context: object) -> Json:
    """Writes the page of today.

    Raises:
        UnansweredError: where Athena did not answer.
        ValueError: where the days are no positive number, or the page cannot be filled.
    """
    days = int(os.environ.get("REPORT_DAYS", "7"))
    if days < 1:
        raise ValueError(f"REPORT_DAYS must be 1 or more, not {days}")
    path = os.environ.get("REPORT_TEMPLATE") or Path(__file__).with_name("template.html")
    athena = Athena(
        _client("athena"),
        workgroup=os.environ["ATHENA_WORKGROUP"],
        database=os.environ.get("EVIDENCE_DATABASE", "evidence"),
        now=time.monotonic,
        sleep=time.sleep,
    )
    bucket = os.environ["REPORT_BUCKET"]
    return write(
        athena.ask,
        lambda key, body: put(_client("s3"), bucket, key, body),
        template=Path(path).read_text("utf-8"),
        name=os.environ["ARCHIVE_NAME"],
        prefix=os.environ.get("REPORTS_PREFIX", "reports/"),
        now=datetime.now(UTC),
        extent=Extent(days),
    )


def write(ask: Ask, store: Put, *, template: str, name: str, prefix: str, now: datetime, extent: Extent) -> Json:
    """Writes the page under the day of its making; another one of the same day takes its place.

    Args:
        ask: Answers a query.
        store: Takes a key and what to keep there.
        template: The empty page.
        name: What the page calls the archive.
        prefix: What keys begin with.
        now: In UTC.
        extent: How much of the archive the page shows.
    """
    data = gather(ask, name=name, now=now, extent=extent)
    key = f"{prefix}{now:%Y-%m-%d}/access-evidence.html"
    page = fill(template, data).encode()
    store(key, page)
    return {
        "key": key,
        "bytes": len(page),
        "items": len(data["items"]),
        "findings": len(data["findings"]),
        "left_out": data["left_out"],
    }


def put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    """Keeps a page where it was agreed; the bucket's own key encrypts it."""
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html; charset=utf-8")


@functools.cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 4, "mode": "standard"})
    return boto3.client(service, config=config)
