"""How far a sweep has come, in the guard's table: an item for the sweep, and one for each place that is done."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

KEEP_SECONDS: Final = 30 * 24 * 60 * 60


class Place(NamedTuple):
    """What an account and Region amount to.

    Attributes:
        tally: What was counted, by name.
        worst: The groups with most differences, each with their number.
        problem: Why it could not be read; empty where it was.
    """

    account: str
    region: str
    tally: dict[str, int]
    worst: list[list[Any]]
    problem: str = ""


class SweepState:
    """The items of sweeps, each written so that writing it twice changes nothing.

    Args:
        dynamodb: A client.
        table: Its partition key is the string ``id``, its time to live is ``expires``. One item names every place that
            is done, so there can be some 15,000.
        now: Milliseconds since 1970.
    """

    def __init__(self, dynamodb: Any, table: str, *, now: Callable[[], int]) -> None:
        self._dynamodb, self._table, self._now = dynamodb, table, now

    def begin(self, sweep: str, places: int) -> None:
        """Notes how many places there are to be done."""
        self._update(
            "SET places = :places, started = if_not_exists(started, :now), expires = :expires",
            {":places": _number(places), ":now": _number(self._now())},
            sweep,
        )

    def finish(self, sweep: str, place: Place) -> bool:
        """Notes what a place amounts to, unless it is noted; returns whether all places are done."""
        said = json.dumps({"tally": place.tally, "worst": place.worst, "problem": place.problem})
        self._update(
            "SET place = if_not_exists(place, :place), expires = :expires",
            {":place": {"S": said}},
            sweep,
            place.account,
            place.region,
        )
        item = self._update(
            "SET expires = :expires ADD done :place", {":place": {"SS": [f"{place.account}/{place.region}"]}}, sweep
        )
        return "places" in item and len(item["done"]["SS"]) >= int(item["places"]["N"])

    def places(self, sweep: str) -> Iterator[Place]:
        """Every place that is done, in order."""
        for name in sorted(self._item(sweep).get("done", {}).get("SS", ())):
            account, _, region = name.partition("/")
            yield Place(account, region, **json.loads(self._item(sweep, account, region)["place"]["S"]))

    def started(self, sweep: str) -> int:
        """When it began, in milliseconds since 1970."""
        return int(self._item(sweep)["started"]["N"])

    def report(self, sweep: str) -> Json | None:
        """What it has reported, if it has."""
        said = self._item(sweep).get("report")
        return json.loads(said["S"]) if said else None

    def note_report(self, sweep: str, detail: Json) -> None:
        """Keeps the report for whoever waits for it."""
        self._update("SET report = :report, expires = :expires", {":report": {"S": json.dumps(detail)}}, sweep)

    def _item(self, *parts: str) -> Json:
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(*parts), ConsistentRead=True)
        item: Json = answer.get("Item") or {}
        return item

    def _update(self, expression: str, values: Json, *parts: str) -> Json:
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key=_key(*parts),
            UpdateExpression=expression,
            ExpressionAttributeValues={**values, ":expires": _number(self._now() // 1000 + KEEP_SECONDS)},
            ReturnValues="ALL_NEW",
        )
        attributes: Json = answer["Attributes"]
        return attributes


def heard_places(dynamodb: Any, roster: str) -> Iterator[tuple[str, str]]:
    """Every account and Region on the hub's roster."""
    start: Json = {}
    while True:
        answer = dynamodb.scan(TableName=roster, ConsistentRead=True, **start)
        for item in answer["Items"]:
            account, region = (item.get(key, {}).get("S") for key in ("account", "region"))
            if account and region:
                yield account, region
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _key(*parts: str) -> Json:
    return {"id": {"S": "#".join(("sweep", *parts))}}


def _number(value: int) -> Json:
    return {"N": str(value)}
