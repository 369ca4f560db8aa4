"""A question is answered whole, or an error says why it was not."""

from __future__ import annotations

import pytest

from lambda_src.evidence_check.athena import Athena, UnansweredError


class Client:
    """Athena: a query is in each of these states in turn, and has these rows."""

    def __init__(self, *states, rows=(("a", "b"),), page=2, reason=None):
        self.states, self.rows, self.page, self.reason = list(states), rows, page, reason
        self.started, self.stopped = [], []

    def start_query_execution(self, **asked):
        self.started.append(asked)
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, *, QueryExecutionId):
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        reason = {"StateChangeReason": self.reason} if self.reason else {}
        return {"QueryExecution": {"Status": {"State": state, **reason}}}

    def stop_query_execution(self, *, QueryExecutionId):
        self.stopped.append(QueryExecutionId)

    def get_query_results(self, *, QueryExecutionId, NextToken="0"):
        start = int(NextToken)
        rows = [{"Data": [{} if each is None else {"VarCharValue": each} for each in row]} for row in self.rows]
        more = {"NextToken": str(start + self.page)} if start + self.page < len(rows) else {}
        return {"ResultSet": {"Rows": rows[start : start + self.page]}, **more}


def ask(client, **options):
    clock = [0.0]

    def sleep(seconds):
        clock[0] += seconds

    asked = Athena(client, workgroup="w", database="d", now=lambda: clock[0], sleep=sleep, **options).ask("SELECT 1")
    return asked, clock[0]


def test_the_rows_of_every_page_come_by_column_and_null_is_none():
    client = Client(
        "QUEUED", "RUNNING", "SUCCEEDED", rows=(("a", "b"), ("1", None), ("2", "x"), (None, ""), ("a", "b"))
    )
    rows, _ = ask(client)
    assert rows == [{"a": "1", "b": None}, {"a": "2", "b": "x"}, {"a": None, "b": ""}, {"a": "a", "b": "b"}]
    assert client.started == [{"QueryString": "SELECT 1", "QueryExecutionContext": {"Database": "d"}, "WorkGroup": "w"}]


def test_an_answer_may_have_no_rows():
    assert ask(Client("SUCCEEDED"))[0] == []


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
@pytest.mark.parametrize(
    ("reason", "said"), [("Access denied to s3", "Access denied to s3"), (None, "no reason given")]
)
def test_a_query_that_fails_says_why(state, reason, said):
    with pytest.raises(UnansweredError, match=f"{state}: {said}"):
        ask(Client("RUNNING", state, reason=reason))


def test_a_query_that_takes_too_long_is_stopped():
    client = Client("RUNNING")
    with pytest.raises(UnansweredError, match="longer than 60 seconds"):
        ask(client, most_seconds=60)
    assert client.stopped == ["q"]


def test_polling_slows_down_and_stays_within_its_bound():
    _, seconds = ask(Client(*["RUNNING"] * 6, "SUCCEEDED"))
    assert seconds == 0.5 + 1 + 2 + 4 + 8 + 8


@pytest.mark.parametrize(("rows", "is_answer"), [(3, True), (4, False)])
def test_an_answer_with_too_many_rows_is_none(rows, is_answer):
    client = Client("SUCCEEDED", rows=(("a",), *[("1",)] * rows))
    if is_answer:
        assert len(ask(client, most_rows=3)[0]) == 3
    else:
        with pytest.raises(UnansweredError, match="more than 3 rows"):
            ask(client, most_rows=3)
