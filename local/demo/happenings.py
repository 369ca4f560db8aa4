"""What happens in the members, in the words in which AWS tells it, and what must become of it.

The events lie in `events/`, one file for each kind, in the shape in which EventBridge gives them to rules.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from local.demo.setting import Setting
from local.embedded_aws import EmbeddedAws

Json = dict[str, Any]
_EVENTS: Final = Path(__file__).parent / "events"
_ACCOUNT, _REGION, _PERSON = "222222222222", "us-east-1", "alice"
"""What the files say, and what is put in its place."""
_GLOBAL: Final = "us-east-1"
"""Where sign-ins of the root user are told, and those of users without a Regional endpoint."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must be read back of something that happened: its record, the verdict on it, and how often it alerts."""

    account: str
    region: str
    verdict: str
    reasons: tuple[str, ...] = ()
    alerts: int = 0
    copies: int = 2


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event, told in an account and Region. It bears its own id, so telling it again is the same event again."""

    event: Mapping[str, Any]
    expected: Expected

    @property
    def uid(self) -> str:
        """The source's own id: CloudTrail's, else EventBridge's."""
        return str(self.event["detail"].get("eventID") or self.event["id"])

    def tell(self, aws: EmbeddedAws) -> None:
        """AWS says it once, on the default bus of the account."""
        aws.emit_service_event(account=self.expected.account, region=self.expected.region, event=self.event)


def everyday(setting: Setting, *, workspaces: tuple[str, str]) -> list[Happening]:
    """Logins, sign-ins, a session and a tampering; approved networks are those of the example settings.

    Args:
        setting: Where it happens.
        workspaces: One WorkSpace of each of the two members.
    """
    first, second = setting.two_members
    clear: dict[str, Any] = {"verdict": "clear"}
    return [
        _happening("workspaces_login", first, setting.home, {"workspaceId": workspaces[0]}, **clear),
        _happening(
            "workspaces_login",
            second,
            setting.home,
            {"clientIpAddress": "192.0.2.77", "workspaceId": workspaces[1]},
            **_alert("unapproved-network"),
        ),
        _happening("root_sign_in", second, _GLOBAL, **_alert("root-sign-in")),
        _happening("federated_sign_in", first, setting.home, **clear),
        _happening("failed_sign_in", first, _GLOBAL, verdict="counted"),
        _happening("session_start", first, setting.home, **clear),
        _happening("session_preferences_changed", first, setting.home, **_alert("tampering")),
    ]


def trail_stopped(setting: Setting) -> Happening:
    """What happens while the handler fails."""
    return _happening("trail_stopped", setting.two_members[1], setting.home, **_alert("tampering"))


def lost_session(setting: Setting) -> Happening:
    """Somebody began a session so long ago that its transcript ought to be there, and it is not."""
    return _happening("session_start", setting.two_members[0], setting.home, who="hugo", hours_ago=3, verdict="clear")


def _alert(*reasons: str) -> dict[str, Any]:
    return {"verdict": "alert", "reasons": reasons, "alerts": 1}


def _happening(
    name: str,
    account: str,
    region: str,
    detail: Mapping[str, str] | None = None,
    *,
    who: str = _PERSON,
    hours_ago: int = 0,
    **expected: Any,
) -> Happening:
    """A file's event, now or some hours ago, here and under ids of its own."""
    text = (_EVENTS / f"{name}.json").read_text(encoding="utf-8")
    event: Json = json.loads(text.replace(_ACCOUNT, account).replace(_REGION, region).replace(_PERSON, who))
    now = datetime.now(UTC) - timedelta(hours=hours_ago)
    seconds = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    event |= {"id": str(uuid.uuid4()), "time": seconds}
    event["detail"] |= detail or {}
    if "eventID" in event["detail"]:
        event["detail"] |= {"eventID": str(uuid.uuid4()), "eventTime": seconds}
    else:
        event["detail"]["loginTime"] = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Happening(event=event, expected=Expected(account=account, region=region, **expected))
