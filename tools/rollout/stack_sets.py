"""Asks CloudFormation for the StackSets, and has it work on single accounts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from tools.rollout.state import Progress, Stack, Standing, Work, in_order

RUNNING: Final = ("RUNNING", "QUEUED", "STOPPING")


class RolloutError(Exception):
    """An operation failed or took too long; the message says where and why."""


def standing(cloudformation: Any, *, call_as: str) -> Standing:
    """Where every StackSet of ours stands; calls per StackSet: its stacks, 100 a page, and its operations.

    Args:
        cloudformation: A client in the account and Region that administers them.
        call_as: `SELF` or `DELEGATED_ADMIN`.
    """
    there = _pages(cloudformation, "list_stack_sets", Status="ACTIVE", CallAs=call_as)
    return Standing(
        stack_sets=tuple(
            _progress(cloudformation, name, call_as) for name in in_order(item["StackSetName"] for item in there)
        )
    )


def update(cloudformation: Any, some: Work, *, call_as: str) -> str:
    """Has the stacks made as they shall be; the id of the operation."""
    answer = cloudformation.update_stack_instances(**_targets(some, call_as))
    return str(answer["OperationId"])


def delete(cloudformation: Any, some: Work, *, call_as: str) -> str:
    """Has the stacks removed; the id of the operation."""
    answer = cloudformation.delete_stack_instances(**_targets(some, call_as), RetainStacks=False)
    return str(answer["OperationId"])


def wait(
    cloudformation: Any,
    stack_set: str,
    operation: str,
    *,
    call_as: str,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    poll: float,
) -> None:
    """Until an operation has ended.

    Raises:
        RolloutError: It failed, with the reason of each account and Region, or did not end in so many seconds.
    """
    for _ in range(int(seconds / poll) + 1):
        found = cloudformation.describe_stack_set_operation(
            StackSetName=stack_set, OperationId=operation, CallAs=call_as
        )["StackSetOperation"]
        if found["Status"] == "SUCCEEDED":
            return
        if found["Status"] not in RUNNING:
            results = _pages(
                cloudformation,
                "list_stack_set_operation_results",
                StackSetName=stack_set,
                OperationId=operation,
                CallAs=call_as,
            )
            told = [
                f"{item['Account']} {item['Region']}: {item.get('StatusReason') or item['Status']}"
                for item in results
                if item["Status"] != "SUCCEEDED"
            ]
            raise RolloutError("\n".join([f"{stack_set}: the operation ended as {found['Status']}", *told]))
        sleep(poll)
    raise RolloutError(
        f"{stack_set}: operation {operation} has not ended after {seconds:.0f} s; it goes on without you"
    )


def _progress(cloudformation: Any, name: str, call_as: str) -> Progress:
    stacks = _pages(cloudformation, "list_stack_instances", StackSetName=name, CallAs=call_as)
    recent = cloudformation.list_stack_set_operations(StackSetName=name, CallAs=call_as)["Summaries"]
    return Progress(
        name=name,
        stacks=tuple(sorted((Stack.of(item) for item in stacks), key=lambda stack: (stack.account, stack.region))),
        running=tuple(item["OperationId"] for item in recent if item["Status"] in RUNNING),
    )


def _targets(some: Work, call_as: str) -> dict[str, Any]:
    return {
        "StackSetName": some.stack_set,
        "CallAs": call_as,
        "DeploymentTargets": {
            "OrganizationalUnitIds": [some.unit],
            "AccountFilterType": "INTERSECTION",
            "Accounts": list(some.accounts),
        },
        "Regions": list(some.regions),
    }


def _pages(client: Any, operation: str, **arguments: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator(operation).paginate(**arguments)
    return [item for page in pages for item in page["Summaries"]]
