"""EventBridge: which rules of a bus hear an event, and how it comes onto a bus of any account and Region.

MiniStack gives a forwarded event the Region of the bus, and knows neither the state that hears read-only calls nor the
rules that a replay names.
"""

from __future__ import annotations

import json
from typing import Any, Final

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from local.emulator import event_bus_keys, target_policies
from local.emulator.hooks import replace

Event = dict[str, Any]
PATH: Final = "_DispatchPath"
"""The rules that an event has come through; it does not come through one of them again."""
_EVERYTHING: Final = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def install() -> None:
    """Takes over which rules hear an event."""
    replace(eventbridge, "_dispatch_event", lambda _original: dispatch)


def dispatch(event: Event, view: Any = None) -> None:
    """Hands an event of this account and Region to every rule that listens and matches."""
    seen = view or eventbridge._pattern_event_view(event)
    read_only = _is_read_only_call(event)
    chosen = _chosen_rules(event)
    for key, rule in list(eventbridge._rules.items()):
        if rule.get("EventBusName", "default") != event.get("EventBusName", "default"):
            continue
        if not rule.get("EventPattern") or rule["Arn"] in event.get(PATH, []):
            continue
        if chosen and rule["Arn"] not in chosen:
            continue
        if rule["State"] != _EVERYTHING and (rule["State"] != "ENABLED" or read_only):
            continue
        if eventbridge._matches_pattern_view(rule["EventPattern"], seen, f"rule {key}"):
            for target in list(eventbridge._targets.get(key, [])):
                eventbridge._invoke_target(target, event, rule, seen)


def put_on_bus(event: Event, *, bus_arn: str) -> bool:
    """Puts an event, account and Region of its origin untouched, onto a bus; False where there is no such bus.

    One that the bus's key keeps out was accepted all the same: whoever sent it is not told, as on AWS.
    """
    account, region, name = target_policies.bus_of(bus_arn)
    with request_scope(account, region):
        eventbridge._ensure_default_bus()
        if name not in eventbridge._event_buses:
            return False
        arrived = {**event, "EventBusName": name}
        view = eventbridge._pattern_event_view(arrived)
        whole = json.dumps(view.event_with_detail())
        if event_bus_keys.refuses(eventbridge._event_buses[name], source=event["Source"], event=whole):
            return True
        dispatch(arrived, view)
        eventbridge._archive_event({member: value for member, value in arrived.items() if member != PATH})
    return True


def bus_context(event: Event) -> dict[str, str]:
    """The keys that a bus policy may ask of an event."""
    return {"events:source": event["Source"], "events:detail-type": event["DetailType"]}


def _chosen_rules(event: Event) -> list[str]:
    """The rules that a replay was asked to go to; none means all."""
    replay = eventbridge._replays.get(event.get("ReplayName")) if event.get("ReplayName") else None
    return list(((replay or {}).get("Destination") or {}).get("FilterArns") or [])


def _is_read_only_call(event: Event) -> bool:
    """A call that CloudTrail calls read-only: a rule hears those only if it asks for all management events."""
    if not str(event.get("DetailType", "")).endswith("via CloudTrail"):
        return False
    detail = eventbridge._decoded_detail(event.get("Detail", "{}"))
    return isinstance(detail, dict) and detail.get("readOnly") is True and detail.get("managementEvent") is not False
