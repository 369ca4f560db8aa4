"""Starts, recordings and transcripts in any order, twice, late, with a crash between: the same is missing."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.lambda_src.evidence_check.fakes import Organization
from tests.tools.query.copies import RECORDINGS
from tests.tools.query.test_attribution import World, deliver, expected, worlds

MUCH_LATER = datetime(2026, 5, 5, tzinfo=UTC)
"""Every grace is over; what happened began on the first."""


def part_of(world: World, data: st.DataObject) -> World:
    """Some of what happened."""

    def some(things):
        return data.draw(st.lists(st.sampled_from(sorted(things)), unique=True)) if things else []

    return World(some(world.connections), some(world.recordings), set(some(world.started)), set(some(world.shown)))


def missing(world: World) -> set[tuple[str, str]]:
    told = expected(world)
    unclaimed = {uri for uri, (match, _) in told["recordings"].items() if match == "none"}
    return {
        *(("session-without-transcript", session) for session in told["without transcript"]),
        *(("connection-without-recording", connection) for connection in told["without recording"]),
        *(("recording-nobody-started", uri) for uri in unclaimed),
    }


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None)
@given(world=worlds, data=st.data())
def test_what_is_open_at_the_end_follows_from_what_happened_alone(world, data):
    assert RECORDINGS.startswith("evidence-")
    with tempfile.TemporaryDirectory() as folder:
        organization = Organization(Path(folder))
        organization.archive = organization.archive._replace(log_buckets={}, trail_prefix="", trail_regions=())
        organization.at(MUCH_LATER)
        deliver(organization.copy, part_of(world, data), data)
        organization.crash(organization.askers(), data.draw(st.integers(0, 12)), after=data.draw(st.booleans()))
        deliver(organization.copy, world, data)
        assert {(kind, about) for kind, _, _, about in organization.look()} == missing(world)
        heard = len(organization.heard)
        organization.look()
        assert len(organization.heard) == heard
