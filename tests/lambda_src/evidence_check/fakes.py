"""The check's surroundings in memory: a table, a bus, buckets that are folders, and an Athena that is DuckDB."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lambda_src.evidence_check.askers import Archive, Askers
from lambda_src.evidence_check.check import Asker, check
from lambda_src.evidence_check.gaps import Gap
from lambda_src.evidence_check.memory import Memory
from lambda_src.evidence_check.steps import Step
from tests.tools.query.copies import LOGS, REGION, Copy, sql

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
NOTHING = gzip.compress(b"")
GRACE = timedelta(hours=2)


class Crash(BaseException):
    """The process ends here."""


class ConditionError(Exception):
    """What DynamoDB raises where a condition does not hold."""


class Dynamo:
    """The three calls of a table that the check makes, its conditions understood as they are written."""

    class exceptions:  # noqa: N801 - as boto3 names it
        ConditionalCheckFailedException = ConditionError

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def put_item(self, *, Item, ConditionExpression=None, ExpressionAttributeValues=None, **_table):
        key = Item["kind"]["S"], Item["id"]["S"]
        here = self.items.get(key)
        if ConditionExpression == "attribute_not_exists(id)":
            is_right = here is None
        elif ConditionExpression == "revision = :read":
            is_right = here is not None and here["revision"] == ExpressionAttributeValues[":read"]
        else:
            assert ConditionExpression is None, ConditionExpression
            is_right = True
        if not is_right:
            raise ConditionError
        self.items[key] = json.loads(json.dumps(Item))

    def get_item(self, *, Key, **_table):
        item = self.items.get((Key["kind"]["S"], Key["id"]["S"]))
        return {"Item": item} if item else {}

    def query(self, *, ExpressionAttributeValues, ExclusiveStartKey=None, **_table):
        """Two items a page."""
        kind = ExpressionAttributeValues[":kind"]["S"]
        names = sorted(name for each, name in self.items if each == kind)
        rest = [name for name in names if ExclusiveStartKey is None or name > ExclusiveStartKey["id"]["S"]]
        answer: dict[str, Any] = {"Items": [self.items[kind, name] for name in rest[:2]]}
        if len(rest) > 2:
            answer["LastEvaluatedKey"] = {"kind": {"S": kind}, "id": {"S": rest[1]}}
        return answer


class S3:
    """Buckets that are folders of a directory; pages of two. A fault is called with bucket and key or prefix."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.got: list[str] = []
        self.fault: Callable[[str, str], None] = lambda _bucket, _name: None

    def list_objects_v2(
        self,
        *,
        Bucket,
        Prefix,
        Delimiter="",
        StartAfter="",
        MaxKeys=2,
        ContinuationToken="",
    ):
        self.fault(Bucket, Prefix)
        folder = self.root / Bucket
        keys = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        found: dict[str, str] = {}
        for key in keys:
            if key.startswith(Prefix) and key > StartAfter:
                inner, delimiter, _ = key.removeprefix(Prefix).partition(Delimiter) if Delimiter else (key, "", "")
                found[Prefix + inner + delimiter if delimiter else key] = "folder" if delimiter else "object"
        names = [name for name in sorted(found) if name > ContinuationToken][: MaxKeys + 1]
        page = names[:MaxKeys]
        answer: dict[str, Any] = {
            "Contents": [{"Key": name} for name in page if found[name] == "object"],
            "CommonPrefixes": [{"Prefix": name} for name in page if found[name] == "folder"],
            "IsTruncated": len(names) > MaxKeys,
        }
        if answer["IsTruncated"]:
            answer["NextContinuationToken"] = page[-1]
        return answer

    def get_object(self, *, Bucket, Key):
        self.fault(Bucket, Key)
        self.got.append(Key)
        return {"Body": io.BytesIO((self.root / Bucket / Key).read_bytes())}


class Duck:
    """Athena's three calls, answered by DuckDB over a copy of the archive: the project's SQL is what runs."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self._answers: dict[str, Any] = {}
        self.fault: Callable[[str], None] = lambda _text: None

    def start_query_execution(self, *, QueryString, QueryExecutionContext, WorkGroup):
        assert (QueryExecutionContext, WorkGroup) == ({"Database": "evidence"}, "evidence-check")
        self.fault(QueryString)
        (question,) = [each for each in sql().questions.values() if each.text == QueryString]
        query = str(len(self._answers))
        self._answers[query] = self.copy.archive().ask(question, ())
        return {"QueryExecutionId": query}

    def get_query_execution(self, *, QueryExecutionId):
        assert QueryExecutionId in self._answers
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_query_results(self, *, QueryExecutionId, NextToken="0"):
        """Two rows a page, the first of them the names of the columns."""
        answer = self._answers[QueryExecutionId]
        rows = [answer.columns, *answer.rows]
        start = int(NextToken)
        page = {"ResultSet": {"Rows": [{"Data": [_datum(value) for value in row]} for row in rows[start : start + 2]]}}
        return page | ({"NextToken": str(start + 2)} if start + 2 < len(rows) else {})


def _datum(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    is_time = isinstance(value, datetime)
    return {"VarCharValue": value.isoformat(sep=" ", timespec="milliseconds") if is_time else str(value)}


class World:
    """Runs the check, keeps what the bus heard, and lets it crash at any effect."""

    def __init__(self) -> None:
        self.dynamodb = Dynamo()
        self.heard: list[dict[str, Any]] = []
        self.logged: list[dict[str, Any]] = []
        self.effects: list[str] = []
        self.refuse: Callable[[dict[str, Any]], bool] = lambda _detail: False
        self.crash_at: int | None = None
        self.crash_after = False
        self.seconds = NOW.timestamp()
        self.memory = Memory(self.dynamodb, "table", now=lambda: self.seconds)

    def run(self, askers: Callable[[Mapping[str, Any]], Iterable[Asker]]) -> dict[str, Any]:
        self.effects = []
        return check(
            askers,
            known=self.memory.known,
            write=self._write,
            put=self._put,
            bus="hub",
            log=self.logged.append,
        )

    def crash(self, askers: Callable[[Mapping[str, Any]], Iterable[Asker]], at: int, *, after: bool) -> bool:
        """Runs and ends at the effect of a number, before or after it happened; whether it came so far."""
        self.crash_at, self.crash_after = at, after
        try:
            self.run(askers)
        except Crash:
            return True
        finally:
            self.crash_at = None
        return False

    def _effect(self, name: str, act: Callable[[], Any]) -> Any:
        number = len(self.effects)
        self.effects.append(name)
        if number == self.crash_at and not self.crash_after:
            raise Crash
        result = act()
        if number == self.crash_at:
            raise Crash
        return result

    def _write(self, step: Step, phase: str, revision: int) -> None:
        self._effect(phase, lambda: self.memory.write(step.gap, phase, step.opening, revision=revision))

    def _put(self, entries: Any) -> list[str | None]:
        assert 0 < len(entries) <= 10
        answers: list[str | None] = self._effect("put", lambda: [self._take(entry) for entry in entries])
        return answers

    def _take(self, entry: dict[str, Any]) -> str | None:
        assert (entry["Source"], entry["DetailType"]) == ("access-evidence.evidence", "Evidence Missing")
        assert entry["EventBusName"] == "hub"
        detail = json.loads(entry["Detail"])
        if self.refuse(detail):
            return "ThrottlingException"
        self.heard.append(detail)
        return None

    def open(self) -> dict[tuple[str, str, str, str], str]:
        """What whoever heard the bus takes for open: the last that was said of every thing, with its finding."""
        last = {thing(detail): detail for detail in self.heard}
        return {each: detail["finding"] for each, detail in last.items() if detail["state"] == "open"}


def thing(detail: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return detail["kind"], detail["account"], detail["region"], detail["about"]


def gap(about: str, *, asker: str = "a", kind: str = "session-without-transcript", time: str = "") -> Gap:
    return Gap(asker, kind, "222222222222", REGION, about, time, f"{about} is missing.", "sessions-without-evidence")


def finds(*gaps: Gap, name: str = "a") -> Callable[[Any], list[Asker]]:
    """One asker that finds these."""
    return lambda _known: [Asker(name, "", "", lambda _open: {each.key: each for each in gaps})]


def archive(**changes: Any) -> Archive:
    """One bucket at home."""
    return Archive(
        home_bucket=LOGS,
        home_region=REGION,
        log_buckets={REGION: LOGS},
        transcripts_prefix="transcripts/",
        trail_prefix="cloudtrail/AWSLogs/",
        trail_regions=(REGION,),
        days=400,
    )._replace(**changes)


class Organization(World):
    """An archive in a folder, asked by the askers themselves."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.copy, self.s3 = Copy(folder), S3(folder)
        (folder / LOGS).mkdir(parents=True, exist_ok=True)
        self.duck = Duck(self.copy)
        self.roster: set[str] = set()
        self.archive = archive()
        self.ready: Callable[[], None] = lambda: None
        self._numbers = itertools.count()

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def at(self, now: datetime) -> None:
        self.seconds = now.timestamp()

    def askers(self, *, grace: timedelta = GRACE) -> Askers:
        from lambda_src.evidence_check.athena import Athena

        athena = Athena(
            self.duck, workgroup="evidence-check", database="evidence", now=lambda: 0.0, sleep=lambda _seconds: None
        )
        return Askers(
            self.archive,
            questions={name: each.text for name, each in sql().questions.items()},
            ask=athena.ask,
            s3=lambda _region: self.s3,
            roster=lambda: self.roster,
            memory=self.memory,
            now=self.now,
            grace=grace,
            ready=self.ready,
        )

    def look(self, **options: Any) -> dict[tuple[str, str, str, str], str]:
        """One run; what is open then."""
        self.run(self.askers(**options))
        return self.open()

    def receive(self, key: str, body: bytes = NOTHING) -> None:
        """An object arrives."""
        self.copy.put(key, body)
