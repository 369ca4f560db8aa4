"""What happened in which account: the API events that trails pick up, in CloudTrail's own record shape."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudtrail, iam

from local.policy_request import IamPrincipal

Record = dict[str, Any]

_events: list[Event] = []
_delivered: dict[str, int] = {}
_listeners: list[Callable[[Event], None]] = []
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Event:
    """One record, in the account and Region that see it. `index` grows and is never used twice."""

    index: int
    account: str
    region: str
    time: float
    record: Record


@dataclass(frozen=True, kw_only=True)
class Call:
    """What one API call was; the rest of the record follows from it."""

    principal: IamPrincipal
    access_key: str
    region: str
    source: str
    name: str
    read_only: bool
    request: Any
    response: Any
    source_ip: str
    user_agent: str
    request_id: str
    error: tuple[str, str] | None = None
    data_resources: tuple[Record, ...] = ()


def remember(call: Call, *, recipients: tuple[str, ...]) -> str:
    """Keeps the call for the trails of each recipient account and for LookupEvents; the answer is the event's id."""
    event_id = str(uuid.uuid4())
    now = time.time()
    for account in recipients:
        record = _record(call, event_id=event_id, at=now, recipient=account)
        with _lock:
            event = Event(index=len(_events), account=account, region=call.region, time=now, record=record)
            _events.append(event)
        with request_scope(account, call.region):
            cloudtrail._get_event_queue().append(_looked_up(record, now))
        for listener in _listeners:
            listener(event)
    return event_id


def listen(listener: Callable[[Event], None]) -> None:
    """Calls `listener` with every event from now on."""
    _listeners.append(listener)


def pending(trail_arn: str, *, accounts: frozenset[str], since: float) -> list[Event]:
    """The events of these accounts that the trail has not delivered, none from before it was started."""
    with _lock:
        start = _delivered.get(trail_arn, 0)
        return [event for event in _events[start:] if event.account in accounts and event.time >= since]


def mark_delivered(trail_arn: str, *, up_to: int) -> None:
    """Everything up to this index is done for the trail."""
    with _lock:
        _delivered[trail_arn] = max(_delivered.get(trail_arn, 0), up_to + 1)


def clear() -> None:
    """No events."""
    with _lock:
        _events.clear()
        _delivered.clear()


def _record(call: Call, *, event_id: str, at: float, recipient: str) -> Record:
    data = bool(call.data_resources)
    record: Record = {
        "eventVersion": "1.11",
        "userIdentity": user_identity(call.principal, access_key=call.access_key, at=at),
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": call.region,
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent,
        "requestParameters": call.request,
        "responseElements": call.response,
        "requestID": call.request_id,
        "eventID": event_id,
        "readOnly": call.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": recipient,
        "eventCategory": "Data" if data else "Management",
    }
    if data:
        record["resources"] = list(call.data_resources)
    if call.error:
        record["errorCode"], record["errorMessage"] = call.error
    return record


def user_identity(principal: IamPrincipal, *, access_key: str, at: float) -> Record:
    """The `userIdentity` of a role session, or of the account's root."""
    if not principal.session_arn:
        return {
            "type": "Root",
            "principalId": principal.account,
            "arn": principal.arn,
            "accountId": principal.account,
            "accessKeyId": access_key,
        }
    name = principal.arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(principal.account, None, name) or {}
    role_id = role.get("RoleId", "AROAEMBEDDED")
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{principal.session_arn.rsplit('/', 1)[-1]}",
        "arn": principal.session_arn,
        "accountId": principal.account,
        "accessKeyId": access_key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": principal.arn,
                "accountId": principal.account,
                "userName": name,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": created, "mfaAuthenticated": "false"},
        },
    }


def _looked_up(record: Record, at: float) -> Record:
    """The entry that MiniStack's LookupEvents reads."""
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": at,
        "Username": record["userIdentity"]["principalId"].rsplit(":", 1)[-1],
        "AccessKeyId": record["userIdentity"]["accessKeyId"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "Resources": [],
        "CloudTrailEvent": cloudtrail.json.dumps(record),
    }
