"""Runs @cloud-copilot/iam-simulate in one Node process: a batch of requests in, a decision for each out.

The package is a tool of development: it is called as a program, neither imported nor shipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

PROGRAM: Final = Path(__file__).with_name("engine.mjs")

Document = Mapping[str, Any]


class SimulationError(Exception):
    """A request that the simulator did not answer, or not wholly: a decision about less than was asked is none."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request as the simulator takes it; policies are named, their documents come with the batch.

    Args:
        principal: An ARN or a service; None where nobody signed the request.
        action: For instance ``s3:PutObject``.
        resource: The ARN asked for, without wildcards.
        owner: The account of the resource.
        context: Condition keys and their values.
        identity: Policies of the principal.
        resource_policy: The policy of the resource, if it has one.
        scp: Service control policies of the principal's account; empty means that none are attached.
        rcp: Resource control policies of the resource's account.
        block_public_access: Whether the bucket refuses what a public policy would admit.
    """

    principal: str | None
    action: str
    resource: str
    owner: str
    context: Mapping[str, str | Sequence[str]]
    identity: Sequence[str] = ()
    resource_policy: str | None = None
    scp: Sequence[str] = ()
    rcp: Sequence[str] = ()
    block_public_access: bool = False

    def as_json(self) -> dict[str, Any]:
        """The members that the program reads."""
        members = asdict(self)
        members["context"] = {_renamed(name): value for name, value in self.context.items()}
        members["resourcePolicy"] = members.pop("resource_policy")
        members["blockPublicAccess"] = members.pop("block_public_access")
        return members


@dataclass(frozen=True)
class Decision:
    """What the simulator answered, and which statements decided; none where no statement spoke."""

    allowed: bool
    deciding: tuple[str, ...]


class Simulator:
    """A Node process that answers batches until it is closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [_node(), str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()

    def decide(self, policies: Mapping[str, Document], questions: Sequence[Question]) -> list[Decision]:
        """The decision on each question.

        Raises:
            SimulationError: The simulator refused a policy or a request, or ignored a condition key of one.
        """
        batch = {
            "policies": {name: _readable(name, document) for name, document in policies.items()},
            "requests": [question.as_json() for question in questions],
        }
        answers = self._ask(json.dumps(batch))
        return [_decision(question, answer) for question, answer in zip(questions, answers, strict=True)]

    def _ask(self, line: str) -> list[dict[str, Any]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise SimulationError("the simulator has no pipes")
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise SimulationError("the simulator has ended; is node_modules installed?") from error
        reply = self._process.stdout.readline()
        if not reply:
            raise SimulationError("the simulator ended without an answer; is node_modules installed?")
        answers: list[dict[str, Any]] = json.loads(reply)
        return answers


_ENCRYPTION_CONTEXT: Final = "kms:EncryptionContext:"
_REQUEST_TAG: Final = "aws:RequestTag/"


def _renamed(key: str) -> str:
    """The simulator drops keys of the encryption context; a request tag of that name takes their place."""
    return key.replace(_ENCRYPTION_CONTEXT, _REQUEST_TAG)


def _readable(name: str, document: Document) -> Document:
    """The document with condition keys renamed as in the requests."""
    for statement in document["Statement"]:
        for operator, keys in statement.get("Condition", {}).items():
            for key, value in keys.items():
                if key.startswith(_REQUEST_TAG):
                    raise SimulationError(f"{name}: {key} stands for the encryption context here")
                if operator.startswith("Arn") and "${" in json.dumps(value):
                    raise SimulationError(f"{name}: {operator} does not expand a policy variable, as in {value!r}")
    renamed: Document = json.loads(json.dumps(document).replace(f'"{_ENCRYPTION_CONTEXT}', f'"{_REQUEST_TAG}'))
    return renamed


def _decision(question: Question, answer: Mapping[str, Any]) -> Decision:
    asked = f"{question.principal or 'an anonymous caller'} {question.action} {question.resource}"
    if "error" in answer:
        raise SimulationError(f"{asked}: {answer['error']}")
    if answer["ignored"]:
        raise SimulationError(f"{asked}: condition keys that do not go with it: {', '.join(answer['ignored'])}")
    return Decision(allowed=answer["result"] == "Allowed", deciding=tuple(answer["deciding"]))


def _node() -> str:
    """The Node that the development environment brings along, else the one on the path."""
    pinned = Path(sys.prefix) / "jsii-node"
    return str(pinned) if pinned.exists() else "node"
