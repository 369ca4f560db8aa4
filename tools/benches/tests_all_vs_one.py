"""What the whole folder of template tests costs against a single test of it."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.benches import Bench
from tools.cpu import CommandFailedError, cpu_seconds, paired_ratio
from tools.synthesis import ROOT, app_environment

_FOLDERS = ("tests/stacks", "tests/constructs_lib")
# In one process: what several workers do at once would hide what a test costs.
_PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:xdist",
    "-p",
    "no:cacheprovider",
    "-o",
    "addopts=--import-mode=importlib",
)


def _measure(runs: int) -> float:
    environment = _environment()
    one = _first_test(environment)
    return paired_ratio(
        lambda: cpu_seconds([*_PYTEST, *_FOLDERS], env=environment),
        lambda: cpu_seconds([*_PYTEST, one], env=environment),
        runs=runs,
    )


def _environment() -> dict[str, str]:
    """The environment of `make test`: the framework's validation off, the pinned Node.js."""
    keys = {"CDK_OUTDIR", "CDK_CONTEXT_JSON"}
    return {key: value for key, value in app_environment(ROOT / "build").items() if key not in keys}


def _first_test(environment: dict[str, str]) -> str:
    """The first test of the stacks: as all of them, it reads what the session synthesizes once."""
    command = [*_PYTEST, "--collect-only", _FOLDERS[0]]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    tests = [line for line in run.stdout.splitlines() if "::" in line]
    if run.returncode != 0 or not tests:
        raise CommandFailedError(
            f"pytest collects nothing in {_FOLDERS[0]}:\n{run.stdout[-2000:]}{os.linesep}{run.stderr}"
        )
    return tests[0]


BENCH = Bench(name="tests_all_vs_one", unit="ratio", aim=1.5, measure=_measure)
