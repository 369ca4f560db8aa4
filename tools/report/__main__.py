"""``make report``: one page that needs nothing else, of a copy of the archive or of data in a file."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambda_src.report_page.contents import Extent
from lambda_src.report_page.fill import ReportError, fill
from tools.query.engine import Archive
from tools.query.library import read_library
from tools.query.problems import QueryError
from tools.report.gather import gather
from tools.synthesis import ROOT

TEMPLATE = ROOT / "report" / "template.html"


def main(arguments: list[str] | None = None) -> int:
    """Writes the report page of an archive, or of a file; ends with 2 when there is nothing that can be shown."""
    parser = argparse.ArgumentParser(prog="make report", description=main.__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="folder", type=Path, help="a copy of the archive, as for make query")
    source.add_argument("data", nargs="?", help="a JSON file as docs/report.md describes it, or - for standard input")
    parser.add_argument("--days", type=int, help="of the archive, the newest items of so many days; by default all")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page to write")
    parser.add_argument("--template", type=Path, default=TEMPLATE, help="by default report/template.html")
    options = parser.parse_args(arguments)
    try:
        data = _of_archive(options.folder, options.days) if options.folder else _of_file(options.data)
        page = fill(options.template.read_text(encoding="utf-8"), data)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(page, encoding="utf-8")
    except (OSError, QueryError, ValueError, RecursionError) as error:
        print(f"{options.folder or options.data}: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {len(data['items'])} items, {len(data['findings'])} findings, {len(page) / 1e6:.1f} MB")
    return 0


def _of_archive(folder: Path, days: int | None) -> dict[str, Any]:
    extent = None if days is None else Extent(days)
    return gather(Archive(read_library(), folder), name=str(folder), now=datetime.now(UTC), extent=extent)


def _of_file(name: str) -> dict[str, Any]:
    data = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ReportError("the data is not an object")
    return data


if __name__ == "__main__":
    sys.exit(main())
