"""Who is asked: the named queries, the folders of every account, and every chain of digests."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from . import deliveries, listing, sessions
from .check import Asker
from .deliveries import TRAIL_FILES, TRANSCRIPTS
from .digests import Digest, broken, chain_of, missing_keys, read_digest
from .gaps import Gap
from .steps import CLOSED, Known

DELIVERIES: Final = "deliveries"
DIGESTS: Final = "digests"
TRAIL: Final = "trail"
_ACCOUNT: Final = re.compile(r"\d{12}\Z")
HABIT_DAYS: Final = 60
"""How far back a habit is looked for."""
DIGEST_DAYS: Final = 2
"""Days before today of which digests are compared."""


class Archive(NamedTuple):
    """Where evidence lies.

    Attributes:
        home_bucket: The log bucket that trails write to.
        home_region: Its Region.
        log_buckets: The log bucket of each governed Region.
        transcripts_prefix: ``transcripts/``
        trail_prefix: Of the accounts' folders: ``cloudtrail/AWSLogs/``, of an organization's trail with its id. Empty
            where trails are not kept here.
        trail_regions: The Regions whose trail files and digests are looked for.
        days: How far back the tables reach.
    """

    home_bucket: str
    home_region: str
    log_buckets: Mapping[str, str]
    transcripts_prefix: str
    trail_prefix: str
    trail_regions: Sequence[str]
    days: int


class Remembered(Protocol):
    """What the askers keep between runs."""

    def enrolled(self) -> Mapping[str, datetime]:
        """When each account's heartbeats were first noticed."""

    def note_enrolled(self, account: str) -> None:
        """Notes that an account has heartbeats."""

    def digests(self, place: str) -> Mapping[str, Digest]:
        """The digests of a place that were read before."""

    def keep_digests(self, place: str, digests: Mapping[str, Digest]) -> None:
        """Keeps what was read."""


class Askers:
    """Makes the askers of one run.

    Args:
        archive: Where evidence lies.
        questions: The text of each named query.
        ask: Answers a query.
        s3: A client of S3 for a Region.
        roster: The accounts that are enrolled.
        memory: Keeps enrolments and digests.
        now: The time.
        grace: How late evidence may be.
        ready: Raises where no time is left for one more.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        questions: Mapping[str, str],
        ask: Callable[[str], Iterable[sessions.Row]],
        s3: Callable[[str], Any],
        roster: Callable[[], Iterable[str]],
        memory: Remembered,
        now: datetime,
        grace: timedelta,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._archive, self._questions, self._ask, self._s3 = archive, questions, ask, s3
        self._roster, self._memory, self._now, self._grace = roster, memory, now, grace
        self._ready = ready
        self._places: dict[str, set[str]] = {}
        self._enrolled: dict[str, datetime] = {}

    def __call__(self, known: Mapping[str, Known]) -> Iterator[Asker]:
        """Every asker. One that makes others does so when it is asked, so it comes first."""
        for question in sessions.QUESTIONS:
            yield self._asker(question, "", "", partial(self._question, question))
        yield self._asker(DELIVERIES, "", "", partial(self._find_places, known))
        for account, folders in sorted(self._places.items()):
            name = f"{DELIVERIES}/{account}"
            yield self._asker(name, account, "", partial(self._deliveries, name, account, folders))
            for region in self._archive.trail_regions if TRAIL in folders else ():
                name = f"{DIGESTS}/{account}/{region}"
                yield self._asker(name, account, region, partial(self._digests, name, account, region))

    def _asker(self, name: str, account: str, region: str, ask: Callable[[Sequence[Gap]], Mapping[str, Gap]]) -> Asker:
        def in_time(gaps: Sequence[Gap]) -> Mapping[str, Gap]:
            self._ready()
            return ask(gaps)

        return Asker(name, account, region, in_time)

    def _question(self, question: str, open_gaps: Sequence[Gap]) -> dict[str, Gap]:
        rows = list(self._ask(self._questions[question]))
        found = sessions.missing(question, rows, now=self._now, grace=self._grace)
        # A longer grace takes nothing back, and what the tables no longer reach is not over.
        shown = sessions.missing(question, rows, now=self._now, grace=timedelta.min)
        known = {gap.key for gap in open_gaps}
        found |= {key: gap for key, gap in shown.items() if key in known}
        return found | sessions.outlived(open_gaps, now=self._now, keep=timedelta(days=self._archive.days))

    def _find_places(self, known: Mapping[str, Known], _gaps: Sequence[Gap]) -> dict[str, Gap]:
        """Finds every account that delivers, is enrolled, or has an open gap, and what it has folders for."""
        archive = self._archive
        places: dict[str, set[str]] = {}
        for region, bucket in archive.log_buckets.items():
            for folder in listing.folders(self._s3(region), bucket, archive.transcripts_prefix):
                places.setdefault(folder.removeprefix("account="), set()).add(region)
        if archive.trail_prefix:
            for folder in listing.folders(self._s3(archive.home_region), archive.home_bucket, archive.trail_prefix):
                places.setdefault(folder, set()).add(TRAIL)
        enrolled, noticed = set(self._roster()), self._memory.enrolled()
        for account in sorted(enrolled - noticed.keys()):
            self._memory.note_enrolled(account)
        self._enrolled = {account: noticed.get(account, self._now) for account in enrolled}
        for account in enrolled | {each.gap.account for each in known.values() if each.phase != CLOSED}:
            places.setdefault(account, set())
        self._places = {each: folders for each, folders in places.items() if _ACCOUNT.match(each)}
        return {}

    def _deliveries(
        self, name: str, account: str, folders: Collection[str], open_gaps: Sequence[Gap]
    ) -> dict[str, Gap]:
        archive, since = self._archive, (self._now - timedelta(days=HABIT_DAYS)).date()
        told = {(gap.region, gap.about.partition(" since ")[0]) for gap in open_gaps}
        arrived: list[tuple[str, str, set[date]]] = []
        for region, bucket in archive.log_buckets.items():
            if region in folders or (region, TRANSCRIPTS) in told:
                prefix = f"{archive.transcripts_prefix}account={account}/region={region}/"
                days = listing.transcript_days(self._s3(region), bucket, prefix, since=since)
                arrived.append((region, TRANSCRIPTS, days))
        s3, bucket, trails = self._s3(archive.home_region), archive.home_bucket, f"{archive.trail_prefix}{account}/"
        for region in archive.trail_regions:
            if TRAIL in folders or (region, TRAIL_FILES) in told:
                prefix = f"{trails}CloudTrail/{region}/"
                days = listing.trail_days(s3, bucket, prefix, since=since, until=self._now.date())
                arrived.append((region, TRAIL_FILES, days))
        # A folder exists by what is in it alone; that of an account's trail may hold digests and nothing else.
        has_delivered = any(days for _, _, days in arrived) or bool(set(folders) - {TRAIL})
        has_delivered = has_delivered or (TRAIL in folders and listing.holds(s3, bucket, f"{trails}CloudTrail/"))
        gaps = [
            deliveries.silence(
                name,
                account=account,
                region=region,
                what=what,
                days=days,
                open_gaps=[gap for gap in open_gaps if gap.region == region],
                now=self._now,
                grace=self._grace,
            )
            for region, what, days in arrived
        ]
        if account in self._enrolled:
            gaps.append(
                deliveries.never(
                    name,
                    account=account,
                    has_delivered=has_delivered,
                    enrolled=self._enrolled[account],
                    now=self._now,
                    grace=self._grace,
                )
            )
        return {gap.key: gap for gap in gaps if gap is not None}

    def _digests(self, name: str, account: str, region: str, open_gaps: Sequence[Gap]) -> dict[str, Gap]:
        archive, place = self._archive, f"{account}/{region}"
        s3, bucket = self._s3(archive.home_region), archive.home_bucket
        prefix = f"{archive.trail_prefix}{account}/CloudTrail-Digest/{region}/"
        first = self._now.date() - timedelta(days=DIGEST_DAYS)
        days = [first + timedelta(days=number) for number in range(DIGEST_DAYS + 1)]
        keys = [key for day in days for key in listing.keys(s3, bucket, f"{prefix}{day:%Y/%m/%d}/")]
        read = {key: digest for key, digest in self._memory.digests(place).items() if key in keys}
        before = len(read)
        unreadable: dict[str, str] = {}
        try:
            for key in keys:
                if key in read or chain_of(key) is None:
                    continue
                self._ready()
                try:
                    read[key] = read_digest(key, *listing.read(s3, bucket, key))
                except ValueError as error:
                    unreadable[key] = str(error)[:200]
        finally:
            if len(read) != before:
                self._memory.keep_digests(place, read)
        arrived = [key for key in missing_keys(open_gaps) if listing.holds(s3, bucket, key)]
        return broken(
            name,
            account=account,
            region=region,
            listed=[*keys, *arrived],
            digests=read,
            unreadable=unreadable,
            # A digest that ends at midnight may lie in the folder of either day.
            since=datetime.combine(first, time(2), UTC),
            open_gaps=open_gaps,
            now=self._now,
            grace=self._grace,
        )
