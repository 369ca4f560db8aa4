"""CloudTrail writes what it recorded into the trail's bucket and log group, and tests both when a trail is made.

A digest follows the files of a trail that validates them (`trail_digests`).
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html
"""

from __future__ import annotations

import json
import secrets
import string
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudtrail, cloudwatch_logs

from local.emulator import trail_events
from local.emulator.bucket_delivery import Delivery, judge_delivery
from local.emulator.judge import judge_bucket, judge_identity, judge_key, judge_trust
from local.emulator.principals import organization, role_principal
from local.emulator.trail_digests import deliver_digest
from local.emulator.trail_objects import Trail, encryption_context, key_prefix, object_key, put, sender
from local.emulator.trail_selectors import selects
from local.policy_decision import Decision


def deliver_pending(*, account: str | None) -> list[dict[str, Any]]:
    """Delivers what every logging trail (of one account, or of all) has not delivered; refused files stay pending."""
    return [
        delivered
        for (owner, region, name), trail in list(cloudtrail._trails.all_items())
        if trail.get("IsLogging") and account in (None, owner)
        for delivered in _deliver_trail(trail, owner=owner, region=region, name=name)
    ]


def preflight_bucket(trail: Trail, *, account: str) -> Decision | None:
    """The first refusal of what CreateTrail tries on the bucket; None where all is well."""
    principal = sender(trail, account)
    bucket = trail["S3BucketName"]
    tried = [judge_bucket(principal, action="s3:GetBucketAcl", bucket=bucket)]
    owners = [account, organization().id] if trail.get("IsOrganizationTrail") else [account]
    for owner in owners:
        key = f"{key_prefix(trail)}AWSLogs/{owner}/CloudTrail/preflight"
        tried.append(
            judge_bucket(
                principal,
                action="s3:PutObject",
                bucket=bucket,
                key=key,
                context={"s3:x-amz-acl": "bucket-owner-full-control"},
            )
        )
    return next((decision for decision in tried if not decision.allowed), None)


def preflight_key(trail: Trail, *, account: str) -> Decision | None:
    """The first refusal of what CreateTrail tries on the trail's key, or on the bucket's where it names none."""
    principal = sender(trail, account)
    if not trail.get("KmsKeyId"):
        key = f"{key_prefix(trail)}AWSLogs/{account}/CloudTrail/preflight"
        decision = judge_delivery(principal, bucket=trail["S3BucketName"], key=key)
        return None if decision.allowed else decision
    tried = [
        judge_key(principal, action="kms:DescribeKey", key_arn=trail["KmsKeyId"]),
        judge_key(
            principal, action="kms:GenerateDataKey", key_arn=trail["KmsKeyId"], context=encryption_context(trail)
        ),
    ]
    return next((decision for decision in tried if not decision.allowed), None)


def preflight_log_group(trail: Trail, *, account: str, region: str) -> Decision | None:
    """The first refusal of what CreateTrail tries on the log group; None where all is well or there is none."""
    role = trail.get("CloudWatchLogsRoleArn")
    if not role:
        return None
    trusted = judge_trust(sender(trail, account), role_arn=role)
    tried = [trusted, *_judge_log_role(trail, stream=f"{account}_CloudTrail_{region}")]
    return next((decision for decision in tried if not decision.allowed), None)


def _deliver_trail(trail: Trail, *, owner: str, region: str, name: str) -> list[dict[str, Any]]:
    whole = trail.get("IsOrganizationTrail") and owner == organization().management_account
    accounts = organization().accounts if whole else frozenset({owner})
    arn = trail["TrailARN"]
    waiting = trail_events.pending(arn, accounts=accounts, since=trail["_StartedAt"])
    if not trail["IsMultiRegionTrail"]:
        waiting = [event for event in waiting if event.region == region]
    selectors = cloudtrail._event_selectors.get_scoped(owner, region, name, cloudtrail._DEFAULT_EVENT_SELECTORS)
    files: dict[tuple[str, str], list[trail_events.Record]] = {}
    for event in waiting:
        if selects(selectors, event.record):
            files.setdefault((event.account, event.region), []).append(event.record)
    results = []
    for (account, seen_in), records in sorted(files.items()):
        delivery, digest = _write(trail, owner=owner, home=region, account=account, region=seen_in, records=records)
        if delivery.landed:
            _log(trail, owner=owner, home=region, stream=_log_stream(trail, account, region), records=records)
        results.append(_described(trail, account, seen_in, len(records), delivery, digest))
    if waiting and all(result["allowed"] for result in results):
        trail_events.mark_delivered(arn, up_to=waiting[-1].index)
    return results


def _write(
    trail: Trail, *, owner: str, home: str, account: str, region: str, records: list[trail_events.Record]
) -> tuple[Delivery, Delivery | None]:
    """The file, and the digest that lists it; no digest where the file was refused or the trail wants none."""
    now = time.gmtime()
    random = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))
    file = f"{account}_CloudTrail_{region}_{time.strftime('%Y%m%dT%H%MZ', now)}_{random}.json.gz"
    key = object_key(trail, account=account, kind="CloudTrail", region=region, day=now, file=file)
    content = json.dumps({"Records": records}).encode()
    delivery = put(trail, owner=owner, key=key, content=content)
    if not delivery.landed:
        return delivery, None
    return delivery, deliver_digest(
        trail, owner=owner, home=home, account=account, region=region, key=key, content=content
    )


def _log(trail: Trail, *, owner: str, home: str, stream: str, records: list[trail_events.Record]) -> None:
    """Into the trail's log group, as its role; a refusal is in the journal."""
    if not trail.get("CloudWatchLogsRoleArn"):
        return
    if not all(decision.allowed for decision in _judge_log_role(trail, stream=stream)):
        return
    group = _log_group(trail)
    with request_scope(owner, home):
        cloudwatch_logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": json.dumps(record)} for record in records]
        cloudwatch_logs._put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": events})


def _judge_log_role(trail: Trail, *, stream: str) -> list[Decision]:
    resource = f"{trail['CloudWatchLogsLogGroupArn'].removesuffix(':*')}:log-stream:{stream}"
    role = role_principal(trail["CloudWatchLogsRoleArn"])
    return [
        judge_identity(role, action=f"logs:{name}", resource=resource) for name in ("CreateLogStream", "PutLogEvents")
    ]


def _log_group(trail: Trail) -> str:
    return str(trail["CloudWatchLogsLogGroupArn"]).removesuffix(":*").split(":log-group:", 1)[1]


def _log_stream(trail: Trail, account: str, region: str) -> str:
    return (
        f"{organization().id}_{account}_CloudTrail_{region}"
        if trail.get("IsOrganizationTrail")
        else (f"{account}_CloudTrail_{region}")
    )


def _described(
    trail: Trail, account: str, region: str, records: int, delivery: Delivery, digest: Delivery | None
) -> dict[str, Any]:
    return {
        "trail": trail["TrailARN"],
        "account": account,
        "region": region,
        "records": records,
        "uri": delivery.uri,
        "digest_uri": digest.uri if digest and digest.landed else None,
        **vars(delivery.decision),
    }
