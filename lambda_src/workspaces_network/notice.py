"""What AWS's notice of new address ranges says, and whether a file is the one that it tells of; pure."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_MD5 = re.compile(r"[0-9a-f]{32}")


class Notice(NamedTuple):
    """A release of ip-ranges.json.

    Attributes:
        sync_token: Which; a larger one is newer.
        md5: Of the file, in hexadecimal digits.
    """

    sync_token: int
    md5: str


def newest(event: Any) -> Notice | None:
    """The newest release that an event tells of; None for a schedule, or whoever else calls without a notice.

    SNS calls with one record; the keys of its message are not those of the file.
    https://docs.aws.amazon.com/vpc/latest/userguide/subscribe-notifications.html

    Raises:
        ValueError: It is of SNS and no such notice.
    """
    records = event.get("Records") if isinstance(event, dict) else None
    return max(map(_notice, records)) if records else None


def _notice(record: Any) -> Notice:
    try:
        message = json.loads(record["Sns"]["Message"])
        token, md5 = str(message["synctoken"]), str(message["md5"]).lower()
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the notice is none of AmazonIpSpaceChanged: {error!r}") from error
    if not token.isdecimal() or _MD5.fullmatch(md5) is None:
        raise ValueError(f"the notice names no release: synctoken {token[:40]!r}, md5 {md5[:40]!r}")
    return Notice(int(token), md5)


def is_meant(notice: Notice, *, sync_token: int, md5: str) -> bool:
    """Whether a file is the one that the notice tells of, or a later one.

    Releases follow each other within minutes, so a late notice names the md5 of a file that is gone. An older file, or
    another one of the same release, is neither.
    """
    return md5 == notice.md5 or sync_token > notice.sync_token
