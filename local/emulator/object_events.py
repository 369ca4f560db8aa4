"""S3 tells EventBridge of an object in the shape that AWS documents, archive included, and says who put it.

MiniStack adds `event-version`, leaves `version-id` out, names the bucket's owner as the requester and tells no archive.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from ministack.services import eventbridge, s3

from local.emulator.event_puts import event_record
from local.emulator.event_routing import put_on_bus
from local.emulator.hooks import replace
from local.emulator.judge import bucket_owner

_requester: ContextVar[str] = ContextVar("requester", default="")
_version: ContextVar[str] = ContextVar("version", default="")
_KEPT: Final = (
    "version",
    "bucket",
    "object",
    "request-id",
    "requester",
    "source-ip-address",
    "reason",
    "deletion-type",
)


def install() -> None:
    """Reshapes what S3 hands to EventBridge; must come after the routing, which it replaces for S3 alone."""
    replace(s3, "_fire_s3_event", _fire)
    replace(eventbridge, "_dispatch_event", _dispatch)


@contextmanager
def requested_by(requester: str) -> Iterator[None]:
    """Within it, objects are put by this account or service."""
    token = _requester.set(requester)
    try:
        yield
    finally:
        _requester.reset(token)


def request_comes_from(account: str) -> None:
    """For the rest of this request, objects are put by this account."""
    _requester.set(account)


def _fire(original: Callable[..., Any]) -> Callable[..., Any]:
    def fire(bucket: str, key: str, name: str, *arguments: Any, **named: Any) -> Any:
        token = _version.set(named.get("version_id") or "")
        try:
            return original(bucket, key, name, *arguments, **named)
        finally:
            _version.reset(token)

    return fire


def _dispatch(original: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch(event: dict[str, Any], view: Any = None) -> None:
        if event.get("Source") != "aws.s3" or "event-version" not in event["Detail"]:
            original(event, view)
            return
        detail = json.loads(event["Detail"])
        detail["request-id"] = secrets.token_hex(8).upper()
        detail["requester"] = _requester.get() or event["Account"]
        if _version.get():
            detail["object"]["version-id"] = _version.get()
        made = {member: detail[member] for member in _KEPT if member in detail}
        owner = bucket_owner(detail["bucket"]["name"]) or event["Account"]
        record = event_record(
            {**event, "Detail": json.dumps(made), "Time": None}, account=owner, region=event["Region"]
        )
        put_on_bus(record, bus_arn=f"arn:aws:events:{event['Region']}:{owner}:event-bus/default")

    return dispatch
