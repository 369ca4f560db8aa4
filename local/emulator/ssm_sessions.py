"""Starting and ending a Session Manager session; the session itself is played by `local.session_agent`."""

from __future__ import annotations

import base64
import os
import secrets
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_region

from local.emulator import ssm_documents
from local.emulator.answers import RefusalError
from local.policy_request import IamPrincipal

_sessions = AccountRegionScopedDict()


def start(members: dict[str, Any], *, principal: IamPrincipal) -> dict[str, Any]:
    """StartSession: the id is the name of the role session, then seventeen hexadecimal digits.

    A document that is named must exist; the default one need not, AWS falls back to its own preferences.
    """
    document = members.get("DocumentName")
    if document and not document.startswith("AWS-") and not ssm_documents.exists(document):
        raise RefusalError("InvalidDocument", f"Document with name {document} does not exist.")
    owner = principal.session_arn.rsplit("/", 1)[-1] if principal.session_arn else "root"
    session_id = f"{owner}-0{secrets.token_hex(8)}"
    _sessions[session_id] = {"Target": members["Target"], "Owner": principal.name}
    stream = f"wss://ssmmessages.{get_region()}.amazonaws.com/v1/data-channel/{session_id}?role=publish_subscribe"
    token = base64.b64encode(os.urandom(96)).decode()
    return {"SessionId": session_id, "TokenValue": token, "StreamUrl": stream}


def terminate(members: dict[str, Any]) -> dict[str, Any]:
    """TerminateSession; ending an unknown session is no mistake on AWS either."""
    _sessions.pop(members["SessionId"], None)
    return {"SessionId": members["SessionId"]}


def clear() -> None:
    """No sessions anywhere."""
    _sessions.clear()
