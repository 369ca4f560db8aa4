"""What a gap in the evidence is, and what the bus is told of it: pure."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

SOURCE: Final = "access-evidence.evidence"
DETAIL_TYPE: Final = "Evidence Missing"

TRANSCRIPT: Final = "session-without-transcript"
RECORDING: Final = "connection-without-recording"
UNCLAIMED: Final = "recording-nobody-started"
SILENT: Final = "silent-place"
NEVER: Final = "never-delivered"
CHAIN: Final = "digest-gap"
UNASKED: Final = "unasked"
KINDS: Final = (TRANSCRIPT, RECORDING, UNCLAIMED, SILENT, NEVER, CHAIN, UNASKED)


class Gap(NamedTuple):
    """One thing that is missing; who looked for it and what it is about tell it from every other.

    Attributes:
        asker: What found it, and alone may say that it is over.
        account: Empty where it is no account's own, as is ``region``.
        about: The session, connection, recording, digest or day: what the gap is, within its kind, account and Region.
        time: When that began (UTC, ISO 8601), as far as it is known.
        text: One sentence for a person.
        question: How to see it: a named query, or a sentence.
    """

    asker: str
    kind: str
    account: str
    region: str
    about: str
    time: str
    text: str
    question: str

    @property
    def key(self) -> str:
        """Follows from the thing alone, whenever and however often it is found."""
        thing = json.dumps([self.kind, self.account, self.region, self.about])
        return hashlib.sha256(thing.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def finding_id(gap: Gap, opening: int) -> str:
    """The id of a finding: of the thing, and from its second opening on of how often it was open."""
    return f"evf-{gap.key}" + (f"-{opening}" if opening > 1 else "")


def entry(gap: Gap, *, opening: int, state: str, bus: str) -> Json:
    """What ``PutEvents`` takes to tell that a gap is ``open`` or ``closed``."""
    detail = {
        "finding": finding_id(gap, opening),
        "alert": state == "open",
        "state": state,
        **{name: getattr(gap, name) for name in ("kind", "account", "region", "about", "time", "text", "question")},
    }
    return {"Source": SOURCE, "DetailType": DETAIL_TYPE, "EventBusName": bus, "Detail": json.dumps(detail)}


def moment(text: str | None) -> datetime | None:
    """The time of a text as Athena or CloudTrail writes it, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def iso(time: datetime | None) -> str:
    """A time as events and findings write it; empty where there is none."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
