"""A gap is told once, taken back once, and whatever crashes or comes twice, what was told last is what is the case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.evidence_check.check import BATCH_ENTRIES, MOST_OF_A_FAMILY, Asker
from lambda_src.evidence_check.gaps import UNASKED
from tests.lambda_src.evidence_check.fakes import World, finds, gap, thing


def states(world):
    return [(detail["about"], detail["state"], detail["alert"]) for detail in world.heard]


def test_a_gap_is_told_once_and_closes_itself_once():
    world = World()
    assert world.run(finds(gap("s-1"))) == {"opened": 1, "closed": 0}
    assert world.run(finds(gap("s-1"))) == {"opened": 0, "closed": 0}
    assert world.run(finds()) == {"opened": 0, "closed": 1}
    assert world.run(finds()) == {"opened": 0, "closed": 0}
    assert states(world) == [("s-1", "open", True), ("s-1", "closed", False)]
    assert world.heard[0]["finding"] == world.heard[1]["finding"]


def test_the_event_says_what_is_missing_where_and_how_to_see_it():
    world = World()
    world.run(finds(gap("s-1", time="2026-05-01T00:00:00Z")))
    (detail,) = world.heard
    assert detail == {
        "finding": f"evf-{gap('s-1').key}",
        "alert": True,
        "state": "open",
        "kind": "session-without-transcript",
        "account": "222222222222",
        "region": "ap-northeast-1",
        "about": "s-1",
        "time": "2026-05-01T00:00:00Z",
        "text": "s-1 is missing.",
        "question": "sessions-without-evidence",
    }


def test_the_id_follows_from_the_thing_and_not_from_when_or_how_it_was_found():
    first, second = World(), World()
    first.run(finds(gap("s-1"), gap("s-2")))
    second.run(finds(gap("s-2", time="2026-05-01T00:00:00Z")))
    assert first.open()[thing(second.heard[0])] == second.heard[0]["finding"]


def test_what_opens_again_is_another_finding_so_that_somebody_is_told_again():
    world = World()
    for found in (finds(gap("s-1")), finds(), finds(gap("s-1")), finds(), finds(gap("s-1"))):
        world.run(found)
    first = f"evf-{gap('s-1').key}"
    ids = [detail["finding"] for detail in world.heard]
    assert ids == [first, first, f"{first}-2", f"{first}-2", f"{first}-3"]


def test_only_whoever_found_a_gap_says_that_it_is_over():
    world = World()
    world.run(finds(gap("s-1")))
    world.run(finds(name="b"))
    assert len(world.open()) == 1


def test_who_does_not_answer_is_a_finding_hides_no_other_and_closes_nothing():
    world = World()

    def denied(_open):
        raise PermissionError("AccessDenied")

    world.run(finds(gap("s-1")))
    world.run(lambda known: [Asker("a", "", "", denied), *finds(gap("c-1", asker="b"), name="b")(known)])
    assert [(kind, about) for kind, _, _, about in world.open()] == [
        ("session-without-transcript", "s-1"),
        (UNASKED, "a"),
        ("session-without-transcript", "c-1"),
    ]
    assert "PermissionError: AccessDenied" in world.heard[1]["text"]
    world.run(finds(gap("s-1")))
    assert ("a", "closed", False) in states(world)


@pytest.mark.parametrize(("failing", "told"), [(MOST_OF_A_FAMILY, MOST_OF_A_FAMILY), (MOST_OF_A_FAMILY + 1, 1)])
def test_where_a_whole_family_does_not_answer_one_finding_says_so(failing, told):
    world = World()

    def denied(_open):
        raise PermissionError

    world.run(lambda _known: [Asker(f"digests/{number}", "", "", denied) for number in range(failing)])
    assert len(world.open()) == told
    world.run(lambda _known: [Asker(f"digests/{number}", "", "", lambda _open: {}) for number in range(failing)])
    assert world.open() == {}


def test_what_the_bus_refuses_is_told_by_the_next_run_and_an_alarm_sees_it():
    world = World()
    world.refuse = lambda detail: detail["about"] == "s-1"
    with pytest.raises(RuntimeError, match="1 of 2 gaps"):
        world.run(finds(gap("s-1"), gap("s-2")))
    assert [about for about, *_ in states(world)] == ["s-2"]
    world.refuse = lambda _detail: False
    world.run(finds(gap("s-1"), gap("s-2")))
    assert [about for about, *_ in states(world)] == ["s-2", "s-1"]


def test_more_gaps_than_a_call_takes_are_all_told():
    world = World()
    many = [gap(f"s-{number}") for number in range(2 * BATCH_ENTRIES + 3)]
    assert world.run(finds(*many))["opened"] == len(many)
    assert len(world.open()) == len(many)
    assert world.effects.count("put") == 3


def test_two_runs_at_once_tell_a_gap_once():
    world = World()

    def while_another_runs(_known):
        world_effects = world.effects
        world.run(finds(gap("s-1")))
        world.effects = world_effects
        return finds(gap("s-1"))(_known)

    world.run(while_another_runs)
    assert states(world) == [("s-1", "open", True)]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("start", ["opening", "closing"])
@pytest.mark.parametrize("remains", [False, True])
def test_a_crash_at_any_effect_leaves_what_the_next_run_makes_true(start, at, after, remains):
    world = World()
    if start == "closing":
        world.run(finds(gap("s-1")))
    found = finds() if start == "closing" else finds(gap("s-1"))
    assert world.crash(found, at, after=after)
    world.run(finds(gap("s-1")) if remains else finds())
    assert bool(world.open()) is remains
    again = len(world.heard)
    world.run(finds(gap("s-1")) if remains else finds())
    assert len(world.heard) == again, "and it is not told once more"


truths = st.sets(st.sampled_from(["s-1", "s-2", "s-3"]))
runs = st.tuples(truths, st.none() | st.integers(0, 8), st.booleans())


@given(st.lists(runs, max_size=8), truths)
def test_after_any_crashes_a_run_that_ends_has_told_what_is_the_case(before, last):
    world = World()
    for truth, at, after in before:
        found = finds(*map(gap, sorted(truth)))
        if at is None:
            world.run(found)
        else:
            world.crash(found, at, after=after)
    world.run(finds(*map(gap, sorted(last))))
    assert {about for _, _, _, about in world.open()} == last
    known = world.memory.known()
    assert {each.gap.about for each in known.values() if each.phase == "open"} == last
    assert {each.phase for each in known.values()} <= {"open", "closed"}
    for detail in world.heard:  # an id is never opened after it was closed: the hub tells an id once
        closed = [
            i
            for i, each in enumerate(world.heard)
            if each["finding"] == detail["finding"] and each["state"] == "closed"
        ]
        opened = [
            i for i, each in enumerate(world.heard) if each["finding"] == detail["finding"] and each["state"] == "open"
        ]
        assert not (closed and opened) or max(opened) < min(closed)
