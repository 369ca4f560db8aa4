"""Logins to WorkSpaces as OCSF Authentication. AWS reports successful logins alone, without the user's name."""

from __future__ import annotations

from . import ocsf
from .addresses import endpoint, number
from .shapes import Json, text

_FACTS = (
    ("workspacesClientProductName", "client_product"),
    ("clientPlatform", "client_platform"),
    ("clientVersion", "client_version"),
)


def workspaces_login(detail: Json, origin: ocsf.Origin) -> Json:
    """One login, of nobody yet: ``enrich`` adds who owns the WorkSpace."""
    record = ocsf.record(class_uid=ocsf.AUTHENTICATION, activity_id=1, activity="Logon", origin=origin)
    action = text(detail, "actionType") or "unknown"
    status = ocsf.SUCCESS if action == "successfulLogin" else ocsf.OTHER
    workspace = text(detail, "workspaceId")
    record["api"] = {"operation": action, "service": {"name": "workspaces.amazonaws.com"}}
    record["user"] = {"name": "unknown", "type_id": 0}
    record["service"] = {"name": "Amazon WorkSpaces"}
    client = text(detail, "clientIpAddress")
    record["src_endpoint"] = endpoint(client)
    record["dst_endpoint"] = {"uid": workspace or "unknown"}
    record["status_id"] = status
    record["status"] = ocsf.STATUS_NAMES[status]
    record["status_detail"] = action
    unmapped: Json = {"kind": "workspaces_login"}
    if client is not None:
        from .aws_addresses import facts  # few events are logins to WorkSpaces

        unmapped |= facts(number(client))
    if workspace is not None:
        unmapped["workspace_id"] = workspace
    directory = text(detail, "directoryId")
    if directory is not None:
        unmapped["directory_id"] = directory.removeprefix("domain/")
    for key, name in _FACTS:
        value = text(detail, key)
        if value is not None:
            unmapped[name] = value
    record["unmapped"] = unmapped
    return record
