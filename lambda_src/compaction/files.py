"""The JSON files of a table, by day: pure, but for what lists a bucket."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Final, NamedTuple

SEPARATORS: Final = {"yyyy-MM-dd": "-", "yyyy/MM/dd": "/"}
"""What stands in a day, by the format of partition projection."""
THREADS: Final = 16

List = Callable[[str, str, str], Iterable[tuple[str, int]]]
"""Keys and sizes of a bucket's objects below a prefix, in the order of their keys, after another key."""


class Place(NamedTuple):
    """A folder whose names are days, in a bucket."""

    bucket: str
    prefix: str


class Source(NamedTuple):
    """Where a table's files lie, one place for each account and Region, and how days are written there."""

    places: tuple[Place, ...]
    separator: str

    def written(self, day: date) -> str:
        """The day as folders and partitions have it."""
        return day.isoformat().replace("-", self.separator)

    def read(self, text: str) -> date | None:
        """The day that a text is; None where it is none."""
        parts = text.split(self.separator)
        try:
            return date.fromisoformat("-".join(parts)) if list(map(len, parts)) == [4, 2, 2] else None
        except ValueError:
            return None


def source(parameters: Mapping[str, str]) -> Source:
    """Where a table with partition projection has its files.

    Args:
        parameters: Of the table in the catalog.

    Raises:
        KeyError: The table has no partition projection of the kind that is known here.
        ValueError: The folder of a partition does not end with its day.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
    """
    template = parameters["storage.location.template"]
    if not template.endswith("${day}"):
        raise ValueError(f"storage.location.template must end with ${{day}}, not {template!r}")
    names = [name for name in re.findall(r"\$\{(\w+)\}", template) if name != "day"]
    values = [parameters[f"projection.{name}.values"].split(",") for name in dict.fromkeys(names)]
    places = []
    for chosen in itertools.product(*values):
        place = template.removesuffix("${day}")
        for name, value in zip(dict.fromkeys(names), chosen, strict=True):
            place = place.replace(f"${{{name}}}", value)
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        places.append(Place(bucket, prefix))
    return Source(tuple(places), SEPARATORS[parameters["projection.day.format"]])


def digests(found: Source, days: Iterable[date], list_objects: List) -> dict[date, str]:
    """What each day's files are: their number, bytes, and a digest of keys and sizes. It changes when a file comes.

    Args:
        found: Where to look.
        days: Which.
        list_objects: Lists a bucket.
    """
    wanted = sorted(days)
    by_day: dict[date, list[str]] = {day: [] for day in wanted}

    def look(place: Place) -> list[tuple[date, str]]:
        return list(_files(found, place, wanted[0], wanted[-1], list_objects))

    with ThreadPoolExecutor(THREADS) as pool:
        for files in pool.map(look, found.places):
            for day, file in files:
                if day in by_day:
                    by_day[day].append(file)
    return {day: _digest(files) for day, files in by_day.items()}


def _files(found: Source, place: Place, first: date, last: date, list_objects: List) -> Iterator[tuple[date, str]]:
    length = len(found.written(first))
    for key, size in list_objects(place.bucket, place.prefix, place.prefix + found.written(first)):
        day = found.read(key[len(place.prefix) :][:length])
        if day is not None and day > last:
            return
        if day is not None and key.endswith(".gz"):
            yield day, f"{place.bucket}/{key} {size}"


def _digest(files: list[str]) -> str:
    size = sum(int(file.rpartition(" ")[2]) for file in files)
    text = "\n".join(sorted(files))
    return f"{len(files)} files, {size} bytes, sha256 {hashlib.sha256(text.encode()).hexdigest()}"
