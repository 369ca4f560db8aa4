"""`AWS::CloudFormation::StackSet`, of the service-managed kind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import stacks

from local.emulator import stack_sets
from local.emulator.answers import RefusalError
from local.emulator.cloudformation_types import Created, Properties, register
from local.emulator.hooks import replace
from local.emulator.principals import organization
from local.emulator.stack_sets import Group, StackSet
from tools.rollout.pace import Pace

TYPE: Final = "AWS::CloudFormation::StackSet"
BODY_LIMIT: Final = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_PROPERTIES: Final = frozenset(
    {
        *("AutoDeployment", "CallAs", "Capabilities", "Description", "ManagedExecution", "OperationPreferences"),
        *("Parameters", "PermissionModel", "StackInstancesGroup", "StackSetName", "Tags", "TemplateBody"),
    }
)


def install() -> None:
    """Registers the type, whose operations take long and so run on a thread of their own."""
    register(TYPE, StackSetType(), properties=_PROPERTIES)
    replace(stacks, "_runs_on_worker_thread", _or_ours)


def _or_ours(original: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda resource_type: resource_type == TYPE or original(resource_type)


class StackSetType:
    """`Ref` is the id, name and a part that is unique; it is created when its first operation has succeeded.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
    """

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """CreateStackSet and CreateStackInstances; when too much fails, the resource does, and takes all away again."""
        made = _read(properties, identifier=f"{properties['StackSetName']}:{uuid.uuid4()}", creates=True)
        try:
            stack_sets.add(made)
        except RefusalError as refusal:
            if refusal.code == "OperationFailed":
                stack_sets.remove(made.name)
            raise
        return made.id, {"StackSetId": made.id}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """UpdateStackSet and what follows from it; another name is another StackSet."""
        if any(old.get(name) != new.get(name) for name in ("StackSetName", "PermissionModel", "CallAs")):
            return self.create("", new, stack)
        stack_sets.change(stack_sets.stack_set(physical_id), _read(new, identifier=physical_id, creates=False))
        return physical_id, {"StackSetId": physical_id}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DeleteStackInstances and DeleteStackSet."""
        stack_sets.remove(physical_id.split(":")[0])


def _read(properties: Properties, *, identifier: str, creates: bool) -> StackSet:
    if properties.get("PermissionModel") != "SERVICE_MANAGED":
        raise ValueError(f"{TYPE}: the embedded AWS models service-managed StackSets alone")
    manager = organization().management_account
    if (properties.get("CallAs", "SELF") == "SELF") != (get_account_id() == manager):
        raise ValueError(f"{TYPE}: CallAs is SELF in the management account and DELEGATED_ADMIN in others")
    automatic = properties.get("AutoDeployment", {})
    if "RetainStacksOnAccountRemoval" in automatic and not _true(automatic.get("Enabled")):
        raise ValueError(f"{TYPE}: RetainStacksOnAccountRemoval goes with automatic deployment alone")
    return StackSet(
        name=properties["StackSetName"],
        id=identifier,
        arn=f"arn:aws:cloudformation:{get_region()}:{manager}:stackset/{identifier}",
        body=_body(properties["TemplateBody"]),
        parameters={item["ParameterKey"]: item["ParameterValue"] for item in properties.get("Parameters", [])},
        capabilities=tuple(properties.get("Capabilities", [])),
        automatic=_true(automatic.get("Enabled")),
        retains=_true(automatic.get("RetainStacksOnAccountRemoval")),
        depends_on=tuple(automatic.get("DependsOn", [])),
        pace=Pace.of(properties.get("OperationPreferences", {})),
        groups=tuple(_group(item, creates=creates) for item in properties.get("StackInstancesGroup", [])),
    )


def _body(text: str) -> str:
    if len(text.encode()) > BODY_LIMIT:
        raise ValueError(f"{TYPE}: the template has {len(text.encode())} bytes of at most {BODY_LIMIT}")
    template = json.loads(text)
    if "Transform" in template:
        raise ValueError(f"{TYPE}: service-managed StackSets take no transforms")
    if any(item["Type"] == "AWS::CloudFormation::Stack" for item in template["Resources"].values()):
        raise ValueError(f"{TYPE}: service-managed StackSets take no nested stacks")
    return text


def _group(item: dict[str, Any], *, creates: bool) -> Group:
    targets = item["DeploymentTargets"]
    units, accounts = targets.get("OrganizationalUnitIds", []), targets.get("Accounts", [])
    filter_type = targets.get("AccountFilterType", "NONE")
    if not units:
        raise ValueError(f"{TYPE}: OrganizationalUnitIds must be given where StackSets are service-managed")
    if bool(accounts) != (filter_type != "NONE"):
        raise ValueError(f"{TYPE}: Accounts and AccountFilterType go together")
    if filter_type == "UNION" and creates:
        raise ValueError(f"{TYPE}: UNION is not supported for create operations")
    return Group(units=tuple(units), filter_type=filter_type, accounts=tuple(accounts), regions=tuple(item["Regions"]))


def _true(value: object) -> bool:
    return value is True or value == "true"
