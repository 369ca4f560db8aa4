"""Writes a verdict as SARIF, which code hosts show beside the changed file.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tools.sg_check.judgement import Verdict
from tools.sg_check.sentences import told

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
UNJUDGED: Final = "cannot be judged"


def as_sarif(verdict: Verdict) -> str:
    """One run: a rule for each thing that is broken, an error for each finding, a warning for what is not judged."""
    results = [
        _result(
            finding.breaks if finding.place else f"missing: {finding.breaks}",
            "error",
            f"{finding.group}: {finding.says}: {finding.breaks}: {told(finding.texts)}",
            finding.file,
            finding.place or finding.group,
        )
        for finding in verdict.findings
    ]
    results += [
        _result(UNJUDGED, "warning", f"{place.place}: {place.why}", place.file, place.place)
        for place in verdict.unjudged
    ]
    described = dict(sorted((_rule_id(name), name) for name, _ in results))
    order = list(described)
    driver = {
        "name": "sg-check",
        "rules": [{"id": rule, "shortDescription": {"text": name}} for rule, name in described.items()],
    }
    listed = [{"ruleId": _rule_id(name), "ruleIndex": order.index(_rule_id(name)), **rest} for name, rest in results]
    run = {"tool": {"driver": driver}, "results": listed}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(name: str, level: str, message: str, file: str, place: str) -> tuple[str, dict[str, Any]]:
    location = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(file)}},
        "logicalLocations": [{"fullyQualifiedName": place}],
    }
    return name, {"level": level, "message": {"text": message}, "locations": [location]}


def _rule_id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
