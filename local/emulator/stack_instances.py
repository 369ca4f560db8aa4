"""Makes, changes and removes stacks in any account and Region, many at once, and waits for them.

StackSets work with a role that AWS makes in every member, so nothing in the account needs to be bootstrapped. To be
called from a thread of its own: MiniStack's stacks live on the event loop.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ministack import app
from ministack.core.responses import request_scope
from ministack.services import cloudformation
from ministack.services.cloudformation import handlers

from local.emulator.hooks import replace_entry

_SECONDS: Final = 300
_PAUSE: Final = 0.03
_MESSAGE: Final = re.compile(rb"<Message>(.*?)</Message>", re.DOTALL)
_BROKEN: Final = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
_loop: asyncio.AbstractEventLoop | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A stack as it shall be; without a body it shall not be."""

    account: str
    region: str
    name: str
    body: str | None
    parameters: Mapping[str, str]


def install() -> None:
    """Remembers the event loop that answers CloudFormation."""
    replace_entry(app.SERVICE_HANDLERS, "cloudformation", _remembering)


def _remembering(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
        global _loop
        _loop = asyncio.get_running_loop()
        return await original(method, path, headers, body, query)

    return handle


def bring_about(wanted: Sequence[Wanted]) -> list[str]:
    """Of each, in the same order, why it could not be brought about, or nothing."""
    reasons = [_begin(stack) for stack in wanted]
    return [reason or _end(stack) for reason, stack in zip(reasons, wanted, strict=True)]


def stack_id(account: str, region: str, name: str) -> str:
    """The ARN of a stack; empty where there is none."""
    return str((_stack(account, region, name) or {}).get("StackId", ""))


def _begin(stack: Wanted) -> str:
    there = _stack(stack.account, stack.region, stack.name)
    if stack.body is None:
        return _call(stack, handlers._delete_stack, {}) if there else ""
    members = {"TemplateBody": [stack.body], "Capabilities.member.1": ["CAPABILITY_NAMED_IAM"]}
    for number, (key, value) in enumerate(stack.parameters.items(), start=1):
        members[f"Parameters.member.{number}.ParameterKey"] = [key]
        members[f"Parameters.member.{number}.ParameterValue"] = [value]
    if there and there["StackStatus"] in _BROKEN:
        (refused,) = bring_about([replace(stack, body=None)])
        if refused:
            return refused
        there = None
    if there is None:
        return _call(stack, handlers._create_stack, members)
    refused = _call(stack, handlers._update_stack, members)
    return "" if "No updates are to be performed" in refused else refused


def _end(stack: Wanted) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        there = _stack(stack.account, stack.region, stack.name)
        status = there["StackStatus"] if there else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            good = ("DELETE_COMPLETE",) if stack.body is None else ("CREATE_COMPLETE", "UPDATE_COMPLETE")
            return "" if status in good else _first_failure(stack, there or {}, status)
        time.sleep(_PAUSE)
    return f"the stack {stack.name} was not ready after {_SECONDS} s"


def _first_failure(stack: Wanted, there: Mapping[str, Any], status: str) -> str:
    with request_scope(stack.account, stack.region):
        events = cloudformation._stack_events.get(there.get("StackId", ""), [])
        reasons = [
            f"ResourceLogicalId:{event['LogicalResourceId']}, ResourceType:{event['ResourceType']}, "
            f"ResourceStatusReason:{event['ResourceStatusReason']}."
            for event in sorted(events, key=lambda event: event["Timestamp"])
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]
    return reasons[0] if reasons else f"the stack ended in {status}"


def _stack(account: str, region: str, name: str) -> dict[str, Any] | None:
    with request_scope(account, region):
        found: dict[str, Any] | None = cloudformation._stacks.get(name)
        return found if found and found["StackStatus"] != "DELETE_COMPLETE" else None


def _call(stack: Wanted, handler: Callable[[Any], Any], members: Mapping[str, list[str]]) -> str:
    async def run() -> Any:
        with request_scope(stack.account, stack.region):
            return handler({"StackName": [stack.name], **members})

    if _loop is None:
        raise RuntimeError("CloudFormation has not been asked for anything yet")
    status, _headers, body = asyncio.run_coroutine_threadsafe(run(), _loop).result(timeout=_SECONDS)
    found = _MESSAGE.search(body)
    return "" if status < 300 else (found[1].decode() if found else body.decode())
