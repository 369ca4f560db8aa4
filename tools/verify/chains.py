"""Which digest chains a list of object keys holds: one for each trail, account and Region."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_FOLDER: Final = r"^(?P<prefix>.+/)?AWSLogs/(?:(?P<organization>o-[a-z0-9]+)/)?(?P<account>\d{12})/"
_DIGEST: Final = re.compile(
    _FOLDER + r"CloudTrail-Digest/(?P<region>[a-z0-9-]+)/\d+/\d+/\d+/\d{12}_CloudTrail-Digest_[a-z0-9-]+_"
    r"(?P<trail>.+)_(?P<home>[a-z0-9-]+)_(?P<end>\d{8}T\d{6}Z)(?:_backfill)?\.json\.gz$"
)
_FILE: Final = re.compile(
    _FOLDER + r"CloudTrail/(?P<region>[a-z0-9-]+)/\d+/\d+/\d+/[^/]+_(?P<time>\d{8}T\d{4}Z)_[^/]+\.json\.gz$"
)


@dataclass(frozen=True, order=True, kw_only=True)
class Place:
    """The folder of one account and Region; several trails may write there."""

    prefix: str
    organization: str
    account: str
    region: str


@dataclass(frozen=True, order=True, kw_only=True)
class Chain:
    """The digests that one trail writes for one account and Region."""

    place: Place
    trail: str
    home: str


@dataclass(frozen=True, kw_only=True)
class Digests:
    """When a chain's first and last digest end, by their names."""

    first: datetime
    last: datetime


def find_chains(keys: Iterable[str]) -> dict[Chain, Digests]:
    """Every chain, in order; what is no digest is passed over."""
    ends: dict[Chain, list[datetime]] = {}
    for key in keys:
        if found := _DIGEST.match(key):
            chain = Chain(place=_place(found), trail=found["trail"], home=found["home"])
            end = datetime.strptime(found["end"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            ends.setdefault(chain, []).append(end)
    return {chain: Digests(first=min(ends[chain]), last=max(ends[chain])) for chain in sorted(ends)}


def trail_files(keys: Iterable[str]) -> dict[Place, list[tuple[datetime, str]]]:
    """The trail files of each place with the minute that their name tells."""
    files: dict[Place, list[tuple[datetime, str]]] = {}
    for key in keys:
        if found := _FILE.match(key):
            minute = datetime.strptime(found["time"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
            files.setdefault(_place(found), []).append((minute, key))
    return files


def _place(found: re.Match[str]) -> Place:
    return Place(
        prefix=(found["prefix"] or "").rstrip("/"),
        organization=found["organization"] or "",
        account=found["account"],
        region=found["region"],
    )
