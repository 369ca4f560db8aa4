"""The most memory that a process takes from the bytes of ip-ranges.json to the files of one Region, in MB."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

from tools.benches import Bench
from tools.cpu import CommandFailedError
from tools.synthesis import ROOT

# One process for each: the peak of a process never falls again.
PROGRAM = f"from {__name__} import print_peak; print_peak()"


def print_peak() -> None:
    """Does the work and prints the peak of this process, Python itself included, in MB."""
    from lambda_src.workspaces_network.allow_list import compute
    from lambda_src.workspaces_network.artefacts import files
    from lambda_src.workspaces_network.ip_ranges import read

    content = sys.stdin.buffer.read()
    files(compute(read(content), "ap-northeast-1"))
    # In KB on Linux, in bytes on macOS.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


def _measure(runs: int) -> float:
    from tools.allow_list_sample import sample

    content = sample()
    return statistics.median(_peak(content) for _ in range(runs))


def _peak(content: bytes) -> float:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, input=content, capture_output=True, check=False)
    if ended.returncode != 0:
        raise CommandFailedError(f"the allow-list ended with {ended.returncode}:\n{ended.stderr[-2000:]!r}")
    return float(ended.stdout)


BENCH = Bench(name="allow_list_peak_mb", unit="MB", aim=128, measure=_measure)
