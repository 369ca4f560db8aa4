"""One line of ``evidence.json``: something that the archive holds, or an attempt that was refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Who did what to which machine or object, and where that is written down.

    Args:
        kind: ``transcript``, ``recording``, ``trail``, ``access_event``, ``security_group`` for what the guard found,
            ``timeline`` for what an auditor's query shows, or ``attempt`` for what must be refused.
        account: Where it happened.
        region: Its Region.
        actor: Who did it: the ARN of a session, or a service and the account it acted for.
        target: The machine, trail or object; of an access event, the call and its machine.
        time: When, ISO 8601 in UTC.
        evidence_uri: The object in the archive; None for a refused attempt.
        kms_key_arn: The key that encrypts the object.
        outcome: ``stored`` or ``refused``; ``missing``, ``stored with another key``, ``let in``, or how an access event
            was judged otherwise than expected, where the promise is broken.
        sid: The policy statement that decided; empty where none allows.
        reason: The decision in words; of an access event, what went wrong before it was stored.
        source_ip: The address that an access event came from.
        record: The kind of its record.
        verdict: What the hub judged; of the timeline, how sure it is that the evidence is this one's.
        reasons: The rules that it broke.
        copies: How many lines of the archive bear its id; a reader takes them as one.
        alerts: How many a subscriber of the topic received.
        subject: That of the alert.
        command: What undoes a difference of a security group; where the guard has undone it, what puts the rule back.
    """

    kind: str
    account: str
    region: str
    actor: str
    target: str
    time: str
    outcome: str
    evidence_uri: str | None = None
    kms_key_arn: str | None = None
    sid: str = ""
    reason: str = ""
    source_ip: str = ""
    record: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    copies: int = 0
    alerts: int = 0
    subject: str = ""
    command: str = ""

    @property
    def as_promised(self) -> bool:
        """Evidence is stored, and judged as expected; an attempt is refused."""
        return self.outcome == ("refused" if self.kind == "attempt" else "stored")


def write(evidence: Iterable[Evidence], file: Path) -> None:
    """The list as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(item) for item in evidence], indent=2) + "\n", encoding="utf-8")
