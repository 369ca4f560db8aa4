"""Filling the report page: data stays data, and what cannot be shown is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.report_page.fill import SLOT, ReportError, fill
from tests.conftest import ROOT
from tests.layout_rules import beyond_standard_library
from tools.report.__main__ import main

TEMPLATE = (ROOT / "report" / "template.html").read_text(encoding="utf-8")
EMPTY: dict[str, Any] = {"range": {}, "items": [], "findings": [], "unreadable": []}


class Elements(HTMLParser):
    """What a browser would make of a page: its elements, and the text of the one that holds the data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.data = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def handle_data(self, data):
        if self.found and ("id", "data") in self.found[-1][1]:
            self.data += data


BEFORE = Elements(TEMPLATE).found
texts = st.text(st.characters(codec=None)) | st.sampled_from(
    ["</script>", "</SCRIPT\t>", "<!--", "<script", "\u2028", "\u2029", "\ud800", "&lt;", SLOT, "\x00", "-->", "]]>"]
).flatmap(lambda hostile: st.text(max_size=4).map(lambda text: f"{text}{hostile}{text}"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
rows = st.lists(st.dictionaries(texts, values, max_size=5), max_size=3)
reports = st.fixed_dictionaries(
    {
        "generated": values,
        "archive": values,
        "range": st.dictionaries(texts, values),
        "items": rows,
        "findings": rows,
        "unreadable": rows,
    }
)


@given(reports)
def test_whatever_the_data_the_page_keeps_its_elements_and_gives_the_data_back(data):
    page = fill(TEMPLATE, data)
    elements = Elements(page)
    assert elements.found == BEFORE
    assert json.loads(elements.data) == data
    before, after = TEMPLATE.split(SLOT)
    assert page.startswith(before)
    assert page.endswith(after)
    inside = page[len(before) : len(page) - len(after)]
    assert inside.isascii()
    assert not set("<>&") & set(inside)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (datetime(2026, 10, 5, 10, 0, 0, 123456), "2026-10-05T10:00:00.123+00:00"),  # noqa: DTZ001 - as DuckDB returns it
        (datetime(2026, 10, 5, 19, tzinfo=timezone(timedelta(hours=9))), "2026-10-05T10:00:00.000+00:00"),
        (datetime(2026, 10, 5, tzinfo=UTC), "2026-10-05T00:00:00.000+00:00"),
        (date(2026, 10, 5), "2026-10-05"),
    ],
)
def test_a_time_is_written_in_utc(written, read):
    assert f'"time":"{read}"' in fill(TEMPLATE, {**EMPTY, "items": [{"time": written}]})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "range is not an object; items is not a list; findings is not a list; unreadable is not a list"),
        ({**EMPTY, "items": [{}, 1]}, "items[1] is not an object"),
        ({**EMPTY, "items": [{"time": object()}]}, "object is neither text, number nor time"),
        ({**EMPTY, "items": [{"time": float("nan")}]}, "cannot be written as JSON"),
    ],
)
def test_data_that_the_page_cannot_show_is_refused(data, said):
    with pytest.raises(ReportError) as error:
        fill(TEMPLATE, data)
    assert said in str(error.value)


@pytest.mark.parametrize("template", ["", TEMPLATE + SLOT])
def test_a_template_without_its_one_slot_is_refused(template):
    with pytest.raises(ReportError, match="exactly one"):
        fill(template, EMPTY)


def test_filling_needs_the_standard_library_alone():
    assert beyond_standard_library((ROOT / "lambda_src" / "report_page" / "fill.py").read_text("utf-8")) == []


def test_the_command_writes_the_page_from_a_file_or_from_standard_input(tmp_path):
    data = json.dumps(EMPTY)
    (tmp_path / "data.json").write_text(data, encoding="utf-8")
    command = [sys.executable, "-m", "tools.report", "-", "-o", str(tmp_path / "deep" / "piped.html")]
    piped = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, text=True, check=True)
    assert "0 items, 0 findings" in piped.stdout
    assert main([str(tmp_path / "data.json"), "-o", str(tmp_path / "report.html")]) == 0
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in ("deep/piped.html", "report.html")]
    assert pages == [fill(TEMPLATE, EMPTY)] * 2


@pytest.mark.parametrize("text", [None, "no json", "[]", '{"items": []}', "[" * 100_000])
def test_the_command_ends_with_2_and_writes_nothing_where_nothing_can_be_shown(tmp_path, capsys, text):
    if text is not None:
        (tmp_path / "data.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "data.json"), "-o", str(tmp_path / "report.html")]) == 2
    assert "data.json" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
