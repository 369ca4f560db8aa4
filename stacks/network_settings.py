"""What the watcher of AWS's address ranges makes lists of, and how far it goes by itself."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from stacks.section import Region, Section

Variant = Literal["pcoip", "dcv", "global-accelerator", "web-access", "smart-card", "privatelink"]
"""How people reach their WorkSpaces; the names are those of ``lambda_src/workspaces_network``."""
UsedList = Literal[
    "client-https",
    "pcoip-streaming",
    "pcoip-client-ports",
    "dcv-streaming",
    "dcv-accelerator",
    "web-access",
    "web-access-streaming",
    "domains",
]
"""The rules whose lists can change, and ``domains`` for the names."""
ALL_BUT_NEARLY_ALL_OF_AWS: Final = (
    "pcoip-streaming",
    "pcoip-client-ports",
    "dcv-streaming",
    "dcv-accelerator",
    "web-access-streaming",
    "domains",
)
IP_RANGES: Final = "https://ip-ranges.amazonaws.com/ip-ranges.json"
"""https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html"""


class WorkspacesNetwork(Section):
    """The network allow-list of WorkSpaces clients; without a Region there is none.

    ``max_entries`` counts against the quotas of every security group and route table that names a list.
    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
    """

    regions: tuple[Region, ...] = ()
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)] = ("pcoip", "dcv")
    used_lists: tuple[UsedList, ...] = ALL_BUT_NEARLY_ALL_OF_AWS
    prefix_list_regions: tuple[Region, ...] = ()
    max_entries: Annotated[int, Field(ge=1, le=1000)] = 20
    most_removed_percent: Annotated[int, Field(ge=1, le=100)] = 30
    source: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(:\d+)?/[\x21-\x7e]*$")] = IP_RANGES
