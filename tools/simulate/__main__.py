"""Simulates every rule over an assembly on disk: ``python -m tools.simulate cdk.out --config FILE``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from stacks.settings_file import load_settings
from tools.prove.policies import load_policies
from tools.simulate.simulation import simulate
from tools.synthesis import EXAMPLE


def main(arguments: list[str] | None = None) -> int:
    """Prints the counts and what was answered otherwise than expected; 1 where anything was."""
    parser = argparse.ArgumentParser(prog="python -m tools.simulate", description=__doc__)
    parser.add_argument("assembly", type=Path, help="what cdk synth wrote")
    parser.add_argument("--config", type=Path, default=EXAMPLE, help="the settings that it was made from")
    parser.add_argument("--subject", action="append", help="only requests that meet the policy of this ARN; repeatable")
    options = parser.parse_args(arguments)
    settings = load_settings(options.config)
    began = time.perf_counter()
    outcome = simulate(load_policies(options.assembly, settings), settings, subjects=options.subject)
    took = time.perf_counter() - began
    for failure in outcome.failures:
        print(failure)
    print(
        f"{len(outcome.rules)} rules, {len(outcome.requests)} requests, {len(outcome.failures)} failures, {took:.1f} s"
    )
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
