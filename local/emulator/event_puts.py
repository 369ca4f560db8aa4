"""PutEvents: the policies of caller and bus judge every entry, and a bus of another account may be named.

MiniStack asks nobody and knows no foreign bus. The account's administrator (a twelve-digit key) is not asked for its
own buses.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge

from local.emulator.answers import json_answer, json_body, operation
from local.emulator.event_routing import bus_context, put_on_bus
from local.emulator.hooks import replace_entry
from local.emulator.principals import caller
from local.emulator.target_policies import bus_of, judge_bus
from local.policy_request import IamPrincipal

Entry = dict[str, Any]
_MAX_ENTRIES: Final = 10


def install() -> None:
    """Stands in front of PutEvents."""
    replace_entry(app.SERVICE_HANDLERS, "events", _api)


def event_record(entry: Mapping[str, Any], *, account: str, region: str) -> Entry:
    """An entry as MiniStack keeps events; account and Region are those that it happened in."""
    return {
        "EventId": entry.get("Id") or str(uuid.uuid4()),
        "Source": entry.get("Source", ""),
        "DetailType": entry.get("DetailType", ""),
        "Detail": entry.get("Detail", "{}"),
        "Time": entry.get("Time") or int(time.time()),
        "Resources": entry.get("Resources", []),
        "Account": account,
        "Region": region,
    }


def _api(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
        entries = json_body(body).get("Entries", []) if operation(headers) == "PutEvents" else []
        if not 0 < len(entries) <= _MAX_ENTRIES:
            return await original(method, path, headers, body, query)
        principal = caller(headers, query)
        results = [_put(entry, principal) for entry in entries]
        return json_answer({"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results})

    return handle


def _put(entry: Entry, principal: IamPrincipal) -> dict[str, str]:
    account, region = get_account_id(), get_region()
    bus = entry.get("EventBusName") or "default"
    arn = bus if bus.startswith("arn:") else f"arn:aws:events:{region}:{account}:event-bus/{bus}"
    if str(entry.get("Source", "")).startswith("aws."):
        return _failed("NotAuthorizedForSourceException", "Not authorized for the source.")
    if bus_of(arn)[1] != region:
        return _failed("InvalidArgument", f"the event bus {arn} is not in the Region {region}")
    wrong = _malformed(entry)
    if wrong:
        return wrong
    event = event_record(
        {**entry, "Id": None, "Time": int(entry.get("Time") or time.time())}, account=account, region=region
    )
    context = {**bus_context(event), "events:eventBusInvocation": "false"}
    decision = judge_bus(principal, bus_arn=arn, context=context)
    if not decision.allowed:
        words = f"User: {principal.name} is not authorized to perform: events:PutEvents on resource: {arn}"
        return _failed("AccessDeniedException", f"{words} ({decision.reason})")
    if not put_on_bus(event, bus_arn=arn):
        return _failed("ResourceNotFoundException", f"Event bus {arn} does not exist.")
    eventbridge._events_log_list().append({**event, "EventBusName": bus_of(arn)[2]})
    return {"EventId": event["EventId"]}


def _malformed(entry: Entry) -> dict[str, str] | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return _failed("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    if not isinstance(eventbridge._decoded_detail(entry["Detail"]), dict):
        return _failed("MalformedDetail", "Detail is malformed.")
    return None


def _failed(code: str, message: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": message}
