"""The Systems Manager operations that MiniStack lacks, put in front of those that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack import app

from local.emulator import ssm_documents, ssm_sessions
from local.emulator.answers import RefusalError, json_answer, json_body, operation
from local.emulator.hooks import replace_entry
from local.emulator.principals import caller


def install() -> None:
    """Answers documents and sessions, and hands everything else to MiniStack."""
    replace_entry(app.SERVICE_HANDLERS, "ssm", _api)


def _api(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
        name = operation(headers)
        try:
            if name in ssm_documents.OPERATIONS:
                return json_answer(ssm_documents.OPERATIONS[name](json_body(body)))
            if name == "StartSession":
                return json_answer(ssm_sessions.start(json_body(body), principal=caller(headers, query)))
            if name == "TerminateSession":
                return json_answer(ssm_sessions.terminate(json_body(body)))
        except RefusalError as refusal:
            return refusal.answer()
        return await original(method, path, headers, body, query)

    return handle
