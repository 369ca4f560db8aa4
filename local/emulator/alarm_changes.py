"""An alarm that changes its state says so on the default bus, and reaches a topic only as topic and key let it.

MiniStack tells EventBridge nothing and publishes unasked. What an alarm was before is given as its value alone.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch

from local.emulator import service_events
from local.emulator.hooks import replace
from local.emulator.principals import service_principal
from local.emulator.target_policies import judge_topic

Alarm = dict[str, Any]
_ACTIONS: Final = {
    "ALARM": "AlarmActions",
    "OK": "OKActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}


def install() -> None:
    """Stands where MiniStack carries out an alarm's actions."""
    replace(cloudwatch, "_dispatch_alarm_actions", _changed)


def _changed(original: Callable[..., Any]) -> Callable[..., Any]:
    def changed(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
        service_events.emit(
            account=get_account_id(),
            region=get_region(),
            event={
                "source": "aws.cloudwatch",
                "detail-type": "CloudWatch Alarm State Change",
                "resources": [alarm["AlarmArn"]],
                "detail": _detail(alarm, old_state, new_state, reason),
            },
        )
        original({**alarm, **_admitted(alarm, new_state)}, old_state, new_state, reason)

    return changed


def _admitted(alarm: Alarm, state: str) -> dict[str, list[str]]:
    """The actions of the state without the topics that refuse CloudWatch."""
    service = service_principal("cloudwatch.amazonaws.com", account=get_account_id(), source_arn=alarm["AlarmArn"])
    kind = _ACTIONS[state]
    actions = alarm.get(kind) or []
    return {kind: [each for each in actions if ":sns:" not in each or judge_topic(service, topic_arn=each).allowed]}


def _detail(alarm: Alarm, old_state: str, new_state: str, reason: str) -> dict[str, Any]:
    dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or []}
    metric = {"namespace": alarm.get("Namespace"), "name": alarm.get("MetricName"), "dimensions": dimensions}
    stat = {"metric": metric, "period": alarm.get("Period"), "stat": alarm.get("Statistic")}
    return {
        "alarmName": alarm["AlarmName"],
        "state": {
            "value": new_state,
            "reason": reason,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime()),
        },
        "previousState": {"value": old_state},
        "configuration": {
            "description": alarm.get("AlarmDescription", ""),
            "metrics": [{"id": str(uuid.uuid4()), "metricStat": stat, "returnData": True}],
        },
    }
