"""Groups are given to interfaces and instances that exist, by the two calls that MiniStack does not have.

Only the groups change; any other attribute is refused.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import ec2

from local.emulator.answers import RefusalError
from local.emulator.ec2_wire import Members, handled
from local.emulator.hooks import add_entry


def install() -> None:
    """Adds the calls."""
    for action, handler in (
        ("ModifyNetworkInterfaceAttribute", _to_interface),
        ("ModifyInstanceAttribute", _to_instance),
    ):
        add_entry(ec2._ACTION_MAP, action, handled(action, handler))


def _to_interface(asked: Members) -> Members:
    interface_id = asked["NetworkInterfaceId"]
    interface = ec2._network_interfaces.get(interface_id)
    if interface is None:
        raise RefusalError(
            "InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{interface_id}' does not exist"
        )
    interface["Groups"] = _groups(asked, known={"NetworkInterfaceId"})
    return {"return": True}


def _to_instance(asked: Members) -> Members:
    instance = ec2._instances.get(asked["InstanceId"])
    if instance is None:
        raise RefusalError("InvalidInstanceID.NotFound", f"The instance ID '{asked['InstanceId']}' does not exist")
    instance["SecurityGroups"] = _groups(asked, known={"InstanceId"})
    return {"return": True}


def _groups(asked: Members, *, known: set[str]) -> list[dict[str, Any]]:
    others = sorted(set(asked) - known - {"Groups", "DryRun"})
    if others or not asked.get("Groups"):
        raise RefusalError("UnsupportedOperation", f"the embedded AWS changes the groups alone, not {others}")
    for group_id in asked["Groups"]:
        if group_id not in ec2._security_groups:
            raise RefusalError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    return [
        {"GroupId": group_id, "GroupName": ec2._security_groups[group_id]["GroupName"]} for group_id in asked["Groups"]
    ]
