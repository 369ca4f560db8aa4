"""Athena's queries: answered from the objects of the buckets, through the tables and views of the Glue catalog.

MiniStack knows neither partition projection nor views nor the half of Athena's functions. Here a query runs as
`make query` runs it, so what the two engines would answer differently fails. Workgroups are as on AWS: one that does
not exist is refused, one that enforces its settings says where the result lies, and a query that read more than it
allows ends without a result. UNLOAD writes Parquet.
https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from ministack.services import athena, s3

from local.emulator import athena_catalog
from local.emulator.answers import Answer, RefusalError, json_body
from local.emulator.hooks import replace
from tools.query.engine import Archive
from tools.query.library import Library
from tools.query.problems import QueryError
from tools.query.tables import Partition
from tools.sql_schema import presto_type

Json = dict[str, Any]
_UNLOAD: Final = re.compile(
    r"UNLOAD\s*\((?P<select>.*)\)\s*TO\s*'(?P<to>s3://[^']+/)'\s*"
    r"WITH\s*\(\s*format\s*=\s*'PARQUET'\s*,\s*compression\s*=\s*'ZSTD'\s*\)",
    re.IGNORECASE | re.DOTALL,
)
"""Of UNLOAD's many forms, the one that is known here."""
_OVER_LIMIT: Final = "Bytes scanned limit was exceeded"


class Result(NamedTuple):
    """The rows of a query as Athena writes them, the types of its columns, the bytes that it read, and its files."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[str | None]]
    scanned: int
    files: Sequence[bytes] = ()


def install() -> None:
    """Puts our start and our run in the place of MiniStack's."""
    replace(athena, "_start_query_execution", _in_a_workgroup)
    replace(athena, "_execute_query", lambda _original: _execute)


def _in_a_workgroup(original: Callable[[Json], Answer]) -> Callable[[Json], Answer]:
    def start(members: Json) -> Answer:
        workgroup = athena._workgroups.get(members.get("WorkGroup", "primary"))
        if workgroup is None:
            words = f"WorkGroup {members['WorkGroup']} is not found."
            return RefusalError("InvalidRequestException", words).answer()
        if workgroup["Configuration"].get("EnforceWorkGroupConfiguration"):
            members = {key: value for key, value in members.items() if key != "ResultConfiguration"}
        answer = original(members)
        if answer[0] < 300:  # its task runs when this request is over
            started = json_body(answer[2])["QueryExecutionId"]
            athena._executions[started]["_parameters"] = members.get("ExecutionParameters", [])
        return answer

    return start


async def _execute(query_id: str, query: str, database: str, _ddl: object, _catalog: object = None) -> None:
    execution = athena._executions[query_id]
    status, began = execution["Status"], time.monotonic()
    status["State"] = "RUNNING"
    try:
        library, files = athena_catalog.library(database), athena_catalog.objects(database)
        listed = athena_catalog.partitions(database)
        arguments = [_literal(each) for each in execution["_parameters"]]
        result = await asyncio.to_thread(run, query, arguments, library=library, files=files, partitions=listed)
    except QueryError as error:
        _end(execution, "FAILED", str(error))
        return
    except Exception as error:  # nobody waits for the task: what it says no more, nobody would ever hear
        _end(execution, "FAILED", f"INTERNAL_ERROR: {type(error).__name__}: {error}")
        raise
    limit = athena._workgroups[execution["WorkGroup"]]["Configuration"].get("BytesScannedCutoffPerQuery")
    statistics = execution["Statistics"]
    statistics["DataScannedInBytes"] = result.scanned
    statistics["EngineExecutionTimeInMillis"] = statistics["TotalExecutionTimeInMillis"] = int(
        (time.monotonic() - began) * 1000
    )
    if status["State"] == "CANCELLED":
        return
    if limit is not None and result.scanned > int(limit):
        _end(execution, "CANCELLED", _OVER_LIMIT)
        return
    execution["_results"] = {"columns": list(result.columns), "rows": result.rows}
    execution["_column_types"] = list(result.types)
    unload = _UNLOAD.fullmatch(query.strip())
    refusal = _save(execution, result) if unload is None else _unloaded(unload["to"], result)
    _end(execution, "FAILED" if refusal else "SUCCEEDED", refusal)


def run(
    query: str,
    arguments: Sequence[str],
    *,
    library: Library,
    files: Sequence[athena_catalog.Stored],
    partitions: Mapping[str, Sequence[Partition]],
) -> Result:
    """The answer of one SELECT over these files; the files that one UNLOAD of a SELECT makes of them.

    Raises:
        QueryError: It is not run; the text says why and where.
    """
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            path = Path(folder, file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        archive = Archive(library, Path(folder), partitions)
        if (unload := _UNLOAD.fullmatch(query.strip())) is not None:
            archive.unload(unload["select"], "unloaded")
            scanned = archive.measure(unload["select"]).bytes
            return Result((), (), [], scanned, [path.read_bytes() for path in Path(folder, "unloaded").iterdir()])
        answer = archive.select(query, arguments)
        scanned = archive.measure(query, arguments).bytes
        named = zip(answer.columns, answer.types, strict=True)
        return Result(
            tuple(column.lower() for column in answer.columns),
            tuple(presto_type(kind, of=name).partition("(")[0] for name, kind in named),
            [[None if value is None else _written(value) for value in row] for row in answer.rows],
            scanned,
        )


def _literal(parameter: str) -> str:
    """A parameter is a literal of SQL: a text has its quotes."""
    return parameter[1:-1].replace("''", "'") if parameter[:1] == parameter[-1:] == "'" else parameter


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, list):
        return f"[{', '.join('null' if each is None else _written(each) for each in value)}]"
    return str(value)


def _unloaded(destination: str, result: Result) -> str:
    """Puts what an UNLOAD wrote where it said; why it does not lie there, or nothing. The folder must be empty.

    https://docs.aws.amazon.com/athena/latest/ug/unload.html
    """
    place = urlsplit(destination)
    bucket, prefix = place.netloc, place.path.lstrip("/")
    if any(key.startswith(prefix) for key in s3._buckets.get(bucket, {"objects": {}})["objects"]):
        return f"HIVE_PATH_ALREADY_EXISTS: Target directory for table is not empty: {destination}"
    return next(filter(None, (_put(bucket, f"{prefix}{number}", file) for number, file in enumerate(result.files))), "")


def _save(execution: Json, result: Result) -> str:
    """Puts the result where the workgroup wants it; why it does not lie there, or nothing."""
    content = "".join(_line(values) for values in (result.columns, *result.rows)).encode()
    place = urlsplit(execution["ResultConfiguration"]["OutputLocation"])
    return _put(place.netloc, place.path.lstrip("/"), content)


def _put(bucket: str, key: str, content: bytes) -> str:
    headers = {"content-type": "application/octet-stream", "content-length": str(len(content))}
    answer = s3._put_object(bucket, key, content, headers)
    return f"Unable to write the result to {bucket}: {answer[2].decode()}"[:500] if answer[0] >= 300 else ""


def _line(values: Sequence[str | None]) -> str:
    """A line of a result: what is NULL has no quotes."""
    return ",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in values) + "\n"


def _end(execution: Json, state: str, reason: str) -> None:
    execution["Status"] |= {"State": state, "StateChangeReason": reason, "CompletionDateTime": int(time.time())}
