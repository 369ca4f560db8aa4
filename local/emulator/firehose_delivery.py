"""Data Firehose delivers into a bucket of any account, as its role and only where every policy agrees.

MiniStack writes into its own account alone, asks nobody, and neither decompresses nor compresses. What is refused is
not retried here; AWS keeps trying for 24 hours.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, firehose

from local.emulator.bucket_delivery import OwnKey, default_key, deliver
from local.emulator.firehose_processing import compress, process
from local.emulator.hooks import replace, replace_entry
from local.emulator.judge import bucket_owner, bucket_region, judge_identity, judge_trust
from local.emulator.principals import role_principal, service_principal
from local.policy_decision import Decision

Stream = dict[str, Any]
_REFUSED: Final = (
    "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role, "
    "and the access policy allows access to the S3 bucket."
)


_Batch = list[tuple[Stream, Stream, list[tuple[str, bytes]]]]
_batch: ContextVar[_Batch | None] = ContextVar("batch", default=None)


def install() -> None:
    """Takes over what Firehose does with the records of an S3 destination."""
    replace(firehose, "_deliver_records_to_s3", lambda _original: _deliver_or_gather)
    replace_entry(firehose._HANDLERS, "PutRecordBatch", _put_batch)


def put(stream: Stream, record: bytes) -> None:
    """One record, as PutRecord takes it."""
    for destination in stream["destinations"]:
        _deliver_records(stream, destination, [("", record)])


def _put_batch(original: Callable[..., Any]) -> Callable[..., Any]:
    """MiniStack delivers record by record; here the records of a batch stay together."""

    def put_batch(members: dict[str, Any]) -> Any:
        gathered: _Batch = []
        token = _batch.set(gathered)
        try:
            answer = original(members)
        finally:
            _batch.reset(token)
        for destination in gathered[0][0]["destinations"] if gathered else []:
            records = [record for _stream, to, one in gathered if to is destination for record in one]
            if records:
                _deliver_records(gathered[0][0], destination, records)
        return answer

    return put_batch


def _deliver_or_gather(stream: Stream, destination: Stream, records: list[tuple[str, bytes]]) -> None:
    gathered = _batch.get()
    if gathered is None:
        _deliver_records(stream, destination, records)
    else:
        gathered.append((stream, destination, records))


def _deliver_records(stream: Stream, destination: Stream, records: list[tuple[str, bytes]]) -> None:
    """The records of one call become one object, as those of one buffer do."""
    configuration = destination["config"]
    now = time.gmtime()
    processed = process(configuration, [record for _id, record in records])
    if processed.records:
        body, extension = compress(configuration, b"".join(processed.records))
        prefix = firehose._evaluate_prefix(configuration.get("Prefix", ""), now)
        name = _object_name(stream, now) + (configuration.get("FileExtension") or extension)
        _deliver(stream, configuration, prefix + name, body)
    for kind, record in processed.failed:
        template = configuration.get("ErrorOutputPrefix") or f"{configuration.get('Prefix', '')}{kind}/"
        prefix = firehose._evaluate_prefix(template, now, error_type=kind)
        document = {
            "attemptsMade": 1,
            "arrivalTimestamp": int(time.time() * 1000),
            "errorCode": kind,
            "rawData": base64.b64encode(record).decode(),
        }
        _deliver(stream, configuration, prefix + _object_name(stream, now), json.dumps(document).encode() + b"\n")


def _deliver(stream: Stream, configuration: Stream, key: str, body: bytes) -> None:
    bucket = firehose._s3_bucket_from_arn(configuration["BucketARN"])
    role = configuration["RoleARN"]
    service = service_principal("firehose.amazonaws.com", account=get_account_id(), source_arn=stream["arn"])
    trusted = judge_trust(service, role_arn=role)
    if not trusted.allowed:
        _log_refusal(stream, configuration, trusted)
        return
    foreign = bucket_owner(bucket) != get_account_id()
    delivery = deliver(
        role_principal(role),
        bucket=bucket,
        key=key,
        body=body,
        content_type="application/octet-stream",
        actions=("s3:PutObject", "s3:PutObjectAcl") if foreign else ("s3:PutObject",),
        own_key=_own_key(configuration, bucket=bucket, key=key),
    )
    if not delivery.landed:
        _log_refusal(stream, configuration, delivery.decision)


def _own_key(configuration: Stream, *, bucket: str, key: str) -> OwnKey | None:
    """The key that the stream names; S3 uses it through the bucket key where the bucket has one."""
    named = (configuration.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig")
    if not named or bucket_owner(bucket) is None:
        return None
    default = default_key(bucket)
    through_bucket = default is not None and default.bucket_key
    context = {
        "kms:ViaService": f"s3.{bucket_region(bucket)}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}" + ("" if through_bucket else f"/{key}"),
        "aws:ViaAWSService": "true",
    }
    return OwnKey(arn=named["AWSKMSKeyARN"], context=context)


def _object_name(stream: Stream, now: time.struct_time) -> str:
    return f"{stream['name']}-{stream['version']}-{time.strftime('%Y-%m-%d-%H-%M-%S', now)}-{uuid.uuid4()}"


def _log_refusal(stream: Stream, configuration: Stream, decision: Decision) -> None:
    """Into the stream's error log, where one is configured and the role may write to it."""
    options = configuration.get("CloudWatchLoggingOptions") or {}
    if str(options.get("Enabled", False)).lower() != "true":
        return
    group, log_stream = options["LogGroupName"], options["LogStreamName"]
    resource = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:{log_stream}"
    role = role_principal(configuration["RoleARN"])
    if not judge_identity(role, action="logs:PutLogEvents", resource=resource).allowed:
        return
    message = {
        "deliveryStreamARN": stream["arn"],
        "destination": configuration["BucketARN"],
        "deliveryStreamVersionId": stream["version"],
        "message": f"{_REFUSED} ({decision.reason})",
        "errorCode": "S3.KMS.AccessDenied" if decision.policy.startswith("key") else "S3.AccessDenied",
    }
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(message)}
    members = {"logGroupName": group, "logStreamName": log_stream, "logEvents": [event]}
    put_log_events: Callable[[dict[str, Any]], Any] = cloudwatch_logs._put_log_events
    put_log_events(members)
