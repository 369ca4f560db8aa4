"""Where a chain of CloudTrail's digests is broken, by what each says of the one before it: pure.

This is continuity alone. That nobody has forged a digest, only its signature shows (`make verify`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from .gaps import CHAIN, UNASKED, Gap, iso, moment

_KEY: Final = re.compile(
    r"_CloudTrail-Digest_[a-z0-9-]+_(?P<trail>.+)_(?P<home>[a-z0-9-]+)_(?P<end>\d{8}T\d{6}Z)\.json\.gz\Z"
)
_ENDED: Final = "nothing after "
_HOUR: Final = timedelta(hours=1)
SHOWN_BY: Final = "make verify"


class Digest(NamedTuple):
    """What matters of one digest.

    Attributes:
        previous: The key of the one before it; empty where it names none.
        previous_hash: What it says that one hashes to.
        hash: What it hashes to itself.
    """

    key: str
    start: str
    end: str
    previous: str
    previous_hash: str
    hash: str


def chain_of(key: str) -> tuple[str, datetime] | None:
    """The chain that a digest is of, and when it ends, by its name; None for what is none, and for a backfill."""
    found = _KEY.search(key)
    if found is None:
        return None
    try:
        end = datetime.strptime(found["end"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return f"{found['trail']} of {found['home']}", end


def read_digest(key: str, content: Mapping[str, Any], sha256: str) -> Digest:
    """The digest in a file.

    Raises:
        ValueError: where it is none, or another one than its name says.
    """
    texts = [content.get(name) for name in ("digestStartTime", "digestEndTime")]
    previous = [content.get(name) or "" for name in ("previousDigestS3Object", "previousDigestHashValue")]
    times = [moment(each) if isinstance(each, str) else None for each in texts]
    if None in times or not all(isinstance(each, str) for each in previous):
        raise ValueError("no digest: its times or what it says of the one before are not as CloudTrail writes them")
    if content.get("digestS3Object") != key:
        raise ValueError(f"a digest of another place: {content.get('digestS3Object')!r}")
    return Digest(key, iso(times[0]), iso(times[1]), previous[0], previous[1], sha256)


def broken(
    asker: str,
    *,
    account: str,
    region: str,
    listed: Iterable[str],
    digests: Mapping[str, Digest],
    unreadable: Mapping[str, str],
    since: datetime,
    open_gaps: Collection[Gap],
    now: datetime,
    grace: timedelta,
) -> dict[str, Gap]:
    """Every gap in the chains of a place, by key.

    Args:
        asker: Of the gaps.
        account: Whose trails they are of.
        region: Which Region they tell of.
        listed: The keys of all digests of the days since `since`, and of those that `open_gaps` miss and are there.
        digests: Those that could be read, by key.
        unreadable: Why others could not.
        since: The beginning of the window. What ends before it is not listed, so it is not missing.
        open_gaps: What was told and not taken back. It stays, wherever the window lies, unless what is missing has
            arrived.
        now: The time.
        grace: How late a digest may be.
    """
    keys = set(listed)
    gaps: list[Gap] = []

    def tell(about: str, time: str, text: str) -> None:
        gaps.append(Gap(asker, CHAIN, account, region, about, time, text, SHOWN_BY))

    chains: dict[str, list[tuple[datetime, str]]] = {}
    for key in keys:
        if (found := chain_of(key)) is not None:
            chains.setdefault(found[0], []).append((found[1], key))
    # A trail that was stopped for longer than the window goes on: what it told last is known by its open gap.
    told = (chain_of(gap.about) for gap in open_gaps if gap.about.startswith(_ENDED))
    ended = dict(each for each in told if each is not None)
    for name, members in chains.items():
        ordered = sorted(members)
        for end, key in ordered:
            digest = digests.get(key)
            if digest is None or end < since:
                continue
            if not digest.previous:
                if any(when < end for when, _ in ordered) or ended.get(name, end) < end:
                    text = f"The digest {key} names none before it: the trail was stopped, or made anew."
                    tell(f"a new beginning: {key}", digest.start, text)
                continue
            named, before = chain_of(digest.previous), digests.get(digest.previous)
            if named is not None and iso(named[1]) != digest.start:
                text = f"The digest {key} begins at {digest.start}, the one before it ended at {iso(named[1])}."
                tell(f"hours before {key}", digest.start, text)
            if before is not None and before.hash != digest.previous_hash:
                text = f"The digest {before.key} is not as the next one says that it was."
                tell(f"changed: {before.key}", digest.start, text)
            was_listed = named is None or named[1] >= since
            if digest.previous not in keys and was_listed and now - end >= grace:
                text = f"The digest {digest.previous}, which the next one names, is not in the archive."
                tell(f"missing: {digest.previous}", digest.start, text)
        end, key = ordered[-1]
        if since <= end < now - _HOUR - grace:
            tell(f"{_ENDED}{key}", iso(end), f"No digest of the trail {name} has followed {key}.")
    for key, problem in unreadable.items():
        text = f"The digest {key} cannot be read: {problem}"
        gaps.append(Gap(asker, UNASKED, account, region, f"digest {key}", "", text, SHOWN_BY))
    for gap in open_gaps:
        if _stays(gap, keys, chains, since):
            gaps.append(gap)
    return {gap.key: gap for gap in gaps}


def missing_keys(open_gaps: Iterable[Gap]) -> list[str]:
    """The digests whose arrival would close a gap."""
    return [gap.about.removeprefix("missing: ") for gap in open_gaps if gap.about.startswith("missing: ")]


def _stays(gap: Gap, keys: Collection[str], chains: Mapping[str, list[tuple[datetime, str]]], since: datetime) -> bool:
    """Whether a gap that is not found in the window is one all the same."""
    if gap.about.startswith(_ENDED):
        found = chain_of(gap.about)
        return found is None or all(end <= found[1] for end, _ in chains.get(found[0], ()))
    if gap.about.startswith("missing: "):
        return gap.about.removeprefix("missing: ") not in keys
    if gap.kind == UNASKED:
        found = chain_of(gap.about)
        return found is not None and found[1] < since
    return gap.kind == CHAIN  # what two digests say of each other stands written
