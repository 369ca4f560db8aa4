"""What one asks of StackSets, and the two calls that work on single instances, in CloudFormation's query protocol.

Answers come in one page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from ministack.services.cloudformation import handlers, helpers

from local.emulator import stack_sets
from local.emulator.answers import RefusalError
from local.emulator.hooks import add_entry
from local.emulator.stack_sets import Action, Group, Operation, StackSet
from tools.rollout.pace import Place

Params = Mapping[str, Any]


def install() -> None:
    """Adds the operations to those of MiniStack."""
    for name, call in _OPERATIONS.items():
        add_entry(handlers._ACTION_HANDLERS, name, _answering(name, call))


def _answering(name: str, call: Callable[[Params], dict[str, Any]]) -> Callable[[Params], Any]:
    def answer(params: Params) -> Any:
        try:
            inner = _xml(call(params))
        except RefusalError as refusal:
            return helpers._error(refusal.code, refusal.message, refusal.status)
        return helpers._xml(200, f"{name}Response", f"<{name}Result>{inner}</{name}Result>")

    return answer


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{key}>{_xml(item)}</{key}>" for key, item in value.items() if item not in ("", None))
    if isinstance(value, list | tuple):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _one(params: Params, name: str) -> str:
    return str(helpers._p(params, name) or "")


def _describe(params: Params) -> dict[str, Any]:
    made = stack_sets.stack_set(_one(params, "StackSetName"))
    return {
        "StackSet": {
            "StackSetName": made.name,
            "StackSetId": made.id,
            "StackSetARN": made.arn,
            "Status": "ACTIVE",
            "TemplateBody": made.body,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in made.parameters.items()],
            "Capabilities": made.capabilities,
            "AutoDeployment": _automatic(made),
            "PermissionModel": "SERVICE_MANAGED",
            "OrganizationalUnitIds": [unit for group in made.groups for unit in group.units],
            "ManagedExecution": {"Active": True},
            "Regions": list(dict.fromkeys(region for group in made.groups for region in group.regions)),
        }
    }


def _automatic(made: StackSet) -> dict[str, Any]:
    if not made.automatic:
        return {"Enabled": False}
    return {"Enabled": True, "RetainStacksOnAccountRemoval": made.retains, "DependsOn": made.depends_on}


def _list(_params: Params) -> dict[str, Any]:
    return {
        "Summaries": [
            {
                "StackSetName": made.name,
                "StackSetId": made.id,
                "Status": "ACTIVE",
                "AutoDeployment": _automatic(made),
                "PermissionModel": "SERVICE_MANAGED",
                "ManagedExecution": {"Active": True},
            }
            for made in stack_sets.all_stack_sets()
        ]
    }


def _instances(params: Params) -> dict[str, Any]:
    made = stack_sets.stack_set(_one(params, "StackSetName"))
    account, where = _one(params, "StackInstanceAccount"), _one(params, "StackInstanceRegion")
    return {
        "Summaries": [
            {
                "StackSetId": made.id,
                "Account": place[0],
                "Region": place[1],
                "StackId": item.stack_id,
                "Status": item.status,
                "StatusReason": item.reason,
                "StackInstanceStatus": {"DetailedStatus": item.detailed},
                "OrganizationalUnitId": item.unit,
                "DriftStatus": "NOT_CHECKED",
                "LastOperationId": item.operation_id,
            }
            for place, item in list(made.instances.items())
            if account in ("", place[0]) and where in ("", place[1])
        ]
    }


def _operations(params: Params) -> dict[str, Any]:
    made = stack_sets.stack_set(_one(params, "StackSetName"))
    return {"Summaries": [_operation(item) for item in reversed(made.operations)]}


def _operation(item: Operation) -> dict[str, Any]:
    return {
        "OperationId": item.id,
        "Action": item.action,
        "Status": item.status,
        "CreationTimestamp": item.began,
        "EndTimestamp": item.ended,
        "StatusDetails": {"FailedStackInstancesCount": item.progress.failed},
    }


def _described_operation(params: Params) -> dict[str, Any]:
    return {"StackSetOperation": _operation(_found_operation(params))}


def _results(params: Params) -> dict[str, Any]:
    progress = _found_operation(params).progress
    return {
        "Summaries": [
            {
                "Account": place[0],
                "Region": place[1],
                "Status": status,
                "StatusReason": progress.reasons.get(place, ""),
            }
            for place, status in progress.status.items()
        ]
    }


def _found_operation(params: Params) -> Operation:
    made, wanted = stack_sets.stack_set(_one(params, "StackSetName")), _one(params, "OperationId")
    found = next((item for item in made.operations if item.id == wanted), None)
    if found is None:
        raise RefusalError("OperationNotFoundException", f"Operation {wanted} not found", status=404)
    return found


def _update_instances(params: Params) -> dict[str, Any]:
    return _work(params, "UPDATE")


def _delete_instances(params: Params) -> dict[str, Any]:
    if _one(params, "RetainStacks") != "false":
        raise RefusalError("ValidationError", "the embedded AWS removes the stacks of instances that it deletes")
    return _work(params, "DELETE")


def _work(params: Params, action: Action) -> dict[str, Any]:
    """Begins an operation on instances that there are."""
    made = stack_sets.stack_set(_one(params, "StackSetName"))

    def several(name: str) -> tuple[str, ...]:
        return tuple(helpers._extract_string_members(params, name))

    group = Group(
        units=several("DeploymentTargets.OrganizationalUnitIds"),
        filter_type=_one(params, "DeploymentTargets.AccountFilterType") or "NONE",
        accounts=several("DeploymentTargets.Accounts"),
        regions=several("Regions"),
    )
    places: list[Place] = [place for place in group.places() if place in made.instances]
    if not places:
        raise RefusalError("StackInstanceNotFoundException", "there is no such stack instance", status=404)
    queued = stack_sets.queue(made, action)
    threading.Thread(target=_quietly, args=(made, places, queued), daemon=True).start()
    return {"OperationId": queued.id}


def _quietly(made: StackSet, places: list[Place], queued: Operation) -> None:
    """Whoever asks for the operation learns whether it failed."""
    try:
        stack_sets.operate(made, queued.action, places, queued=queued)
    except RefusalError:
        return


_OPERATIONS: Final[Mapping[str, Callable[[Params], dict[str, Any]]]] = {
    "DescribeStackSet": _describe,
    "ListStackSets": _list,
    "ListStackInstances": _instances,
    "ListStackSetOperations": _operations,
    "DescribeStackSetOperation": _described_operation,
    "ListStackSetOperationResults": _results,
    "UpdateStackInstances": _update_instances,
    "DeleteStackInstances": _delete_instances,
}
