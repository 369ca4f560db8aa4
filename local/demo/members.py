"""Accounts come into the organizational units that StackSets reach, today and later."""

from __future__ import annotations

import time
from typing import Any, Final

from constructs_lib.archive_layout import MEMBER_STACK_SETS, canary_stack_set
from local.demo.cdk import DeploymentError
from local.demo.setting import Setting, Units
from local.embedded_aws import EmbeddedAws

_SECONDS: Final = 120.0


def sort_into_units(aws: EmbeddedAws, setting: Setting) -> Units:
    """The first member comes into a unit of its own, which takes every change first, the others into another."""
    organizations = _organizations(aws, setting)
    (root,) = organizations.list_roots()["Roots"]
    canary, others = (
        organizations.create_organizational_unit(ParentId=root["Id"], Name=name)["OrganizationalUnit"]["Id"]
        for name in ("Canaries", "Workloads")
    )
    first, *rest = [account for account in setting.members if account != setting.archive]
    move(aws, setting, account=first, unit=canary)
    for account in rest:
        move(aws, setting, account=account, unit=others)
    return Units(canary=canary, others=others)


def move(aws: EmbeddedAws, setting: Setting, *, account: str, unit: str) -> None:
    """Moves an account from where it is into a unit or the root."""
    organizations = _organizations(aws, setting)
    (parent,) = organizations.list_parents(ChildId=account)["Parents"]
    organizations.move_account(AccountId=account, SourceParentId=parent["Id"], DestinationParentId=unit)


def join(aws: EmbeddedAws, setting: Setting, *, unit: str) -> str:
    """A new account that nobody bootstraps comes into a unit, and is enrolled without a command; its id.

    Raises:
        DeploymentError: A stack did not come up.
    """
    organizations = _organizations(aws, setting)
    made = organizations.create_account(Email="newcomer@example.com", AccountName="Newcomer")["CreateAccountStatus"]
    move(aws, setting, account=made["AccountId"], unit=unit)
    _wait_until_enrolled(aws, setting, made["AccountId"])
    return str(made["AccountId"])


def instances(aws: EmbeddedAws, setting: Setting, *, account: str = "", canary: bool = False) -> list[dict[str, Any]]:
    """What the StackSets say of every stack, or those of one account, in the order of deployment."""
    cloudformation = aws.client("cloudformation", account=_manager(setting), region=setting.home)
    there = {found["StackSetName"] for found in cloudformation.list_stack_sets()["Summaries"]}
    asked = {"StackInstanceAccount": account} if account else {}
    names = [canary_stack_set(name) if canary else name for name in MEMBER_STACK_SETS]
    return [
        {**item, "StackSetName": name}
        for name in names
        if name in there
        for item in cloudformation.list_stack_instances(StackSetName=name, **asked)["Summaries"]
    ]


def _wait_until_enrolled(aws: EmbeddedAws, setting: Setting, account: str) -> None:
    expected = 1 + len(setting.event_regions)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = instances(aws, setting, account=account)
        failed = [item for item in found if item["StackInstanceStatus"]["DetailedStatus"] == "FAILED"]
        if failed:
            told = [f"{item['StackSetName']} {item['Region']}: {item.get('StatusReason')}" for item in failed]
            raise DeploymentError("\n".join([f"{account} was not enrolled", *told]))
        if len([item for item in found if item["Status"] == "CURRENT"]) == expected:
            return
        time.sleep(0.2)
    raise DeploymentError(f"{account} was not enrolled within {_SECONDS:.0f} s")


def _organizations(aws: EmbeddedAws, setting: Setting) -> Any:
    return aws.client("organizations", account=_manager(setting), region=setting.home)


def _manager(setting: Setting) -> str:
    return setting.organization.management_account
