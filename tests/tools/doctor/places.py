"""Places, settings and eyes for the doctor's tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.stub import Stubber

from stacks.settings_file import load_settings
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place

ARCHIVE, MEMBER, MANAGEMENT = "111111111111", "222222222222", "999999999999"
HOME, SECOND = "ap-northeast-1", "us-east-1"
HERE = Place(MEMBER, HOME)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ROLE = f"arn:aws:iam::{MEMBER}:role/reader"
EXAMPLE = Path(__file__).parent.parent.parent.parent / "config" / "example.toml"


def expected(members: list[str] | None = None) -> Expected:
    """The example settings."""
    return Expected(settings=load_settings(EXAMPLE), members=members or [MEMBER], now=NOW)


class Stubbed:
    """Clients whose answers a test gives, one after the other for each service, wherever they are asked."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._stubs: dict[str, Stubber] = {}
        self.asked: list[tuple[str, Place]] = []
        self.forgotten: list[str] = []

    def client(self, service: str, place: Place) -> Any:
        self.asked.append((service, place))
        if service not in self._clients:
            keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
            self._clients[service] = boto3.client(service, region_name=HOME, **keys)
            self._stubs[service] = Stubber(self._clients[service])
            self._stubs[service].activate()
        return self._clients[service]

    def acting_as(self, _account: str) -> str:
        return ROLE

    def forget(self, account: str) -> None:
        self.forgotten.append(account)

    def answers(self, service: str, operation: str, answer: dict[str, Any], **asked: Any) -> Stubbed:
        self.client(service, HERE)
        self._stubs[service].add_response(operation, answer, asked or None)
        return self

    def refuses(self, service: str, operation: str, code: str, message: str = "") -> Stubbed:
        self.client(service, HERE)
        self._stubs[service].add_client_error(operation, code, message)
        return self

    def all_was_asked(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


def looking(prepare: Callable[[Stubbed], object]) -> tuple[Eyes, Stubbed]:
    """Eyes that see what a test prepares."""
    stubbed = Stubbed()
    prepare(stubbed)
    return Eyes(stubbed), stubbed
