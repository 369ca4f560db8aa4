"""The bytes that a question for one account and day reads, against the size of that partition's files."""

from __future__ import annotations

from tools.archive_data import ACCOUNTS, BUCKET, DAYS, REGION
from tools.bench_archive import FOLDER, benched
from tools.benches import Bench


def _measure(_runs: int) -> float:
    account, day = ACCOUNTS[7], f"{DAYS[3]:%Y/%m/%d}"
    folder = FOLDER / BUCKET / f"cloudtrail/AWSLogs/{account}/CloudTrail/{REGION}/{day}"
    size = sum(path.stat().st_size for path in folder.iterdir())
    here = f"account = '{account}' AND day = '{day}'"
    asked = f"SELECT eventname, count(*) AS n FROM cloudtrail WHERE {here} GROUP BY eventname"  # nosec B608
    return benched().json.measure(asked).bytes / size


BENCH = Bench(name="query_bytes_vs_partition", unit="ratio", aim=1.2, measure=_measure)
