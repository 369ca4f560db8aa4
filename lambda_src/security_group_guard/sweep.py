"""Judges every group of every account and Region that the hub has heard of, step by step, and reports once.

A sweep is a message for each place, and an item that counts them. A step judges pages of groups until its time is
nearly used, and then sends on what is left. Steps may come twice, late, or out of order, and may end anywhere:

* The id of a sweep follows from the message that starts it, so a message that comes twice starts one sweep.
* What a place amounts to travels in its messages, and counts once, when the place is done.
* Differences are said through what the guard remembers of each group, under an id of the sweep's: a page that is
  judged twice says nothing twice, and counts as new what this sweep has told.
* A place that cannot be read is unread in the report: at once where the member does not let the guard look, else when
  its message would not come again. What was judged of it until then counts.
* Whoever counts the last place says the report; its id is the sweep's, so a report that is said twice alerts once.

A sweep never changes a group, whatever the account's mode: a wrong line in the approvals must not become a thousand
revocations in a night.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from .guard import Guard, denied
from .live import DeniedError, Json, PrefixLists, code_of, live, rules_of
from .report import finding_id
from .sweep_state import Place, SweepState

REPORT: Final = "Security Group Sweep"
GROUPS_PAGE: Final = 100
PAUSE_SECONDS: Final = 0.2
"""Between pages: each is a few calls, and EC2 refills an account's bucket of describing calls at 20 a second.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"""
RESERVE_MILLISECONDS: Final = 30_000
"""What a page may take, with calls that are tried again."""
ATTEMPTS: Final = 5
"""So often the queue brings a message: ``GIVE_UP_AFTER`` of ``constructs_lib/message_queue.py``."""
MOST_LISTED: Final = 50
WORST: Final = 20
COUNTS: Final = ("groups", "rules", "differences", "new")


class Sweep:
    """One step of a sweep.

    Args:
        guard: Judges, says and remembers.
        state: How far sweeps have come.
        places: Every account and Region that the hub has heard of.
        send: Sends messages to the sweep's own queue.
        client: Makes a client of EC2 in an account and Region.
        put: Puts an event on the hub's bus: its detail-type and its detail.
        log: Takes what an operator should read.
        now: Milliseconds since 1970.
        sleep: Waits some seconds.
        remaining: Milliseconds until the function is ended.
    """

    def __init__(
        self,
        *,
        guard: Guard,
        state: SweepState,
        places: Callable[[], Iterable[tuple[str, str]]],
        send: Callable[[list[Json]], None],
        client: Callable[[str, str], Any],
        put: Callable[[str, Json], None],
        log: Callable[[Json], None],
        now: Callable[[], int],
        sleep: Callable[[float], None],
        remaining: Callable[[], int],
    ) -> None:
        self._guard, self._state, self._places = guard, state, places
        self._send, self._client, self._put, self._log = send, client, put, log
        self._now, self._sleep, self._remaining = now, sleep, remaining

    def step(self, message: Json, *, message_id: str, attempt: int = 1) -> None:
        """Handles a message of the sweep's queue.

        Args:
            message: ``{"sweep": "start"}``, perhaps with ``account``, ``region`` and ``id``, or what this class sent.
            message_id: Its id, which a sweep bears that was given none.
            attempt: How often the message has come, this time included.

        Raises:
            ValueError: where the message is none of these.
        """
        if message["sweep"] == "start":
            self._start(message, message_id)
        elif all(isinstance(message.get(name), str) for name in ("sweep", "account", "region")):
            self._place(message, attempt)
        else:
            raise ValueError(f"no step of a sweep: {json.dumps(message)[:200]}")

    def _start(self, message: Json, message_id: str) -> None:
        sweep = str(message.get("id") or message_id)
        places = [
            {"account": account, "region": region}
            for account, region in sorted(self._places())
            if message.get("account") in (None, account) and message.get("region") in (None, region)
        ]
        self._state.begin(sweep, len(places))
        self._log({"message": "a sweep begins", "sweep": sweep, "places": len(places)})
        if places:
            self._send([{"sweep": sweep, **place} for place in places])
        else:
            self._report(sweep)

    def _place(self, message: Json, attempt: int) -> None:
        sweep, account, region = message["sweep"], message["account"], message["region"]
        tally = {name: int(message.get("tally", {}).get(name, 0)) for name in COUNTS}
        worst: list[list[Any]] = list(message.get("worst", ()))
        token, problem = message.get("token"), ""
        try:
            ec2 = self._client(account, region)
            lists = PrefixLists(ec2)
            while True:
                token = self._page(ec2, token, lists, message, tally, worst)
                if not token:
                    break
                if self._remaining() < RESERVE_MILLISECONDS:
                    self._send([{**message, "token": token, "tally": tally, "worst": worst}])
                    return
                self._sleep(PAUSE_SECONDS)
        except DeniedError as error:
            problem = str(error) or "denied"
        except Exception as error:
            if attempt < ATTEMPTS:
                raise
            problem = f"{code_of(error)}, {attempt} times"
            self._log(
                {
                    "message": "a place is given up",
                    "sweep": sweep,
                    "account": account,
                    "region": region,
                    "reason": str(error),
                }
            )
        if self._state.finish(sweep, Place(account, region, tally, worst, problem)):
            self._report(sweep)

    def _page(
        self,
        ec2: Any,
        token: str | None,
        lists: PrefixLists,
        place: Json,
        tally: dict[str, int],
        worst: list[list[Any]],
    ) -> str | None:
        """Judges a page of groups, of which nothing is kept when the next is asked for; returns that one's token."""
        more = {"NextToken": token} if token else {}
        try:
            page: Json = ec2.describe_security_groups(MaxResults=GROUPS_PAGE, **more)
            rules: dict[str, list[Json]] = {group["GroupId"]: [] for group in page["SecurityGroups"]}
            for rule in rules_of(ec2, list(rules)) if rules else ():
                rules[rule["GroupId"]].append(rule)
        except Exception as error:
            raise denied(error) from error
        for group in page["SecurityGroups"]:
            try:
                one = live(group, rules.pop(group["GroupId"]), lists, account=place["account"], region=place["region"])
            except Exception as error:
                raise denied(error) from error
            differences = self._guard.differences(one)
            step = self._guard.note(one.group, differences, of=one, sweep=place["sweep"])
            tally["groups"] += 1
            tally["rules"] += len(one.described)
            tally["differences"] += len(differences)
            tally["new"] += sum(told == step.finding for told in step.state.open.values())
            if differences:
                worst.append([one.group.group_id, len(differences)])
        worst[:] = sorted(worst, key=lambda counted: (-counted[1], counted[0]))[:WORST]
        return page.get("NextToken")

    def _report(self, sweep: str) -> None:
        if self._state.report(sweep) is not None:
            return
        total = dict.fromkeys(COUNTS, 0)
        unread: list[Json] = []
        worst: list[Json] = []
        places = list(self._state.places(sweep))
        for place in places:
            where = {"account": place.account, "region": place.region}
            for count in COUNTS:
                total[count] += place.tally[count]
            worst += [{**where, "group_id": group_id, "differences": many} for group_id, many in place.worst]
            worst = sorted(worst, key=lambda one: (-one["differences"], one["account"], one["group_id"]))[:WORST]
            if place.problem:
                unread.append({**where, "problem": place.problem})
        detail = {
            "finding": finding_id("sgs", sweep),
            "alert": bool(total["new"] or unread),
            "sweep": sweep,
            "started": _iso(self._state.started(sweep)),
            "finished": _iso(self._now()),
            "places": len(places),
            **total,
            "unread": unread[:MOST_LISTED],
            "unread_places": len(unread),
            "worst": worst,
        }
        self._put(REPORT, detail)
        self._log({"message": "a sweep is done", **detail})
        self._state.note_report(sweep, detail)


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
