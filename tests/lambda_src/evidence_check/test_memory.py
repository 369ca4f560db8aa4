"""What the table holds is what was written last, by whoever had read the latest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambda_src.evidence_check.memory import KEEP_SECONDS, ConflictError, Memory
from lambda_src.evidence_check.steps import Known
from tests.lambda_src.evidence_check.fakes import Dynamo, gap

S1 = gap("s-1")


@pytest.fixture
def memory():
    return Memory(Dynamo(), "table", now=lambda: 1000.0)


def test_a_gap_is_written_over_the_revision_that_was_read_alone(memory):
    memory.write(S1, "opening", 1, revision=0)
    memory.write(S1, "open", 1, revision=1)
    assert memory.known() == {S1.key: Known(S1, "open", 1, 2)}
    for stale in (0, 1, 3):
        with pytest.raises(ConflictError):
            memory.write(S1, "closing", 1, revision=stale)
    assert memory.known()[S1.key].phase == "open"


def test_only_what_is_closed_is_forgotten(memory):
    for revision, phase in enumerate(("opening", "open", "closing", "closed")):
        memory.write(S1, phase, 1, revision=revision)
        item = memory._dynamodb.items["gap", S1.key]
        assert item.get("expires") == ({"N": str(1000 + KEEP_SECONDS)} if phase == "closed" else None)


def test_every_page_is_read(memory):
    gaps = [gap(f"s-{number}") for number in range(7)]
    for each in gaps:
        memory.write(each, "open", 1, revision=0)
    memory.note_enrolled("222222222222")
    assert memory.known().keys() == {each.key for each in gaps}


def test_the_first_notice_of_an_account_stays(memory):
    memory.note_enrolled("222222222222")
    memory._now = lambda: 2000.0
    memory.note_enrolled("222222222222")
    assert memory.enrolled() == {"222222222222": datetime.fromtimestamp(1000, UTC)}


@pytest.mark.parametrize(
    "change", [{"gap": {"S": "{}"}}, {"gap": {"S": "no JSON"}}, {"phase": {"S": "ajar"}}, {"revision": {"S": "1"}}]
)
def test_an_item_that_cannot_be_understood_ends_the_run_so_that_nothing_is_told_anew(memory, change):
    memory.write(S1, "open", 1, revision=0)
    memory._dynamodb.items["gap", S1.key] |= change
    with pytest.raises(ValueError, match="the item"):
        memory.known()


def test_an_item_of_another_gap_ends_the_run(memory):
    memory.write(S1, "open", 1, revision=0)
    memory._dynamodb.items["gap", "other"] = memory._dynamodb.items["gap", S1.key] | {"id": {"S": "other"}}
    with pytest.raises(ValueError, match="of another gap"):
        memory.known()
