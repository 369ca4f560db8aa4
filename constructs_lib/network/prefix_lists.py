"""Managed prefix lists of what WorkSpaces clients stream with, for the security groups and routes of one Region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.pseudo_parameters import PARTITION

FAMILIES: Final = {"ipv4": "IPv4", "ipv6": "IPv6"}


class StreamingPrefixLists(Construct):
    """A list of IPv4 and one of IPv6 for each Region of WorkSpaces, shared with the organization and nobody else.

    The template owns name and size, the watcher the entries: a deployment changes no entry. They are empty until the
    watcher has run. Sharing must be enabled once, by the management account.
    https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html#getting-started-sharing-orgs

    Args:
        workspaces_regions: The Regions of WorkSpaces.
        max_entries: What a list has room for; so many count against the quotas of whatever names it.
        organization_id: With whom they are shared.
        management_account: Of the organization; part of its ARN.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workspaces_regions: Sequence[str],
        max_entries: int,
        organization_id: str,
        management_account: str,
    ) -> None:
        super().__init__(scope, construct_id)
        key, value = layout.PREFIX_LIST_TAG
        arns = []
        for region in workspaces_regions:
            for family, address_family in FAMILIES.items():
                name = layout.prefix_list_name(region=region, family=family)
                made = cdk.CfnResource(
                    self,
                    f"{region}-{family}",
                    type="AWS::EC2::PrefixList",
                    properties={
                        "PrefixListName": name,
                        "AddressFamily": address_family,
                        "MaxEntries": max_entries,
                        "Tags": [{"Key": key, "Value": value}],
                    },
                )
                arns.append(made.get_att("Arn").to_string())
        cdk.CfnResource(
            self,
            "Share",
            type="AWS::RAM::ResourceShare",
            properties={
                "Name": f"{layout.NAME_PREFIX}-workspaces-prefix-lists",
                "ResourceArns": arns,
                "Principals": [f"arn:{PARTITION}:organizations::{management_account}:organization/{organization_id}"],
                "AllowExternalPrincipals": False,
            },
        )
