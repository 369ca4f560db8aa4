"""Questions to Athena, each answered whole or not at all, in the types of the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

Row = dict[str, Any]

_TYPES: Final[dict[str, Callable[[str], Any]]] = {
    "bigint": int,
    "integer": int,
    "timestamp": datetime.fromisoformat,
}
"""What is read of the values, which are texts; what is not here stays one."""


class UnansweredError(Exception):
    """A question was not answered; the text says why."""


class Athena:
    """A workgroup in which to ask.

    Args:
        client: Of Athena.
        workgroup: Says where results lie and what a query may cost.
        database: Of the tables and views.
        now: Seconds, of a clock that does not go back.
        sleep: Waits for seconds.
        most_seconds: That a question may take; then it is stopped.
    """

    def __init__(
        self,
        client: Any,
        *,
        workgroup: str,
        database: str,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        most_seconds: float = 250,
    ) -> None:
        self._client, self._workgroup, self._database = client, workgroup, database
        self._now, self._sleep, self._most_seconds = now, sleep, most_seconds

    def ask(self, text: str) -> list[Row]:
        """The rows of the answer; None for NULL. A time names no zone: it is in UTC, as all times of the views are.

        Raises:
            UnansweredError: where the query failed or took too long.
        """
        query = self._client.start_query_execution(
            QueryString=text, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
        )["QueryExecutionId"]
        self._wait(query)
        return self._rows(query)

    def _wait(self, query: str) -> None:
        ends, pause = self._now() + self._most_seconds, 0.5
        while True:
            status = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in ("FAILED", "CANCELLED"):
                raise UnansweredError(f"{status['State']}: {status.get('StateChangeReason', 'no reason given')}")
            if self._now() + pause > ends:
                self._client.stop_query_execution(QueryExecutionId=query)
                raise UnansweredError(f"it took longer than {self._most_seconds:g} seconds")
            self._sleep(pause)
            pause = min(pause * 2, 8.0)

    def _rows(self, query: str) -> list[Row]:
        rows: list[Row] = []
        page: dict[str, str] = {}
        while True:
            answer = self._client.get_query_results(QueryExecutionId=query, **page)
            columns = [(each["Name"], each["Type"]) for each in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
            found = answer["ResultSet"]["Rows"]
            for each in found if page else found[1:]:  # the first row of the first page names the columns
                values = (value.get("VarCharValue") for value in each["Data"])
                rows.append(
                    {
                        name: value if value is None else _TYPES.get(kind, str)(value)
                        for (name, kind), value in zip(columns, values, strict=True)
                    }
                )
            if "NextToken" not in answer:
                return rows
            page = {"NextToken": answer["NextToken"]}
