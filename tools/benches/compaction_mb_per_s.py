"""How many megabytes of JSON a second become Parquet."""

from __future__ import annotations

from tools.bench_archive import benched
from tools.benches import Bench


def _measure(_runs: int) -> float:
    found = benched()
    return found.bytes / 1e6 / found.compaction_seconds


BENCH = Bench(name="compaction_mb_per_s", unit="MB/s", aim=10, measure=_measure, more_is_better=True)
