"""How long a browser takes from opening the report page of ten thousand items until a filter has answered."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from lambda_src.report_page.fill import fill
from tools.benches import Bench
from tools.browser import Browser
from tools.report.__main__ import TEMPLATE
from tools.report_data import report_data

_DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"


def _measure(runs: int) -> float:
    data = report_data(items=10_000, persons=120, hosts=400, days=30)
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        page = Path(folder) / "report.html"
        page.write_text(fill(TEMPLATE.read_text(encoding="utf-8"), data), encoding="utf-8")
        return statistics.median(_seconds(browser, page.as_uri()) for _ in range(runs))


def _seconds(browser: Browser, uri: str) -> float:
    browser("fresh", {"viewport": {"width": 1440, "height": 900}})
    start = time.perf_counter()
    browser("goto", uri)
    browser("click", ".kind:has-text('Tampering')")
    browser("evaluate", _DRAWN)
    return time.perf_counter() - start


BENCH = Bench(name="report_10000_items_interactive_s", unit="s", aim=2.0, measure=_measure)
