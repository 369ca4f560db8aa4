"""Which events leave an account: the patterns, the bus and the handler speak of the same calls."""

from __future__ import annotations

import json

import pytest

from constructs_lib import event_patterns
from constructs_lib.event_patterns import CATALOG_TAMPERING, FORWARDED, FORWARDED_AT_HOME, HEARTBEAT, TAMPERING
from constructs_lib.hub.bus import OWN_FINDINGS
from constructs_lib.hub.roster_check import SILENCE
from constructs_lib.hub.security_group_guard import JUDGEMENTS
from lambda_src.access_events import guard_events
from lambda_src.access_events.normalize import FINDING_SOURCE, GUARD_SOURCE, GUARD_TYPES, ROSTER_SOURCE
from lambda_src.access_events.tampering import CALLS
from lambda_src.roster_check.roster import SOURCE
from lambda_src.security_group_guard import report
from lambda_src.security_group_guard.sweep import REPORT
from lambda_src.security_group_guard.trigger import ATTACHMENTS, GROUPS, PREFIX_LISTS, RULES

EVERYWHERE = {**FORWARDED, **FORWARDED_AT_HOME}
LONGEST = 2_048
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""


def calls_of(functions):
    """The names of the calls in patterns, by event source."""
    found: dict[str, set[str]] = {}
    for function in functions:
        detail = function()["detail"]
        (source,) = detail["eventSource"]
        found.setdefault(source, set()).update(detail["eventName"])
    return found


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_pattern_is_short_enough_for_a_rule(name):
    assert len(json.dumps(EVERYWHERE[name](), separators=(",", ":"))) <= LONGEST


def test_what_is_forwarded_as_tampering_is_what_the_handler_takes_for_it():
    handled = {source: {name for names, _ in rows for name in names.split()} for source, rows in CALLS.items()}
    assert calls_of([*TAMPERING, *CATALOG_TAMPERING]) == handled


def test_no_pattern_names_a_call_twice():
    repeated = [
        (function.__name__, name)
        for function in (*TAMPERING, *CATALOG_TAMPERING)
        for name in function()["detail"]["eventName"]
        if function()["detail"]["eventName"].count(name) > 1
    ]
    assert repeated == []


def test_every_pattern_says_its_source_and_kind():
    bare = [name for name, pattern in EVERYWHERE.items() if not {"source", "detail-type"} <= set(pattern())]
    assert bare == []


def test_the_bus_hears_the_sources_and_kinds_of_the_patterns_and_the_heartbeat():
    patterns = [*(pattern() for pattern in FORWARDED.values()), HEARTBEAT]
    assert set(event_patterns.sources()) == {value for pattern in patterns for value in pattern["source"]}
    assert set(event_patterns.detail_types()) == {value for pattern in patterns for value in pattern["detail-type"]}


def test_the_hubs_functions_say_the_sources_that_their_roles_may():
    assert (FINDING_SOURCE, ROSTER_SOURCE, SOURCE) == (OWN_FINDINGS, SILENCE, SILENCE)
    assert (GUARD_SOURCE, guard_events.SOURCE, report.SOURCE) == (JUDGEMENTS,) * 3
    assert {report.JUDGEMENT, report.ENFORCEMENT, REPORT} == GUARD_TYPES


def test_no_member_may_speak_as_the_hub():
    assert not {OWN_FINDINGS, SILENCE, JUDGEMENTS} & set(event_patterns.sources())
    assert [source for source in event_patterns.sources() if not source.startswith("aws.")] == []


def test_every_call_that_is_forwarded_for_the_guard_is_one_that_it_looks_into():
    forwarded = calls_of([event_patterns.network_change, event_patterns.group_attachment])
    assert forwarded["ec2.amazonaws.com"] - (RULES | GROUPS | PREFIX_LISTS | ATTACHMENTS) == set()
    assert calls_of([event_patterns.group_attachment])["ec2.amazonaws.com"] == ATTACHMENTS


def test_two_rules_watch_each_other():
    """A rule that is off cannot forward its own switching off."""
    names = {function: f"{function.__name__.replace('_', '-')}s" for function in TAMPERING}
    watcher, watched = event_patterns.watching_rule_change, event_patterns.rule_change
    assert (names[watched], names[watcher]) == ("rule-changes", "watching-rule-changes")
    assert {names[watched], names[watcher]} <= set(FORWARDED)

    def concerned(function):
        """The names of rules of which a pattern speaks."""
        return {json.dumps(item["name"]) for item in function()["detail"]["requestParameters"]["$or"] if "name" in item}

    assert concerned(watcher) == {json.dumps(["evidence-rule-changes"])}
    assert concerned(watched) == {json.dumps([{"prefix": "evidence-"}])}
    assert watcher()["detail"]["eventName"] == watched()["detail"]["eventName"]
