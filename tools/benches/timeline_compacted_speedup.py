"""How many times as fast the timeline says who was on a host in a month, with Parquet beside the JSON files."""

from __future__ import annotations

import time

from tools.archive_data import ACCOUNTS, host_of
from tools.bench_archive import benched
from tools.benches import Bench
from tools.cpu import paired_ratio
from tools.query.engine import Archive
from tools.query.library import read_library

_QUESTION = read_library().questions["who-was-on-host"]


def _measure(runs: int) -> float:
    found = benched()
    return paired_ratio(lambda: _seconds(found.json), lambda: _seconds(found.compacted), runs=min(runs, 3))


def _seconds(archive: Archive) -> float:
    began = time.perf_counter()
    answer = archive.ask(_QUESTION, [host_of(ACCOUNTS[7])])
    seconds = time.perf_counter() - began
    if len(answer.rows) != 30:  # a session a day; a wrong answer has no speed
        raise ValueError(f"{len(answer.rows)} rows are not a month")
    return seconds


BENCH = Bench(name="timeline_compacted_speedup", unit="ratio", aim=40, measure=_measure, more_is_better=True)
