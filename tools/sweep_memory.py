"""Sweeps a place with so many groups and prints the most memory that it took: ``python -m tools.sweep_memory 100``.

EC2, table, bus and queue are simulated and keep nothing of a group, so that what grows with the groups is the guard's.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import tracemalloc
from collections import Counter, deque
from typing import Any

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.guard import Guard
from lambda_src.security_group_guard.memory import Memory
from lambda_src.security_group_guard.report import JUDGEMENT
from lambda_src.security_group_guard.sweep import REPORT, Sweep
from lambda_src.security_group_guard.sweep_state import SweepState
from tools.cpu import CommandFailedError
from tools.security_groups import PORTS, live_rules

Json = dict[str, Any]
PLACE = ("222222222222", "eu-west-1")
PAGES_IN_A_STEP = 5
RULES = 6
ONE_IN = 10
"""Of so many groups one lets the world reach ports that it may not."""
APPROVED = "10.0.0.0/8"
FILLING = 400
"""So many groups fill the guard's caches, which hold 1,024 sources and grow no more."""


# name = :value, name = if_not_exists(name, :value), ADD name :value
_ASSIGNED = re.compile(r"(\w+) (?:= )?(?:if_not_exists\(\w+, )?(:\w+)")


class Ec2:
    """Describes groups that are made when somebody asks for them."""

    def __init__(self, groups: int) -> None:
        self._groups = groups

    def describe_security_groups(self, MaxResults: int, NextToken: str = "0") -> Json:  # noqa: N803 - as boto3 calls it
        """One page of groups."""
        start = int(NextToken)
        end = min(start + MaxResults, self._groups)
        found = [_group(number) for number in range(start, end)]
        return {"SecurityGroups": found, **({"NextToken": str(end)} if end < self._groups else {})}

    def describe_security_group_rules(self, Filters: list[Json], MaxResults: int) -> Json:  # noqa: N803 - likewise
        """All rules of the groups of a page."""
        found = [rule for group_id in Filters[0]["Values"] for rule in _rules(group_id)]
        if len(found) > MaxResults:
            raise CommandFailedError(f"{len(found)} rules are more than a page")
        return {"SecurityGroupRules": found}


class Table:
    """Keeps the items of sweeps and forgets those of groups."""

    class exceptions:  # noqa: N801 - as boto3 calls it
        """What conditions raise."""

        class ConditionalCheckFailedException(Exception):  # noqa: N818 - likewise
            """Never."""

    def __init__(self) -> None:
        self._items: dict[str, Json] = {}

    def get_item(self, *, Key: Json, **_more: Any) -> Json:  # noqa: N803 - likewise
        """An item of a sweep; of a group nothing is known."""
        return {"Item": self._items[Key["id"]["S"]]} if Key["id"]["S"] in self._items else {}

    def update_item(self, *, Key: Json, UpdateExpression: str, ExpressionAttributeValues: Json, **_more: Any) -> Json:  # noqa: N803 - likewise
        """Writes an item of a sweep, of which there is one place."""
        item: Json = {}
        if not Key["id"]["S"].startswith("group#"):
            item = self._items.setdefault(Key["id"]["S"], {})
            for name, value in _ASSIGNED.findall(UpdateExpression):
                item[name] = ExpressionAttributeValues[value]
        return {"Attributes": item}


def peak_of_sweep(groups: int) -> int:
    """The most bytes that a sweep held at a time, in a process that has swept before.

    Raises:
        CommandFailedError: where the sweep has not judged every group.
    """
    tracemalloc.start()
    _sweep(FILLING)
    tracemalloc.reset_peak()
    _sweep(groups)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _sweep(groups: int) -> None:
    ec2, table, said = Ec2(groups), Table(), Counter[str]()
    queue = deque[Json]([{"sweep": "start", "id": "measured"}])
    pages = itertools.count(1)
    reports: list[Json] = []

    def put(detail_type: str, detail: Json) -> None:
        said[detail_type] += 1
        if detail_type == REPORT:
            reports.append(detail)

    guard = Guard(
        approvals=Approvals.from_json(json.dumps({"organization": {"approved_networks": [APPROVED]}})),
        modes={},
        member_role="measured",
        memory=Memory(table, "table", now=lambda: 0),
        client=lambda _account, _region: ec2,
        put=put,
        log=lambda _fields: None,
        now=lambda: 0,
        sleep=lambda _seconds: None,
        settle_seconds=0,
        actions_per_hour=0,
    )
    sweep = Sweep(
        guard=guard,
        state=SweepState(table, "table", now=lambda: 0),
        places=lambda: [PLACE],
        send=queue.extend,
        client=lambda _account, _region: ec2,
        put=put,
        log=lambda _fields: None,
        now=lambda: 0,
        sleep=lambda _seconds: None,
        remaining=lambda: 900_000 if next(pages) % PAGES_IN_A_STEP else 0,
    )
    while queue:
        sweep.step(queue.popleft(), message_id="measured")
    found = [(one["groups"], one["rules"]) for one in reports]
    if found != [(groups, groups * RULES)] or said[JUDGEMENT] != groups // ONE_IN:
        raise CommandFailedError(f"of {groups} groups, {found} with their rules were judged, and told {said}")


def _group(number: int) -> Json:
    group_id = f"sg-{number:017x}"
    return {
        "GroupId": group_id,
        "GroupName": f"office-{number}",
        "Description": f"office {number}",
        "OwnerId": PLACE[0],
        "VpcId": "vpc-0123456789abcdef0",
        "Tags": [{"Key": "owner", "Value": f"team {number}"}],
    }


def _rules(group_id: str) -> list[Json]:
    number = int(group_id[3:], 16)
    sources = [f"10.{number // 256}.{number % 256}.{one}/32" for one in range(RULES)]
    if number % ONE_IN == 0:
        sources[1] = "0.0.0.0/0"
    rules = live_rules(sources, ports=PORTS)
    return [
        {**rule, "GroupId": group_id, "SecurityGroupRuleId": f"sgr-{number * RULES + one:017x}"}
        for one, rule in enumerate(rules)
    ]


if __name__ == "__main__":
    print(peak_of_sweep(int(sys.argv[1])))
