"""``make verify``: are the trail files what CloudTrail delivered?"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from tools.verify.awscli import BotoCoreError, ClientError
from tools.verify.bucket import Bucket
from tools.verify.chains import Chain
from tools.verify.findings import VerifyError
from tools.verify.folder import Folder
from tools.verify.page import as_json, is_valid, print_page
from tools.verify.source import Source
from tools.verify.validate import validate


def main(arguments: list[str] | None = None) -> int:
    """Validates every digest chain of a folder or a bucket.

    Ends with 0 when there is a digest and everything is valid, with 1 when not, with 2 when it cannot look.
    """
    options = _parser().parse_args(arguments)
    try:
        results = validate(_source(options), since=options.since, wanted=lambda chain: _wanted(options, chain))
    except (VerifyError, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(as_json(results))
    else:
        print_page(Console(highlight=False), results)
    return 0 if is_valid(results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make verify", description="Validate CloudTrail's digest chains.")
    parser.add_argument(
        "--from", dest="folder", type=Path, help="a folder that is a copy of the bucket; by default the bucket is read"
    )
    parser.add_argument("--bucket", default="", help="the bucket to read, or which bucket the folder is a copy of")
    parser.add_argument("--prefix", default="", help="only keys that begin so, such as cloudtrail/")
    parser.add_argument("--bucket-region", default="", help="where the bucket lies; by default the AWS CLI's Region")
    parser.add_argument(
        "--public-keys", type=Path, action="append", default=[], help="of aws cloudtrail list-public-keys"
    )
    parser.add_argument("--account", help="only this account")
    parser.add_argument("--region", help="only digests of this Region")
    parser.add_argument("--trail-arn", help="only this trail")
    parser.add_argument("--since", type=_time, help="begin here, such as 2026-11-01T00:00:00Z; by default at the first")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _source(options: argparse.Namespace) -> Source:
    if options.folder:
        return Folder(options.folder, prefix=options.prefix, bucket=options.bucket, public_keys=options.public_keys)
    if not options.bucket:
        raise VerifyError("--from or --bucket must say where the files lie")
    return Bucket(options.bucket, prefix=options.prefix, region=options.bucket_region, public_keys=options.public_keys)


def _wanted(options: argparse.Namespace, chain: Chain) -> bool:
    if options.trail_arn:
        home, trail = options.trail_arn.split(":")[3], options.trail_arn.rsplit("/", 1)[-1]
        if (chain.home, chain.trail) != (home, trail):
            return False
        # An organization trail's digests lie under every account, a member's under its own.
        if not chain.place.organization and chain.place.account != options.trail_arn.split(":")[4]:
            return False
    return options.account in (None, chain.place.account) and options.region in (None, chain.place.region)


def _time(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
