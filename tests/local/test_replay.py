"""`make replay` against the embedded AWS: dead letters of the hub and of a member, and a time of the archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from constructs_lib.archive_layout import (
    FORWARDING_DEAD_LETTERS,
    HUB_ARCHIVE,
    HUB_BUS,
    HUB_DEAD_LETTERS,
    HUB_QUEUE,
    HUB_UNDELIVERED,
)
from tests.lambda_src.access_events.hub import Hub
from tests.local.events import LOGIN, bus_arn, forwarder, heard, messages, queue, rule, rule_arn, to_queue
from tests.local.world import REGION
from tools.replay import archive, queues
from tools.replay.__main__ import main

ELSEWHERE = "us-east-1"


@pytest.fixture
def hub(world, monkeypatch, tmp_path):
    """The hub's bus, archive and queues, and a profile for each account; the default one is the archive's."""
    to_handler = to_queue("Events", DeadLetterConfig={"Arn": {"Fn::GetAtt": ["Undelivered", "Arn"]}})
    world.deploy(
        world.archive,
        {
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": HUB_BUS}},
            **queue("Events", QueueName=HUB_QUEUE),
            **queue("DeadLetters", QueueName=HUB_DEAD_LETTERS),
            **queue("Undelivered", QueueName=HUB_UNDELIVERED),
            "Hear": rule("hear", to_handler, bus=HUB_BUS) | {"DependsOn": ["Bus"]},
            "Archive": {
                "Type": "AWS::Events::Archive",
                "Properties": {"ArchiveName": HUB_ARCHIVE, "SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}},
            },
        },
        name="hub",
    )
    accounts = {"default": world.archive, "archive": world.archive, "member": world.member}
    credentials = tmp_path / "credentials"
    credentials.write_text(
        "".join(
            f"[{name}]\naws_access_key_id = {account}\naws_secret_access_key = {account}\n"
            for name, account in accounts.items()
        ),
        "utf-8",
    )
    environment = world.server.environment(account=world.archive, region=REGION)
    environment |= {"AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
        del environment[name]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(archive, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(queues, "HIDDEN_SECONDS", 1)
    return world


def url(world, name, *, account=None, region=REGION):
    sqs = world.client("sqs", account or world.archive, region=region)
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def fill(world, name, *events):
    sqs = world.client("sqs", world.archive)
    for event in events:
        sqs.send_message(QueueUrl=url(world, name), MessageBody=json.dumps(event))


def logins(number, *, first=0):
    return [{**LOGIN, "id": f"login-{each}", "account": "222222222222"} for each in range(first, first + number)]


def ids(events):
    return sorted(event["id"] for event in events)


def test_both_queues_of_the_hub_are_moved_to_the_handlers(hub, capsys):
    fill(hub, HUB_DEAD_LETTERS, *logins(12))
    fill(hub, HUB_UNDELIVERED, *logins(2, first=12))
    assert main(["queue"]) == 0
    assert ids(heard(hub, hub.archive, HUB_QUEUE)) == ids(logins(14))
    assert [messages(hub, hub.archive, name) for name in (HUB_DEAD_LETTERS, HUB_UNDELIVERED)] == [[], []]
    assert capsys.readouterr().out.splitlines() == [
        f"{HUB_DEAD_LETTERS} -> {HUB_QUEUE}: 12 moved",
        "      12  no error code",
        f"{HUB_UNDELIVERED} -> {HUB_QUEUE}: 2 moved",
        "       2  no error code",
    ]
    assert main(["queue"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{name} -> {HUB_QUEUE}: nothing moved" for name in (HUB_DEAD_LETTERS, HUB_UNDELIVERED)
    ]


def test_what_a_member_could_not_forward_reaches_the_handler_from_another_region(hub, capsys):
    """The bus admits nobody, so the member's rule leaves a dead letter with its diagnosis."""
    dead = {"DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}}}
    target = {"Id": "Hub", "Arn": bus_arn(hub.archive, name=HUB_BUS), "RoleArn": {"Fn::GetAtt": ["Forward", "Arn"]}}
    lost = queue("Lost", rule=rule_arn(hub.member, "forward", region=ELSEWHERE), QueueName=FORWARDING_DEAD_LETTERS)
    resources = {"Forward": forwarder(hub), **lost, "Rule": rule("forward", {**target, **dead})}
    hub.deploy(hub.member, resources, region=ELSEWHERE, name="member")
    hub.server.emit_service_event(account=hub.member, region=ELSEWHERE, event=LOGIN)
    assert messages(hub, hub.archive, HUB_QUEUE) == []
    source = ["--from", FORWARDING_DEAD_LETTERS, "--from-profile", "member", "--from-region", ELSEWHERE]
    assert main(["queue", *source, "--to-profile", "archive"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{FORWARDING_DEAD_LETTERS} -> {HUB_QUEUE}: 1 moved",
        "       1  NO_PERMISSIONS",
    ]
    assert messages(hub, hub.member, FORWARDING_DEAD_LETTERS, region=ELSEWHERE) == []
    (message,) = messages(hub, hub.archive, HUB_QUEUE)
    assert message.get("MessageAttributes", {}) == {}
    handler = Hub()
    assert handler.take(message["Body"], message["Body"]) == []
    assert {(line["metadata"]["uid"], line["cloud"]["account"]["uid"]) for line in handler.records} == {
        (LOGIN["id"], hub.member)
    }


def test_a_queue_that_cannot_be_sent_to_leaves_every_message_where_it_is(hub, capsys):
    fill(hub, HUB_DEAD_LETTERS, *logins(12))
    gone = url(hub, HUB_QUEUE).replace(HUB_QUEUE, "gone")
    assert main(["queue", "--from", url(hub, HUB_DEAD_LETTERS), "--to", gone]) == 2
    said = capsys.readouterr()
    assert said.out == f"{HUB_DEAD_LETTERS} -> gone: nothing moved\n"
    assert said.err.endswith(f"Everything else is still in {HUB_DEAD_LETTERS}: run it again.\n")
    found: list[dict[str, object]] = []
    while read := messages(hub, hub.archive, HUB_DEAD_LETTERS, wait=2):
        found += read
    assert len(found) == 12


def test_a_queue_that_is_not_there_is_named(hub, capsys):
    assert main(["queue", "--from", "nowhere"]) == 2
    assert capsys.readouterr().err == f"there is no queue nowhere in {REGION} of this account\n"


def test_a_profile_that_is_not_there_is_named(hub, capsys):
    assert main(["queue", "--from-profile", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


def put(world, *names):
    entries = [
        {"Source": "ours", "DetailType": "Said", "Detail": json.dumps({"name": name}), "EventBusName": HUB_BUS}
        for name in names
    ]
    assert world.client("events", world.archive).put_events(Entries=entries)["FailedEntryCount"] == 0


def test_the_archive_puts_the_same_events_again_as_often_as_it_is_asked(hub, capsys):
    put(hub, "a", "b")
    first = heard(hub, hub.archive, HUB_QUEUE)
    now = datetime.now(UTC)
    start, end = ((now + timedelta(seconds=seconds)).isoformat() for seconds in (-3600, 0))
    for times in (1, 2):
        assert main(["archive", "--start", start, "--end", end]) == 0
        again = heard(hub, hub.archive, HUB_QUEUE)
        names = {event.pop("replay-name") for event in again}
        assert again == first, "the same ids, so the same records"
        assert [name.endswith("-2") for name in names] == [times == 2]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("The end is less than ten minutes ago")
    assert printed[1].startswith(f"{HUB_ARCHIVE}, ")
    assert printed[-1].startswith("  COMPLETED")


def test_a_time_before_the_events_puts_none_again(hub):
    put(hub, "a")
    assert len(heard(hub, hub.archive, HUB_QUEUE)) == 1
    assert main(["archive", "--start", "2026-01-01T00:00:00Z", "--end", "2026-01-02T00:00:00Z"]) == 0
    assert heard(hub, hub.archive, HUB_QUEUE) == []


@pytest.mark.parametrize(
    ("start", "end"), [("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), ("2026-01-01", "2999-01-01")]
)
def test_a_range_that_is_none_starts_nothing(hub, capsys, start, end):
    assert main(["archive", "--start", start, "--end", end]) == 2
    assert capsys.readouterr().err.startswith("--end ")
    assert hub.client("events", hub.archive).list_replays()["Replays"] == []
