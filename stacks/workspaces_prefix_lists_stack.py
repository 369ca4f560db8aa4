"""The prefix lists of one Region where security groups or routes name what WorkSpaces clients stream with."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.network.prefix_lists import StreamingPrefixLists
from stacks.settings import Settings


class WorkSpacesPrefixListsStack(cdk.Stack):
    """Prefix lists of the archive account in a consuming Region, which the watcher at home fills."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, region: str) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-workspaces-prefix-lists",
            description="What clients of WorkSpaces stream with, as prefix lists for security groups and routes",
            env=cdk.Environment(account=settings.archive.account, region=region),
        )
        StreamingPrefixLists(
            self,
            "PrefixLists",
            workspaces_regions=settings.workspaces_network.regions,
            max_entries=settings.workspaces_network.max_entries,
            organization_id=settings.organization.id,
            management_account=settings.organization.management_account,
        )
