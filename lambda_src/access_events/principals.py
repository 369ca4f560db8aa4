"""Who acted, out of CloudTrail's ``userIdentity``."""

from __future__ import annotations

from .shapes import Json, mapping, text

USER = 1
SYSTEM = 3
OTHER = 99
_TYPES = {"AWSService": SYSTEM, "AWSAccount": OTHER}


def user(identity: Json) -> Json:
    """An OCSF user: ``uid`` is the ARN, ``uid_alt`` CloudTrail's principal id, ``name`` what people call them.

    A failed sign-in has no ARN, a service no name; a record without any identity says ``unknown``.
    """
    kind = text(identity, "type")
    arn = text(identity, "arn")
    principal = text(identity, "principalId")
    found: Json = {"type_id": _TYPES.get(kind or "", USER), "type": kind or "Unknown"}
    uid = arn or principal
    if uid is not None:
        found["uid"] = uid
    if principal is not None and principal != uid:
        found["uid_alt"] = principal
    found["name"] = _name(identity, kind, arn or principal)
    account = text(identity, "accountId")
    if account is not None:
        found["account"] = {"uid": account}
    credential = text(identity, "accessKeyId")
    if credential is not None:
        found["credential_uid"] = credential
    return found


def session(identity: Json) -> Json | None:
    """The temporary credentials behind a call: which role, with or without MFA."""
    context = mapping(identity, "sessionContext")
    if not context:
        return None
    found: Json = {"is_mfa": mapping(context, "attributes").get("mfaAuthenticated") == "true"}
    issuer = text(mapping(context, "sessionIssuer"), "arn")
    if issuer is not None:
        found["issuer"] = issuer
    return found


def _name(identity: Json, kind: str | None, full: str | None) -> str:
    if kind == "Root":
        return "root"
    named = text(identity, "userName") or text(identity, "invokedBy")
    if named is not None:
        return named
    if full is None:
        return "unknown"
    return full.replace(":", "/").rpartition("/")[2] or full
