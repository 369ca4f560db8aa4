"""What each fact means: every state of every check, and that no fact makes a check fail or stay silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.archive_layout import (
    ARCHIVE_TRAIL,
    MEMBER_TRAIL,
    ORGANIZATION_TRAIL,
    RECORDING_KEY_TAG,
    SESSION_LOG_GROUP,
)
from constructs_lib.session_rules import SessionRules, preferences_document
from tests.tools.doctor.places import ARCHIVE, HERE, HOME, MANAGEMENT, MEMBER, NOW, SECOND
from tools.doctor.checks import (
    bus,
    delegated_administrators,
    evidence_key,
    heard,
    instances,
    last_evidence,
    node_access,
    protection,
    quotas,
    recording_preferences,
    recording_type,
    regions,
    session_document,
    stacks,
    trails,
    trusted_access,
)
from tools.doctor.verdict import Place, State, Verdict, exit_code, worst

WANTED = preferences_document(SessionRules(), log_group_name=SESSION_LOG_GROUP)
OURS = "evidence-before-1-0a1b2c3d"
KEY = "mrk-0123456789abcdef0123456789abcdef"


def said(verdicts):
    """States and sentences, whether one verdict was given or several."""
    several = [verdicts] if isinstance(verdicts, Verdict) else verdicts
    for one in several:
        assert one.what
        assert bool(one.fix) == (one.state != State.READY), one
    return [(one.state.value, one.what) for one in several]


def is_said(verdicts, state, *words):
    """The one verdict has this state and these words; each trouble has a fix."""
    ((found, what),) = said(verdicts)
    return (found, [word for word in words if word not in what]) == (state, [])


# --- Session preferences --------------------------------------------------------------------------


def document(*, name=OURS, content=WANTED, version="2", newest="2"):
    return session_document.Document(version=version, name=name, content=content, our_newest=newest)


def judge_document(found, *, enrolled=True, adopts=True):
    return session_document.judge(HERE, found, wanted=WANTED, enrolled=enrolled, adopts=adopts)


def with_input(name, value):
    return {**WANTED, "inputs": {**WANTED["inputs"], name: value}}


@pytest.mark.parametrize(
    ("found", "more", "state", "words"),
    [
        (document(), {}, "ready", [SESSION_LOG_GROUP]),
        (document(content=with_input("s3BucketName", "theirs")), {}, "ready", ["s3BucketName = theirs"]),
        (None, {}, "broken", ["gone"]),
        (document(content=with_input("cloudWatchLogGroupName", "/x")), {}, "broken", ["/x, not /evidence/session"]),
        (document(content=with_input("cloudWatchStreamingEnabled", False)), {}, "broken", ["is false, not true"]),
        (document(content=with_input("cloudWatchStreamingEnabled", "true")), {}, "broken", ["Streaming"]),
        (document(content=with_input("cloudWatchEncryptionEnabled", False)), {}, "broken", ["Encryption"]),
        (document(content={**WANTED, "sessionType": "Port"}), {}, "broken", ["sessionType is Port"]),
        (document(content={}), {}, "broken", ["cloudWatchLogGroupName is absent"]),
        (document(name="", content={"inputs": 7}), {}, "broken", ["was not written by the deployment"]),
        (document(content=with_input("idleSessionTimeout", "60")), {}, "warning", ["idleSessionTimeout is 60, not 20"]),
        (document(name=""), {}, "warning", ["was not written by the deployment"]),
        (document(name=""), {"adopts": False}, "ready", ["version 2"]),
        (None, {"enrolled": False}, "ready", ["not enrolled"]),
        (document(name=""), {"enrolled": False}, "warning", ["not enrolled", "idleSessionTimeout = 20"]),
        (document(name=""), {"enrolled": False, "adopts": False}, "broken", ["a roll-out fails on it"]),
    ],
)
def test_session_preferences_are_told(found, more, state, words):
    assert is_said(judge_document(found, **more), state, *words)


def test_the_newest_version_of_ours_is_what_comes_back():
    verdict = judge_document(document(name="theirs", content={}, version="5", newest="4"))
    assert "--document-version 4 " in verdict.fix
    assert "document-version" not in judge_document(document(name="theirs", content={}, newest=None)).fix


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    content=st.dictionaries(st.sampled_from(["inputs", "sessionType", "x"]), JSON | st.just(WANTED["inputs"])),
    name=st.text(max_size=20) | st.just(OURS),
    enrolled=st.booleans(),
    adopts=st.booleans(),
)
def test_no_document_makes_the_check_fail_and_none_that_streams_elsewhere_is_ready(content, name, enrolled, adopts):
    found = judge_document(document(name=name, content=content), enrolled=enrolled, adopts=adopts)
    said(found)
    inputs = content.get("inputs")
    streams = isinstance(inputs, dict) and inputs.get("cloudWatchLogGroupName") == SESSION_LOG_GROUP
    if enrolled and not streams:
        assert found.state == State.BROKEN


# --- Trails ---------------------------------------------------------------------------------------

BUCKET = "evidence-logs-111111111111-ap-northeast-1"


def trail(
    name=MEMBER_TRAIL, *, owner=MEMBER, logging=True, management=True, everywhere=True, bucket=BUCKET, problem=""
):
    return trails.Trail(
        name=name,
        arn=f"arn:aws:cloudtrail:{HOME}:{owner}:trail/{name}",
        home=HOME,
        everywhere=everywhere,
        logging=logging,
        management=management,
        bucket=bucket,
        problem=problem,
    )


def judge_trails(*found, mode="member", enrolled=True):
    return trails.judge(Place(MEMBER), found, mode=mode, bucket=BUCKET, enrolled=enrolled)


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (judge_trails(trail()), "ready", [MEMBER_TRAIL]),
        (judge_trails(trail(), trail(ARCHIVE_TRAIL, management=False)), "ready", []),
        (judge_trails(trail(), trail("old", logging=False)), "ready", []),
        (judge_trails(), "broken", [f"{MEMBER_TRAIL} is gone"]),
        (judge_trails(trail(logging=False)), "broken", ["does not log"]),
        (judge_trails(trail(bucket="other")), "broken", ["other"]),
        (judge_trails(trail(problem="AccessDenied")), "broken", ["AccessDenied"]),
        (judge_trails(enrolled=False), "ready", ["not enrolled"]),
        (judge_trails(trail("old"), enrolled=False), "warning", ["old", "bills"]),
        (judge_trails(trail(ORGANIZATION_TRAIL), mode="organization"), "ready", [ORGANIZATION_TRAIL]),
        (judge_trails(mode="existing"), "broken", ["no trail"]),
        (judge_trails(trail("theirs"), mode="existing"), "ready", ["theirs"]),
        (judge_trails(trail("theirs", everywhere=False), mode="existing"), "broken", []),
        (judge_trails(trail("theirs", management=False), mode="existing"), "broken", []),
    ],
)
def test_trails_are_told(verdicts, state, words):
    assert is_said(verdicts, state, *words)


def test_a_second_trail_is_billed_and_stands_beside_ours():
    both = said(judge_trails(trail(), trail("old", everywhere=False)))
    assert [state for state, _ in both] == ["ready", "warning"]
    assert f"old of {MEMBER}" in both[1][1]


def test_an_organization_trail_that_hides_what_it_selects_counts_as_a_copy():
    ours, theirs = judge_trails(trail(), trail("org", owner=MANAGEMENT, management=None))
    assert (ours.state, theirs.state) == (State.READY, State.WARNING)
    assert "trail.mode" in theirs.fix
    assert "delete-trail" not in theirs.fix


def advanced(category):
    return {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": [category]}]}]}


@pytest.mark.parametrize(
    ("selectors", "records"),
    [
        ({"EventSelectors": [{"IncludeManagementEvents": True}]}, True),
        ({"EventSelectors": [{"IncludeManagementEvents": False}]}, False),
        (
            {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]},
            True,
        ),
        ({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]}, False),
        ({}, False),
    ],
)
def test_what_a_trail_selects_is_understood(selectors, records):
    assert trails.records_management(selectors) is records


# --- Key and recordings ---------------------------------------------------------------------------

IN_SECOND = Place(ARCHIVE, SECOND)


def key(*, state="Enabled", primary=HOME, tags=None):
    return evidence_key.Key(
        state=state, primary_region=primary, tags=dict([RECORDING_KEY_TAG]) if tags is None else tags
    )


def judge_key(found, *, key_id=KEY, records=True):
    return evidence_key.judge(IN_SECOND, found, key_id=key_id, home=HOME, records=records)


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (judge_key(key()), "ready", [KEY]),
        (judge_key(key(tags={}), records=False), "ready", []),
        (judge_key(None, key_id=None), "warning", ["archive.key_id"]),
        (judge_key(None), "broken", ["not in this Region"]),
        (judge_key(key(tags={})), "broken", ["lacks the tag"]),
        (judge_key(key(tags={RECORDING_KEY_TAG[0]: "True"})), "broken", ["=True"]),
        (judge_key(key(state="PendingDeletion")), "broken", ["PendingDeletion"]),
        (judge_key(key(primary=SECOND)), "broken", [f"primary is in {SECOND}"]),
        (judge_key(key(primary=None)), "broken", ["no multi-Region key"]),
    ],
)
def test_the_evidence_key_is_told(verdicts, state, words):
    assert is_said(verdicts, state, *words)


def test_a_key_with_three_faults_has_three_verdicts():
    assert len(said(judge_key(key(state="Disabled", primary=SECOND, tags={})))) == 3


def preferences(*, region=HOME, key_id=KEY, bucket="b", owner=ARCHIVE):
    arn = f"arn:aws:kms:{region}:{ARCHIVE}:key/{key_id}"
    return recording_preferences.Preferences(key_arn=arn, bucket=bucket, owner=owner)


@pytest.mark.parametrize(
    ("found", "wanted", "enrolled", "state", "words"),
    [
        (preferences(), preferences(), True, "ready", ["b"]),
        (None, preferences(), True, "broken", ["not recorded"]),
        (preferences(region=SECOND), preferences(), True, "broken", [f"only one of {HOME} serves"]),
        (preferences(region=SECOND), None, True, "broken", [f"only one of {HOME} serves"]),
        (preferences(key_id="other"), preferences(), True, "broken", ["key/other"]),
        (preferences(bucket="c"), preferences(), True, "broken", ["c of"]),
        (preferences(owner=MEMBER), preferences(), True, "broken", [MEMBER]),
        (preferences(), None, True, "warning", ["archive.key_id"]),
        (None, preferences(), False, "ready", ["not enrolled"]),
        (preferences(), preferences(), False, "broken", ["a roll-out fails"]),
    ],
)
def test_recording_preferences_are_told(found, wanted, enrolled, state, words):
    assert is_said(recording_preferences.judge(HERE, found, wanted=wanted, enrolled=enrolled), state, *words)


@given(arn=st.text(max_size=40))
def test_no_text_in_the_place_of_a_key_is_ready(arn):
    found = recording_preferences.Preferences(key_arn=arn, bucket="b", owner=ARCHIVE)
    assert recording_preferences.judge(HERE, found, wanted=preferences(), enrolled=True).state == State.BROKEN


@pytest.mark.parametrize(
    ("known", "records", "enabled", "state"),
    [
        (True, True, True, "ready"),
        (False, True, True, "broken"),
        (True, False, True, "warning"),
        (True, False, False, "ready"),
        (False, False, True, "ready"),
    ],
)
def test_a_region_without_the_recording_type_is_told(known, records, enabled, state):
    assert is_said(recording_type.judge(HERE, known=known, records=records, enabled=enabled), state)


@pytest.mark.parametrize(
    ("enabled", "state", "words"),
    [
        ({HOME, SECOND, "eu-north-1"}, "ready", []),
        ({HOME, "eu-north-1"}, "broken", [SECOND]),
        ({HOME, SECOND}, "warning", ["eu-north-1"]),
    ],
)
def test_a_region_that_is_switched_off_is_told(enabled, state, words):
    verdict = regions.judge(HERE, enabled=enabled, governed=[HOME, SECOND], sign_in=[SECOND, "eu-north-1"])
    assert is_said(verdict, state, *words)


# --- Instances and node access --------------------------------------------------------------------


def instance(identifier="i-1", *, agent="3.3.40.0", role="Web", lacks=()):
    return instances.Instance(id=identifier, agent=agent, role=role, lacks=lacks)


def judge_instances(*found, fail_closed=True):
    return instances.judge(HERE, found, fail_closed=fail_closed, partition="aws")


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (judge_instances(), "ready", ["no managed instance"]),
        (judge_instances(instance()), "ready", ["1 managed instance can"]),
        (judge_instances(instance(agent="3.0.284.0")), "ready", []),
        (judge_instances(instance(agent="3.0.283.9")), "broken", ["older than 3.0.284.0"]),
        (judge_instances(instance(agent="")), "broken", ["older"]),
        (judge_instances(instance(lacks=("logs:PutLogEvents",))), "broken", ["leave no transcript", "Web"]),
        (judge_instances(instance(lacks=("logs:DescribeLogGroups",))), "warning", ["do not start"]),
        (
            judge_instances(instance(lacks=("logs:DescribeLogGroups",)), fail_closed=False),
            "broken",
            ["leave no transcript"],
        ),
        (judge_instances(instance(role="")), "warning", ["no role"]),
        (judge_instances(*(instance(f"i-{n}", agent="2.0") for n in range(9))), "broken", ["and 4 more"]),
    ],
)
def test_instances_are_told(verdicts, state, words):
    assert is_said(verdicts, state, *words)


@given(st.text(max_size=20))
def test_every_text_is_a_version(text):
    assert len(instances.version(text)) == 4


@given(st.tuples(*[st.integers(0, 999)] * 4), st.tuples(*[st.integers(0, 999)] * 4))
def test_versions_compare_by_number(one, other):
    texts = [".".join(map(str, each)) for each in (one, other)]
    assert (instances.version(texts[0]) < instances.version(texts[1])) is (one < other)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("connections", "recordings", "on", "state", "words"),
    [
        ([], [], False, "ready", ["not shown yet"]),
        ([NOW - 5 * HOUR], [NOW - 4 * HOUR], False, "ready", ["not needed"]),
        ([NOW - 5 * HOUR], [NOW - 4 * HOUR], True, "ready", ["access on"]),
        ([NOW - HOUR], [], False, "ready", ["may still come"]),
        ([NOW - 5 * HOUR], [], False, "broken", ["1 RDP connections", "is off"]),
        ([NOW - 5 * HOUR], [NOW - 9 * HOUR], True, "broken", ["is on"]),
    ],
)
def test_whether_node_access_is_needed_is_told(connections, recordings, on, state, words):
    seen = node_access.Seen(connections=connections, recordings=recordings, switched_on=on)
    assert is_said(node_access.judge(HERE, seen, now=NOW), state, *words)


# --- The hub --------------------------------------------------------------------------------------

BUS = "arn:aws:events:ap-northeast-1:111111111111:event-bus/evidence-hub"
BEAT = bus.Rule(bus.HEARTBEAT, True, True)


def judge_bus(*rules, role=True, waiting=0):
    return bus.judge(HERE, rules, bus=BUS, role=role, waiting=waiting)


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (judge_bus(BEAT), "ready", [BUS]),
        (judge_bus(), "ready", ["not enrolled"]),
        (judge_bus(bus.Rule("evidence-x", True, True)), "broken", ["heartbeat is gone"]),
        (judge_bus(BEAT, bus.Rule("evidence-x", False, True)), "broken", ["switched off: evidence-x"]),
        (judge_bus(BEAT, bus.Rule("evidence-x", True, False)), "broken", ["evidence-x"]),
        (judge_bus(BEAT, role=False), "broken", ["role"]),
        (judge_bus(BEAT, waiting=3), "broken", ["3 events"]),
        (judge_bus(BEAT, waiting=None), "broken", ["queue"]),
    ],
)
def test_the_way_to_the_bus_is_told(verdicts, state, words):
    assert is_said(verdicts, state, *words)


@pytest.mark.parametrize(
    ("last", "beats", "state", "words"),
    [
        (NOW - timedelta(minutes=59), True, "ready", ["11:01"]),
        (NOW - timedelta(minutes=61), True, "broken", ["more than 60 minutes"]),
        (NOW + timedelta(minutes=61), True, "broken", ["in the future"]),
        (None, True, "warning", ["never heard"]),
        (None, False, "ready", ["not enrolled"]),
    ],
)
def test_silence_is_told(last, beats, state, words):
    verdict = heard.judge(HERE, last, now=NOW, silent_after=timedelta(minutes=60), beats=beats)
    assert is_said(verdict, state, *words)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("trail_files", "enrolled", "stuck", "state", "words"),
    [
        (NOW - HOUR, NOW - 9 * DAY, None, "ready", ["trail files: last", "transcripts: none yet"]),
        (None, NOW - HOUR, None, "ready", ["none yet"]),
        (None, NOW - 2 * DAY, None, "broken", ["no trail files ever came"]),
        (NOW - 2 * DAY, NOW - 9 * DAY, None, "broken", ["no trail files since 2026-11-23"]),
        (NOW - HOUR, NOW - 9 * DAY, NOW - HOUR, "warning", ["could not be delivered"]),
        (NOW - HOUR, NOW - 9 * DAY, NOW - 3 * DAY, "ready", []),
    ],
)
def test_the_age_of_evidence_is_told(trail_files, enrolled, stuck, state, words):
    latest = {last_evidence.TRAIL_FILES: trail_files, last_evidence.TRANSCRIPTS: None}
    verdicts = last_evidence.judge(HERE, latest, stuck=stuck, enrolled_at=enrolled, now=NOW)
    assert is_said(verdicts, state, *words)


@pytest.mark.parametrize(("last", "state"), [(NOW - HOUR, "ready"), (NOW - 2 * DAY, "warning"), (None, "ready")])
def test_the_age_of_access_events_is_told(last, state):
    assert is_said(last_evidence.judge_hub(HERE, last, now=NOW), state)


# --- The organization, stacks, quotas -------------------------------------------------------------


def judge_access(*enabled, trail_mode="member", records=True):
    wanted = trusted_access.needs(trail_mode=trail_mode, records=records)
    return said(trusted_access.judge(Place(MANAGEMENT), enabled, wanted))


def test_each_service_without_trusted_access_is_told():
    assert [state for state, _ in judge_access()] == ["warning"] * 3
    everything = (trusted_access.STACK_SETS, trusted_access.RAM, trusted_access.SYSTEMS_MANAGER)
    assert [state for state, _ in judge_access(*everything)] == ["ready"]
    assert [state for state, _ in judge_access(*everything[:2], records=False)] == ["ready"]
    ((state, what),) = judge_access(*everything, trail_mode="organization")
    assert (state, "CloudTrail" in what) == ("broken", True)


def judge_administrators(administrators):
    return said(delegated_administrators.judge(Place(MANAGEMENT), administrators, archive=ARCHIVE))


def test_an_administrator_who_is_not_the_archive_is_told():
    stack_sets = trusted_access.STACK_SETS
    assert [state for state, _ in judge_administrators({})] == ["ready"]
    assert [state for state, _ in judge_administrators({stack_sets: [ARCHIVE]})] == ["ready"]
    told = judge_administrators({stack_sets: [ARCHIVE, MEMBER], "ssm.amazonaws.com": [MEMBER]})
    assert [(state, MEMBER in what) for state, what in told] == [("warning", True)] * 2


BOTH = (stacks.ACCOUNT_STACK, stacks.REGION_STACK)
OF_SET = "StackSet-evidence-member-region-0a1b2c3d-1111-2222-3333-0a1b2c3d4e5f"


@pytest.mark.parametrize("kind", ["region", "region-without-recording", "sign-in", "region-canary", "sign-in-canary"])
def test_a_stack_of_any_stack_set_of_ours_is_known(kind):
    stack = OF_SET.replace("member-region", f"member-{kind}")
    assert stacks.is_named(stack, stacks.REGION_STACK)
    assert not stacks.is_named(stack, stacks.ACCOUNT_STACK)
    assert not stacks.is_named(stack.removeprefix("StackSet-"), stacks.REGION_STACK)


@pytest.mark.parametrize(
    ("there", "state", "words"),
    [
        (dict.fromkeys(BOTH, "CREATE_COMPLETE"), "ready", []),
        ({stacks.ACCOUNT_STACK: "UPDATE_COMPLETE", OF_SET: "CREATE_COMPLETE"}, "ready", []),
        ({}, "warning", ["not enrolled"]),
        ({"evidence-member-region-of-mine": "CREATE_COMPLETE"}, "warning", ["not enrolled"]),
        ({stacks.ACCOUNT_STACK: "CREATE_COMPLETE"}, "broken", ["half enrolled", stacks.REGION_STACK]),
        ({**dict.fromkeys(BOTH, "CREATE_COMPLETE"), OF_SET: "UPDATE_IN_PROGRESS"}, "warning", ["IN_PROGRESS"]),
        ({stacks.ACCOUNT_STACK: "CREATE_COMPLETE", OF_SET: "ROLLBACK_COMPLETE"}, "broken", ["ROLLBACK_COMPLETE"]),
        ({stacks.ACCOUNT_STACK: "CREATE_COMPLETE", OF_SET: "UPDATE_ROLLBACK_FAILED"}, "broken", ["FAILED"]),
        ({stacks.ACCOUNT_STACK: "CREATE_COMPLETE", OF_SET: "UPDATE_ROLLBACK_COMPLETE"}, "warning", ["rolled back"]),
    ],
)
def test_how_far_a_roll_out_is_is_told(there, state, words):
    assert is_said(stacks.judge(HERE, there, wanted=BOTH), state, *words)


@pytest.mark.parametrize(
    ("stack", "state", "words"),
    [
        (protection.Stack(protection.ARCHIVE_STACK, "UPDATE_COMPLETE", True), "ready", []),
        (protection.Stack(protection.ARCHIVE_STACK, "UPDATE_COMPLETE", False), "warning", ["deleted by one call"]),
        (protection.Stack(protection.ARCHIVE_STACK, "ROLLBACK_COMPLETE", True), "broken", ["ROLLBACK_COMPLETE"]),
        (protection.Stack(protection.ARCHIVE_STACK, "UPDATE_ROLLBACK_FAILED", True), "broken", ["FAILED"]),
        (protection.Stack("other", "UPDATE_COMPLETE", True), "broken", ["not deployed"]),
    ],
)
def test_protection_is_told(stack, state, words):
    verdicts = protection.judge(IN_SECOND, [stack], wanted=[protection.ARCHIVE_STACK])
    assert is_said(verdicts, state, *words)


def usage(used, limit, needed, *, counted=True):
    return quotas.judge(HERE, [quotas.Usage("things", used, limit, needed, "ask", counted)])


@pytest.mark.parametrize(
    ("verdicts", "state", "words"),
    [
        (usage(1, 100, 5), "ready", []),
        (usage(96, 100, 5), "broken", ["96 of 100", "5 more"]),
        (usage(95, 100, 5), "warning", ["95 of 100"]),
        (usage(100, 100, 0), "warning", []),
        (usage(101, 100, 0), "broken", []),
        (usage(10, 10, 1), "broken", []),
        (usage(9, 10, 1), "ready", []),
        (usage(100, 100, 1, counted=False), "broken", ["100 or more"]),
    ],
)
def test_quotas_are_told(verdicts, state, words):
    assert is_said(verdicts, state, *words)


@given(used=st.integers(0, 2000), limit=st.integers(1, 1000), needed=st.integers(0, 100))
def test_what_does_not_fit_is_broken_and_nothing_else(used, limit, needed):
    assert (usage(used, limit, needed)[0].state == State.BROKEN) is (used + needed > limit)


# --- All of it ------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(list(State))))
def test_the_exit_code_is_that_of_the_worst(states):
    code = exit_code(states)
    assert code == (1 if State.BROKEN in states else 2 if State.UNKNOWN in states else 0)
    assert (worst(states) in states) or not states
