"""API calls that CloudTrail reports as OCSF API Activity: sessions, connections, security groups, tampering."""

from __future__ import annotations

import functools

from . import ocsf
from .addresses import endpoint
from .principals import session, user
from .shapes import Json, mapping, text

SESSION_CALLS = frozenset({"StartSession", "ResumeSession", "TerminateSession"})
_VERBS = {
    **dict.fromkeys(("Create", "Start", "Run", "Register", "Allocate", "Schedule"), (1, "Create")),
    **dict.fromkeys(("Get", "List", "Describe", "Head", "Lookup", "Search"), (2, "Read")),
    **dict.fromkeys(("Update", "Modify", "Put", "Set", "Authorize", "Revoke", "Attach", "Detach"), (3, "Update")),
    **dict.fromkeys(("Associate", "Disassociate", "Enable", "Disable", "Stop", "Resume"), (3, "Update")),
    **dict.fromkeys(("Tag", "Untag", "Add", "Replace"), (3, "Update")),
    **dict.fromkeys(("Delete", "Terminate", "Remove", "Cancel", "Deregister", "Purge"), (4, "Delete")),
}


def api_call(detail: Json, origin: ocsf.Origin) -> Json:
    """One call, also a denied one: what it asked for that queries need stands under ``unmapped``."""
    service = text(detail, "eventSource") or "unknown"
    operation = text(detail, "eventName") or "unknown"
    activity_id, activity = _activity(operation)
    record = ocsf.record(class_uid=ocsf.API_ACTIVITY, activity_id=activity_id, activity=activity, origin=origin)
    identity = mapping(detail, "userIdentity")
    actor: Json = {"user": user(identity)}
    acting = session(identity)
    if acting is not None:
        actor["session"] = acting
    invoked_by = text(identity, "invokedBy")
    if invoked_by is not None:
        actor["invoked_by"] = invoked_by
    api: Json = {"operation": operation, "service": {"name": service}}
    request = text(detail, "requestID")
    if request is not None:
        api["request"] = {"uid": request}
    code = text(detail, "errorCode")
    error = text(detail, "errorMessage")
    status = ocsf.FAILURE if code or error else ocsf.SUCCESS
    record["api"] = api
    record["actor"] = actor
    record["src_endpoint"] = endpoint(text(detail, "sourceIPAddress"))
    record["status_id"] = status
    record["status"] = ocsf.STATUS_NAMES[status]
    if code is not None:
        record["status_code"] = code
    if error is not None:
        record["status_detail"] = error
    record["unmapped"] = _facts(service, operation, mapping(detail, "requestParameters"), detail)
    return record


@functools.lru_cache(maxsize=1024)
def _activity(operation: str) -> tuple[int, str]:
    for end, letter in enumerate(operation):
        if end and letter.isupper():
            return _VERBS.get(operation[:end], (ocsf.OTHER, operation))
    return _VERBS.get(operation, (ocsf.OTHER, operation))


def _facts(service: str, operation: str, asked: Json, detail: Json) -> Json:
    answered = mapping(detail, "responseElements")
    if service == "ssm.amazonaws.com" and operation in SESSION_CALLS:
        return _some(
            kind="session",
            session_id=text(answered, "sessionId") or text(asked, "sessionId"),
            target=text(asked, "target"),
            document_name=text(asked, "documentName"),
            session_reason=text(asked, "reason"),
        )
    if service == "ssm-guiconnect.amazonaws.com" and "Connection" in operation and "Preferences" not in operation:
        arn = text(answered, "ConnectionArn") or text(asked, "ConnectionArn")
        return _some(
            kind="connection",
            connection_id=arn.rpartition("/")[2] if arn else text(asked, "ConnectionId"),
            target=text(asked, "InstanceId"),
            protocol=text(asked, "Protocol"),
        )
    if service == "ec2.amazonaws.com":
        # ModifySecurityGroupRules wraps its request in another object, with capital letters.
        inner = mapping(asked, f"{operation}Request")
        return _some(
            kind="network_change",
            group_id=text(asked, "groupId") or text(inner, "GroupId") or text(answered, "groupId"),
            group_name=text(asked, "groupName") or text(inner, "GroupName"),
            prefix_list_id=text(asked, "prefixListId") or text(inner, "PrefixListId"),
        )
    return {"kind": "api_call"}


def _some(**facts: str | None) -> Json:
    return {name: value for name, value in facts.items() if value is not None}
