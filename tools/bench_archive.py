"""The archive that benches of queries read, and its Parquet: about 1 GB of JSON, made once, kept in `build/bench`."""

from __future__ import annotations

import functools
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from tools.archive_data import DAYS, archive
from tools.query.compaction import windows
from tools.query.engine import Archive
from tools.query.library import Library, read_library
from tools.query.tables import Partition
from tools.synthesis import ROOT

FOLDER: Final = ROOT / "build" / "bench" / "archive"
SEPARATORS: Final = {"access_events": "-", "cloudtrail": "/", "transcripts": "-"}


class Benched(NamedTuple):
    """The archive as its JSON files alone, the same with Parquet that views read, and how Parquet came to be."""

    json: Archive
    compacted: Archive
    bytes: int
    compaction_seconds: float


@functools.cache
def benched() -> Benched:
    """The archive with every day compacted; `BENCH_ARCHIVE_MB` says how large it is, by default 1000."""
    size = archive(FOLDER, megabytes=int(os.environ.get("BENCH_ARCHIVE_MB", "1000")))
    library = read_library()
    before = Archive(library, FOLDER)
    shutil.rmtree(FOLDER / "derived", ignore_errors=True)
    began = time.perf_counter()
    partitions = {f"compacted_{table}": _compact(before, library, table) for table in SEPARATORS}
    seconds = time.perf_counter() - began
    shown = replace(library, views={**library.views, **_shown(library)})
    return Benched(before, Archive(shown, FOLDER, partitions), size, seconds)


def _compact(before: Archive, library: Library, table: str) -> list[Partition]:
    """Writes each day as one file of Parquet, as compaction has Athena do; days without files have none."""
    columns = ", ".join(name for name, _ in library.tables[f"compacted_{table}"].columns)
    found = []
    for day in DAYS:
        written, folder = f"{day}".replace("-", SEPARATORS[table]), f"derived/compacted/{table}/day={day}/run=1"
        rows = f"SELECT {columns} FROM uncompacted_{table} WHERE day = '{written}'"  # nosec B608
        before.unload(rows, folder)
        found.append(Partition((written, "yes"), folder))
    return found


def _shown(library: Library) -> Mapping[str, str]:
    """The views that combine JSON and Parquet, told to read every day from Parquet."""
    found = {}
    for table, window in windows(library.views).items():
        text = library.views[window.view]
        for old, day in ((window.first, DAYS[0]), (window.until, DAYS[-1].replace(day=DAYS[-1].day + 1))):
            text = text.replace(f"'{old}'", f"'{day}'".replace("-", SEPARATORS[table]))
        found[window.view] = text
    return found
