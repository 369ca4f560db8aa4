"""Makes one OCSF record of one source event, whatever its shape; never raises, never drops."""

from __future__ import annotations

import json

from . import ocsf
from .api_calls import api_call
from .moments import milliseconds
from .notices import alarm, heartbeat, object_event, own_finding, silence
from .redact import may_hold_secrets, may_hold_user_data, redact, text_without_secrets
from .shapes import Json, mapping, text
from .sign_ins import sign_in
from .workspaces_logins import workspaces_login

FINDING_SOURCE = "access-evidence.hub"
"""The source of the findings that the hub puts on its own bus."""
ROSTER_SOURCE = "access-evidence.roster"
"""The source of what the check of the roster puts there."""
GUARD_SOURCE = "access-evidence.security-groups"
"""The source of what the guard of security groups puts there."""
EVIDENCE_SOURCE = "access-evidence.evidence"
"""The source of what the check of the evidence puts there."""
GUARD_TYPES = frozenset({"Security Group Judgement", "Security Group Enforcement", "Security Group Sweep"})
HEARTBEAT_TYPES = frozenset({"Scheduled Event", "Access Evidence Heartbeat"})
"""A scheduled rule that forwards its own event, or a schedule that puts one."""

USER_DATA_KINDS = frozenset({"network_change", "api_call", "unknown"})
"""Looking for it in every event would cost each a fiftieth of its time."""


class MalformedError(ValueError):
    """The event is no JSON object."""


def parse(raw: str) -> Json:
    """The event of a message.

    Raises:
        MalformedError: where the text is no JSON object.
    """
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"no JSON: {type(error).__name__}") from None
    if not isinstance(event, dict):
        raise MalformedError(f"JSON, but no object: {type(event).__name__}")
    return event


def normalize(event: Json, raw: str, *, received: int) -> Json:
    """The record of an event.

    Args:
        event: The event, parsed.
        raw: The text it was parsed from; it becomes ``raw_data`` as it is, unless it holds a secret.
        received: When it came, in milliseconds since 1970: the record's time where the event names none.
    """
    detail = mapping(event, "detail")
    source = text(event, "source")
    is_trail = "eventName" in detail and "eventSource" in detail and source not in (GUARD_SOURCE, EVIDENCE_SOURCE)
    time = milliseconds(text(detail, "eventTime" if is_trail else "loginTime"))
    if time is None:
        time = milliseconds(text(event, "time"))
    record = _record(
        event,
        detail,
        is_trail,
        source,
        text(event, "detail-type"),
        ocsf.Origin(
            received if time is None else time,
            (text(detail, "eventID") if is_trail else None) or text(event, "id") or digest(raw),
            ocsf.cloud(
                text(event, "account") or text(detail, "recipientAccountId"),
                text(event, "region") or text(detail, "awsRegion"),
            ),
        ),
    )
    unmapped: Json = record["unmapped"]
    if is_trail and (shared := text(detail, "sharedEventID")) is not None:
        unmapped["shared_event_id"] = shared
    if time is None:
        unmapped["time_source"] = "received"
    if may_hold_secrets(raw) or (unmapped["kind"] in USER_DATA_KINDS and may_hold_user_data(raw)):
        redacted = redact(raw, event)
        if redacted is not None:
            raw = redacted
            unmapped["redacted"] = True
    record["raw_data"] = raw
    return record


def _record(
    event: Json, detail: Json, is_trail: bool, source: str | None, detail_type: str | None, origin: ocsf.Origin
) -> Json:
    record: Json
    if is_trail:
        if source == "aws.signin" or detail["eventSource"] == "signin.amazonaws.com":
            record = sign_in(detail, origin)
        else:
            record = api_call(detail, origin)
    elif source == "aws.workspaces" and detail_type == "WorkSpaces Access":
        record = workspaces_login(detail, origin)
    elif source == "aws.s3" and detail_type is not None and detail_type.startswith("Object "):
        record = object_event(event, origin)
    elif source == "aws.cloudwatch" and detail_type == "CloudWatch Alarm State Change":
        record = alarm(event, origin)
    elif detail_type in HEARTBEAT_TYPES:
        record = heartbeat(event, origin)
    elif source == ROSTER_SOURCE and detail_type == "Member Silent":
        record = silence(event, origin)
    elif source == GUARD_SOURCE and detail_type in GUARD_TYPES:
        from .guard_events import guard_event  # few events are the guard's

        record = guard_event(event, detail_type, origin)
    elif source == EVIDENCE_SOURCE and detail_type == "Evidence Missing":
        from .evidence_events import evidence_event  # so are those of the check

        record = evidence_event(event, origin)
    elif source == FINDING_SOURCE:
        record = own_finding(event, origin)
    else:
        record = ocsf.record(class_uid=ocsf.BASE_EVENT, activity_id=0, activity="Unknown", origin=origin)
        record["unmapped"] = {"kind": "unknown", "source": source or "none", "detail_type": detail_type or "none"}
    return record


def unknown(raw: str, *, received: int, problem: str) -> Json:
    """The record of what cannot be read at all: class unknown, the raw text, and what the matter was."""
    record = ocsf.record(
        class_uid=ocsf.BASE_EVENT,
        activity_id=0,
        activity="Unknown",
        origin=ocsf.Origin(received, digest(raw), ocsf.cloud(None, None)),
    )
    record["status_detail"] = problem
    record["unmapped"] = {"kind": "unknown", "source": "none", "detail_type": problem, "time_source": "received"}
    record["raw_data"] = text_without_secrets(raw)
    return record


def digest(raw: str) -> str:
    """An id for an event that brings none: the same text, the same id."""
    import hashlib  # rarely needed, and dear at a cold start

    return f"sha256-{hashlib.sha256(raw.encode('utf-8', 'surrogatepass')).hexdigest()}"
