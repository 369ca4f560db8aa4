"""Writes a record as the line that Data Firehose takes."""

from __future__ import annotations

from .shapes import ENCODE, Json

LIMIT = 1000 * 1024
"""Bytes of one Firehose record, its line break included.
https://docs.aws.amazon.com/firehose/latest/dev/limits.html"""


def line(record: Json) -> bytes:
    """One JSON object and a line break.

    A record that is too large loses the end of its ``raw_data`` and says so (``unmapped.raw_truncated``,
    ``raw_data_size`` in characters); the event stays whole in the bus's archive.
    """
    text = ENCODE(record)
    if len(text) >= LIMIT:
        raw: str = record.get("raw_data", "")
        unmapped = {**record["unmapped"], "raw_truncated": True}
        record = {**record, "raw_data": "", "raw_data_size": len(raw), "unmapped": unmapped}
        room = LIMIT - 1 - len(ENCODE(record))
        while (length := len(ENCODE(raw)) - 2) > room:
            raw = raw[: len(raw) * room // length - 1]
        text = ENCODE({**record, "raw_data": raw})
    return f"{text}\n".encode("ascii")
