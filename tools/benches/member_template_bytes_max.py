"""How large the largest template is that a StackSet carries; above the aim a test fails, above 51,200 AWS refuses."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tools.benches import Bench
from tools.synthesis import synthesize


def _measure(_runs: int) -> float:
    with tempfile.TemporaryDirectory() as outdir:
        synthesize(Path(outdir))
        return max(file.stat().st_size for file in Path(outdir).glob("Member*.template.json"))


BENCH = Bench(name="member_template_bytes_max", unit="bytes", aim=40_960, measure=_measure)
