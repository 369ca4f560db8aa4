"""``python -m tools.report DATA.json -o report.html``: one page that needs nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.report.fill import ReportError, fill
from tools.synthesis import ROOT

TEMPLATE = ROOT / "report" / "template.html"


def main(arguments: list[str] | None = None) -> int:
    """Writes the report page that shows the data of a file; ends with 2 when there is none that can be shown."""
    parser = argparse.ArgumentParser(prog="python -m tools.report", description=main.__doc__)
    parser.add_argument("data", help="a JSON file as docs/report.md describes it, or - for standard input")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page to write")
    parser.add_argument("--template", type=Path, default=TEMPLATE, help="by default report/template.html")
    options = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if options.data == "-" else Path(options.data).read_text(encoding="utf-8")
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ReportError("the data is not an object")
        page = fill(options.template.read_text(encoding="utf-8"), data)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(page, encoding="utf-8")
    except (OSError, ValueError, RecursionError) as error:
        print(f"{options.data}: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {len(data['items'])} items, {len(data['findings'])} findings, {len(page) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
