"""The CloudFormation types of prefix lists and of single rules, which MiniStack rejects.

A rule is replaced where AWS would change its description in place.
"""

from __future__ import annotations

from typing import Any, Final

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from local.emulator.answers import RefusalError
from local.emulator.cloudformation_types import Created, Properties, register, tag_list
from local.emulator.prefix_lists import create, modify
from local.emulator.security_group_rules import authorize, revoke

_SHARED: Final = ("CidrIp", "CidrIpv6", "Description", "FromPort", "GroupId", "IpProtocol", "ToPort")


def install() -> None:
    """Registers the types."""
    register(
        "AWS::EC2::PrefixList",
        PrefixList(),
        properties=frozenset({"AddressFamily", "Entries", "MaxEntries", "PrefixListName", "Tags"}),
    )
    ingress = ("GroupName", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName")
    egress = ("DestinationPrefixListId", "DestinationSecurityGroupId")
    register(
        "AWS::EC2::SecurityGroupIngress",
        Rule(egress=False),
        properties=frozenset({*_SHARED, *ingress, "SourceSecurityGroupOwnerId"}),
    )
    register("AWS::EC2::SecurityGroupEgress", Rule(egress=True), properties=frozenset({*_SHARED, *egress}))


class PrefixList:
    """`Ref` is the list's id."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """Makes it with its entries."""
        tags = {"ResourceType": "prefix-list", "Tags": tag_list(properties)}
        asked = {name: value for name, value in properties.items() if name != "Tags"}
        size = int(properties.get("MaxEntries") or len(properties.get("Entries", [])) or 1)
        return _listed(create({**asked, "MaxEntries": size, "TagSpecifications": [tags]}))

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """Changes entries, size and name; another family is another list."""
        if old["AddressFamily"] != new["AddressFamily"]:
            return self.create("", new, stack)
        before, after = ({entry["Cidr"]: entry for entry in each.get("Entries", [])} for each in (old, new))
        size = int(new.get("MaxEntries") or len(after) or 1)
        wanted: Properties = {"PrefixListId": physical_id}
        if size > int(ec2._prefix_lists[physical_id]["MaxEntries"]):
            modify({**wanted, "MaxEntries": size})
        changed = {
            "AddEntries": [entry for cidr, entry in after.items() if before.get(cidr) != entry],
            "RemoveEntries": [{"Cidr": cidr} for cidr in before if cidr not in after],
            "PrefixListName": new["PrefixListName"],
        }
        answer = modify({**wanted, **changed})
        if size < int(ec2._prefix_lists[physical_id]["MaxEntries"]):
            modify({**wanted, "MaxEntries": size})
        ec2._tags[physical_id] = tag_list(new)
        return _listed(answer)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Removes it."""
        ec2._prefix_lists.pop(physical_id, None)
        ec2._tags.pop(physical_id, None)


class Rule:
    """`Ref` is the rule's id."""

    def __init__(self, *, egress: bool) -> None:
        self._egress = egress

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """Authorizes it; a rule that is there already fails the stack."""
        answer = authorize(_asked(properties), egress=self._egress)
        rule_id = str(answer["securityGroupRuleSet"][0]["securityGroupRuleId"])
        return rule_id, {"Id": rule_id}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """Another one in its place."""
        self.delete(physical_id, old)
        return self.create("", new, stack)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Revokes it, if it is still there."""
        try:
            revoke({**_group(properties), "SecurityGroupRuleIds": [physical_id]}, egress=self._egress)
        except RefusalError as refusal:
            if not refusal.code.endswith(".NotFound"):
                raise


def _asked(properties: Properties) -> dict[str, Any]:
    return {**_group(properties), "IpPermissions": provisioners._ec2_sg_permissions([properties])}


def _group(properties: Properties) -> dict[str, Any]:
    return {name: properties[name] for name in ("GroupId", "GroupName") if name in properties}


def _listed(answer: dict[str, Any]) -> Created:
    found = answer["prefixList"]
    return found["prefixListId"], {
        "Arn": found["prefixListArn"],
        "OwnerId": found["ownerId"],
        "PrefixListId": found["prefixListId"],
        "Version": str(found["version"]),
    }
