"""One embedded AWS for all tests of this folder, in one xdist worker, each test in accounts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from local.organization import Organization
from local.server import EmbeddedAws
from tests.local.demonstration import Demonstration, hold
from tests.local.world import MANAGEMENT, World

_numbers = count(100)
"""The accounts below are those of the demonstration and of the tests that name theirs."""


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    organization = Organization.of(
        organization_id="o-abc1234567",
        management_account=MANAGEMENT,
        accounts=[f"{kind}{number:011d}" for kind in "123" for number in range(1, 500)],
    )
    log = tmp_path_factory.mktemp("embedded-aws") / "server.log"
    with EmbeddedAws.start(organization=organization, log=log) as server:
        yield server


@pytest.fixture
def world(embedded_aws: EmbeddedAws) -> World:
    number = next(_numbers)
    archive, member, other, outsider = (f"{kind}{number:011d}" for kind in "1239")
    return World(server=embedded_aws, archive=archive, member=member, other=other, outsider=outsider)


def pytest_itemcollected(item: Any) -> None:
    """Before xdist reads the marks."""
    if "embedded_aws" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("embedded"))


@pytest.fixture(scope="session")
def demonstration(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return hold(embedded_aws, tmp_path_factory.mktemp("demonstration"))
