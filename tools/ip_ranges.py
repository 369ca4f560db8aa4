"""``make aws-addresses``: writes anew what the event handler takes for addresses of AWS, and says what changed."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambda_src.access_events.addresses import V6
from lambda_src.access_events.aws_addresses import FILE
from lambda_src.workspaces_network.addresses import Addresses, count, merged, outside
from lambda_src.workspaces_network.ip_ranges import IpRanges, IpRangesError
from tools.allow_list.fetch import ip_ranges
from tools.synthesis import ROOT

TABLE = ROOT / "lambda_src/access_events" / FILE


def main(arguments: list[str] | None = None, *, now: datetime | None = None) -> int:
    """Writes the table; with ``--check`` only says how old it is.

    Ends with 2 where ip-ranges.json cannot be had, or is older than the table.
    """
    parser = argparse.ArgumentParser(prog="make aws-addresses", description=__doc__)
    parser.add_argument("--ip-ranges", type=Path, metavar="FILE", help="a copy of ip-ranges.json; else from AWS")
    parser.add_argument("--table", type=Path, default=TABLE, help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help="only say how old the table is")
    options = parser.parse_args(arguments)
    old = json.loads(options.table.read_text("utf-8")) if options.table.exists() else None
    if options.check:
        print(_age(old, now or datetime.now(UTC)) if old else f"{options.table}: there is none")
        return 0 if old else 2
    try:
        ranges = ip_ranges(options.ip_ranges)
        if old and int(old["syncToken"]) > ranges.sync_token:
            raise IpRangesError(
                f"ip-ranges.json of {ranges.create_date} is older than the table of {old['createDate']}"
            )
    except IpRangesError as error:
        print(error, file=sys.stderr)
        return 2
    new = table(ranges)
    options.table.write_text(text(new), encoding="utf-8")
    print(_changes(old, new))
    return 0


def table(ranges: IpRanges) -> dict[str, Any]:
    """Every address of the service AMAZON, which holds those of all others, as numbers on one line."""
    found = merged(
        (first, last) for (service, _), rows in ranges.v4.items() if service == "AMAZON" for first, last in rows
    )
    of_v6 = merged(row for (service, _), rows in ranges.v6.items() if service == "AMAZON" for row in rows)
    line = (*found, *((V6 + first, V6 + last) for first, last in of_v6))
    return {
        "createDate": ranges.create_date,
        "syncToken": str(ranges.sync_token),
        "starts": [first for first, _ in line],
        "ends": [last for _, last in line],
    }


def text(document: dict[str, Any]) -> str:
    """The file: one line for each key, so that a diff shows the date by itself."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _age(document: dict[str, str], now: datetime) -> str:
    created = datetime.strptime(document["createDate"], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC)
    return f"{FILE} is of {created:%Y-%m-%d}, {(now - created).days} days old"


def _changes(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    then, now = _addresses(old) if old else Addresses(), _addresses(new)
    added, removed = count(outside(now.v4, then.v4)), count(outside(then.v4, now.v4))
    return (
        f"{FILE}: of {new['createDate']}, {len(now.v4)} IPv4 and {len(now.v6)} IPv6 ranges; "
        f"{added:,} IPv4 addresses more and {removed:,} fewer than before"
    )


def _addresses(document: dict[str, Any]) -> Addresses:
    line = list(zip(document["starts"], document["ends"], strict=True))
    return Addresses(
        tuple((first, last) for first, last in line if first < V6),
        tuple((first - V6, last - V6) for first, last in line if first >= V6),
    )


if __name__ == "__main__":
    sys.exit(main())
