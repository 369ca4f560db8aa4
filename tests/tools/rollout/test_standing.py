"""Where a roll-out stands, what is tried again, and in which order an account's stacks go."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tools.rollout.page import print_page
from tools.rollout.state import Progress, Stack, Standing, Work, departures, in_order, retries

HERE, THERE = "eu-west-1", "us-east-1"


def stack(account, region=HERE, *, status="CURRENT", detail="SUCCEEDED", reason="", unit="ou-1"):
    return Stack(account=account, region=region, unit=unit, status=status, detail=detail, reason=reason)


def failed(account, region=HERE, **more):
    return stack(account, region, status="OUTDATED", detail="FAILED", reason="Role exists", **more)


def standing(**stacks):
    names = {"account": "evidence-member-account", "region": "evidence-member-region"}
    return Standing(stack_sets=tuple(Progress(name=names[key], stacks=tuple(some)) for key, some in stacks.items()))


def test_ours_come_in_the_order_of_deployment_and_others_not_at_all():
    names = ["theirs", "evidence-member-region", "evidence-member-account", "evidence-member-region-canary"]
    assert in_order(names) == [
        "evidence-member-region-canary",
        "evidence-member-account",
        "evidence-member-region",
    ]


@pytest.mark.parametrize(
    ("found", "complete", "words"),
    [
        (Standing(), False, "nothing has been rolled out"),
        (standing(account=[stack("1")], region=[stack("1"), stack("1", THERE)]), True, "All 3 stacks of 1 accounts"),
        (standing(account=[stack("1")], region=[failed("1")]), False, "1 of 2 stacks are behind"),
        (
            standing(account=[stack("1", status="OUTDATED", detail="SKIPPED_SUSPENDED_ACCOUNT")]),
            True,
            "All 1 stacks",
        ),
        (
            Standing(stack_sets=(Progress(name="evidence-member-account", stacks=(stack("1"),), running=("a",)),)),
            False,
            "1 operations run or wait",
        ),
    ],
)
def test_it_is_complete_when_every_stack_stands_and_nothing_runs(found, complete, words):
    assert found.complete is complete
    assert words in found.verdict


def test_accounts_that_lack_the_same_are_tried_again_at_once_in_the_order_of_deployment():
    found = standing(
        account=[failed("2"), stack("3")],
        region=[failed("1"), failed("2"), failed("2", THERE), failed("3"), failed("4", unit="ou-2"), stack("5")],
    )
    assert retries(found) == [
        Work(stack_set="evidence-member-account", unit="ou-1", accounts=("2",), regions=(HERE,)),
        Work(stack_set="evidence-member-region", unit="ou-1", accounts=("1", "3"), regions=(HERE,)),
        Work(stack_set="evidence-member-region", unit="ou-1", accounts=("2",), regions=(HERE, THERE)),
        Work(stack_set="evidence-member-region", unit="ou-2", accounts=("4",), regions=(HERE,)),
    ]


def test_who_leaves_loses_its_roles_last():
    found = standing(account=[stack("1"), stack("2")], region=[stack("1"), stack("1", THERE), stack("2")])
    assert departures(found, "1") == [
        Work(stack_set="evidence-member-region", unit="ou-1", accounts=("1",), regions=(HERE, THERE)),
        Work(stack_set="evidence-member-account", unit="ou-1", accounts=("1",), regions=(HERE,)),
    ]
    assert departures(found, "9") == []


def test_the_page_names_what_is_behind_and_why():
    console = Console(width=100, record=True, file=io.StringIO())
    print_page(console, standing(account=[stack("1")], region=[failed(str(number)) for number in range(30)]))
    page = console.export_text()
    assert f"0 {HERE} evidence-member-region: FAILED. Role exists" in page
    assert "and 10 more" in page
    assert "30 of 31 stacks are behind" in page


def test_a_program_reads_the_same():
    read = standing(account=[stack("1")], region=[failed("1")]).as_json()
    assert read["complete"] is False
    assert read["stack_sets"][0] == {
        "name": "evidence-member-account",
        "counts": {"CURRENT": 1},
        "running": [],
        "behind": [],
    }
    assert read["stack_sets"][1]["behind"][0]["reason"] == "Role exists"
