"""What all tests share: templates, synthesized once per session and read as JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import Settings
from tests.assembly import Assembly, settings_with, synthesize

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def example() -> dict[str, Any]:
    """The example settings, as TOML reads them."""
    return tomllib.loads((ROOT / "config" / "example.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def settings(example: dict[str, Any]) -> Settings:
    """The example settings."""
    return settings_with(example)


@pytest.fixture(scope="session")
def assemblies(example: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Assembly]:
    """Synthesizes the example with some settings replaced, each variant once: ``assemblies(trail__mode="member")``."""
    made: dict[tuple[tuple[str, str], ...], Assembly] = {}

    def of(**overrides: Any) -> Assembly:
        key = tuple(sorted((name, repr(value)) for name, value in overrides.items()))
        if key not in made:
            made[key] = synthesize(settings_with(example, **overrides), tmp_path_factory.mktemp("assembly"))
        return made[key]

    return of


@pytest.fixture(scope="session")
def assembly(assemblies: Callable[..., Assembly]) -> Assembly:
    """The whole app with the example settings."""
    return assemblies()


VARIANTS: dict[str, dict[str, Any]] = {
    "example": {},
    "organization trail": {"trail__mode": "organization"},
    "existing trail": {"trail__mode": "existing"},
    "log key of the account": {"session_manager__log_key": "account", "trail__mode": "organization"},
    "every option": {
        "session_manager__document": "declarative",
        "session_manager__run_as_user": "operator",
        "session_manager__linux_shell_profile": "date",
        "session_manager__channel_key_arn": "arn:aws:kms:eu-west-1:111111111111:key/abc",
        "members__default_host_management": True,
        "members__host_roles": ["WebServer"],
    },
    "nothing optional": {
        "archive__lock_days": None,
        "archive__auditors": [],
        "recording__enabled": False,
        "regions__governed": ["ap-northeast-1"],
    },
    "a Region without recording": {
        "regions__governed": ["ap-northeast-1", "ap-east-1"],
        "recording__except_regions": ["ap-east-1"],
    },
}


@pytest.fixture(scope="session", params=list(VARIANTS.values()), ids=list(VARIANTS))
def any_assembly(request: pytest.FixtureRequest, assemblies: Callable[..., Assembly]) -> Assembly:
    """Each of the ways in which the settings can shape the templates."""
    return assemblies(**request.param)
