"""An auditor asks Athena who was on which machine, from where, what they did, and where the evidence lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from constructs_lib.archive_layout import EVIDENCE_DATABASE, query_role, query_workgroup
from local.demo.evidence import Evidence
from local.demo.people import Connection, Session
from local.demo.setting import Setting
from local.demo.waiting import wait_until
from local.embedded_aws import EmbeddedAws

Row = dict[str, str]
TIMELINE: Final = """
SELECT time, kind, account, region, person, principal, source_ip, host, what, match, evidence
FROM access_timeline
WHERE kind IN ('shell-session', 'rdp-connection')
ORDER BY time, event_id
"""


class Timeline:
    """What one auditor's query answers, in the auditor's own workgroup.

    Raises:
        ValueError: No auditor asks in Athena here, or Athena did not answer.
    """

    def __init__(self, aws: EmbeddedAws, setting: Setting) -> None:
        if not setting.asking:
            raise ValueError("the settings name nobody in query.auditors, so nobody asks in Athena")
        auditor = setting.asking[0]
        role = f"arn:aws:iam::{setting.archive}:role/{query_role(auditor)}"
        athena = aws.client("athena", account=setting.archive, region=setting.home, role=role, session="auditor")
        self.rows = _ask(athena, TIMELINE, workgroup=query_workgroup(auditor))

    def shows_session(self, session: Session) -> Evidence:
        """A shell session with what was typed, by whom and from where; or how its row differs."""
        typed = [line.removeprefix("sh-5.2$ ") for line in session.lines if line.startswith("sh-5.2$ ")]

        def differs(row: Row) -> str:
            lacking = [line for line in typed if line not in row["what"]]
            return f"nobody sees that {lacking} was typed" if lacking else ""

        return self._row("shell-session", session, "exact", differs)

    def shows_connection(self, connection: Connection, match: str) -> Evidence:
        """An RDP connection with its recording, and how sure that is."""
        return self._row(
            "rdp-connection",
            connection,
            match,
            lambda row: "" if row["evidence"] == connection.uri else f"its recording is said to be {row['evidence']}",
        )

    def _row(self, kind: str, held: Session | Connection, match: str, differs: Callable[[Row], str]) -> Evidence:
        found = [row for row in self.rows if (row["kind"], row["principal"]) == (kind, held.actor)]
        place: dict[str, Any] = {"kind": "timeline", "account": held.account, "region": held.region, "record": kind}
        rows = [row for row in found if row["host"] == held.instance and row["evidence"]]
        if len(rows) != 1:
            return Evidence(
                **place, actor=held.actor, target=held.instance, time="", outcome=f"{len(rows)} rows of the timeline"
            )
        (row,) = rows
        wrong = differs(row) or ("" if row["match"] == match else f"its match is not {match}")
        return Evidence(
            **place,
            actor=row["person"],
            target=row["host"],
            time=row["time"],
            source_ip=row["source_ip"],
            verdict=row["match"],
            reason=row["what"],
            evidence_uri=row["evidence"],
            outcome=wrong or "stored",
        )


def _ask(athena: Any, text: str, *, workgroup: str) -> list[Row]:
    query = athena.start_query_execution(
        QueryString=text, WorkGroup=workgroup, QueryExecutionContext={"Database": EVIDENCE_DATABASE}
    )["QueryExecutionId"]

    def status() -> dict[str, Any]:
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        return found

    wait_until(lambda: status()["State"] not in ("QUEUED", "RUNNING"))
    if status()["State"] != "SUCCEEDED":
        raise ValueError(f"Athena did not answer: {status()}")
    names, *rows = (
        [value.get("VarCharValue", "") for value in row["Data"]]
        for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query)
        for row in page["ResultSet"]["Rows"]
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
