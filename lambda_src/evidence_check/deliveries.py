"""Whose deliveries have stopped, or never began, from the days on which the archive received something: pure.

Days are told by the names of folders, so nothing is read: one listing tells a year, where a query would read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from .gaps import NEVER, SILENT, Gap, iso

TRANSCRIPTS: Final = "transcripts"
TRAIL_FILES: Final = "trail files"
FEWEST_DAYS: Final = 5
"""On fewer days than these no habit is seen yet."""


def silence(
    asker: str,
    *,
    account: str,
    region: str,
    what: str,
    days: Iterable[date],
    open_gaps: Collection[Gap],
    now: datetime,
    grace: timedelta,
) -> Gap | None:
    """The silence of a place, where it lasts longer than any before it that is known.

    A silence lasts until something newer has arrived, even when the days that made the habit are no longer listed.

    Args:
        asker: Of the gap.
        account: Whose deliveries they are.
        region: Where they come from.
        what: Arrives there: ``transcripts`` or ``trail files``.
        days: On which something arrived, in any order.
        open_gaps: What this asker has told of the place and not taken back.
        now: The time.
        grace: A day is over when this time of the next has passed.
    """
    known = sorted(set(days))
    today = (now - grace).astimezone(UTC).date()
    for gap in open_gaps:
        told = _last_of(gap, what)
        if told is not None and (not known or known[-1] <= told):
            return gap
    habit = max(((after - before).days for before, after in pairwise(known)), default=0)
    if len(known) < FEWEST_DAYS or (today - known[-1]).days <= habit:
        return None
    last, quiet = known[-1], (today - known[-1]).days
    text = (
        f"The last {what} of account {account} in {region} arrived on {last}, {quiet} days ago; until then there was "
        f"never more than {habit} {'day' if habit == 1 else 'days'} from one day with some to the next."
    )
    began = iso(datetime.combine(last, time(), UTC))
    return Gap(asker, SILENT, account, region, f"{what} since {last}", began, text, _shown(what))


def never(
    asker: str, *, account: str, has_delivered: bool, enrolled: datetime, now: datetime, grace: timedelta
) -> Gap | None:
    """The gap of an enrolled account of which nothing has ever arrived.

    Args:
        asker: Of the gap.
        account: Which it is.
        has_delivered: Something of it lies in the archive.
        enrolled: When its first heartbeat was noticed.
        now: The time.
        grace: That it has to deliver something.
    """
    if has_delivered or now - enrolled < grace:
        return None
    text = (
        f"Account {account} is enrolled: its heartbeats were first noticed at {iso(enrolled)}. Neither a transcript "
        "nor a trail file of it has ever arrived."
    )
    return Gap(asker, NEVER, account, "", "any delivery", iso(enrolled), text, "folders of the log buckets")


def _last_of(gap: Gap, what: str) -> date | None:
    before, _, day = gap.about.partition(" since ")
    try:
        return date.fromisoformat(day) if gap.kind == SILENT and before == what else None
    except ValueError:
        return None


def _shown(what: str) -> str:
    if what == TRANSCRIPTS:
        return "SELECT max(day) FROM transcripts WHERE account = ? AND region = ?"
    return "SELECT max(day) FROM cloudtrail WHERE account = ? AND region = ?"
