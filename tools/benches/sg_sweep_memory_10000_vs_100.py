"""The most memory of a sweep over 10,000 groups against one over 100, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from tools.benches import Bench
from tools.cpu import CommandFailedError, paired_ratio
from tools.synthesis import ROOT


def _measure(runs: int) -> float:
    return paired_ratio(lambda: _peak(10_000), lambda: _peak(100), runs=runs)


def _peak(groups: int) -> float:
    command = [sys.executable, "-m", "tools.sweep_memory", str(groups)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise CommandFailedError(f"a sweep of {groups} groups ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return float(ended.stdout)


BENCH = Bench(name="sg_sweep_memory_10000_vs_100", unit="ratio", aim=1.2, measure=_measure)
