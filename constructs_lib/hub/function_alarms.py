"""Alarms on a function that a schedule calls; their names begin as those from which the topic takes messages."""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.hub.function import HubFunction

HOUR_SECONDS: Final = 3600


def watch_function(
    scope: Construct,
    function: HubFunction,
    *,
    name: str,
    metrics: tuple[str, ...] = ("Errors", "Throttles"),
    missed_after_hours: int,
    topic_arn: str,
) -> None:
    """It fails, is held back, or was not called for too long.

    Args:
        scope: Of the alarms.
        function: The function.
        name: What the alarms' names begin with, after the prefix of them all.
        metrics: Of which nothing is expected. A function that runs once at a time, and that others call than its
            schedule, is held back in the order of things.
        missed_after_hours: It stands still when it was not called for so long.
        topic_arn: Where they go.
    """
    alarm = {"name": name, "of": function.name, "topic_arn": topic_arn}
    for metric in metrics:
        _alarm(
            scope,
            metric.lower(),
            f"The function {function.name} fails or is held back; its log group says why",
            metric,
            **alarm,
        )
    _alarm(
        scope,
        "stands-still",
        f"The function {function.name} was not called for {missed_after_hours} hours: its schedule or its permission "
        "does not work",
        "Invocations",
        **alarm,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        Period=HOUR_SECONDS,
        EvaluationPeriods=missed_after_hours,
        TreatMissingData="breaching",
    )


def _alarm(
    scope: Construct,
    kind: str,
    description: str,
    metric: str,
    *,
    name: str,
    of: str,
    topic_arn: str,
    **changes: Any,
) -> None:
    cdk.CfnResource(
        scope,
        "".join(word.capitalize() for word in kind.split("-")),
        type="AWS::CloudWatch::Alarm",
        properties={
            "AlarmName": f"{layout.HUB_ALARM_PREFIX}{name}-{kind}",
            "AlarmDescription": description,
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": of}],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [topic_arn],
            "OKActions": [topic_arn],
            **changes,
        },
    )
