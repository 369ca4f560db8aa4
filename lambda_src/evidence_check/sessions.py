"""Sessions, connections and recordings that have no counterpart, from the rows of the named queries: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from .gaps import RECORDING, TRANSCRIPT, UNASKED, UNCLAIMED, Gap, iso, moment

Row = Mapping[str, str | None]

SESSIONS: Final = "sessions-without-evidence"
CONNECTIONS: Final = "connections-without-recording"
RECORDINGS: Final = "recordings-nobody-started"
QUESTIONS: Final = (SESSIONS, CONNECTIONS, RECORDINGS)


def missing(question: str, rows: Iterable[Row], *, now: datetime, grace: timedelta) -> dict[str, Gap]:
    """The gaps that an answer shows, by key, once their grace is over.

    A time that cannot be read gives no grace: whoever wrote it must not gain by it. A row that does not say what it
    is about is a gap of its own, and hides no other.
    """
    found = {}
    for row in rows:
        # What is never logged was told when it began (`unlogged-session`), and no transcript will ever close it.
        if row.get("state") == "never logged":
            continue
        gap = _GAPS[question](row)
        gap = gap if gap.about else _nameless(question)
        began = moment(gap.time)
        if gap.kind == UNASKED or (began is None or now - began >= grace):
            found[gap.key] = gap
    return found


def outlived(open_gaps: Collection[Gap], *, now: datetime, keep: timedelta) -> dict[str, Gap]:
    """The open gaps of things that the tables no longer show: not found does not mean over there.

    The tables reach back as far as `keep`.
    """
    return {gap.key: gap for gap in open_gaps if (began := moment(gap.time)) is not None and now - began >= keep}


def _session(row: Row) -> Gap:
    session = row.get("session_id") or row.get("event_id") or ""
    text = (
        f"{_who(row)} had session {session} on {_host(row)} from {_when(row, 'time')}, and no transcript has arrived."
    )
    return Gap(SESSIONS, TRANSCRIPT, *_place(row, "account"), session, _time(row, "time"), text, SESSIONS)


def _connection(row: Row) -> Gap:
    connection = row.get("connection_id") or row.get("event_id") or ""
    text = (
        f"{_who(row)} was connected by RDP to {_host(row)} from {_when(row, 'time')} ({connection}), and no recording "
        "has arrived."
    )
    return Gap(CONNECTIONS, RECORDING, *_place(row, "account"), connection, _time(row, "time"), text, CONNECTIONS)


def _recording(row: Row) -> Gap:
    uri, candidates = row.get("uri") or "", row.get("candidates") or "0"
    why = "no connection is known that it may be of" if candidates == "0" else f"{candidates} connections may be it"
    text = f"The recording {uri} arrived at {_when(row, 'arrived')}, and {why}."
    return Gap(RECORDINGS, UNCLAIMED, *_place(row, "key_account"), uri, _time(row, "arrived"), text, RECORDINGS)


def _nameless(question: str) -> Gap:
    text = f"The answer to {question} has a row that does not say what it is about."
    return Gap(question, UNASKED, "", "", f"{question}: a row without a name", "", text, question)


def _place(row: Row, account: str) -> tuple[str, str]:
    return row.get(account) or "", row.get("region") or ""


def _time(row: Row, column: str) -> str:
    return iso(moment(row.get(column)))


def _when(row: Row, column: str) -> str:
    return _time(row, column) or "an unknown time"


def _host(row: Row) -> str:
    return row.get("host") or "an unknown host"


def _who(row: Row) -> str:
    source = row.get("source_ip")
    return f"{row.get('person') or 'Somebody'}{f' ({source})' if source else ''}"


_GAPS: Final = {SESSIONS: _session, CONNECTIONS: _connection, RECORDINGS: _recording}
