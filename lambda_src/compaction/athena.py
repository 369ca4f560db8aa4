"""Questions to Athena, each answered whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Row = dict[str, str | None]


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
        most_rows: That an answer may have. More is no answer: nobody would know what was left out.
    """

    def __init__(
        self,
        client: Any,
        *,
        workgroup: str,
        database: str,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        most_seconds: float = 240,
        most_rows: int = 20_000,
    ) -> None:
        self._client, self._workgroup, self._database = client, workgroup, database
        self._now, self._sleep, self._most_seconds, self._most_rows = now, sleep, most_seconds, most_rows

    def ask(self, text: str) -> list[Row]:
        """The rows of the answer: values as Athena writes them, None for NULL.

        Raises:
            UnansweredError: where the query failed, took too long, or has too many rows.
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
        columns: list[str] | None = None
        page: dict[str, str] = {}
        while True:
            answer = self._client.get_query_results(QueryExecutionId=query, **page)
            for each in answer["ResultSet"]["Rows"]:
                values = [value.get("VarCharValue") for value in each["Data"]]
                if columns is None:  # the first row of the first page names the columns
                    columns = [value or "" for value in values]
                    continue
                rows.append(dict(zip(columns, values, strict=True)))
            if len(rows) > self._most_rows:
                raise UnansweredError(f"the answer has more than {self._most_rows} rows")
            if "NextToken" not in answer:
                return rows
            page = {"NextToken": answer["NextToken"]}
