"""When did evidence of each kind last arrive, and is some of it stuck?

Names and times of objects alone are read, never what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from constructs_lib.archive_layout import (
    ACCESS_EVENTS_PREFIX,
    BucketKind,
    errors_of,
    trail_files_of,
    transcripts_prefix,
)
from tools.doctor.check import Check, is_enrolled, session_log_group
from tools.doctor.checks.node_access import recordings
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, Json
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

TRAIL_FILES, TRANSCRIPTS = "trail files", "transcripts"
REGULAR: Final = frozenset({TRAIL_FILES})
"""What comes without anybody's doing: an account with this product makes calls at every hour."""
LATE: Final = timedelta(hours=24)
_NO_BUCKET: Final = ("NoSuchBucket", "404")
_TRAIL_DAY: Final = 3
"""A trail file's day is three folders: year, month, day."""


def judge(
    place: Place,
    latest: Mapping[str, datetime | None],
    *,
    stuck: datetime | None,
    enrolled_at: datetime,
    now: datetime,
) -> list[Verdict]:
    """What the age of evidence means.

    Args:
        place: Whose evidence it is.
        latest: Each kind, and when the last of it arrived; None where none ever did.
        stuck: When a transcript last went to the errors.
        enrolled_at: Since when any is due.
        now: The time, in UTC.
    """
    verdicts = []
    for kind in sorted(REGULAR & latest.keys()):
        last = latest[kind]
        if now - (last or enrolled_at) > LATE:
            said = f"no {kind} since {last:%Y-%m-%d %H:%M} UTC" if last else f"no {kind} ever came"
            verdicts.append(
                broken(place, said, "see the check of the trails, and the archive's bucket and key policies")
            )
    if stuck is not None and now - stuck <= LATE:
        said = f"a transcript could not be delivered as it was, last at {stuck:%Y-%m-%d %H:%M} UTC"
        fix = f"look under {errors_of(TRANSCRIPTS, place.account)} as an auditor (docs/operations.md)"
        verdicts.append(warning(place, said, fix))
    return verdicts or [ready(place, "; ".join(_ages(latest)))]


def judge_hub(place: Place, last: datetime | None, *, now: datetime) -> Verdict:
    """What the age of the last record of the hub means; heartbeats make none."""
    if last is None:
        return ready(place, "no access event yet")
    if now - last > LATE:
        fix = "see the heartbeats here, and the alarms of the hub (docs/operations.md)"
        return warning(place, f"no access event since {last:%Y-%m-%d %H:%M} UTC", fix)
    return ready(place, f"the last access event is of {last:%Y-%m-%d %H:%M} UTC")


def _ages(latest: Mapping[str, datetime | None]) -> list[str]:
    return [
        f"{kind}: last {last:%Y-%m-%d %H:%M} UTC" if last else f"{kind}: none yet"
        for kind, last in sorted(latest.items())
    ]


def newest_under(eyes: Eyes, at: Place, bucket: str, prefix: str, *, folders: int) -> datetime | None:
    """When the newest object arrived, of those in the last folder of so many levels below a prefix."""
    for _ in range(folders):
        below = eyes.pages(
            at,
            "s3",
            "list_objects_v2",
            "CommonPrefixes",
            absent=_NO_BUCKET,
            Bucket=bucket,
            Prefix=prefix,
            Delimiter="/",
        )
        if not below:
            return None
        prefix = max(one["Prefix"] for one in below)
    return newest(eyes.pages(at, "s3", "list_objects_v2", "Contents", absent=_NO_BUCKET, Bucket=bucket, Prefix=prefix))


def newest(objects: list[Json]) -> datetime | None:
    """When the newest of some objects arrived."""
    return max((one["LastModified"] for one in objects), default=None)


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    if not is_enrolled(eyes, place):
        return []
    account, settings = place.account, expected.settings
    here, home = Place(expected.archive.account, place.region), expected.archive
    logs = expected.bucket(BucketKind.LOGS, place.region)
    prefix = transcripts_prefix(account=account, region=place.region)
    latest = {TRANSCRIPTS: newest_under(eyes, here, logs, prefix, folders=1)}
    if settings.trail.mode != "existing":
        root = settings.organization.id if settings.trail.mode == "organization" else account
        below = f"{account}/" if settings.trail.mode == "organization" else ""
        latest[TRAIL_FILES] = newest_under(
            eyes,
            home,
            expected.bucket(BucketKind.LOGS, expected.home),
            f"{trail_files_of(root)}{below}CloudTrail/{place.region}/",
            folders=_TRAIL_DAY,
        )
    stuck = newest(
        eyes.pages(
            here,
            "s3",
            "list_objects_v2",
            "Contents",
            absent=_NO_BUCKET,
            at_most=1000,
            Bucket=logs,
            Prefix=errors_of(TRANSCRIPTS, account),
        )
    )
    return judge(place, latest, stuck=stuck, enrolled_at=_enrolled_at(eyes, expected, place), now=expected.now)


def _enrolled_at(eyes: Eyes, expected: Expected, place: Place) -> datetime:
    group = session_log_group(eyes, place) or {}
    created = group.get("creationTime")
    if not isinstance(created, int):
        return expected.now
    return datetime.fromtimestamp(created / 1000, expected.now.tzinfo)


def _look_at_hub(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    bucket = expected.bucket(BucketKind.LOGS, expected.home)
    last = newest_under(eyes, place, bucket, ACCESS_EVENTS_PREFIX, folders=1)
    return [judge_hub(place, last, now=expected.now)]


def _look_at_recordings(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    last = newest(recordings(eyes, expected, place.region))
    return [ready(place, f"the last recording is of {last:%Y-%m-%d %H:%M} UTC" if last else "no recording yet")]


MEMBERS: Final = Check(name="last evidence", places=lambda expected: expected.governed, look=_look)
HUB: Final = Check(name="last access event", places=lambda expected: [expected.archive], look=_look_at_hub)
RECORDINGS: Final = Check(
    name="last recording",
    places=lambda expected: [place for place in expected.archives if expected.settings.records_in(place.region)],
    look=_look_at_recordings,
)
