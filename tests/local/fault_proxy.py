"""A proxy in front of the embedded AWS that answers chosen calls with faults, and keeps a log of those it did."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.embedded_aws import EmbeddedAws, choose_port, stop_process
from local.serve import HOST

_READY_SECONDS = 60
BEYOND_PATIENCE = 6000
"""Milliseconds; the handler's clients wait five seconds for an answer."""

THROTTLES = {
    "dynamodb": {"code": "ProvisionedThroughputExceededException"},
    "events": {"code": "ThrottlingException"},
    "firehose": {"code": "ServiceUnavailableException", "status": 503},
    "sns": {"code": "ThrottledException", "status": 429},
}
FAULTS: dict[str, dict[str, Any]] = {
    "reset": {"reset": True},
    "slow": {"latency": 200},
    "latency": {"latency": BEYOND_PATIENCE},
    "truncation": {"response": {"truncate_frac": 0.5}},
    "cut": {"response": {"abort_frac": 0.5}},
    "nothing": {},
}
"""What a call is answered with: `truncation` is half an answer that looks whole, `cut` half of one and a dead line."""

ARRIVED = frozenset({"latency", "truncation", "cut"})
"""The faults of calls that AWS has taken: only the answer is lost."""

ACTIONS = {
    "error:": "throttle",
    "reset": "reset",
    f"latency:{BEYOND_PATIENCE}ms": "latency",
    "latency:": "slow",
    "response:truncate": "truncation",
    "response:abort": "cut",
    "match": "nothing",
}
"""How the proxy's log calls them, the longer beginning first."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A call of the handler's; ``body`` is a JMESPath expression that tells it from others of its operation."""

    service: str
    operation: str
    body: str | None = None


def told(finding: str) -> Target:
    """The call that publishes this finding's alert."""
    return Target(
        service="sns",
        operation="Publish",
        body=f"\"MessageAttributes.entry.1.Value.StringValue\" == '{finding}'",
    )


COUNT = Target(service="dynamodb", operation="UpdateItem", body="contains(UpdateExpression, 'event_ids')")
CLAIM = Target(service="dynamodb", operation="UpdateItem", body="contains(UpdateExpression, 'attempts')")
CONFIRM = Target(service="dynamodb", operation="UpdateItem", body="contains(UpdateExpression, 'told')")
RELEASE = Target(service="dynamodb", operation="UpdateItem", body="UpdateExpression == 'SET claimed_until = :free'")
HEARTBEAT = Target(service="dynamodb", operation="UpdateItem", body="contains(UpdateExpression, 'last_heard')")
LOOK = Target(service="dynamodb", operation="GetItem")
PUT = Target(service="firehose", operation="PutRecordBatch")
BUS = Target(service="events", operation="PutEvents")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A kind of fault for the next ``times`` calls of a target that no fault before this one in the plan takes."""

    kind: str
    target: Target
    times: int = 1

    def rule(self) -> dict[str, Any]:
        """As the proxy takes it."""
        effect = {"error": THROTTLES[self.target.service]} if self.kind == "throttle" else FAULTS[self.kind]
        match = {"service": self.target.service, "operation": self.target.operation, "body": self.target.body}
        return {**match, "times": self.times, **effect}


@dataclass(frozen=True, kw_only=True)
class Fired:
    """A call that the proxy answered; ``kind`` is what its log says of the answer, ``target`` follows from its rule."""

    kind: str
    target: Target


class FaultProxy:
    """A running proxy; without a plan it passes everything on."""

    def __init__(self, *, endpoint: str, process: subprocess.Popen[bytes]) -> None:
        self.endpoint = endpoint
        self._process = process
        self._rules: dict[int, Fault] = {}

    @classmethod
    def start(cls, *, upstream: EmbeddedAws, log: Path) -> FaultProxy:
        """A proxy of its own in front of an embedded AWS; one that does not answer is reported with its log."""
        port = choose_port(0)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "microburst", "--upstream", upstream.endpoint, "--port", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        proxy = cls(endpoint=f"http://{HOST}:{port}", process=process)
        deadline = time.monotonic() + _READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                if proxy._ask("GET", "health")["upstream"] == upstream.endpoint:
                    return proxy
            except OSError:
                time.sleep(0.1)
        proxy.stop()
        raise RuntimeError(f"the proxy did not answer:\n{log.read_text(errors='replace')}")

    def plan(self, faults: list[Fault]) -> None:
        """From now on these, in this order, and no others; the log is empty."""
        made = self._ask("POST", "rules", [fault.rule() for fault in faults])
        self._rules = dict(zip((rule["id"] for rule in made), faults, strict=True))
        self._ask("DELETE", "fired")

    def fired(self) -> list[Fired]:
        """Every call since then that met a fault of the plan, oldest first."""
        return [
            Fired(
                kind=next(kind for action, kind in ACTIONS.items() if event["action"].startswith(action)),
                target=self._rules[event["rule_id"]].target,
            )
            for event in self._ask("GET", "fired?limit=100000")
        ]

    def waiting(self) -> list[Fault]:
        """The faults of the plan that have not been used up, by the proxy's own counters."""
        counts = {rule["id"]: rule["fired_count"] for rule in self._ask("GET", "rules")}
        return [fault for number, fault in self._rules.items() if counts[number] < fault.times]

    def stop(self) -> None:
        """Ends the proxy."""
        stop_process(self._process.pid)
        self._process.wait(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.stop()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.endpoint}/_microburst/{path}", data=data, method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)
