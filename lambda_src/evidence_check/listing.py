"""What the buckets hold, by the names of folders and objects."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

Json = dict[str, Any]


def folders(s3: Any, bucket: str, prefix: str, *, after: str = "") -> Iterator[str]:
    """The names of the folders right beneath a prefix, in order.

    Those whose name is not later in the alphabet than `after` may be left out.
    """
    start = {"StartAfter": prefix + after} if after else {}
    for page in _pages(s3, Bucket=bucket, Prefix=prefix, Delimiter="/", **start):
        for each in page.get("CommonPrefixes", ()):
            yield each["Prefix"].removeprefix(prefix).rstrip("/")


def transcript_days(s3: Any, bucket: str, prefix: str, *, since: date) -> set[date]:
    """The days on which transcripts arrived, beneath the prefix of an account and Region."""
    found = folders(s3, bucket, prefix, after=f"day={since}")
    return {day for name in found if (day := _day(name.removeprefix("day="))) is not None and day >= since}


def trail_days(s3: Any, bucket: str, prefix: str, *, since: date, until: date) -> set[date]:
    """The days on which trail files arrived, beneath the prefix of an account and Region."""
    days = set()
    year, month = since.year, since.month
    while (year, month) <= (until.year, until.month):
        for name in folders(s3, bucket, f"{prefix}{year:04}/{month:02}/"):
            day = _day(f"{year:04}-{month:02}-{name}")
            if day is not None and day >= since:
                days.add(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days


def keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    """The keys of all objects beneath a prefix."""
    for page in _pages(s3, Bucket=bucket, Prefix=prefix):
        yield from (each["Key"] for each in page.get("Contents", ()))


def holds(s3: Any, bucket: str, prefix: str) -> bool:
    """Whether there is an object whose key begins so."""
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents"))


def read(s3: Any, bucket: str, key: str) -> tuple[Json, str]:
    """The object of JSON in a gzipped file, and the hash of its text.

    Raises:
        ValueError: where it holds something else.
    """
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        text = gzip.decompress(body)
        content = json.loads(text)
    except (OSError, EOFError) as error:
        raise ValueError(f"no gzip: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"a {type(content).__name__}, no JSON object")
    return content, hashlib.sha256(text).hexdigest()


def _pages(s3: Any, **asked: Any) -> Iterator[Json]:
    page: Json = {}
    while True:
        answer = s3.list_objects_v2(**asked, **page)
        yield answer
        if not answer.get("IsTruncated"):
            return
        page = {"ContinuationToken": answer["NextContinuationToken"]}


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return None
