"""Does RDP recording work here without just-in-time node access, or must that be switched on?

AWS documents recordings as a part of just-in-time node access, which is billed, and does not say whether the recording
preferences alone do. What happened to the connections so far says it.
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from constructs_lib.archive_layout import BucketKind
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, Json
from tools.doctor.verdict import Place, Verdict, broken, ready

SERVICE_ROLE: Final = "AWSServiceRoleForSystemsManagerJustInTimeAccess"
"""Systems Manager makes it when just-in-time node access is switched on.
https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-8.html"""
LONGEST: Final = timedelta(minutes=60 + 60)
"""A connection lasts an hour, its recording is processed after it; renewed ones take longer."""
_CONNECTIONS_AT_MOST: Final = 50
RECORDINGS_AT_MOST: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of RDP in an account and Region.

    Attributes:
        connections: When connections began, within the 90 days that CloudTrail tells.
        recordings: When recordings arrived in the archive's bucket of this Region, of whatever account.
        switched_on: Whether just-in-time node access is, in this account.
    """

    connections: Sequence[datetime]
    recordings: Sequence[datetime]
    switched_on: bool


def judge(place: Place, seen: Seen, *, now: datetime) -> Verdict:
    """Whether just-in-time node access is needed, as far as anything has shown it."""
    how = "on" if seen.switched_on else "off"
    over = [begun for begun in seen.connections if now - begun > LONGEST]
    if not seen.connections:
        return ready(
            place, f"not shown yet: nobody has connected by RDP in 90 days (just-in-time node access is {how})"
        )
    first = min(seen.connections)
    if any(arrived >= first for arrived in seen.recordings):
        need = "" if seen.switched_on else ", so it is not needed for recordings"
        return ready(place, f"recordings arrived since {first:%Y-%m-%d} with just-in-time node access {how}{need}")
    if not over:
        return ready(place, f"not shown yet: a connection began {first:%H:%M} UTC, its recording may still come")
    said = f"{len(over)} RDP connections since {first:%Y-%m-%d} left no recording (just-in-time node access is {how})"
    if seen.switched_on:
        fix = "see the connection's status in the console, and the checks of the recording preferences and the key"
        return broken(place, said, fix)
    fix = "switch just-in-time node access on for this account and Region (Systems Manager, Settings; it is billed)"
    return broken(place, said, fix)


def recordings(eyes: Eyes, expected: Expected, region: str) -> list[Json]:
    """The objects in the recording bucket of a Region, the first so many by their keys."""
    bucket = expected.bucket(BucketKind.RECORDINGS, region)
    at = Place(expected.archive.account, region)
    return eyes.once(
        ("recordings", region),
        lambda: eyes.pages(
            at,
            "s3",
            "list_objects_v2",
            "Contents",
            absent=["NoSuchBucket"],
            at_most=RECORDINGS_AT_MOST,
            Bucket=bucket,
        ),
    )


def switched_on(eyes: Eyes, account: str) -> bool:
    """Whether just-in-time node access is on in an account."""
    place = Place(account)
    return eyes.once(
        ("just in time", account),
        lambda: eyes.ask(place, "iam", "get_role", absent=["NoSuchEntity"], RoleName=SERVICE_ROLE) is not None,
    )


def starts(eyes: Eyes, place: Place, name: str, source: str) -> list[Json]:
    """The latest calls of this name at a place, newest first, as CloudTrail tells them."""

    def read() -> list[Json]:
        found = eyes.pages(
            place,
            "cloudtrail",
            "lookup_events",
            "Events",
            at_most=_CONNECTIONS_AT_MOST,
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}],
        )
        return [one for one in found if one.get("EventSource") == source]

    return eyes.once(("calls", place, name), read)


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    if not is_enrolled(eyes, place):
        return []
    begun = [one["EventTime"] for one in starts(eyes, place, "StartConnection", "ssm-guiconnect.amazonaws.com")]
    arrived = [one["LastModified"] for one in recordings(eyes, expected, place.region)] if begun else []
    seen = Seen(connections=begun, recordings=arrived, switched_on=switched_on(eyes, place.account))
    return [judge(place, seen, now=expected.now)]


CHECK: Final = Check(name="just-in-time node access", places=lambda expected: expected.recorded, look=_look)
