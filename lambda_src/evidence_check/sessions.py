"""Sessions, connections and recordings that have no counterpart, from the rows of the named queries: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from .gaps import RECORDING, TRANSCRIPT, UNCLAIMED, Gap, iso, moment

Row = Mapping[str, str | None]

SESSIONS: Final = "sessions-without-evidence"
CONNECTIONS: Final = "connections-without-recording"
RECORDINGS: Final = "recordings-nobody-started"
QUESTIONS: Final = (SESSIONS, CONNECTIONS, RECORDINGS)


class UnexpectedAnswerError(ValueError):
    """The answer to a question has other columns than it should have."""


def missing(question: str, rows: Iterable[Row], *, now: datetime, grace: timedelta) -> dict[str, Gap]:
    """The gaps that an answer shows, by key, once their grace is over.

    A time that cannot be read gives no grace: whoever wrote it must not gain by it.

    Raises:
        UnexpectedAnswerError: where a row lacks what tells it from others.
    """
    found = {}
    for row in rows:
        gap = _GAPS[question](row)
        began = moment(gap.time)
        if gap.about and (began is None or now - began >= grace):
            found[gap.key] = gap
    return found


def outlived(open_gaps: Collection[Gap], *, now: datetime, keep: timedelta) -> dict[str, Gap]:
    """The open gaps of things that the tables no longer show: not found does not mean over there.

    Args:
        keep: How far back the tables reach.
    """
    return {gap.key: gap for gap in open_gaps if (began := moment(gap.time)) is not None and now - began >= keep}


def _session(row: Row) -> Gap:
    state = _said(row, "state")
    # What is never logged was told when it began (`unlogged-session`), and no transcript will ever close it.
    session = _said(row, "session_id") if state == "no transcript" else ""
    started = iso(moment(row.get("time")))
    text = f"{_who(row)} had session {session} on {row.get('host') or 'an unknown host'} from {started or 'an unknown time'}, and no transcript of it has arrived."
    return Gap(
        SESSIONS, TRANSCRIPT, row.get("account") or "", row.get("region") or "", session, started, text, SESSIONS
    )


def _connection(row: Row) -> Gap:
    connection = _said(row, "connection_id")
    started = iso(moment(row.get("time")))
    text = f"{_who(row)} was connected by RDP to {row.get('host') or 'an unknown host'} from {started or 'an unknown time'} ({connection}), and no recording of it has arrived."
    place = row.get("account") or "", row.get("region") or ""
    return Gap(CONNECTIONS, RECORDING, *place, connection, started, text, CONNECTIONS)


def _recording(row: Row) -> Gap:
    uri = _said(row, "uri")
    arrived = iso(moment(row.get("arrived")))
    candidates = int(row.get("candidates") or 0)
    why = f"{candidates} connections may be it" if candidates else "no connection is known that it may be of"
    text = f"The recording {uri} arrived at {arrived or 'an unknown time'}, and {why}."
    # Neither account nor Region would follow from the thing alone: its key need not name them. The address does.
    return Gap(RECORDINGS, UNCLAIMED, row.get("key_account") or "", row.get("region") or "", uri, arrived, text, RECORDINGS)


def _who(row: Row) -> str:
    source = row.get("source_ip")
    return f"{row.get('person') or 'Somebody'}{f' ({source})' if source else ''}"


def _said(row: Row, column: str) -> str:
    value = row.get(column)
    if not value:
        raise UnexpectedAnswerError(f"a row says nothing under {column!r}")
    return value


_GAPS: Final = {SESSIONS: _session, CONNECTIONS: _connection, RECORDINGS: _recording}
