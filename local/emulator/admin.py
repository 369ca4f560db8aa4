"""The paths under `/_local/`: the journal, and the deliveries that AWS would start by itself.

* `GET /_local/health`: `{"organization": …, "pid": …}`.
* `GET /_local/decisions`: the journal, oldest first.
* `POST /_local/cloudtrail/deliver`, `{"account"?}`: `{"deliveries": […]}`, each file with the digest that lists it.
* `POST /_local/guiconnect/recordings`, `{"account", "region", "instance_id", "user_arn", "connection_id"?, "opaque"?}`:
  `{"connection_id", "connection_arn", "event_id", "uri", "decision"}`.
* `POST /_local/events/emit`, `{"account", "region", "event"}`: `{"event_id"}`; what a service of AWS says.
* `POST /_local/events/fire`, `{"account", "region", "rule", "time"?}`: `{"event_id"}`; a schedule, without waiting for
  it, or as if it had fired at a time gone by.
* `POST /_local/queues/time-out`, `{"account", "region", "queue"}`: `{"messages"}`; time passes for what is in flight.
"""

from __future__ import annotations

import asyncio
import json
import os
import traceback
from collections.abc import Callable
from typing import Any

from ministack import app

from local.emulator import (
    guiconnect,
    journal,
    organization_access,
    queue_time,
    recordings,
    service_events,
    ssm_documents,
    ssm_sessions,
    trail_delivery,
    trail_digests,
    trail_events,
    trail_signing,
    workspaces,
)
from local.emulator.answers import Answer, RefusalError, json_answer, json_body
from local.emulator.hooks import replace
from local.emulator.principals import organization


def install() -> None:
    """Answers our paths before MiniStack looks at them, and forgets with it when it is reset."""
    replace(app, "_handle_post_body_shortcuts", _shortcut)
    replace(app, "_reset_all_state", _reset)


def _shortcut(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str) -> Any:
        if path.startswith("/_local/"):
            return await asyncio.to_thread(_answer, method, path, body)
        return await original(method, path, headers, body, query, request_id)

    return handle


def _answer(method: str, path: str, body: bytes) -> Answer:
    try:
        action = _ACTIONS.get((method, path))
        if action is None:
            raise RefusalError("NotFound", f"there is no {method} {path}", status=404)
        return json_answer(action(json_body(body)))
    except RefusalError as refusal:
        return refusal.answer()
    except Exception:
        return json_answer({"error": traceback.format_exc()}, status=500)


def _deliver_trails(members: dict[str, Any]) -> dict[str, Any]:
    return {"deliveries": trail_delivery.deliver_pending(account=members.get("account"))}


def _record(members: dict[str, Any]) -> dict[str, Any]:
    _require(members, "account", "region", "instance_id", "user_arn")
    return recordings.record(
        account=members["account"],
        region=members["region"],
        instance_id=members["instance_id"],
        user_arn=members["user_arn"],
        connection_id=members.get("connection_id"),
        opaque=bool(members.get("opaque")),
    )


def _emit(members: dict[str, Any]) -> dict[str, Any]:
    _require(members, "account", "region", "event")
    account, region, event = members["account"], members["region"], members["event"]
    return {"event_id": service_events.emit(account=account, region=region, event=event)}


def _fire(members: dict[str, Any]) -> dict[str, Any]:
    _require(members, "account", "region", "rule")
    account, region, rule = members["account"], members["region"], members["rule"]
    fired = service_events.fire(account=account, region=region, rule=rule, moment=members.get("time"))
    return {"event_id": fired}


def _time_out(members: dict[str, Any]) -> dict[str, Any]:
    _require(members, "account", "region", "queue")
    account, region, queue = members["account"], members["region"], members["queue"]
    return {"messages": queue_time.time_out(account=account, region=region, queue=queue)}


def _require(members: dict[str, Any], *names: str) -> None:
    missing = [name for name in names if not members.get(name)]
    if missing:
        raise RefusalError("ValidationException", f"{', '.join(missing)} must be given")


_ACTIONS: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
    ("GET", "/_local/health"): lambda _members: {
        "organization": json.loads(organization().to_json()),
        "pid": os.getpid(),
    },
    ("GET", "/_local/decisions"): lambda _members: journal.entries(),
    ("POST", "/_local/cloudtrail/deliver"): _deliver_trails,
    ("POST", "/_local/guiconnect/recordings"): _record,
    ("POST", "/_local/events/emit"): _emit,
    ("POST", "/_local/events/fire"): _fire,
    ("POST", "/_local/queues/time-out"): _time_out,
}


def _reset(original: Callable[..., Any]) -> Callable[..., Any]:
    def reset() -> None:
        original()
        journals = (journal, trail_events, trail_digests, trail_signing)
        for module in (*journals, ssm_documents, ssm_sessions, guiconnect, workspaces, organization_access):
            module.clear()

    return reset
