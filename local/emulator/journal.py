"""Every decision that the embedded AWS took, in order, for whoever asks why something (did not) land."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from local.policy_decision import Decision
from local.policy_request import Request

_KEPT: Final = 20_000
_entries: deque[Entry] = deque(maxlen=_KEPT)
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One decision. `principal` is a role, session or account ARN, or a service's name."""

    time: str
    principal: str
    account: str
    organization: str
    action: str
    resource: str
    allowed: bool
    sid: str
    reason: str
    policy: str


def record(request: Request, decision: Decision) -> Decision:
    """Keeps the decision and hands it on."""
    entry = Entry(
        time=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        principal=request.principal.name,
        account=request.principal.account,
        organization=request.principal.organization,
        action=request.action,
        resource=request.resource,
        **asdict(decision),
    )
    with _lock:
        _entries.append(entry)
    return decision


def entries() -> list[dict[str, Any]]:
    """The journal, oldest first."""
    with _lock:
        return [asdict(entry) for entry in _entries]


def clear() -> None:
    """An empty journal."""
    with _lock:
        _entries.clear()
