"""What all tests share: templates, synthesized once per session and read as JSON."""

from __future__ import annotations

import collections
import functools
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from stacks.settings import Settings
from tests.assembly import Assembly, settings_with, synthesize

# The framework's own validation belongs to `make lint`; here it would double every synthesis.
os.environ.setdefault("CDK_VALIDATION", "false")

# A slow machine is no fault of the code: hypothesis times nothing.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was proved and simulated: the sums of what the tests counted."""
    counts: collections.Counter[str] = collections.Counter()
    for report in terminalreporter.getreports("passed"):
        counts.update({name: value for name, value in report.user_properties if isinstance(value, int)})
    if counts:
        terminalreporter.section("counted")
        terminalreporter.write_line(", ".join(f"{name} {value:,}" for name, value in sorted(counts.items())))


@pytest.fixture(scope="session")
def example() -> dict[str, Any]:
    """The example settings, as TOML reads them."""
    return tomllib.loads((ROOT / "config" / "example.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def settings(example: dict[str, Any]) -> Settings:
    """The example settings."""
    return settings_with(example)


VARIANTS: dict[str, dict[str, Any]] = {
    "example": {},
    "everything": {
        "archive__key_id": None,
        "regions__governed": ["ap-northeast-1", "ap-east-1"],
        "recording__except_regions": ["ap-east-1"],
        "archive__auditors": ["arn:aws:iam::111111111111:role/Auditor", "arn:aws:iam::222222222222:role/Security*"],
        "trail__mode": "organization",
        "session_manager__log_key": "account",
        "session_manager__document": "declarative",
        "session_manager__run_as_user": "operator",
        "session_manager__linux_shell_profile": "date",
        "session_manager__channel_key_arn": "arn:aws:kms:eu-west-1:111111111111:key/mrk-abc",
        "members__default_host_management": True,
        "members__host_roles": ["WebServer"],
        "security_groups__enforcement": {"222222222222": "restore"},
        "query__auditors": {"audit": "arn:aws:iam::222222222222:role/Security*"},
        "query__accounts": ["444444444444"],
        "query__days": 30,
        "guardrails__archive": ["111111111111"],
        "guardrails__members": ["r-ex4m"],
        "guardrails__sessions": ["r-ex4m"],
        "guardrails__perimeter": ["r-ex4m"],
        "guardrails__deployment_roles": ["AWSCloudFormationStackSetExecutionRole"],
        "guardrails__session_documents": ["LoggedShell"],
        "guardrails__read_organization": True,
    },
    "as little as possible": {
        "archive__lock_days": None,
        "archive__auditors": [],
        "members__direct": [],
        "recording__enabled": False,
        "regions__governed": ["ap-northeast-1"],
        "trail__mode": "existing",
        "security_groups__enforcement": {"222222222222": "revoke"},
        "query__auditors": {},
        "guardrails__members": ["ou-ex4m-abcdefgh"],
    },
}
"""The ways in which settings shape the templates; few, because each is synthesized."""


@pytest.fixture(scope="session")
def variant(example: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembly]:
    """The assembly of a variant, synthesized once."""

    @functools.cache
    def of(name: str) -> Assembly:
        return synthesize(settings_with(example, **VARIANTS[name]), tmp_path_factory.mktemp("assembly"))

    return of


@pytest.fixture(scope="session")
def assembly(variant: Callable[[str], Assembly]) -> Assembly:
    """The whole app with the example settings."""
    return variant("example")


@pytest.fixture(scope="session", params=VARIANTS)
def any_assembly(request: pytest.FixtureRequest, variant: Callable[[str], Assembly]) -> Assembly:
    """Each of the ways in which the settings can shape the templates."""
    return variant(request.param)
