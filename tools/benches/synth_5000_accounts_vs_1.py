"""What synthesis costs with 5,000 members for direct deployment against one."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from stacks.security_groups import EXAMPLE_FILE
from tools.benches import Bench
from tools.cpu import cpu_seconds, paired_ratio
from tools.example_settings import with_members
from tools.synthesis import EXAMPLE, app_environment

_ACCOUNTS = 5000


def _measure(runs: int) -> float:
    example = EXAMPLE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        many, one = Path(scratch) / "many.toml", Path(scratch) / "one.toml"
        many.write_text(with_members(example, count=_ACCOUNTS), "utf-8")
        one.write_text(with_members(example, count=1), "utf-8")
        shutil.copy(EXAMPLE_FILE, scratch)  # The settings name it as seen from where they are.
        return paired_ratio(lambda: _synth(many), lambda: _synth(one), runs=runs)


def _synth(config: Path) -> float:
    with tempfile.TemporaryDirectory() as outdir:
        return cpu_seconds([sys.executable, "app.py"], env=app_environment(Path(outdir), config=config))


BENCH = Bench(name="synth_5000_accounts_vs_1", unit="ratio", aim=1.05, measure=_measure)
