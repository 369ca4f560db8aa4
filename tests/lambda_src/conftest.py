"""The function sources, imported as Lambda imports them: a file ``index.py`` beside ``cfnresponse``."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SOURCES = Path(__file__).parent.parent.parent / "lambda_src"


class Answers(ModuleType):
    """Stands in for the ``cfnresponse`` module and keeps what was answered."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"

    def __init__(self) -> None:
        super().__init__("cfnresponse")
        self.sent: list[tuple[str, str | None, str | None]] = []

    def send(
        self,
        event: Any,
        context: Any,
        status: str,
        data: Any,
        physical_id: str | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        self.sent.append((status, physical_id, reason))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the function under test told CloudFormation."""
    module = Answers()
    monkeypatch.setitem(sys.modules, "cfnresponse", module)
    return module


@pytest.fixture
def load(answers: Answers):
    """Imports a function's ``index.py``."""

    def imported(package: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"{package}_index", SOURCES / package / "index.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return imported
