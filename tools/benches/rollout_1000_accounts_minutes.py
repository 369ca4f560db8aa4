"""A simulated roll-out to 1,000 accounts of which 1 % fail: its minutes."""

from __future__ import annotations

from stacks.settings_file import load_settings
from tools.benches import Bench
from tools.rollout.thousand import simulate
from tools.synthesis import EXAMPLE


def _measure(_runs: int) -> float:
    return float(simulate(load_settings(EXAMPLE)).minutes)


BENCH = Bench(name="rollout_1000_accounts_minutes", unit="minutes", aim=1200, measure=_measure)
