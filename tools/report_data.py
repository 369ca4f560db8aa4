"""Data for the report page, made up from a seed: what its tests look at and its benches measure."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

ARCHIVE = "111111111111"
ACCOUNTS = ("222222222222", "333333333333", "444444444444")
REGIONS = ("ap-northeast-1", "us-east-1")
START = datetime(2026, 10, 5, tzinfo=UTC)
KINDS = (
    ("shell-session", 5),
    ("rdp-connection", 4),
    ("workspaces-login", 3),
    ("console-sign-in", 3),
    ("security-group-change", 1),
    ("tampering", 0.15),
    ("finding", 0.4),
)
COMMANDS = (
    "sudo systemctl restart nginx",
    "tail -f /var/log/messages",
    "psql -h db.internal -c 'select count(*) from orders'",
    "sudo cat /etc/shadow",
    "aws s3 ls s3://payments-exports --recursive --human-readable --summarize",
)
FINDINGS = (
    (
        "Critical",
        "tampering",
        "Session logging was switched off",
        "DeleteSubscriptionFilter on /evidence/session-manager.",
    ),
    (
        "High",
        "missing-transcript",
        "A shell session left no transcript",
        "It ended and nothing arrived within 2 hours.",
    ),
    (
        "High",
        "root-sign-in",
        "The root user signed in to the console",
        "From an address outside the approved networks.",
    ),
    ("Medium", "missing-recording", "An RDP connection left no recording", "Its bucket received no object for it."),
    ("Medium", "unapproved-network", "A WorkSpaces login from outside the approved networks", ""),
    ("Low", "outside-hours", "A console sign-in outside working hours", "At night, local time of the account."),
    ("Informational", "silent-member", "A Region that is seldom used fell silent", "Heard again after 40 minutes."),
)


def report_data(*, items: int, persons: int = 8, hosts: int = 12, days: int = 3, seed: int = 6) -> dict[str, Any]:
    """A report of so many items, of which the first two persons worked on separate days with a long gap between."""
    pick = random.Random(seed)  # nosec B311
    who = ["operator-one", "operator-two", *(f"engineer-{number:03d}" for number in range(max(0, persons - 2)))]
    where = [f"i-{pick.getrandbits(68):017x}" for _ in range(hosts)]
    rows = sorted((_row(pick, who, where, days, number) for number in range(items)), key=lambda row: row["time"])
    findings = [
        {
            "time": _sql(START + timedelta(hours=pick.uniform(1, 24 * days - 1))),
            "rule": rule,
            "severity": severity,
            "title": title,
            "account": pick.choice(ACCOUNTS),
            "region": REGIONS[0],
            "person": pick.choice(who),
            "host": pick.choice(where),
            "text": text,
            "evidence": f"s3://evidence-logs-{ARCHIVE}-{REGIONS[0]}/access-events/day=2026-10-05/{rule}-{number}.json.gz",
            "event_id": f"finding/{number}",
        }
        for number, (severity, rule, title, text) in enumerate(FINDINGS * max(1, items // 400))
    ]
    return {
        "generated": "2026-10-08 01:00:00.000",
        "archive": f"evidence-logs-{ARCHIVE}-{REGIONS[0]}",
        "range": {"from": _sql(START), "until": _sql(START + timedelta(days=days))},
        "items": rows,
        "findings": findings,
        "unreadable": [{"source": "transcripts", "count": 3}, {"source": "cloudtrail", "count": 0}],
    }


def _row(pick: random.Random, who: list[str], where: list[str], days: int, number: int) -> dict[str, Any]:
    kind = pick.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])[0]
    person = pick.choice(who) if pick.random() > 0.04 else None
    # The first two work one day in turn, so that their lanes have gaps; the others in their working hours.
    day = 2 * pick.randrange((days + 1) // 2) if person == who[0] else pick.randrange(days)
    day = min(days - 1, 1) if person == who[1] else day
    start = START + timedelta(days=day, hours=min(23.5, max(0, pick.gauss(13, 3.2))))
    session = kind in ("shell-session", "rdp-connection")
    bare = session and pick.random() < 0.05
    account, region = pick.choice(ACCOUNTS), pick.choice(REGIONS)
    host = None if kind in ("console-sign-in", "security-group-change", "tampering") else pick.choice(where)
    return {
        "time": _sql(start),
        "until": _sql(start + timedelta(minutes=pick.lognormvariate(3.4, 0.9))) if session else None,
        "kind": kind,
        "account": account,
        "region": region,
        "person": person,
        "principal": f"arn:aws:sts::{account}:assumed-role/Operator/{person}" if person else None,
        "source_ip": f"203.0.113.{pick.randrange(1, 255)}" if kind != "finding" else None,
        "host": f"ws-{pick.getrandbits(36):09x}" if kind == "workspaces-login" and pick.random() < 0.1 else host,
        "what": _what(pick, kind),
        "verdict": "alert" if kind in ("tampering", "finding") or pick.random() < 0.02 else "clear",
        "evidence": None
        if bare
        else _evidence(kind, account, region, f"{START + timedelta(days=day):%Y-%m-%d}", number),
        "match": None
        if kind != "rdp-connection"
        else "none"
        if person is None
        else pick.choice(("exact", "exact", "inferred")),
        "event_id": f"event-{number:06d}",
    }


def _what(pick: random.Random, kind: str) -> str:
    if kind == "shell-session":
        return pick.choice(COMMANDS)
    return {
        "rdp-connection": "RDP connection through Fleet Manager",
        "workspaces-login": "Login with the Windows client 5.27",
        "console-sign-in": "Console sign-in with MFA",
        "security-group-change": "AuthorizeSecurityGroupIngress: tcp 3389 from 198.51.100.0/24 on sg-0a1b2c3d4e5f60718",
        "tampering": "PutBucketPolicy was refused",
    }.get(kind, "A rule was broken: see the findings")


def _evidence(kind: str, account: str, region: str, day: str, number: int) -> str:
    if kind == "rdp-connection":
        return f"s3://evidence-recordings-{ARCHIVE}-{region}/{account}/{day}/connection-{number:017x}/recording.mp4"
    if kind == "shell-session":
        return f"s3://evidence-logs-{ARCHIVE}-{region}/transcripts/account={account}/region={region}/day={day}/{number:06d}.json.gz"
    return f"s3://evidence-logs-{ARCHIVE}-{region}/access-events/day={day}/{number:06d}.json.gz"


def _sql(time: datetime) -> str:
    """As Athena and DuckDB print a timestamp(3)."""
    return time.strftime("%Y-%m-%d %H:%M:%S.") + f"{time.microsecond // 1000:03d}"
