"""The check of the roster at work: a heartbeat that stops becomes one alert, by way of table, bus and queue."""

from __future__ import annotations

import logging
import time

import boto3
import pytest

from lambda_src.access_events.effects import note_heartbeat
from lambda_src.roster_check import handler
from lambda_src.roster_check.roster import Member
from tests.lambda_src.access_events.hub import Hub
from tests.local.events import HUB, make_hub, messages
from tests.local.world import REGION

MINUTE = 60_000


@pytest.fixture
def roster(world, monkeypatch):
    """The function's environment, and its table, as a client; the bus is the hub's."""
    make_hub(world)
    dynamodb = world.client("dynamodb", world.archive)
    dynamodb.create_table(
        TableName="roster",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("account", "region")],
        KeySchema=[
            {"AttributeName": "account", "KeyType": "HASH"},
            {"AttributeName": "region", "KeyType": "RANGE"},
        ],
    )
    environment = world.server.environment(account=world.archive, region=REGION)
    for name, value in {**environment, "ROSTER_TABLE": "roster", "HUB_BUS": HUB}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SILENT_AFTER_MINUTES", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials of the test before
    handler._client.cache_clear()
    yield dynamodb
    handler._client.cache_clear()


def beat(roster, account, minutes_ago):
    moment = round(time.time() * 1000) - minutes_ago * MINUTE
    note_heartbeat(account, REGION, moment, dynamodb=roster, table="roster")
    return moment


def item(roster, account):
    found = roster.get_item(TableName="roster", Key={"account": {"S": account}, "region": {"S": REGION}})
    return {name: value["N"] for name, value in found.get("Item", {}).items() if "N" in value}


def test_a_member_that_stops_is_one_alert_and_one_more_when_it_stops_again(world, roster):
    hub = Hub()
    beat(roster, world.archive, 1)
    first = beat(roster, world.member, 90)
    assert [handler.handle({}, None), handler.handle({}, None)] == [{"told": 1}, {"told": 0}]
    assert item(roster, world.member) == {"last_heard": str(first), "told_silent_since": str(first)}
    assert item(roster, world.archive).keys() == {"last_heard"}
    bodies = [message["Body"] for message in messages(world, world.archive, "heard")]
    assert hub.take(*bodies, *bodies) == []
    second = beat(roster, world.member, 70)
    assert item(roster, world.member) == {"last_heard": str(second), "told_silent_since": str(first)}
    assert handler.handle({}, None) == {"told": 1}
    assert hub.take(*(message["Body"] for message in messages(world, world.archive, "heard"))) == []
    assert [uid.split("/")[:3] for _, _, uid in hub.alerts] == [["silent-member", world.member, REGION]] * 2
    assert hub.reasons == ["silent-member"] * 2
    assert {record["cloud"]["account"]["uid"] for record in hub.records} == {world.member}


def test_the_limit_is_the_environments(world, roster, monkeypatch):
    beat(roster, world.archive, 1)
    beat(roster, world.member, 45)
    assert handler.handle({}, None) == {"told": 0}
    monkeypatch.setenv("SILENT_AFTER_MINUTES", "30")
    assert handler.handle({}, None) == {"told": 1}


def test_a_hub_that_hears_nobody_blames_nobody(world, roster, caplog):
    for account in (world.archive, world.member, world.other):
        beat(roster, account, 90)
    with caplog.at_level(logging.WARNING, "roster_check"):
        assert handler.handle({}, None) == {"told": 0}
    assert [record.getMessage() for record in caplog.records] == [
        "nobody was heard, so nobody is blamed: the hub hears nothing"
    ]
    assert messages(world, world.archive, "heard") == []


def test_a_bus_that_is_gone_leaves_the_silence_to_be_told(world, roster, monkeypatch):
    beat(roster, world.archive, 1)
    first = beat(roster, world.member, 90)
    monkeypatch.setenv("HUB_BUS", "gone")
    with pytest.raises(RuntimeError, match="1 of 1 silent members must be told again"):
        handler.handle({}, None)
    assert item(roster, world.member) == {"last_heard": str(first)}
    monkeypatch.setenv("HUB_BUS", HUB)
    assert handler.handle({}, None) == {"told": 1}


def test_a_mark_neither_revives_a_removed_item_nor_hides_the_next_silence(world, roster):
    now = beat(roster, world.member, 0)
    handler.mark(roster, "roster", Member(world.member, REGION, now - 90 * MINUTE))
    handler.mark(roster, "roster", Member(world.other, REGION, now - 90 * MINUTE))
    assert item(roster, world.member) == {"last_heard": str(now)}
    assert [found["account"]["S"] for found in roster.scan(TableName="roster")["Items"]] == [world.member]


def test_many_members_are_told_each_once(world, roster):
    beat(roster, world.archive, 1)
    for number in range(23):
        beat(roster, f"{number:012}", 90)
    assert handler.handle({}, None) == {"told": 23}
    hub = Hub()
    assert hub.take(*(message["Body"] for message in messages(world, world.archive, "heard"))) == []
    assert len({uid for _, _, uid in hub.alerts}) == 23
    assert handler.handle({}, None) == {"told": 0}
