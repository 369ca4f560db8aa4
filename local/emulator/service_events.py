"""What AWS's own services say on the default bus of an account and Region, and schedules that fire when told to.

Nobody else may say `aws.` anything there.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from local.emulator.answers import RefusalError
from local.emulator.event_puts import event_record
from local.emulator.event_routing import put_on_bus

_ACCOUNT = re.compile(r"\d{12}")


def emit(*, account: str, region: str, event: Mapping[str, Any]) -> str:
    """Puts a service's event, in the shape in which rules get it, onto the default bus; the answer is its id.

    `account` and `region` of the event are those of the bus, whatever it says; its `id` and `time` are kept, so that
    the same event can come twice.
    """
    if not _ACCOUNT.fullmatch(account) or not region:
        raise RefusalError("ValidationException", f"no account and Region: {account!r}, {region!r}")
    if not str(event.get("source", "")).startswith("aws."):
        raise RefusalError("ValidationException", f"no service says {event.get('source')!r}")
    if not event.get("detail-type") or not isinstance(event.get("detail"), dict):
        raise RefusalError("ValidationException", "an event has a detail-type and a detail")
    record = event_record(
        {
            "Id": event.get("id"),
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "Time": _seconds(event.get("time")),
            "Resources": event.get("resources", []),
        },
        account=account,
        region=region,
    )
    put_on_bus(record, bus_arn=f"arn:aws:events:{region}:{account}:event-bus/default")
    return str(record["EventId"])


def fire(*, account: str, region: str, rule: str, moment: str | None = None) -> str:
    """A scheduled rule of the default bus fires once, as if it were due; the answer is the event's id.

    Its targets get the event now, with the time of now or of the given moment.
    """
    with request_scope(account, region):
        key = eventbridge._rule_key(rule, "default")
        found = eventbridge._rules.get(key)
        if found is None:
            raise RefusalError("ResourceNotFoundException", f"Rule {rule} does not exist.")
        expression = found.get("ScheduleExpression")
        if not expression or not eventbridge._validate_schedule_expression(expression):
            raise RefusalError("ValidationException", f"the rule {rule} has no valid schedule: {expression!r}")
        if found["State"] == "DISABLED":
            raise RefusalError("ValidationException", f"the rule {rule} is disabled")
        event = {
            **event_record(
                {
                    "Source": "aws.events",
                    "DetailType": "Scheduled Event",
                    "Resources": [found["Arn"]],
                    "Time": _seconds(moment),
                },
                account=account,
                region=region,
            ),
            "EventBusName": "default",
        }
        for target in list(eventbridge._targets.get(key, [])):
            eventbridge._invoke_target(target, event, found)
    return str(event["EventId"])


def call_recorded(record: Mapping[str, Any], *, account: str, region: str) -> None:
    """A call that CloudTrail recorded, as it comes to the default bus."""
    emit(
        account=account,
        region=region,
        event={
            "id": str(uuid.uuid4()),
            "source": f"aws.{str(record['eventSource']).split('.', 1)[0]}",
            "detail-type": "AWS API Call via CloudTrail",
            "time": record["eventTime"],
            "detail": dict(record),
        },
    )


def _seconds(moment: str | float | None) -> int:
    if moment is None:
        return int(time.time())
    if isinstance(moment, (int, float)):
        return int(moment)
    try:
        return int(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp())
    except ValueError as wrong:
        raise RefusalError("ValidationException", f"no time: {moment!r}") from wrong
