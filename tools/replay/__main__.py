"""``make replay``: handle again what was not, out of a queue of dead letters or out of the bus's archive."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from constructs_lib.archive_layout import HUB_ARCHIVE, HUB_DEAD_LETTERS, HUB_QUEUE, HUB_UNDELIVERED
from tools.replay.archive import SETTLED, replay, time_range
from tools.replay.errors import ReplayError
from tools.replay.queues import Moves, Queue, move, open_queue


def main(arguments: list[str] | None = None) -> int:
    """Moves messages or replays a range.

    Ends with 0 when it is done, with 1 when messages came back or the replay failed, with 2 when it cannot go on.
    """
    options = _parser().parse_args(arguments)
    try:
        return _queues(options) if options.command == "queue" else _archive(options)
    except (ReplayError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make replay", description="Handle again what was not.")
    commands = parser.add_subparsers(dest="command", required=True)
    queue = commands.add_parser("queue", help="move the messages of a queue of dead letters to the handler's queue")
    queue.add_argument(
        "--from",
        dest="sources",
        action="append",
        metavar="QUEUE",
        help="name or URL, may be repeated; by default the hub's two queues of dead letters",
    )
    queue.add_argument(
        "--to", dest="target", metavar="QUEUE", default=HUB_QUEUE, help="name or URL; by default the handler's queue"
    )
    queue.add_argument("--from-profile", metavar="PROFILE", help="whose credentials may read and delete there")
    queue.add_argument("--to-profile", metavar="PROFILE", help="whose credentials may send there")
    queue.add_argument("--region", help="of both queues; by default the profile's")
    queue.add_argument("--from-region", metavar="REGION", help="of the first, where it is another")
    archive = commands.add_parser("archive", help="put the events of a time onto the bus again")
    archive.add_argument("--start", required=True, metavar="TIME", help="such as 2026-11-01T00:00:00Z")
    archive.add_argument("--end", required=True, metavar="TIME", help="after it, and not in the future")
    archive.add_argument("--profile", help="whose credentials may replay")
    archive.add_argument("--region", help="by default the profile's")
    return parser


def _queues(options: argparse.Namespace) -> int:
    origin = boto3.Session(profile_name=options.from_profile)
    target = open_queue(boto3.Session(profile_name=options.to_profile), options.target, region=options.region)
    sources = [
        open_queue(origin, wanted, region=options.from_region or options.region)
        for wanted in options.sources or (HUB_DEAD_LETTERS, HUB_UNDELIVERED)
    ]
    returned = [_move(source, target) for source in sources]
    return 1 if any(returned) else 0


def _move(source: Queue, target: Queue) -> int:
    moves = Moves()
    way = f"{source.name} -> {target.name}"
    try:
        move(source, target, moves, progress=lambda moved: print(f"{way}: {moved} so far", flush=True))
    except (ClientError, BotoCoreError) as error:
        _print(way, moves)
        raise ReplayError(f"{error}\nEverything else is still in {source.name}: run it again.") from error
    _print(way, moves)
    return len(moves.returned)


def _print(way: str, moves: Moves) -> None:
    print(f"{way}: {moves.moved or 'nothing'} moved")
    for code, number in moves.codes.most_common():
        print(f"{number:>8}  {code}")
    if moves.returned:
        print(f"{len(moves.returned):>8}  came back and stay: the handler failed again, its log says why")


def _archive(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    chosen = time_range(options.start, options.end, now=now)
    events: Any = boto3.Session(profile_name=options.profile).client("events", region_name=options.region)
    if now - chosen.end < SETTLED:
        print("The end is less than ten minutes ago: events of these minutes may not be in the archive yet.")
    state = replay(events, HUB_ARCHIVE, chosen, say=lambda line: print(line, flush=True), sleep=time.sleep)
    return 0 if state == "COMPLETED" else 1


if __name__ == "__main__":
    sys.exit(main())
