"""What synthesis costs with StackSets for 1,000 named accounts and four Regions against one account and one Region."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from stacks.security_groups import EXAMPLE_FILE
from tools.benches import Bench
from tools.cpu import cpu_seconds, paired_ratio
from tools.example_settings import rolled_out
from tools.synthesis import EXAMPLE, app_environment

_REGIONS = ("ap-northeast-1", "us-east-1", "eu-west-1", "us-west-2")


def _measure(runs: int) -> float:
    example = EXAMPLE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        many, one = Path(scratch) / "many.toml", Path(scratch) / "one.toml"
        many.write_text(rolled_out(example, accounts=1000, regions=_REGIONS), "utf-8")
        one.write_text(rolled_out(example, accounts=1, regions=_REGIONS[:1]), "utf-8")
        shutil.copy(EXAMPLE_FILE, scratch)  # The settings name it as seen from where they are.
        return paired_ratio(lambda: _synth(many), lambda: _synth(one), runs=runs)


def _synth(config: Path) -> float:
    with tempfile.TemporaryDirectory() as outdir:
        return cpu_seconds([sys.executable, "app.py"], env=app_environment(Path(outdir), config=config))


BENCH = Bench(name="synth_1000x4_vs_1x1", unit="ratio", aim=1.1, measure=_measure)
