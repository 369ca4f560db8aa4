"""What clients of WorkSpaces must reach, kept as lists that follow AWS's address ranges."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.network.watcher import Lists, RangeWatcher
from constructs_lib.pseudo_parameters import PARTITION
from stacks.archive_key import archive_key_id
from stacks.member_settings import archive_in
from stacks.regions import REACHED_BY_NOTICES
from stacks.settings import Settings


class WorkSpacesNetworkStack(cdk.Stack):
    """The watcher of AWS's address ranges, at home in the archive account."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        region, wanted = settings.regions.home, settings.workspaces_network
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-workspaces-network",
            description="What clients of WorkSpaces must reach, and what changed",
            env=cdk.Environment(account=settings.archive.account, region=region),
        )
        RangeWatcher(
            self,
            "Ranges",
            home=archive_in(settings, archive_key_id(self, settings), region),
            lists=Lists(
                source=wanted.source,
                regions=wanted.regions,
                variants=wanted.variants,
                used=wanted.used_lists,
                prefix_list_regions=wanted.prefix_list_regions,
                most_removed_percent=wanted.most_removed_percent,
            ),
            is_told=region in REACHED_BY_NOTICES,
            topic_arn=f"arn:{PARTITION}:sns:{region}:{settings.archive.account}:{layout.ALERTS_TOPIC}",
        )
