"""Whatever comes first, late, twice or by another way, who is in a recording and what is missing stay the same."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.lambda_src.access_events.variants import MEMBER, OTHER_ACCOUNT
from tests.tools.query.copies import RECORDINGS, Copy, connection, recording, session, shown

START = datetime(2026, 5, 1, tzinfo=UTC)
ACCOUNTS = (MEMBER, OTHER_ACCOUNT)
HOSTS = ("i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2")
HOURS = (0, 1, 2, 3, 27, 30)


class Connection(NamedTuple):
    number: int
    account: str
    host: str
    hour: int

    @property
    def uid(self) -> str:
        return f"connection-{self.number:04}"


class Recording(NamedTuple):
    number: int
    of: int | None
    account: str | None
    host: str | None
    hour: int

    @property
    def key(self) -> str:
        named = f"connection-{self.of:04}" if self.of is not None else "opaque"
        return f"{self.account or 'x'}/{self.host or 'y'}/{named}/{self.number}.mp4"


class World(NamedTuple):
    """What happened: connections, recordings, which sessions started and of which a terminal was shown."""

    connections: list[Connection]
    recordings: list[Recording]
    started: set[int]
    shown: set[int]


def at(hour: int, minute: int = 0) -> str:
    return (START + timedelta(hours=hour, minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


connections = st.builds(
    Connection,
    number=st.integers(0, 5),
    account=st.sampled_from(ACCOUNTS),
    host=st.sampled_from(HOSTS),
    hour=st.sampled_from(HOURS),
)
recordings = st.builds(
    Recording,
    number=st.integers(0, 5),
    of=st.none() | st.integers(0, 6),
    account=st.none() | st.sampled_from(ACCOUNTS),
    host=st.none() | st.sampled_from(HOSTS),
    hour=st.sampled_from(HOURS),
)
worlds = st.builds(
    World,
    connections=st.lists(connections, max_size=5, unique_by=lambda each: each.number),
    recordings=st.lists(recordings, max_size=4, unique_by=lambda each: each.number),
    started=st.sets(st.integers(0, 3), max_size=3),
    shown=st.sets(st.integers(0, 3), max_size=3),
)


def expected(world: World) -> dict[str, Any]:
    """The rules in Python, said once more: by the id, else the one connection that fits and has no recording."""
    exact = {each: other for each in world.recordings for other in world.connections if each.of == other.number}
    known = set(exact.values())
    matches: dict[str, tuple[str, str | None]] = {}
    for each in world.recordings:
        if each in exact:
            matches[each.key] = ("exact", exact[each].uid)
            continue
        fits = [
            other
            for other in world.connections
            if other not in known and each.account in (None, other.account) and each.host in (None, other.host)
        ]
        # A recording arrives 30 minutes past the hour, a connection starts on the hour.
        near = [other for other in fits if 0 <= each.hour - other.hour <= 1]
        day = [other for other in fits if 0 <= each.hour - other.hour <= 25]
        chosen = near or day
        matches[each.key] = ("inferred", chosen[0].uid) if len(chosen) == 1 else ("none", None)
    recorded = {uid for _, uid in matches.values()}
    return {
        "recordings": {f"s3://{RECORDINGS}/{key}": match for key, match in matches.items()},
        "without recording": {each.uid for each in world.connections} - recorded,
        "without transcript": {f"s-{number}" for number in world.started - world.shown},
        "nobody started": {f"s-{number}" for number in world.shown - world.started},
    }


def attributed(copy: Copy) -> dict[str, Any]:
    """What the views say."""
    archive = copy.archive()
    matches = archive.select("SELECT uri, match, connection_id FROM recording_matches").rows
    missing = archive.select("SELECT connection_id FROM rdp_connections WHERE state = 'no recording'").rows
    sessions = archive.select("SELECT session_id, state FROM shell_sessions").rows
    assert len({uri for uri, *_ in matches}) == len(matches), matches
    assert len({session_id for session_id, _ in sessions}) == len(sessions), sessions
    return {
        "recordings": {uri: (match, uid) for uri, match, uid in matches},
        "without recording": {uid for (uid,) in missing},
        "without transcript": {uid for uid, state in sessions if state == "no transcript"},
        "nobody started": {uid for uid, state in sessions if state == "nobody started"},
    }


def deliver(copy: Copy, world: World, data: st.DataObject) -> None:
    """Everything at least once, in any order, in files of any day, and what CloudTrail tells by either way or both."""
    calls = [
        connection(f"e-{each.uid}", each.uid, at=at(each.hour), host=each.host, account=each.account)
        for each in world.connections
    ]
    calls += [session(f"e-s-{number}", f"s-{number}", at=at(1, number)) for number in world.started]
    arrivals = [recording(f"e-{each.key}", each.key, at=at(each.hour, 30)) for each in world.recordings]
    seconds = [shown(f"s-{number}", "$ id", at=at(2, number)) for number in world.shown]
    ways = [
        *(("call", call) for call in calls),
        *(("arrival", arrival) for arrival in arrivals),
        *(("second", second) for second in seconds),
    ]
    again = data.draw(st.lists(st.sampled_from(ways), max_size=6)) if ways else []
    for way, told in data.draw(st.permutations(ways + again)):
        day = data.draw(st.integers(1, 4))
        if way == "second":
            copy.show(told, day=f"2026-05-0{day}")
        elif way == "call" and data.draw(st.booleans()):
            copy.deliver(told, day=f"2026/05/0{day}", account=told["account"])
        else:
            copy.hear(told, day=f"2026-05-0{day}")


# An example takes half a second, so a failure is shown as it was found: making it small would take minutes.
@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=worlds, data=st.data())
def test_attribution_and_what_is_missing_follow_from_what_happened_alone(world, data):
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        deliver(copy, world, data)
        assert attributed(copy) == expected(world)
