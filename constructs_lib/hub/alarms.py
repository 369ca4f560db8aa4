"""What wakes a person when the hub itself does not work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.hub.bus import HubBus
from constructs_lib.hub.security_group_guard import SecurityGroupGuard

PERIOD_SECONDS: Final = 300
HOUR_SECONDS: Final = 3600
LATE_AFTER_SECONDS: Final = 900


class HubAlarms(Construct):
    """Dead letters, failing or throttled functions, late or refused records, and an hour in which nothing happens.

    Args:
        topic_arn: Where they go.
        bus: Whose queues are watched.
        functions: The names of the functions that are.
        scheduled: The one of them that a schedule calls; a schedule that stands still fails nowhere else.
        guard: Whose queues are watched too, and the sweeps that it is to make.
        sweep_hours: How often.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        topic_arn: str,
        bus: HubBus,
        functions: Sequence[str],
        scheduled: str,
        guard: SecurityGroupGuard,
        sweep_hours: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic_arn = topic_arn
        self.names: list[str] = []
        for queue in (bus.dead_letters, bus.undelivered):
            self._alarm(
                queue.name,
                f"Events wait in the queue {queue.name}: find the cause, then `make replay`",
                ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue.name}),
                statistic="Maximum",
            )
        self._alarm(
            "events-late",
            f"An event has waited for more than {LATE_AFTER_SECONDS // 60} minutes to be judged",
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": bus.queue.name}),
            statistic="Maximum",
            above=LATE_AFTER_SECONDS,
        )
        self._of_guard(guard, sweep_hours)
        for function in functions:
            for metric in ("Errors", "Throttles"):
                self._alarm(
                    f"{function}-{metric.lower()}",
                    f"The function {function} fails or is held back; its log group says why",
                    ("AWS/Lambda", metric, {"FunctionName": function}),
                )
        stream = {"DeliveryStreamName": layout.ACCESS_EVENT_STREAM}
        self._alarm(
            "records-refused",
            "Data Firehose refuses records for want of capacity; they come again until it takes them",
            ("AWS/Firehose", "ThrottledRecords", stream),
        )
        self._alarm(
            "records-fail",
            "Judged records do not reach the log bucket; Data Firehose gives up after 24 hours",
            ("AWS/Firehose", "DeliveryToS3.Success", stream),
            statistic="Average",
            below=1,
        )
        self._alarm(
            "records-late",
            f"The oldest undelivered record is more than {LATE_AFTER_SECONDS // 60} minutes old",
            ("AWS/Firehose", "DeliveryToS3.DataFreshness", stream),
            statistic="Maximum",
            above=LATE_AFTER_SECONDS,
        )
        self._alarm(
            "no-events",
            "No member was heard for an hour: the bus, its policy or its rule does not work",
            ("AWS/SQS", "NumberOfMessagesSent", {"QueueName": bus.queue.name}),
            below=1,
            period=HOUR_SECONDS,
            silence="breaching",
        )
        self._alarm(
            f"{scheduled}-stands-still",
            f"The function {scheduled} was not called for an hour: its schedule or its permission does not work",
            ("AWS/Lambda", "Invocations", {"FunctionName": scheduled}),
            below=1,
            period=HOUR_SECONDS,
            silence="breaching",
        )

    def _of_guard(self, guard: SecurityGroupGuard, sweep_hours: int) -> None:
        """Its dead letters, changes that wait, and a sweep that does not come.

        Between two sweeps its queue may be silent for as long as settings say, so every hour of that time must be; one
        hour more, because a metric's hours and a schedule's do not begin together.
        """
        for queue, target in ((guard.dead_letters, guard.changes), (guard.sweep_dead_letters, guard.sweep)):
            self._alarm(
                queue.name,
                f"Messages wait in the queue {queue.name}: find the cause, then `make replay` to {target.name}",
                ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue.name}),
                statistic="Maximum",
            )
        self._alarm(
            "security-groups-late",
            f"A change of a security group has waited for more than {LATE_AFTER_SECONDS // 60} minutes to be judged",
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": guard.changes.name}),
            statistic="Maximum",
            above=LATE_AFTER_SECONDS,
        )
        self._alarm(
            f"{guard.sweep.name}-stands-still",
            "No sweep of the security groups has begun when it should: its schedule or its queue does not work",
            ("AWS/SQS", "NumberOfMessagesSent", {"QueueName": guard.sweep.name}),
            below=1,
            period=HOUR_SECONDS,
            periods=sweep_hours + 1,
            silence="breaching",
        )

    def _alarm(
        self,
        name: str,
        description: str,
        of: tuple[str, str, dict[str, str]],
        *,
        statistic: str = "Sum",
        above: float = 0,
        below: float | None = None,
        period: int = PERIOD_SECONDS,
        periods: int = 1,
        silence: str = "notBreaching",
    ) -> None:
        namespace, metric, dimensions = of
        full_name = f"{layout.HUB_ALARM_PREFIX}{name.removeprefix(f'{layout.NAME_PREFIX}-')}"
        self.names.append(full_name)
        properties: dict[str, Any] = {
            "AlarmName": full_name,
            "AlarmDescription": description,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": statistic,
            "Period": period,
            "EvaluationPeriods": periods,
            "Threshold": above if below is None else below,
            "ComparisonOperator": "GreaterThanThreshold" if below is None else "LessThanThreshold",
            "TreatMissingData": silence,
            "AlarmActions": [self._topic_arn],
            "OKActions": [self._topic_arn],
        }
        construct_id = "".join(word.capitalize() for word in name.split("-"))
        cdk.CfnResource(self, construct_id, type="AWS::CloudWatch::Alarm", properties=properties)
