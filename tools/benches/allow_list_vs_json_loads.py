"""From ip-ranges.json, parsed and checked, to every file of one Region's allow-list, against reading the JSON alone.

The file is made up, as large as that of August 2026 and of its shape; port 443 of Tokyo comes to 958 IPv4 CIDRs there,
where that of AWS comes to 935.
"""

from __future__ import annotations

import json

from lambda_src.workspaces_network.allow_list import compute
from lambda_src.workspaces_network.artefacts import files
from lambda_src.workspaces_network.ip_ranges import IpRanges, read
from tools.allow_list_sample import sample
from tools.benches import Bench
from tools.cpu import CommandFailedError, paired_ratio
from tools.events import seconds_per_pass

_ROUNDS = 10


def _measure(runs: int) -> float:
    content = sample()
    ranges = read(content)
    return paired_ratio(
        lambda: seconds_per_pass(lambda: _written(ranges), rounds=_ROUNDS),
        lambda: seconds_per_pass(lambda: json.loads(content), rounds=_ROUNDS),
        runs=runs,
    )


def _written(ranges: IpRanges) -> None:
    allow_list = compute(ranges, "ap-northeast-1")
    found = len(allow_list.listed("client-https").ipv4)
    if found != 958 or len(files(allow_list)) < 10:
        raise CommandFailedError(f"port 443 came to {found} IPv4 CIDRs and not to 958")


BENCH = Bench(name="allow_list_vs_json_loads", unit="ratio", aim=1.0, measure=_measure)
