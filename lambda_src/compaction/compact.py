"""One table's days become Parquet: a run is written, counted, and only then shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from .athena import UnansweredError
from .catalog import Catalog
from .days import window
from .files import List, digests

Json = dict[str, Any]
Ask = Callable[[str], list[dict[str, str | None]]]


class CountsDifferError(Exception):
    """The Parquet does not hold what the JSON files do; the text says how much of each."""


def compact(
    catalog: Catalog,
    days: Iterable[date],
    *,
    ask: Ask,
    list_objects: List,
    new_run: Callable[[], str],
    ready: Callable[[], bool],
    oldest: date,
    log: Callable[[Json], None],
) -> Json:
    """Writes the days that are new or whose files have changed, and tells the view which days it may read so.

    Args:
        catalog: Of the table.
        days: To look at, the most urgent first.
        ask: Runs a statement of Athena.
        list_objects: Lists a bucket.
        new_run: The id of a run that nobody else has.
        ready: Whether there is time for one more day.
        oldest: No day before it is read from Parquet, which may have expired.
        log: Takes what failed.

    Returns: the table, how many days were written, had nothing new, failed, and had to wait.
    """
    found = digests(catalog.source, looked_at := list(days), list_objects)
    shown, staged = catalog.runs(verified="yes"), catalog.runs(verified="no")
    fit = {day for day, run in shown.items() if run.current and found.get(day, run.files) == run.files}
    # What came late is shown at once, from JSON.
    catalog.show(window({day for day in fit if day >= oldest}))
    written, failed, waiting = [], [], []
    for day in looked_at:
        if day in fit:
            continue
        if not ready():
            waiting.append(day)
            continue
        try:
            location = _write(catalog, day, found[day], new_run(), ask, there=day in staged)
        except (UnansweredError, CountsDifferError) as error:
            log({"message": "A day was not compacted", "table": catalog.table, "day": str(day), "reason": str(error)})
            failed.append(day)
            continue
        catalog.point(day, verified="yes", location=location, files=found[day], there=day in shown)
        fit.add(day)
        written.append(day)
    catalog.show(readable := window({day for day in fit if day >= oldest}))
    return {
        "table": catalog.table,
        "written": len(written),
        "unchanged": len(looked_at) - len(written) - len(failed) - len(waiting),
        "failed": len(failed),
        "waiting": len(waiting),
        "parquet": [str(day) for day in readable],
    }


def _write(catalog: Catalog, day: date, files: str, run: str, ask: Ask, *, there: bool) -> str:
    """Where the Parquet of a day lies that has been counted.

    Raises:
        CountsDifferError: It does not hold every row, or not of every file.
        UnansweredError: Athena did not run a statement.
    """
    location = f"{catalog.location}day={day}/run={run}/"
    if files.startswith("0 files,"):
        return location
    written = catalog.source.written(day)
    # The names are the catalog's own, the day is a date.
    rows = f"SELECT {', '.join(catalog.columns)} FROM {catalog.flat} WHERE day = '{written}'"  # nosec B608
    ask(f"UNLOAD ({rows}) TO '{location}' WITH (format = 'PARQUET', compression = 'ZSTD')")
    catalog.point(day, verified="no", location=location, files=files, there=there)
    count = "SELECT count(*) AS n, count(DISTINCT evidence) AS files FROM"
    (json_files,) = ask(f"{count} {catalog.flat} WHERE day = '{written}'")
    (parquet,) = ask(f"{count} {catalog.parquet} WHERE day = '{written}' AND verified = 'no'")
    if json_files != parquet:
        raise CountsDifferError(f"{location} has {parquet}, the JSON files {json_files}")
    return location
