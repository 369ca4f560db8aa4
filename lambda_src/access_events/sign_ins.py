"""Console sign-ins as OCSF Authentication; what merely goes before or after a sign-in is kept apart from it."""

from __future__ import annotations

from . import ocsf
from .addresses import endpoint
from .principals import session, user
from .shapes import Json, mapping, text

ACTIVITIES = {"ConsoleLogin": (1, "Logon"), "CheckMfa": (6, "Preauth")}
"""``SwitchRole``, ``RenewRole``, ``ExitRole``, ``GetSigninToken`` and what may come are Other, under their own name."""


def sign_in(detail: Json, origin: ocsf.Origin) -> Json:
    """One sign-in event; a failure is told by ``responseElements``, since it carries no ``errorCode``."""
    operation = text(detail, "eventName") or "unknown"
    activity_id, activity = ACTIVITIES.get(operation, (ocsf.OTHER, operation))
    record = ocsf.record(class_uid=ocsf.AUTHENTICATION, activity_id=activity_id, activity=activity, origin=origin)
    identity = mapping(detail, "userIdentity")
    extra = mapping(detail, "additionalEventData")
    outcome = text(mapping(detail, "responseElements"), operation)
    error = text(detail, "errorMessage")
    code = text(detail, "errorCode")
    if outcome == "Success":
        status = ocsf.SUCCESS
    else:
        status = ocsf.FAILURE if outcome == "Failure" or error or code else ocsf.OTHER
    source = text(detail, "sourceIPAddress")
    record["api"] = {"operation": operation, "service": {"name": "signin.amazonaws.com"}}
    record["user"] = user(identity)
    record["service"] = {"name": "AWS Management Console"}
    record["src_endpoint"] = endpoint(source)
    record["status_id"] = status
    record["status"] = ocsf.STATUS_NAMES[status]
    record["status_detail"] = f"{operation}: {error or outcome or 'no outcome given'}"
    if code is not None:
        record["status_code"] = code
    record["is_mfa"] = extra.get("MFAUsed") == "Yes"
    acting = session(identity)
    if acting is not None:
        record["session"] = acting
    unmapped: Json = {"kind": "sign_in"}
    for key, name in (("SwitchFrom", "switch_from"), ("MfaType", "mfa_type"), ("MFAIdentifier", "mfa_device")):
        value = text(extra, key)
        if value is not None:
            unmapped[name] = value
    record["unmapped"] = unmapped
    return record
