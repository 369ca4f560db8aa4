"""How large the report page is that holds ten thousand items."""

from __future__ import annotations

from lambda_src.report_page.fill import fill
from tools.benches import Bench
from tools.report.__main__ import TEMPLATE
from tools.report_data import report_data


def _measure(_runs: int) -> float:
    data = report_data(items=10_000, persons=120, hosts=400, days=30)
    return len(fill(TEMPLATE.read_text(encoding="utf-8"), data).encode()) / 1e6


BENCH = Bench(name="report_10000_items_mb", unit="MB", aim=8.0, measure=_measure)
