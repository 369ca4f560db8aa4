"""Fetches ip-ranges.json: over TLS alone, only when it is another, and never more or longer than is sensible."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from .ip_ranges import MAX_BYTES

SECONDS = 60.0
"""For the whole file."""
WAIT_SECONDS = 10.0
"""For the next part of it."""
CHUNK_BYTES = 1 << 16


class FetchError(Exception):
    """There is no file, or too much of one; the message says where and why."""


class Fetched(NamedTuple):
    """A file as it came.

    Attributes:
        md5: In hexadecimal digits, as the notice names it.
        etag: What to ask with the next time.
    """

    body: bytes
    md5: str
    etag: str


Open = Callable[[urllib.request.Request, float], Any]


def fetch(
    url: str, *, etag: str = "", opening: Open | None = None, now: Callable[[], float] = time.monotonic
) -> Fetched | None:
    """The file, or None where it is still the one with this entity tag.

    Args:
        url: ``https://…``; a redirection is not followed.
        etag: Of the file that is known already.
        opening: Sends a request with a timeout in seconds; by default ``urllib``, which verifies certificates.
        now: A clock in seconds.

    Raises:
        FetchError: It is not there, too large, too slow or cut short.
    """
    if not url.startswith("https://"):
        raise FetchError(f"{url} is not fetched: only https:// is")
    headers = {"User-Agent": "access-evidence", **({"If-None-Match": etag} if etag else {})}
    request = urllib.request.Request(url, headers=headers)
    until = now() + SECONDS
    try:
        with (opening or _open)(request, WAIT_SECONDS) as answer:
            body = _whole(answer, url, until, now)
            found = _header(answer.headers, "ETag")
    except urllib.error.HTTPError as refusal:
        if refusal.code == HTTPStatus.NOT_MODIFIED:
            return None
        raise FetchError(f"{url} answered {refusal.code} {refusal.reason}") from refusal
    except (OSError, ValueError) as problem:
        raise FetchError(f"{url} could not be fetched: {problem!r}") from problem
    return Fetched(body, hashlib.md5(body, usedforsecurity=False).hexdigest(), found)


def _whole(answer: Any, url: str, until: float, now: Callable[[], float]) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read(CHUNK_BYTES):
        size += len(part)
        if size > MAX_BYTES:
            raise FetchError(f"{url} has more than {MAX_BYTES} bytes")
        if now() > until:
            raise FetchError(f"{url} had not come after {SECONDS:.0f} seconds")
        parts.append(part)
    promised = _header(answer.headers, "Content-Length")
    if promised.isdecimal() and int(promised) != size:
        raise FetchError(f"{url} ended after {size} of {promised} bytes")
    return b"".join(parts)


def _header(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name) or ""


class _NoRedirections(urllib.request.HTTPRedirectHandler):
    """The file has one place."""

    def redirect_request(self, *_arguments: object) -> None:
        """None makes ``urllib`` raise the answer as an error."""


def _open(request: urllib.request.Request, seconds: float) -> Any:
    return urllib.request.build_opener(_NoRedirections).open(request, timeout=seconds)
