"""The watcher of AWS's address ranges and the prefix lists that it fills, in their order."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from stacks.settings import Settings
from stacks.workspaces_network_stack import WorkSpacesNetworkStack
from stacks.workspaces_prefix_lists_stack import WorkSpacesPrefixListsStack

WORKSPACES_NETWORK: Final = "WorkSpacesNetwork"


def add_network_stacks(scope: Construct, settings: Settings) -> list[cdk.Stack]:
    """Add prefix lists, and after them the watcher, where settings name a Region with WorkSpaces."""
    wanted = settings.workspaces_network
    if not wanted.regions:
        return []
    watcher = WorkSpacesNetworkStack(scope, WORKSPACES_NETWORK, settings=settings)
    lists = [
        WorkSpacesPrefixListsStack(scope, f"WorkSpacesPrefixLists-{region}", settings=settings, region=region)
        for region in wanted.prefix_list_regions
    ]
    for each in lists:
        watcher.add_stack_dependency(each)
    return [*lists, watcher]
