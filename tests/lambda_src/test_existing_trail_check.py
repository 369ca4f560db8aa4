"""Relying on an existing trail fails unless one records what evidence needs."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

GOOD = {
    "Name": "main",
    "TrailARN": "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main",
    "IsMultiRegionTrail": True,
    "IncludeGlobalServiceEvents": True,
    "LogFileValidationEnabled": True,
}
PLAIN = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}
ADVANCED = {
    "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}],
}
WRITES = {
    "AdvancedEventSelectors": [
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "readOnly", "Equals": ["false"]},
            ]
        }
    ],
}


class Trails:
    def __init__(self, *trails, logging=True, selectors=PLAIN, closed=()):
        self.trails, self.logging, self.selectors, self.closed = trails, logging, selectors, closed

    def describe_trails(self, *, includeShadowTrails):
        assert includeShadowTrails
        return {"trailList": list(self.trails)}

    def get_trail_status(self, *, Name):
        return {"IsLogging": self.logging}

    def get_event_selectors(self, *, TrailName):
        if TrailName in self.closed:
            raise ClientError({"Error": {"Code": "TrailNotFoundException"}}, "GetEventSelectors")
        return self.selectors


@pytest.fixture
def check(load, answers, monkeypatch):
    module = load("existing_trail_check")

    def run(trails, request="Create"):
        monkeypatch.setattr(module.boto3, "client", lambda *_args, **_kwargs: trails)
        module.handler({"RequestType": request}, None)
        status, _, reason = answers.sent[-1]
        return status, reason

    return run


@pytest.mark.parametrize("selectors", [PLAIN, ADVANCED])
def test_a_sufficient_trail_is_enough(check, selectors):
    assert (
        check(Trails({**GOOD, "Name": "poor", "IsMultiRegionTrail": False}, GOOD, selectors=selectors))[0] == "SUCCESS"
    )


@pytest.mark.parametrize(
    ("trails", "lacks"),
    [
        (Trails(), "has no trail"),
        (Trails(GOOD, logging=False), "main: is not logging"),
        (Trails({**GOOD, "IsMultiRegionTrail": False}), "main: covers one Region"),
        (Trails({**GOOD, "IncludeGlobalServiceEvents": False}), "main: skips global service events"),
        (Trails({**GOOD, "LogFileValidationEnabled": False}), "main: does not validate log files"),
        (
            Trails(
                GOOD, selectors={"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}
            ),
            "skips management",
        ),
        (
            Trails(
                GOOD,
                selectors={
                    "EventSelectors": [
                        {**PLAIN["EventSelectors"][0], "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
                    ]
                },
            ),
            "skips management",
        ),
        (Trails(GOOD, selectors=WRITES), "skips management"),
    ],
)
def test_what_every_trail_lacks_is_said(check, trails, lacks):
    status, reason = check(trails)
    assert status == "FAILED"
    assert lacks in reason


def test_an_organization_trail_tells_its_own_account_alone_what_it_selects(check):
    trail = {**GOOD, "TrailARN": "arn:aws:cloudtrail:eu-west-1:999999999999:trail/all", "IsOrganizationTrail": True}
    assert check(Trails(trail, closed=[trail["TrailARN"]]))[0] == "SUCCESS"


def test_a_trail_that_cannot_be_read_hides_no_sufficient_one(check):
    closed = {**GOOD, "Name": "closed", "TrailARN": "arn:closed"}
    assert check(Trails(closed, GOOD, closed=["arn:closed"]))[0] == "SUCCESS"
    status, reason = check(Trails(closed, closed=["arn:closed"]))
    assert status == "FAILED"
    assert "closed: cannot be read (TrailNotFoundException)" in reason


def test_a_deletion_asks_nothing(check):
    assert check(Trails(), "Delete")[0] == "SUCCESS"
