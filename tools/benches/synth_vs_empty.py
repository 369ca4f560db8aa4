"""What synthesizing the whole app costs against a CDK app of one resource."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.benches import Bench
from tools.cpu import cpu_seconds, paired_ratio
from tools.synthesis import app_environment


def _measure(runs: int) -> float:
    return paired_ratio(lambda: _synth("app.py"), lambda: _synth("tools/bench_empty_app.py"), runs=runs)


def _synth(app: str) -> float:
    with tempfile.TemporaryDirectory() as outdir:
        return cpu_seconds([sys.executable, app], env=app_environment(Path(outdir)))


BENCH = Bench(name="synth_vs_empty", unit="ratio", aim=2.0, measure=_measure)
