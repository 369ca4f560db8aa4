"""What checking every row of ip-ranges.json costs once it is parsed, against parsing it."""

from __future__ import annotations

import json

from lambda_src.workspaces_network.ip_ranges import checked
from tools.allow_list_sample import sample
from tools.benches import Bench
from tools.cpu import paired_ratio
from tools.events import seconds_per_pass

_ROUNDS = 10


def _measure(runs: int) -> float:
    content = sample()
    document = json.loads(content)
    return paired_ratio(
        lambda: seconds_per_pass(lambda: checked(document), rounds=_ROUNDS),
        lambda: seconds_per_pass(lambda: json.loads(content), rounds=_ROUNDS),
        runs=runs,
    )


BENCH = Bench(name="ip_ranges_check_vs_json_loads", unit="ratio", aim=2.0, measure=_measure)
