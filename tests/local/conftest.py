"""One embedded AWS for all tests of this folder, in one xdist worker, each test in accounts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest

from local.organization import Organization
from local.server import EmbeddedAws
from tests.local.demonstration import Demonstration, hold
from tests.local.doorway import Doorway, forget, make_tables
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


def new_world(server: EmbeddedAws) -> World:
    """Accounts that nobody has had before."""
    number = next(_numbers)
    archive, member, other, outsider = (f"{kind}{number:011d}" for kind in "1239")
    return World(server=server, archive=archive, member=member, other=other, outsider=outsider)


@pytest.fixture
def world(embedded_aws: EmbeddedAws) -> World:
    return new_world(embedded_aws)


@pytest.fixture(scope="module")
def shared_world(embedded_aws: EmbeddedAws) -> World:
    return new_world(embedded_aws)


@pytest.fixture
def dynamodb(world: World) -> Any:
    return make_tables(world)


@pytest.fixture
def doorway(world: World, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doorway]:
    made = Doorway(world, dynamodb)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials of the test before
    forget()
    yield made
    forget()


def pytest_itemcollected(item: Any) -> None:
    """Before xdist reads the marks."""
    if "embedded_aws" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("embedded"))


@pytest.fixture(scope="session")
def demonstration(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return hold(embedded_aws, tmp_path_factory.mktemp("demonstration"))
