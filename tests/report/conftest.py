"""One browser for all tests of the page, and what it takes to open a page in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lambda_src.report_page.fill import fill
from tests.conftest import ROOT
from tests.report.page import Page
from tools.browser import Browser

TEMPLATE = (ROOT / "report" / "template.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the lock file."""
    with Browser() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Callable[..., Page]:
    """Opens the page, filled with data, in a fresh context; whatever the page complained of fails the test."""

    def opened(data: dict[str, Any], *, after: str = "", **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(fill(TEMPLATE, data), encoding="utf-8")
        browser("fresh", {"viewport": {"width": 1440, "height": 900}, **options})
        browser("goto", f"{file.as_uri()}{after}")
        browser("waitForSelector", "#items")
        return Page(browser, file.as_uri())

    return opened
