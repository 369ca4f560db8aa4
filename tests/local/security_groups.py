"""Security groups of the embedded EC2, as their tests make and read them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

SSH: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}


def group(ec2: Any, name: str = "front", **more: Any) -> str:
    made: str = ec2.create_security_group(GroupName=name, Description=name, **more)["GroupId"]
    return made


def rules(ec2: Any, group_id: str, *, egress: bool = False) -> list[dict[str, Any]]:
    filters = [{"Name": "group-id", "Values": [group_id]}]
    found = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return [rule for rule in found if rule["IsEgress"] == egress]


def prefix_list(ec2: Any, *cidrs: str, size: int = 2, **more: Any) -> str:
    entries = [{"Cidr": cidr, "Description": cidr} for cidr in cidrs]
    made: str = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=size, AddressFamily="IPv4", Entries=entries, **more
    )["PrefixList"]["PrefixListId"]
    return made


def opened(ec2: Any, group_id: str, *cidrs: str, port: int = 22) -> list[str]:
    """The ids of the rules that let some networks in."""
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
    made = ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])["SecurityGroupRules"]
    return [rule["SecurityGroupRuleId"] for rule in made]


def refusal(call: Any, **members: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**members)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]
