"""The rows of ip-ranges.json of chosen services and Regions, as ``Get-AWSPublicIpAddressRange`` gives them.

https://docs.aws.amazon.com/powershell/v5/reference/items/Get-AWSPublicIpAddressRange.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from lambda_src.workspaces_network.ip_ranges import IpRanges, IpRangesError, Prefix


def selected(ranges: IpRanges, *, services: Collection[str] = (), regions: Collection[str] = ()) -> Iterator[Prefix]:
    """The rows whose service and Region are among those named, in the order of the file; without names, all.

    Args:
        ranges: ip-ranges.json.
        services: As ``S3``; upper or lower case.
        regions: As ``us-west-2``, or ``GLOBAL``; upper or lower case.

    Raises:
        IpRangesError: for a name that the file does not have.
    """
    subsets = ranges.subsets()
    wanted_services = _known("service", services, {service for service, _ in subsets})
    wanted_regions = _known("Region", regions, {region for _, region in subsets})
    return (
        prefix
        for prefix in ranges.prefixes()
        if (not services or prefix.service in wanted_services) and (not regions or prefix.region in wanted_regions)
    )


def _known(kind: str, named: Collection[str], existing: set[str]) -> set[str]:
    by_lower = {name.lower(): name for name in existing}
    for name in named:
        if name.lower() not in by_lower:
            near = [by_lower[match] for match in get_close_matches(name.lower(), by_lower, n=3)]
            hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(sorted(existing))}"
            raise IpRangesError(f"ip-ranges.json has no {kind} {name!r}: {hint}")
    return {by_lower[name.lower()] for name in named}
