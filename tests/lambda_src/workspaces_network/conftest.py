"""An excerpt of ip-ranges.json of 2026-08-22, and the whole file where ``IP_RANGES`` names a copy."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lambda_src.workspaces_network.ip_ranges import read

EXCERPT = Path(__file__).parents[2] / "ip_ranges" / "excerpt.json"


@pytest.fixture
def document():
    return json.loads(EXCERPT.read_text("utf-8"))


@pytest.fixture
def ranges():
    return read(EXCERPT.read_bytes())


@pytest.fixture
def whole():
    path = os.environ.get("IP_RANGES")
    if not path:
        pytest.skip("IP_RANGES names no copy of ip-ranges.json")
    return read(Path(path).read_bytes())
