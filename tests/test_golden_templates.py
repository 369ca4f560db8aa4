"""The committed templates are those of the code, so that a reviewer reads every change to them in the diff."""

from __future__ import annotations

import json

from tests.conftest import ROOT
from tools.golden import mask

GOLDEN = ROOT / "tests" / "golden"


def test_golden_templates_are_true(assembly):
    committed = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in GOLDEN.glob("*.template.json")
    }
    assert set(committed) == set(assembly.templates), "run `make golden`"
    changed = [name for name, template in assembly.templates.items() if mask(template) != committed[name]]
    assert changed == [], "run `make golden`, and read the difference"
