"""What importing the event handler costs against importing boto3 and making one client: what being lazy saves."""

from __future__ import annotations

import os
import sys

from tools.benches import Bench
from tools.cpu import cpu_seconds, paired_ratio

_CLIENT = "import boto3; boto3.client('firehose', region_name='eu-west-1')"


def _measure(runs: int) -> float:
    return paired_ratio(lambda: _run("import lambda_src.access_events.handler"), lambda: _run(_CLIENT), runs=runs)


def _run(program: str) -> float:
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return cpu_seconds([sys.executable, "-c", program], env=environment)


BENCH = Bench(name="handler_import_vs_boto3", unit="ratio", aim=1.0, measure=_measure)
