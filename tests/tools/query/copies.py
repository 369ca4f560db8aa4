"""Copies of an archive in small: what people do, told by events, trail files and transcripts as AWS writes them."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from tests.lambda_src.access_events.hub import Hub, policy
from tests.lambda_src.access_events.variants import MEMBER, Event, changed, object_event, sample
from tools.query.engine import Archive
from tools.query.library import Library, read_library

REGION = "ap-northeast-1"
LOGS = f"evidence-logs-111111111111-{REGION}"
RECORDINGS = f"evidence-recordings-111111111111-{REGION}"
DAY = "2026-05-01"
GUICONNECT = "ssm-guiconnect.amazonaws.com"


class Copy:
    """A folder that holds a copy of the log bucket, filled by what happens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count()

    def put(self, key: str, body: bytes) -> str:
        """An object under its key, whatever it holds; its URI."""
        file = self.folder / LOGS / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        return f"s3://{LOGS}/{key}"

    def lines(self, folder: str, lines: Iterable[str]) -> str:
        """One gzipped object with these lines; its URI."""
        body = "".join(f"{line}\n" for line in lines)
        return self.put(f"{folder}/{next(self._numbers)}.json.gz", gzip.compress(body.encode(), mtime=0))

    def hear(self, *events: Event, day: str = DAY, rules: Any = None) -> str:
        """The hub judges events, and its records and findings arrive on a day, in one object; its URI."""
        hub = Hub(rules or policy())
        assert hub.take(*events) == []
        return self.lines(f"access-events/day={day}", map(json.dumps, hub.lines))

    def deliver(self, *events: Event, day: str = "2026/05/01", account: str = MEMBER, region: str = REGION) -> str:
        """CloudTrail delivers the records of events in one file; its URI."""
        return self.trail([event["detail"] for event in events], day=day, account=account, region=region)

    def trail(self, records: Any, *, day: str = "2026/05/01", account: str = MEMBER, region: str = REGION) -> str:
        """One file of CloudTrail, whatever its records are; its URI."""
        folder = f"cloudtrail/AWSLogs/{account}/CloudTrail/{region}/{day}"
        return self.lines(folder, [json.dumps({"Records": records})])

    def show(self, *records: Any, day: str = DAY, account: str = MEMBER, region: str = REGION) -> str:
        """The delivery stream brings what terminals showed, in one object; its URI."""
        return self.lines(f"transcripts/account={account}/region={region}/day={day}", map(json.dumps, records))

    def archive(self) -> Archive:
        """The folder as queries see it."""
        return Archive(sql(), self.folder)

    def ask(self, question: str, *arguments: str) -> list[dict[str, Any]]:
        """The rows of a question."""
        return rows(self.archive().ask(sql().questions[question], arguments))

    def select(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        return rows(self.archive().select(text))


@cache
def sql() -> Library:
    """The project's SQL, read once."""
    return read_library()


def rows(answer: Any) -> list[dict[str, Any]]:
    """Rows by column."""
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def acted(name: str, uid: str, *, at: str, person: str = "alice", account: str = MEMBER, **changes: Any) -> Event:
    """A sample of CloudTrail's, of a person in an account at a time, under its own id."""
    arn = f"arn:aws:sts::{account}:assumed-role/Ops/{person}"
    return changed(
        sample(name, account=account, time=at),
        detail__eventID=uid,
        detail__eventTime=at,
        detail__recipientAccountId=account,
        detail__userIdentity__arn=arn,
        detail__userIdentity__accountId=account,
        **changes,
    )


def session(uid: str, session_id: str, *, at: str, host: str = "i-0123456789abcdef0", **more: Any) -> Event:
    """Somebody starts a session."""
    return acted(
        "ssm_start_session",
        uid,
        at=at,
        detail__requestParameters__target=host,
        detail__responseElements__sessionId=session_id,
        **more,
    )


def session_end(uid: str, session_id: str, *, at: str, **more: Any) -> Event:
    """Somebody ends a session."""
    asked = {"sessionId": session_id}
    call = {"detail__eventName": "TerminateSession", "detail__requestParameters": asked}
    return acted("ssm_start_session", uid, at=at, detail__responseElements=asked, **{**call, **more})


def connection(uid: str, connection_id: str, *, at: str, host: str = "i-0123456789abcdef0", **more: Any) -> Event:
    """Somebody connects by RDP."""
    account = more.get("account", MEMBER)
    arn = f"arn:aws:ssm-guiconnect:{REGION}:{account}:connection/{connection_id}"
    return acted(
        "guiconnect_start_connection",
        uid,
        at=at,
        detail__requestParameters__InstanceId=host,
        detail__responseElements__ConnectionArn=arn,
        **more,
    )


def recording(uid: str, key: str, *, at: str) -> Event:
    """An object arrives in the recording bucket."""
    arrived = object_event(id=uid, time=at, account="111111111111", detail__object__key=key)
    return changed(arrived, detail__bucket__name=RECORDINGS)


def shown(session_id: str, *lines: str, at: str, person: str = "alice", **changes: Any) -> dict[str, Any]:
    """One second of a terminal."""
    record: dict[str, Any] = json.loads(
        (Path(__file__).parents[2] / "events" / "session_log_message.json").read_text("utf-8")
    )
    record |= {"eventTime": at, "sessionId": session_id, "sessionData": list(lines)}
    record["userIdentity"] = {"arn": f"arn:aws:sts::{MEMBER}:assumed-role/Ops/{person}"}
    return record | changes
