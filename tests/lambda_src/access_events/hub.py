"""A whole hub in memory: the handler's effects as lists and dictionaries, with the faults that a test plants."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from lambda_src.access_events.deliver import Claim, Memory, handle_batch
from lambda_src.access_events.enrich import Owner
from lambda_src.access_events.policy import Policy
from tests.lambda_src.access_events.variants import text

NOW = 1_777_636_860.0  # a minute after the samples
OPEN = {"networks": {"default": ["0.0.0.0/0", "::/0"]}}


def policy(**parts: Any) -> Policy:
    """A policy of the parts that matter to a test; where no networks do, all are approved."""
    return Policy.from_json(json.dumps({**OPEN, **parts}))


def is_finding(line: dict[str, Any]) -> bool:
    """Whether a line is a finding of the hub; a record of the guard's may be of the same class."""
    return bool(line["unmapped"]["kind"] == "finding")


class Table(Memory):
    """The memory: what DynamoDB would hold."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}
        self.attempts: dict[str, int] = defaultdict(int)

    def claim(self, uid):
        if uid in self.state:
            return Claim(self.state[uid])
        self.state[uid] = "busy"
        self.attempts[uid] += 1
        return Claim("ours", self.attempts[uid])

    def confirm(self, uid):
        self.state[uid] = "done"

    def release(self, uid, attempt):
        if attempt == self.attempts[uid]:
            self.state.pop(uid, None)


class Hub:
    """Gives messages to the handler and keeps what it does.

    Args:
        rules: The policy.
        fault: Called with the name of every effect before it happens; raises to break it.
    """

    def __init__(self, rules: Policy | None = None, *, fault: Callable[[str], None] = lambda _name: None):
        self.policy, self.fault = rules or policy(), fault
        self.table = Table()
        self.lines: list[dict[str, Any]] = []
        self.alerts: list[tuple[str, str, str]] = []
        self.findings: list[dict[str, Any]] = []
        self.heard: list[tuple[str, str, int]] = []
        self.logged: list[dict[str, Any]] = []
        self.refuse: Callable[[bytes], bool] = lambda _line: False
        self._counts: dict[str, set[str]] = defaultdict(set)

    def take(self, *events: Any) -> list[str]:
        """Handles events (or raw texts) as one batch, numbered from 0; returns the numbers that failed."""
        bodies = [event if isinstance(event, str) else text(event) for event in events]
        answer = handle_batch(
            [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)],
            policy=self.policy,
            clock=lambda: NOW,
            count=self._count,
            look_up=self._look_up,
            put_records=self._put,
            put_findings=self._effect("put_findings", self.findings.append),
            publish=self._effect("publish", lambda *alert: self.alerts.append(alert)),
            remember=self.table,
            heard=self._effect("heard", lambda *beat: self.heard.append(beat)),
            log=self.logged.append,
        )
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The archived records that are no findings of the hub."""
        return [line for line in self.lines if not is_finding(line)]

    @property
    def reasons(self) -> list[str]:
        """The rules of every finding."""
        return [rule for line in self.lines if is_finding(line) for rule in line["finding_info"]["types"]]

    def _effect(self, name, effect):
        def run(*arguments):
            self.fault(name)
            effect(*arguments)

        return run

    def _put(self, lines):
        self.fault("put_records")
        refused = [position for position, line in enumerate(lines) if self.refuse(line)]
        self.lines += [json.loads(line) for position, line in enumerate(lines) if position not in refused]
        return refused

    def _count(self, key, uid):
        self.fault("count")
        self._counts[key].add(uid)
        return len(self._counts[key])

    def _look_up(self, _account, _region, workspace):
        self.fault("look_up")
        return Owner(f"owner-of-{workspace}", "d-123456789")
