"""The parts of the access hub, and the numbers that must fit each other."""

from __future__ import annotations

import json
import zipfile

import aws_cdk as cdk
import pytest

from constructs_lib.event_forwarding import EventForwarding
from constructs_lib.hub import handler
from constructs_lib.hub.alerts import Alerts
from constructs_lib.hub.function import HubFunction
from constructs_lib.inline_resource import SOURCES
from constructs_lib.log_key import LogKeyUse
from constructs_lib.message_queue import MessageQueue
from stacks.access_hub_stack import REPLAY_DAYS
from tests.assembly import flat, only, resources, template_of

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"


def test_a_claim_outlasts_the_call_that_made_it(assembly):
    """Else two calls would handle one event at the same time."""
    assert int(environment(assembly)["CLAIM_SECONDS"]) >= handler.TIMEOUT_SECONDS


def test_a_message_stays_away_six_times_as_long_as_a_call_may_take():
    """As Lambda advises. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    assert handler.VISIBILITY_SECONDS >= 6 * handler.TIMEOUT_SECONDS


def test_the_handler_remembers_for_as_long_as_events_can_be_replayed(assembly):
    """Else a replay would count an event twice."""
    assert int(environment(assembly)["REMEMBER_DAYS"]) >= REPLAY_DAYS
    assert only(assembly.templates["AccessHub"], "AWS::Events::Archive")["RetentionDays"] == REPLAY_DAYS


def environment(assembly):
    (function,) = [
        item["Properties"]
        for _, item in resources(assembly.templates["AccessHub"], "AWS::Lambda::Function")
        if item["Properties"]["FunctionName"] == "evidence-access-events"
    ]
    return function["Environment"]["Variables"]


def test_a_queue_takes_nothing_from_anybody_unless_told():
    template = template_of(lambda stack: MessageQueue(stack, "Queue", name="q", key_arn=KEY))
    (statement,) = only(template, "AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Sid"]) == ("Deny", "DenyInsecureTransport")
    assert "RedrivePolicy" not in only(template, "AWS::SQS::Queue")


@pytest.mark.parametrize(("emails", "subscribed"), [((), []), (("a@example.com", "b@example.com"), ["a", "b"])])
def test_whoever_is_named_is_subscribed_to_alerts(emails, subscribed):
    template = template_of(lambda stack: Alerts(stack, "Alerts", key_arn=KEY, emails=emails))
    found = [item["Properties"] for _, item in resources(template, "AWS::SNS::Subscription")]
    assert [(item["Protocol"], item["Endpoint"]) for item in found] == [
        ("email", f"{name}@example.com") for name in subscribed
    ]


def test_another_target_of_a_rule_has_the_same_dead_letter_queue():
    template = template_of(
        lambda stack: EventForwarding(
            stack,
            "Events",
            hub_bus_arn="arn:bus",
            role_arn="arn:role",
            patterns={"logins": {"source": ["a"]}},
            heartbeat=False,
            more_targets={"logins": {"Id": "Log", "Arn": "arn:group"}},
        )
    )
    targets = flat(only(template, "AWS::Events::Rule"))["Targets"]
    assert [(target["Id"], target.get("RoleArn")) for target in targets] == [("Hub", "arn:role"), ("Log", None)]
    assert {target["DeadLetterConfig"]["Arn"] for target in targets} == {"<EventsDeadLetters39DA8DFA.Arn>"}


def built(directory, more_files=None):
    """A function's assembly, and the folder that it would upload."""
    app = cdk.App(outdir=str(directory), analytics_reporting=False, tree_metadata=False)
    stack = cdk.Stack(app, "Test")
    HubFunction(
        stack,
        "Function",
        package="access_events",
        name="f",
        description="",
        role_name="r",
        log_group_name="/evidence/f",
        log_key_use=LogKeyUse(KEY, "logs"),
        statements=[],
        environment={},
        timeout_seconds=1,
        concurrency=1,
        more_files=more_files or {},
    )
    app.synth()
    (folder,) = directory.glob("asset.*")
    return folder


def files_in(folder):
    assert not zipfile.is_zipfile(folder)
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_function_is_its_package_and_what_is_put_beside(tmp_path):
    sources = {f"access_events/{path.name}" for path in (SOURCES / "access_events").iterdir() if path.is_file()}
    folder = built(tmp_path, {"policy.json": "{}"})
    assert files_in(folder) == sources | {"access_events/policy.json"}
    assert json.loads((folder / "access_events" / "policy.json").read_text()) == {}


def test_caches_do_not_change_a_function(tmp_path, monkeypatch):
    """A cache appears as soon as somebody runs the tests; the template must not change then."""
    clean, littered = tmp_path / "clean", tmp_path / "littered"
    copy = tmp_path / "sources" / "access_events"
    copy.mkdir(parents=True)
    for path in (SOURCES / "access_events").glob("*.py"):
        (copy / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("constructs_lib.hub.function.SOURCES", copy.parent)
    before = built(clean).name
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "handler.cpython-313.pyc").write_bytes(b"\0")
    (copy / "stray.pyc").write_bytes(b"\0")
    assert built(littered).name == before


def test_what_is_put_beside_changes_the_function(tmp_path):
    assert built(tmp_path / "a", {"policy.json": "{}"}).name != built(tmp_path / "b", {"policy.json": "[]"}).name
