"""A subscription filter hands log events to Data Firehose, as the role that the filter names.

MiniStack stores such a filter and delivers nothing.
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, firehose

from local.emulator import firehose_delivery
from local.emulator.hooks import replace
from local.emulator.judge import judge_identity, judge_trust
from local.emulator.principals import role_principal, service_principal

Event = dict[str, Any]


def install() -> None:
    """Adds Firehose to the destinations that are served."""
    replace(cloudwatch_logs, "_fanout_to_subscription_filters", _fanout)


def _fanout(original: Callable[..., Any]) -> Callable[..., Any]:
    def fanout(group: str, stream: str, events: list[Event]) -> None:
        original(group, stream, events)
        filters = (cloudwatch_logs._log_groups.get(group) or {}).get("subscriptionFilters") or {}
        for subscription in filters.values():
            if ":firehose:" in subscription.get("destinationArn", ""):
                _deliver(subscription, group=group, stream=stream, events=events)

    return fanout


def _deliver(subscription: Event, *, group: str, stream: str, events: list[Event]) -> None:
    pattern = subscription.get("filterPattern", "")
    wanted = [event for event in events if cloudwatch_logs._subscription_pattern_matches(pattern, event["message"])]
    destination = subscription["destinationArn"]
    target = firehose._streams.get(destination.rsplit("/", 1)[-1])
    if not wanted or target is None or target["arn"] != destination:
        return
    account = get_account_id()
    source = f"arn:aws:logs:{get_region()}:{account}:log-group:{group}:*"
    role = subscription["roleArn"]
    service = service_principal("logs.amazonaws.com", account=account, source_arn=source)
    if not judge_trust(service, role_arn=role).allowed:
        return
    if not judge_identity(role_principal(role), action="firehose:PutRecord", resource=destination).allowed:
        return
    envelope = {
        "messageType": "DATA_MESSAGE",
        "owner": account,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [subscription["filterName"]],
        "logEvents": [
            {"id": uuid.uuid4().hex, "timestamp": event["timestamp"], "message": event["message"]} for event in wanted
        ],
    }
    firehose_delivery.put(target, gzip.compress(json.dumps(envelope).encode()))
