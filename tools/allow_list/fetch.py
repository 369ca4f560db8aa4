"""Gets ip-ranges.json from a file or from AWS, within bounds."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from lambda_src.workspaces_network.ip_ranges import MAX_BYTES, URL, IpRanges, IpRangesError, read

SECONDS: Final = 30.0
"""For all of it; the file has some megabytes."""

_CHUNK: Final = 64 * 1024


class Response(Protocol):
    """What is read of an answer."""

    def read(self, amount: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """AWS serves the file where it says; an answer that sends elsewhere is not from there."""

    def redirect_request(self, *_arguments: object, **_named: object) -> None:
        return None


def ip_ranges(path: Path | None) -> IpRanges:
    """The file, checked.

    Args:
        path: Where a copy lies; None asks AWS.

    Raises:
        IpRangesError: where it cannot be had, or is not as AWS documents it; the message says where from.
    """
    try:
        return read(_of_file(path) if path else download())
    except IpRangesError as error:
        raise IpRangesError(f"{path or URL}: {error}") from None


def download(*, connect: Callable[[], Response] | None = None, clock: Callable[[], float] = time.monotonic) -> bytes:
    """The bytes that AWS serves, over TLS with a certificate that is checked, through the proxy of the environment.

    Raises:
        IpRangesError: where nothing comes, too much, or not in time.
    """
    end = clock() + SECONDS
    parts: list[bytes] = []
    size = 0
    try:
        response = (connect or _connect)()
        while part := response.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                raise IpRangesError(f"more than {MAX_BYTES} bytes came")
            if clock() > end:
                raise IpRangesError(f"not all of it came within {SECONDS:.0f} seconds, only {size} bytes")
    except urllib.error.HTTPError as error:
        raise IpRangesError(f"the answer was {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise IpRangesError(f"nothing came ({reason}); name a copy with IP_RANGES=file") from None
    return b"".join(parts)


def _connect() -> Response:
    response: Response = urllib.request.build_opener(_NoRedirect).open(URL, timeout=SECONDS)
    return response


def _of_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise IpRangesError(error.strerror or str(error)) from None
