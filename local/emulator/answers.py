"""Answers and refusals in the shape that an AWS client expects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


class RefusalError(Exception):
    """A modelled error of an AWS API: its code, its message and its HTTP status."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def answer(self) -> Answer:
        """The error as a client parses it."""
        body = {"__type": self.code, "message": self.message}
        return self.status, {"Content-Type": "application/json", "x-amzn-errortype": self.code}, _encoded(body)


def json_answer(body: Any, *, status: int = 200) -> Answer:
    """A JSON answer."""
    return status, {"Content-Type": "application/x-amz-json-1.1"}, _encoded(body)


def json_body(body: bytes) -> dict[str, Any]:
    """The members of a JSON request; an empty body has none."""
    read = json.loads(body) if body else {}
    if not isinstance(read, dict):
        raise RefusalError("SerializationException", "the request is no JSON object")
    return read


def operation(headers: Mapping[str, str]) -> str:
    """The operation that a JSON-protocol request names."""
    return headers.get("x-amz-target", "").rsplit(".", 1)[-1]


def read_answer(answer: tuple[int, Any, bytes], *, what: str) -> dict[str, Any]:
    """The members of a MiniStack answer; its error becomes an exception that fails a stack.

    Raises:
        RefusalError: MiniStack refused.
    """
    status, _headers, body = answer
    if status < 300:
        return json_body(body)
    read = json_body(body)
    raise RefusalError(str(read.get("__type", what)), f"{what}: {read.get('message', body)!s}", status=status)


def _encoded(body: Any) -> bytes:
    return json.dumps(body).encode()
