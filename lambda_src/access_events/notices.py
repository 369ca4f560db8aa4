"""What is told without a caller's API record: a recording arrived, an alarm changed, a Region is alive or silent."""

from __future__ import annotations

from . import ocsf
from .addresses import endpoint
from .shapes import Json, mapping, text


def object_event(event: Json, origin: ocsf.Origin) -> Json:
    """An object of a recording bucket came or went, as API Activity of whoever S3 names as the requester."""
    detail = mapping(event, "detail")
    created = event.get("detail-type") == "Object Created"
    operation = text(detail, "reason") or text(event, "detail-type") or "unknown"
    activity = (1, "Create") if created else (ocsf.OTHER, operation)
    record = ocsf.record(class_uid=ocsf.API_ACTIVITY, activity_id=activity[0], activity=activity[1], origin=origin)
    requester = text(detail, "requester") or "unknown"
    bucket = text(mapping(detail, "bucket"), "name") or "unknown"
    key = text(mapping(detail, "object"), "key") or "unknown"
    is_service = requester.endswith(".amazonaws.com")
    record["api"] = {"operation": operation, "service": {"name": "s3.amazonaws.com"}}
    record["actor"] = {"invoked_by": requester} if is_service else {"user": {"uid": requester, "type_id": 0}}
    record["src_endpoint"] = endpoint(text(detail, "source-ip-address") or (requester if is_service else None))
    record["resources"] = [{"uid": f"s3://{bucket}/{key}"}]
    record["status_id"] = ocsf.SUCCESS
    record["status"] = "Success"
    facts: Json = {"kind": "recording" if created else "object_event", "bucket": bucket, "object_key": key}
    size = mapping(detail, "object").get("size")
    if isinstance(size, int) and not isinstance(size, bool) and abs(size) < 1 << 53:
        facts["object_size"] = size
    record["unmapped"] = facts
    return record


def alarm(event: Json, origin: ocsf.Origin) -> Json:
    """One of our alarms changed its state, as a base event: nobody acted."""
    detail = mapping(event, "detail")
    state = mapping(detail, "state")
    record = ocsf.record(
        class_uid=ocsf.BASE_EVENT,
        activity_id=ocsf.OTHER,
        activity="Alarm State Change",
        origin=origin,
    )
    unmapped: Json = {"kind": "alarm", "alarm_name": text(detail, "alarmName") or "unknown"}
    for value, name in ((text(state, "value"), "alarm_state"), (text(state, "reason"), "alarm_reason")):
        if value is not None:
            unmapped[name] = value
    record["unmapped"] = unmapped
    return record


def heartbeat(event: Json, origin: ocsf.Origin) -> Json:
    """A member Region is enrolled and its way to the hub is open, as a base event."""
    record = ocsf.record(class_uid=ocsf.BASE_EVENT, activity_id=ocsf.OTHER, activity="Heartbeat", origin=origin)
    record["unmapped"] = {"kind": "heartbeat"}
    return record


def silence(event: Json, origin: ocsf.Origin) -> Json:
    """A member Region is heard no longer, as a base event of that member: the hub, which says so, is not where it is.

    What the detail does not tell is left out, never filled in from the hub.
    """
    detail = mapping(event, "detail")
    place = ocsf.cloud(text(detail, "account"), text(detail, "region"))
    record = ocsf.record(
        class_uid=ocsf.BASE_EVENT,
        activity_id=ocsf.OTHER,
        activity="Member Silent",
        origin=origin._replace(cloud=place),
    )
    unmapped: Json = {"kind": "silence"}
    last_heard = text(detail, "last_heard")
    if last_heard is not None:
        unmapped["last_heard"] = last_heard
    record["unmapped"] = unmapped
    return record


def own_finding(event: Json, origin: ocsf.Origin) -> Json:
    """A finding of ours that came back over the bus: kept, never judged again, or it would go round for ever."""
    record = ocsf.record(class_uid=ocsf.BASE_EVENT, activity_id=ocsf.OTHER, activity="Finding", origin=origin)
    record["unmapped"] = {"kind": "own_finding"}
    return record
