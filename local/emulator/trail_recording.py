"""Turns the API calls that the server answers into CloudTrail events, in AWS's shape.

MiniStack's own recording knows neither sessions nor answers and keeps flat form fields; it is switched off.
Of EC2, the calls on security groups and prefix lists are recorded (`ec2_trail`), the others need shapes of their own.
`responseElements` is filled for Systems Manager, CloudTrail and EC2; other services' answers are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, Final

from ministack import app
from ministack.core.iam_actions import _s3_action
from ministack.core.responses import get_account_id, get_region, get_request_client_ip
from ministack.core.router import detect_service, extract_access_key_id
from ministack.services import cloudtrail

from local.emulator import ec2_trail, trail_events
from local.emulator.hooks import replace
from local.emulator.judge import bucket_owner
from local.emulator.principals import caller

_NOT_RECORDED: Final = frozenset({"unknown_query", "lambda", "dynamodb", "sqs", "sns", "kinesis"})
_GLOBAL: Final = frozenset({"iam", "organizations", "route53", "cloudfront"})
_DATA_PLANE: Final = frozenset(
    {"PutLogEvents", "GetLogEvents", "FilterLogEvents", "PutRecord", "PutRecordBatch", "PutMetricData", "PutEvents"}
)
_READS: Final = re.compile(
    r"(Get|List|Describe|Head|Lookup|BatchGet|AssumeRole|Encrypt|Decrypt|GenerateDataKey|Filter)"
)
_WITH_RESPONSE: Final = frozenset({"ssm", "cloudtrail"})
_HIDDEN: Final = "Value hidden due to security reasons."
_SECRETS: Final = {("StartSession", "tokenValue"), ("PutParameter", "value")}
_S3_NAMES: Final = {
    "ListBucket": "ListObjects",
    "ListAllMyBuckets": "ListBuckets",
    "PutLifecycleConfiguration": "PutBucketLifecycle",
    "GetLifecycleConfiguration": "GetBucketLifecycle",
    "PutEncryptionConfiguration": "PutBucketEncryption",
    "GetEncryptionConfiguration": "GetBucketEncryption",
}


def install() -> None:
    """Records every answered call; MiniStack's own recorder stays silent."""
    replace(app, "_maybe_record_cloudtrail", lambda _original: lambda *_arguments: None)
    replace(app, "_dispatch_service_request", _recorded)


def _recorded(original: Callable[..., Any]) -> Callable[..., Any]:
    async def dispatch(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Any:
        account, region = get_account_id(), get_region()
        answer = await original(method, path, headers, body, query, request_id)
        app.set_request_account_id(account)
        _record(method, path, headers, body, query, request_id, region, answer)
        return answer

    return dispatch


def _record(
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, Any],
    request_id: str,
    region: str,
    answer: tuple[int, Any, Any],
) -> None:
    routing = app._routing_params(method, path, headers, body, query)
    service = detect_service(method, path, headers, routing)
    access_key = extract_access_key_id(headers, query)
    if service in _NOT_RECORDED or path.startswith("/_") or not access_key:
        return
    name = _s3_name(method, path, query) if service == "s3" else _event_name(service, method, path, headers, routing)
    if name in _DATA_PLANE or (service == "ec2" and name not in ec2_trail.RECORDED):
        return
    principal = caller(headers, query)
    read_only = _READS.match(name) is not None
    resources = _object_resources(path) if service == "s3" and _is_object_call(path, query) else ()
    call = trail_events.Call(
        principal=principal,
        access_key=access_key,
        region="us-east-1" if service in _GLOBAL else region,
        source=f"{service}.amazonaws.com",
        name=name,
        read_only=read_only,
        request=_hide(name, _parameters(service, name, path, headers, body, query, routing)),
        response=None if read_only else _hide(name, _response(service, name, answer, request_id)),
        source_ip=get_request_client_ip(),
        user_agent=headers.get("user-agent", ""),
        request_id=request_id,
        error=_error(service, answer),
        data_resources=resources,
    )
    owner = bucket_owner(path.strip("/").split("/")[0]) if service == "s3" else None
    recipients = {principal.account} | ({owner} if owner and answer[0] < 400 else set())
    trail_events.remember(call, recipients=tuple(sorted(recipients)))


def _event_name(service: str, method: str, path: str, headers: dict[str, str], routing: dict[str, Any]) -> str:
    if service == "ssm-guiconnect":
        return path.strip("/")
    return str(app._ct_event_name(service, method, path, headers, routing))


def _s3_name(method: str, path: str, query: dict[str, Any]) -> str:
    parts = path.strip("/").split("/", 1)
    if method == "HEAD":
        return "HeadObject" if len(parts) > 1 else "HeadBucket"
    if method == "POST" and "delete" in query:
        return "DeleteObjects"
    action = (_s3_action(method, path, query) or f"{method}Object").replace("ObjectVersion", "Object")
    return _S3_NAMES.get(action, action)


def _is_object_call(path: str, query: dict[str, Any]) -> bool:
    return "/" in path.strip("/") or "delete" in query or "versions" in query or "list-type" in query


def _object_resources(path: str) -> tuple[dict[str, Any], ...]:
    bucket, _slash, key = path.strip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}"
    named: dict[str, Any] = {"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"}
    if not key:
        named = {"type": "AWS::S3::Object", "ARNPrefix": f"{arn}/"}
    return (named, {"accountId": bucket_owner(bucket), "type": "AWS::S3::Bucket", "ARN": arn})


def _parameters(
    service: str,
    name: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    query: dict[str, Any],
    routing: dict[str, Any],
) -> Any:
    if service == "ec2":
        return ec2_trail.request(name, routing)
    if service == "s3":
        bucket, _slash, key = path.strip("/").partition("/")
        asked = {name: values[0] for name, values in query.items()}
        return {"bucketName": bucket, "Host": headers.get("host", ""), **({"key": key} if key else {}), **asked}
    if "json" in headers.get("content-type", "") and body:
        read = json.loads(body)
        return read if service == "ssm-guiconnect" else _lower(cloudtrail._scrub(read))
    if "form" in headers.get("content-type", ""):
        fields = {name: values[0] for name, values in routing.items() if name not in ("Action", "Version")}
        return _lower(unflatten(fields))
    return None


def unflatten(fields: Mapping[str, str]) -> dict[str, Any]:
    """The members of a form body: `Tags.member.1.Key` becomes the `Key` of the first of `Tags`."""
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        node = tree
        *parents, last = [part for part in name.split(".") if part not in ("member", "entry")]
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value
    listed: dict[str, Any] = {name: _lists(value) for name, value in tree.items()}
    return listed


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(key.isdecimal() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(inner) for key, inner in value.items()}


def _lower(value: Any) -> Any:
    """CloudTrail writes member names with a small first letter."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _lower(inner) for key, inner in value.items()}
    return [_lower(inner) for inner in value] if isinstance(value, list) else value


def _response(service: str, name: str, answer: tuple[int, Any, Any], request_id: str) -> Any:
    if service == "ec2" and answer[0] < 400:
        return ec2_trail.response(name, answer[2], request_id=request_id)
    if service not in _WITH_RESPONSE or answer[0] >= 400 or not answer[2]:
        return None
    return _lower(json.loads(answer[2])) or None


def _hide(name: str, members: Any) -> Any:
    if not isinstance(members, dict):
        return members
    return {key: _HIDDEN if (name, key) in _SECRETS else value for key, value in members.items()}


def _error(service: str, answer: tuple[int, Any, Any]) -> tuple[str, str] | None:
    status, _headers, body = answer
    if status < 400:
        return None
    text = body.decode(errors="replace") if isinstance(body, bytes) else ""
    if text.startswith("{"):
        read = json.loads(text)
        return str(read.get("__type", status)).rsplit("#", 1)[-1], str(read.get("message", read.get("Message", "")))
    code, message = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message"))
    side = "Client." if service == "ec2" else ""
    return (side + (code[1] if code else str(status)), unescape(message[1]) if message else "")
