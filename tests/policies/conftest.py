"""The policies of every variant, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stacks.settings import Settings
from tests.assembly import Assembly, settings_with
from tests.conftest import VARIANTS
from tools.prove.policies import Policy, load_policies

Loaded = tuple[list[Policy], Settings]


@pytest.fixture(scope="session")
def policies_of_variant(example: dict[str, Any], variant: Callable[[str], Assembly]) -> Callable[[str], Loaded]:
    """The policies of a variant with its settings."""

    def of(name: str) -> Loaded:
        settings = settings_with(example, **VARIANTS[name])
        return load_policies(variant(name).directory, settings), settings

    return of


@pytest.fixture(scope="session")
def loaded(policies_of_variant: Callable[[str], Loaded]) -> Loaded:
    """The policies of the example settings."""
    return policies_of_variant("example")
