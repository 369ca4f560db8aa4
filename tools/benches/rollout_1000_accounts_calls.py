"""A simulated roll-out to 1,000 accounts of which 1 % fail: its calls."""

from __future__ import annotations

from stacks.settings_file import load_settings
from tools.benches import Bench
from tools.rollout.thousand import simulate
from tools.synthesis import EXAMPLE


def _measure(_runs: int) -> float:
    return float(simulate(load_settings(EXAMPLE)).calls)


BENCH = Bench(name="rollout_1000_accounts_calls", unit="stacks", aim=6000, measure=_measure)
