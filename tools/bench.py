"""Prints how fast the project is: one JSON object per line, ratios as medians of paired runs."""

from __future__ import annotations

import argparse
import json
import sys

from tools.benches import all_benches
from tools.cpu import CommandFailedError


def main(arguments: list[str] | None = None) -> int:
    """Measures the chosen lines, all by default; a value beyond its aim is shown, not punished."""
    benches = {bench.name: bench for bench in all_benches()}
    parser = argparse.ArgumentParser(prog="make bench", description=main.__doc__)
    parser.add_argument("lines", nargs="*", metavar="line", help=f"one of {', '.join(benches)} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs behind each median (default: 5)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.lines if name not in benches]
    if unknown or options.runs < 1:
        parser.error(f"no such line: {', '.join(unknown)}" if unknown else "--runs takes 1 or more")
    failed = False
    for name in options.lines or benches:
        bench = benches[name]
        try:
            value = round(bench.measure(options.runs), 3)
        except CommandFailedError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
            continue
        line = {"name": bench.name, "value": value, "unit": bench.unit, "aim": bench.aim}
        print(json.dumps(line | ({"more_is_better": True} if bench.more_is_better else {})), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
