"""An archive made up from a seed, of the size that its benches ask for: what a hundred accounts deliver in a month.

Nearly all of it is what CloudTrail delivers, records that no view looks for; each account also has a session of
Session Manager a day, with its transcript, and a sign-in that the hub recorded.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

ARCHIVE: Final = "100000000000"
REGION: Final = "ap-northeast-1"
BUCKET: Final = f"evidence-logs-{ARCHIVE}-{REGION}"
FIRST_DAY: Final = date(2026, 10, 1)
ACCOUNTS: Final = tuple(str(200_000_000_000 + number) for number in range(100))
DAYS: Final = tuple(FIRST_DAY + timedelta(days=number) for number in range(30))
_CALLS: Final = (
    ("ec2.amazonaws.com", "DescribeInstances"),
    ("kms.amazonaws.com", "Decrypt"),
    ("sts.amazonaws.com", "AssumeRole"),
    ("s3.amazonaws.com", "GetBucketAcl"),
    ("logs.amazonaws.com", "CreateLogStream"),
    ("lambda.amazonaws.com", "GetFunction20150331v2"),
)


def archive(folder: Path, *, megabytes: int) -> int:
    """The archive below a folder, as JSON files of so many megabytes before compression; made once, then kept.

    Returns: the bytes of JSON that it holds.
    """
    done = folder / "bytes"
    if done.exists() and (folder / "megabytes").read_text("utf-8") == str(megabytes):
        return int(done.read_text("utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    pick = random.Random(6)  # nosec B311
    records = [_record(pick, number) for number in range(2000)]
    per_file = megabytes * 1_000_000 // (len(ACCOUNTS) * len(DAYS)) // (len(",".join(records)) // len(records))
    written = 0
    for day in DAYS:
        for account in ACCOUNTS:
            for key, text in _objects(pick, records, account, day, per_file):
                path = folder / BUCKET / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))
                written += len(text)
    (folder / "megabytes").write_text(str(megabytes), "utf-8")
    done.write_text(str(written), "utf-8")
    return written


def host_of(account: str) -> str:
    """The one instance on which somebody works in an account."""
    return f"i-{int(account):017x}"


def _objects(pick: random.Random, records: list[str], account: str, day: date, count: int) -> Iterator[tuple[str, str]]:
    session = f"engineer-{int(account) % 40:03d}-{pick.getrandbits(68):017x}"
    start = json.dumps(_start(account, day, session))
    trail = f"cloudtrail/AWSLogs/{account}/CloudTrail/{REGION}/{day:%Y/%m/%d}/{session}.json.gz"
    yield trail, f'{{"Records":[{",".join([start, *pick.choices(records, k=count)])}]}}'
    place = f"transcripts/account={account}/region={REGION}/day={day}/{session}.json.gz"
    yield place, "".join(json.dumps(each) + "\n" for each in _transcript(account, day, session))


def _record(pick: random.Random, number: int) -> str:
    source, name = pick.choice(_CALLS)
    role = f"arn:aws:sts::{ACCOUNTS[0]}:assumed-role/worker-{number % 50}/{pick.getrandbits(64):016x}"
    return json.dumps(
        {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": f"AROA{pick.getrandbits(80):020X}:{number}",
                "arn": role,
                "accountId": ACCOUNTS[0],
                "accessKeyId": f"ASIA{pick.getrandbits(64):016X}",
                "sessionContext": {"attributes": {"mfaAuthenticated": "false", "creationDate": "2026-10-01T00:00:00Z"}},
            },
            "eventTime": f"2026-10-01T{number % 24:02d}:{number % 60:02d}:00Z",
            "eventSource": source,
            "eventName": name,
            "awsRegion": REGION,
            "sourceIPAddress": f"10.{number % 256}.{pick.randrange(256)}.{pick.randrange(256)}",
            "userAgent": "aws-sdk-go-v2/1.41.5 os/linux lang/go#1.26.1 md/GOOS#linux md/GOARCH#arm64",
            "requestParameters": {"name": f"resource-{pick.getrandbits(96):024x}", "maxResults": 100},
            "responseElements": None,
            "requestID": f"{pick.getrandbits(128):032x}",
            "eventID": f"{pick.getrandbits(128):032x}",
            "readOnly": True,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": ACCOUNTS[0],
            "eventCategory": "Management",
        }
    )


def _start(account: str, day: date, session: str) -> dict[str, Any]:
    person = session.rpartition("-")[0]
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{person}",
            "arn": f"arn:aws:sts::{account}:assumed-role/operator/{person}",
            "accountId": account,
        },
        "eventTime": f"{day}T08:00:00Z",
        "eventSource": "ssm.amazonaws.com",
        "eventName": "StartSession",
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.10",
        "requestParameters": {"target": host_of(account)},
        "responseElements": {"sessionId": session},
        "eventID": f"start-{session}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def _transcript(account: str, day: date, session: str) -> Iterator[dict[str, Any]]:
    for second in range(20):
        yield {
            "eventVersion": "1.0",
            "eventTime": f"{day}T08:00:{second:02d}Z",
            "awsRegion": REGION,
            "target": {"id": host_of(account)},
            "userIdentity": {"arn": f"arn:aws:sts::{account}:assumed-role/operator/{session.rpartition('-')[0]}"},
            "runAsUser": "ssm-user",
            "sessionId": session,
            "sessionData": [f"sh-5.2$ echo {second}", str(second)],
        }
