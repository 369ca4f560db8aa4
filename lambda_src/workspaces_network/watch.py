"""One run of the watcher: a newer file becomes newer lists, lists become entries, and people hear what changed.

What is guaranteed:

* Lists of all Regions are computed before one is written, so a bad file changes nothing.
* What keeps something from being done is told once, when it begins, and once when it is over; a run that ends between
  telling and remembering tells again.
* People are told of a version when it is in force, and of what it changes against the last version they were told of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from .acceptance import code
from .addresses import Addresses, v4_cidrs, v6_cidrs
from .allow_list import AllowList, compute, streaming
from .artefacts import JSON, files, from_json
from .changes import Changes, compare
from .fetch import Fetched, FetchError
from .guard import refusals
from .ip_ranges import IpRanges, IpRangesError, read
from .notice import Notice, is_meant
from .prefix_lists import PrefixListError
from .rules import RuleError
from .state import Pointer, State
from .store import Store

ATTEMPTS = 3
"""How often a file is fetched that is not the one that a notice tells of."""
PAUSE_SECONDS = 5.0
FRESH_SECONDS = 90 * 24 * 3600
"""A version that is older is written again: the bucket forgets objects after 400 days."""
FAMILIES = ("ipv4", "ipv6")


class FileError(Exception):
    """No new file to go by.

    Args:
        kind: A word that stays the same while the trouble does.
        words: For people.
    """

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


class Message(NamedTuple):
    """What people are told.

    Attributes:
        subject: At most 100 printable characters.
        lists: Whose change it is, for filters of subscriptions; empty where it is no change.
        regions: Likewise.
    """

    subject: str
    text: str
    lists: Sequence[str] = ()
    regions: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """What a run works with.

    Attributes:
        regions: Of WorkSpaces.
        variants: How people reach them.
        used: Rules whose changes are told, and ``domains``.
        limit: The share of a list, from 0 to 1, that may go at once.
        fingerprint: Of code and settings: another one computes everything again.
        store: Where lists are kept.
        obtain: Fetches the file unless it still has the entity tag.
        fill: Fills the prefix list of a consuming Region for a Region of WorkSpaces and a family, up to a share that
            goes, or whose code is accepted; its new version.
        prefix_list_regions: The consuming Regions.
        tell: Publishes a message.
        log: Takes what an operator should read.
        now: Seconds since 1970.
        sleep: Waits so many seconds.
    """

    regions: Sequence[str]
    variants: Sequence[str]
    used: frozenset[str]
    limit: float
    fingerprint: str
    store: Store
    obtain: Callable[[str], Fetched | None]
    fill: Callable[[str, str, str, Sequence[str], float, str], int | None]
    prefix_list_regions: Sequence[str]
    tell: Callable[[Message], None]
    log: Callable[[dict[str, Any]], None]
    now: Callable[[], float]
    sleep: Callable[[float], None]

    def run(self, notice: Notice | None = None, *, accepted: str = "") -> dict[str, Any]:
        """Brings everything up to date.

        Args:
            notice: Of AWS, if one led to this run.
            accepted: The code of a loss that somebody has looked at and wants.
        """
        state = self.store.state()
        pointers = {region: self.store.current(region) for region in self.regions}
        troubles: dict[str, str] = {}
        written: list[str] = []
        followed: set[str] = set()
        try:
            etag = state.etag if self._up_to_date(state, pointers) else ""
            found = self._newer(notice, state, etag)
            if found is not None:
                fetched, ranges = found
                written = self._write(ranges, pointers, troubles, followed, accepted)
                state.sync_token, state.fingerprint = ranges.sync_token, self.fingerprint
                state.etag, state.announced = "" if troubles else fetched.etag, []
                self.store.keep(state)
        except FileError as problem:
            troubles[f"file/{problem.kind}"] = str(problem)
        in_force = {region: self._in_force(region, pointer) for region, pointer in pointers.items() if pointer}
        filled = self._fill(in_force, troubles, followed, accepted)
        self._tell_changes(state, pointers, in_force)
        self._tell_troubles(state, troubles)
        return {"sync_token": state.sync_token, "written": written, "filled": filled, "troubles": sorted(troubles)}

    def _up_to_date(self, state: State, pointers: Mapping[str, Pointer | None]) -> bool:
        return state.fingerprint == self.fingerprint and all(map(self._is_fresh, pointers.values()))

    def _is_fresh(self, pointer: Pointer | None) -> bool:
        return pointer is not None and self.now() - pointer.written < FRESH_SECONDS

    def _newer(self, notice: Notice | None, state: State, etag: str) -> tuple[Fetched, IpRanges] | None:
        """The file if it is another than the last one.

        Raises:
            FileError: There is none, or none to go by.
        """
        notice = _expected(notice, state)
        announced = f"release {notice.sync_token} with md5 {notice.md5}" if notice else ""
        came = ""
        for attempt in range(1, ATTEMPTS + 1):
            if attempt > 1:
                self.sleep(PAUSE_SECONDS * attempt)
            try:
                fetched = self.obtain(etag)
            except FetchError as problem:
                if attempt < ATTEMPTS:
                    continue
                raise FileError("unreachable", str(problem)) from problem
            if fetched is None:
                if notice is None:
                    return None
                came = "still the last one"
            else:
                ranges = _read(fetched.body, state.sync_token)
                if notice is None or is_meant(notice, sync_token=ranges.sync_token, md5=fetched.md5):
                    return fetched, ranges
                came = f"release {ranges.sync_token} with md5 {fetched.md5}"
            self.log({"message": "not the file of the notice", "attempt": attempt, "came": came})
        state.announced = list(notice or ())
        self.store.keep(state)
        raise FileError("mismatch", f"AWS announced {announced}, but {ATTEMPTS} times came {came}")

    def _write(
        self,
        ranges: IpRanges,
        pointers: dict[str, Pointer | None],
        troubles: dict[str, str],
        followed: set[str],
        accepted: str,
    ) -> list[str]:
        """Writes the lists that changed; the Regions whose list did.

        Args:
            ranges: The file.
            pointers: The versions in force, of which it puts the new ones in their place.
            troubles: Takes what the guard refuses.
            followed: Takes the Regions whose loss was accepted; their prefix lists follow.
            accepted: The code of a loss.

        Raises:
            FileError: The file lacks what a rule needs.
        """
        try:
            lists = {region: compute(ranges, region, self.variants) for region in self.regions}
        except RuleError as problem:
            raise FileError("incomplete", str(problem)) from problem
        written = []
        for region, new in lists.items():
            pointer = pointers[region]
            old = self._in_force(region, pointer) if pointer else None
            if old is not None and pointer is not None:
                too_much = refusals(_comparable(old, new), new, limit=self.limit)
                losing = code(region, too_much)
                if too_much and accepted != losing:
                    losses = "; ".join(loss.sentence() for loss in too_much)
                    troubles[f"guard/{region}/{losing}"] = (
                        f"The list of {region} stays at {pointer.version}. Release {new.sync_token} would take away "
                        f"more than {self.limit:.0%}: {losses}. If that is right, invoke the function with "
                        f'{{"accept": "{losing}"}}.'
                    )
                    continue
                if too_much:
                    followed.add(region)
                same = pointer.fingerprint == self.fingerprint and self._is_fresh(pointer)
                if same and not compare(old, new) and old.differences == new.differences:
                    continue
            contents = files(new)
            version = f"{new.sync_token}-{self.fingerprint[:8]}"
            keys = self.store.keys(region, version, contents)
            pointers[region] = made = Pointer(version, self.fingerprint, int(self.now()), keys)
            self.store.write(region, made, contents)
            written.append(region)
        return written

    def _in_force(self, region: str, pointer: Pointer) -> AllowList | None:
        return self._version(region, pointer.version)

    def _version(self, region: str, version: str) -> AllowList | None:
        content = self.store.file(region, version, JSON)
        return None if content is None else from_json(content)

    def _fill(
        self, lists: Mapping[str, AllowList | None], troubles: dict[str, str], followed: set[str], accepted: str
    ) -> list[str]:
        """Fills every prefix list from the list in force; those that changed, with their new version."""
        filled = []
        for place, (region, allow_list) in product(self.prefix_list_regions, lists.items()):
            if allow_list is None:
                continue
            limit = 1.0 if region in followed else self.limit
            for family, wanted in zip(FAMILIES, _families(streaming(allow_list)), strict=True):
                name = f"{region} {family} in {place}"
                try:
                    version = self.fill(place, region, family, wanted, limit, accepted)
                except Exception as problem:  # one list's trouble keeps no other from being filled
                    about = f"/{problem.code}" if isinstance(problem, PrefixListError) and problem.code else ""
                    troubles[f"prefix-list/{place}/{region}/{family}{about}"] = f"The prefix list of {name} {problem}."
                else:
                    filled += [f"{name}: version {version}"] if version is not None else []
        return filled

    def _tell_changes(
        self, state: State, pointers: Mapping[str, Pointer | None], in_force: Mapping[str, AllowList | None]
    ) -> None:
        changed: list[Changes] = []
        told = {region: version for region, version in state.told.items() if region in pointers}
        for region, pointer in pointers.items():
            new = in_force.get(region)
            if pointer is None or new is None or told.get(region) == pointer.version:
                continue
            old = self._version(region, told[region]) if region in told else None
            told[region] = pointer.version
            if old is not None and (changes := compare(old, new)).touch(self.used):
                changed.append(changes)
        if changed:
            self.tell(_news(changed))
        if told != state.told:
            state.told = told
            self.store.keep(state)

    def _tell_troubles(self, state: State, troubles: dict[str, str]) -> None:
        begun = {place: words for place, words in troubles.items() if place not in state.troubles}
        over = {place: words for place, words in state.troubles.items() if place not in troubles}
        for subject, listed in (
            ("WorkSpaces allow-list: not brought up to date", begun),
            ("WorkSpaces allow-list: no longer in the way", over),
        ):
            if listed:
                self.tell(Message(subject, "".join(f"{place}: {words}\n" for place, words in sorted(listed.items()))))
        for place, words in troubles.items():
            self.log({"message": "trouble", "place": place, "reason": words})
        if begun or over:
            state.troubles = {place: state.troubles.get(place, words) for place, words in troubles.items()}
            self.store.keep(state)


def _expected(notice: Notice | None, state: State) -> Notice | None:
    """The newest release that AWS told of, now or before, if lists were not computed from it yet."""
    told = [each for each in (notice, Notice(*state.announced) if state.announced else None) if each is not None]
    newest = max(told, default=None)
    return newest if newest is not None and newest.sync_token > state.sync_token else None


def _read(body: bytes, known: int) -> IpRanges:
    try:
        ranges = read(body)
    except IpRangesError as problem:
        raise FileError("unreadable", f"ip-ranges.json is not taken: {problem}") from problem
    if ranges.sync_token < known:
        raise FileError(
            "older", f"ip-ranges.json is not taken: release {ranges.sync_token} is older than {known}, the last one"
        )
    return ranges


def _comparable(old: AllowList, new: AllowList) -> AllowList:
    """The old list without the rules that settings have ended since: that loss is meant."""
    if old.variants == new.variants:
        return old
    rules = {listed.rule.id for listed in new.lists}
    return old._replace(lists=tuple(listed for listed in old.lists if listed.rule.id in rules))


def _families(addresses: Addresses) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return v4_cidrs(addresses.v4), v6_cidrs(addresses.v6)


def _news(changed: Sequence[Changes]) -> Message:
    lists = {change.rule for changes in changed for change in changes.lists}
    if any(changes.domains_added or changes.domains_removed for changes in changed):
        lists.add("domains")
    regions = [changes.region for changes in changed]
    return Message(
        subject=f"WorkSpaces allow-list changed: {', '.join(regions)}"[:100],
        text="\n".join(changes.text() for changes in changed),
        lists=sorted(lists),
        regions=regions,
    )
