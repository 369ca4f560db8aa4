"""The doorway reads its environment, asks through real shapes of calls, and refuses what it cannot work with."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from lambda_src.evidence_check import handler
from lambda_src.evidence_check.sessions import QUESTIONS
from tests.lambda_src.access_events.variants import MEMBER
from tests.lambda_src.evidence_check.fakes import Organization, archive
from tests.tools.query.copies import REGION, session, sql

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


class Account:
    """The clients that the doorway makes."""

    def __init__(self, organization):
        self.organization, self.entries, self.error = organization, [], None

    def client(self, service, region=None):
        if service == "s3":
            assert region == REGION
        return {"dynamodb": self, "athena": self.organization.duck, "s3": self.organization.s3, "events": self}[service]

    def __getattr__(self, name):
        return getattr(self.organization.dynamodb, name)

    def scan(self, *, TableName, ConsistentRead, ExclusiveStartKey=None):
        assert (TableName, ConsistentRead) == ("roster", True)
        if ExclusiveStartKey is None:
            return {"Items": [{"account": {"S": MEMBER}}, {"account": {}}], "LastEvaluatedKey": {"account": {"S": "x"}}}
        return {"Items": [{"account": {"S": "333333333333"}}]}

    def put_events(self, *, Entries):
        self.entries += Entries
        return {"Entries": [{"ErrorCode": self.error} if self.error else {"EventId": "1"} for _ in Entries]}


@pytest.fixture
def account(tmp_path, monkeypatch):
    made = Account(Organization(tmp_path / "copy"))
    document = {
        "questions": {name: sql().questions[name].text for name in QUESTIONS},
        "archive": archive()._asdict(),
    }
    (tmp_path / "check.json").write_text(json.dumps(document))
    environment = {
        "CHECK_FILE": str(tmp_path / "check.json"),
        "CHECK_TABLE": "table",
        "ROSTER_TABLE": "roster",
        "HUB_BUS": "hub",
        "ATHENA_WORKGROUP": "evidence-check",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(handler, "_client", made.client)
    return made


def test_a_run_tells_what_is_missing_and_the_next_one_nothing(account):
    account.organization.copy.hear(session("e-1", "s-1", at="2026-05-01T00:00:00Z"))
    assert handler.handle({}, CONTEXT) == {"opened": 1, "closed": 0}
    (entry,) = account.entries
    assert (entry["EventBusName"], json.loads(entry["Detail"])["about"]) == ("hub", "s-1")
    assert set(account.organization.memory.enrolled()) == {MEMBER, "333333333333"}
    assert handler.handle({}, CONTEXT) == {"opened": 0, "closed": 0}


def test_what_the_bus_refuses_fails_the_run(account):
    account.organization.copy.hear(session("e-1", "s-1", at="2026-05-01T00:00:00Z"))
    account.error = "ThrottlingException"
    with pytest.raises(RuntimeError, match="1 of 1 gaps must be told again"):
        handler.handle({}, CONTEXT)


def test_the_grace_is_read_from_the_environment(account, monkeypatch):
    account.organization.copy.hear(session("e-1", "s-1", at="2026-05-01T00:00:00Z"))
    monkeypatch.setenv("GRACE_MINUTES", str(10 * 365 * 24 * 60))
    assert handler.handle({}, CONTEXT) == {"opened": 0, "closed": 0}
    monkeypatch.setenv("GRACE_MINUTES", "-1")
    with pytest.raises(ValueError, match="GRACE_MINUTES must be 0 or more"):
        handler.handle({}, CONTEXT)


def test_where_little_time_is_left_nothing_more_is_asked(account):
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: handler.RESERVE_MILLISECONDS)
    assert handler.handle({}, late) == {"opened": 4, "closed": 0}
    assert {json.loads(entry["Detail"])["kind"] for entry in account.entries} == {"unasked"}
