"""What importing the event handler costs against a Python that imports nothing, as whole processes."""

from __future__ import annotations

import os
import sys

from tools.benches import Bench
from tools.cpu import cpu_seconds, paired_ratio


def _measure(runs: int) -> float:
    return paired_ratio(lambda: _run(IMPORT), lambda: _run("pass"), runs=runs)


def _run(program: str) -> float:
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return cpu_seconds([sys.executable, "-c", program], env=environment)


IMPORT = "import lambda_src.access_events.handler"
BENCH = Bench(name="handler_import_vs_python", unit="ratio", aim=2.5, measure=_measure)
