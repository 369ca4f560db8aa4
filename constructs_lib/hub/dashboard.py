"""A page on which a person sees whether the hub works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.hub.bus import RULE
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION

NAME: Final = f"{layout.NAME_PREFIX}-access-hub"
WIDTH: Final = 12
HEIGHT: Final = 6

Metric = list[Any]


class HubDashboard(Construct):
    """From left to right and top to bottom the way of an event: arrived, waiting, judged, stored; then the alarms.

    Args:
        alarms: The names of the hub's alarms.
    """

    def __init__(self, scope: Construct, construct_id: str, *, alarms: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        queue, dead, lost = layout.HUB_QUEUE, layout.HUB_DEAD_LETTERS, layout.HUB_UNDELIVERED
        function, check = layout.ACCESS_EVENTS_FUNCTION, layout.ROSTER_CHECK_FUNCTION
        stream, guard = layout.ACCESS_EVENT_STREAM, layout.GUARD_FUNCTION
        changes, sweep = layout.GUARD_QUEUE, layout.SWEEP_QUEUE
        of_rule = ["EventBusName", layout.HUB_BUS, "RuleName", RULE]
        graphs = [
            _graph(
                "Events that arrived, and that could not be queued",
                ["AWS/Events", "MatchedEvents", *of_rule, {"label": "arrived"}],
                ["AWS/Events", "FailedInvocations", *of_rule, {"label": "not queued", "color": RED}],
            ),
            _graph(
                "Events that wait, and how long the oldest has (seconds)",
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, {"label": "waiting"}],
                ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue, {"label": "oldest", "yAxis": "right"}],
                statistic="Maximum",
            ),
            _graph(
                "Batches judged, failures and throttles",
                ["AWS/Lambda", "Invocations", "FunctionName", function, {"label": "batches"}],
                ["AWS/Lambda", "Errors", "FunctionName", function, {"label": "failures", "color": RED}],
                ["AWS/Lambda", "Throttles", "FunctionName", function, {"label": "throttles", "color": ORANGE}],
                ["AWS/Lambda", "Errors", "FunctionName", check, {"label": "roster check fails", "color": BROWN}],
            ),
            _graph(
                "Duration of a batch (milliseconds)",
                ["AWS/Lambda", "Duration", "FunctionName", function, {"stat": "p50", "label": "half"}],
                ["AWS/Lambda", "Duration", "FunctionName", function, {"stat": "p99", "label": "slowest hundredth"}],
            ),
            _graph(
                "Records stored, and the age of the oldest that is not (seconds)",
                ["AWS/Firehose", "DeliveryToS3.Records", "DeliveryStreamName", stream, {"label": "stored"}],
                [
                    "AWS/Firehose",
                    "DeliveryToS3.DataFreshness",
                    "DeliveryStreamName",
                    stream,
                    {"stat": "Maximum", "label": "oldest", "yAxis": "right"},
                ],
            ),
            _graph(
                "Dead letters: events that wait for a person",
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", dead, {"label": "not handled"}],
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", lost, {"label": "not queued"}],
                [
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    "QueueName",
                    layout.GUARD_DEAD_LETTERS,
                    {"label": "changes of security groups"},
                ],
                [
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    "QueueName",
                    layout.SWEEP_DEAD_LETTERS,
                    {"label": "places of a sweep"},
                ],
                statistic="Maximum",
            ),
            _graph(
                "Security groups: changes and places that wait, and how long the oldest change has (seconds)",
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", changes, {"label": "changes"}],
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", sweep, {"label": "places of a sweep"}],
                [
                    "AWS/SQS",
                    "ApproximateAgeOfOldestMessage",
                    "QueueName",
                    changes,
                    {"label": "oldest change", "yAxis": "right"},
                ],
                statistic="Maximum",
            ),
            _graph(
                "Security groups: batches judged, failures and throttles",
                ["AWS/Lambda", "Invocations", "FunctionName", guard, {"label": "batches"}],
                ["AWS/Lambda", "Errors", "FunctionName", guard, {"label": "failures", "color": RED}],
                ["AWS/Lambda", "Throttles", "FunctionName", guard, {"label": "throttles", "color": ORANGE}],
            ),
        ]
        alarm_arns = [f"arn:{PARTITION}:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{name}" for name in alarms]
        widgets = [
            _text("# Access hub\nEvents of all members on their way to judged records. Runbook: docs/operations.md"),
            *(
                {**graph, "x": position % 2 * WIDTH, "y": 2 + position // 2 * HEIGHT}
                for position, graph in enumerate(graphs)
            ),
            {
                "type": "alarm",
                "x": 0,
                "y": 2 + len(graphs) // 2 * HEIGHT,
                "width": 2 * WIDTH,
                "height": 4,
                "properties": {"title": "Alarms", "alarms": alarm_arns},
            },
        ]
        cdk.CfnResource(
            self,
            "Dashboard",
            type="AWS::CloudWatch::Dashboard",
            properties={
                "DashboardName": NAME,
                "DashboardBody": cdk.Stack.of(self).to_json_string({"start": "-P1D", "widgets": widgets}),
            },
        )


RED: Final = "#d62728"
ORANGE: Final = "#ff7f0e"
BROWN: Final = "#8c564b"


def _graph(title: str, *metrics: Metric, statistic: str = "Sum") -> dict[str, Any]:
    properties = {
        "title": title,
        "metrics": [list(metric) for metric in metrics],
        "region": REGION,
        "stat": statistic,
        "period": 300,
        "view": "timeSeries",
    }
    return {"type": "metric", "width": WIDTH, "height": HEIGHT, "properties": properties}


def _text(markdown: str) -> dict[str, Any]:
    return {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 2 * WIDTH,
        "height": 2,
        "properties": {"markdown": markdown},
    }
