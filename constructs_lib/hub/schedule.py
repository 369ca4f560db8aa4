"""What calls a function again and again, and nothing else."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.hub.function import HubFunction


def call_on_schedule(scope: Construct, function: HubFunction, *, name: str, expression: str) -> None:
    """A rule of the account's own bus calls a function, which lets nobody else.

    Args:
        scope: Of rule and permission.
        function: The function.
        name: The rule's.
        expression: ``rate(…)`` or ``cron(…)``.
    """
    rule = cdk.CfnResource(
        scope,
        "Schedule",
        type="AWS::Events::Rule",
        properties={
            "Name": name,
            "State": "ENABLED",
            "ScheduleExpression": expression,
            "Targets": [{"Id": function.node.id, "Arn": function.arn}],
        },
    )
    cdk.CfnResource(
        scope,
        "Permission",
        type="AWS::Lambda::Permission",
        properties={
            "Action": "lambda:InvokeFunction",
            "FunctionName": function.resource.ref,
            "Principal": "events.amazonaws.com",
            "SourceArn": rule.get_att("Arn").to_string(),
        },
    )
