"""WorkSpaces, as far as it says whose a WorkSpace is: CreateWorkspaces and DescribeWorkspaces by id.

MiniStack has nothing of it. A role needs a policy of its account that allows the call.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from ministack import app
from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict

from local.emulator.answers import Answer, RefusalError, json_answer, json_body, operation
from local.emulator.hooks import add_entry
from local.emulator.judge import judge_identity
from local.emulator.principals import caller

SERVICE: Final = "workspaces"
_workspaces = AccountRegionScopedDict()


def install() -> None:
    """Adds the service."""
    add_entry(router.SERVICE_PATTERNS, SERVICE, {"host_patterns": [r"workspaces\."]})
    add_entry(app.SERVICE_HANDLERS, SERVICE, _api)


def clear() -> None:
    """No WorkSpace anywhere."""
    _workspaces.clear()


async def _api(_method: str, _path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Answer:
    name, members = operation(headers), json_body(body)
    try:
        operate = _OPERATIONS.get(name)
        if operate is None:
            raise RefusalError("UnknownOperationException", name)
        principal = caller(headers, query)
        if not principal.is_root and not judge_identity(principal, action=f"{SERVICE}:{name}", resource="*").allowed:
            words = f"User: {principal.name} is not authorized to perform: {SERVICE}:{name}"
            raise RefusalError("AccessDeniedException", words)
        return json_answer(operate(members))
    except RefusalError as refusal:
        return refusal.answer()


def _create(members: dict[str, Any]) -> dict[str, Any]:
    made = []
    for wanted in members["Workspaces"]:
        identifier = f"ws-{uuid.uuid4().hex[:9]}"
        _workspaces[identifier] = {**wanted, "WorkspaceId": identifier, "State": "AVAILABLE"}
        made.append({**_workspaces[identifier], "State": "PENDING"})
    return {"PendingRequests": made, "FailedRequests": []}


def _describe(members: dict[str, Any]) -> dict[str, Any]:
    """Those of the ids that are there; the rest is not told of, as on AWS."""
    found = [_workspaces.get(identifier) for identifier in members.get("WorkspaceIds", [])]
    return {"Workspaces": [each for each in found if each]}


_OPERATIONS: Final = {"CreateWorkspaces": _create, "DescribeWorkspaces": _describe}
