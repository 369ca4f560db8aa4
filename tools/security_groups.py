"""Live rules as DescribeSecurityGroupRules returns them, for the measurements of the security-group guard."""

from __future__ import annotations

from typing import Any

PORTS = (443, 22, 5432, 8080)


def live_rules(sources: list[str], *, ports: tuple[int, ...] = PORTS) -> list[dict[str, Any]]:
    """A TCP rule for each source, with every field that EC2 writes; the ports take turns."""
    return [
        {
            "SecurityGroupRuleId": f"sgr-{number:017x}",
            "GroupId": "sg-0123456789abcdef0",
            "GroupOwnerId": "222222222222",
            "IsEgress": False,
            "IpProtocol": "tcp",
            "FromPort": ports[number % len(ports)],
            "ToPort": ports[number % len(ports)],
            "CidrIpv6" if ":" in source else "CidrIpv4": source,
            "Description": f"office {number}",
            "Tags": [{"Key": "owner", "Value": "network"}],
            "SecurityGroupRuleArn": f"arn:aws:ec2:eu-west-1:222222222222:security-group-rule/sgr-{number:017x}",
        }
        for number, source in enumerate(sources)
    ]
