"""Do RDP recordings go to the archive, with the evidence key of their Region?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from constructs_lib.archive_layout import BucketKind
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Where recordings go, and with which key."""

    key_arn: str
    bucket: str
    owner: str


def judge(place: Place, found: Preferences | None, *, wanted: Preferences | None, enrolled: bool) -> Verdict:
    """What the preferences of an account and Region mean for evidence.

    Args:
        place: Where they hold.
        found: What is there.
        wanted: By the settings; None as long as these name no key.
        enrolled: Whether the account is, in this Region.
    """
    away = f"aws ssm-guiconnect delete-connection-recording-preferences --region {place.region}"
    if not enrolled:
        if found is None:
            return ready(place, "not enrolled yet; no recording preferences are in the way")
        said = f"not enrolled yet; recordings go to {found.bucket}, and a roll-out fails on these preferences"
        return broken(place, said, f"{away}, right before the roll-out")
    again = f"{away}, then delete and deploy the stack evidence-member-region of this Region"
    if found is None:
        return broken(place, "RDP connections are not recorded: there are no preferences", again)
    wrong = []
    region = (found.key_arn.split(":") + [""] * 4)[3]
    if region != place.region:
        wrong.append(f"the key {found.key_arn} is of {region or 'no Region'}, and only one of {place.region} serves")
    elif wanted is None:
        return warning(place, "the settings name no archive.key_id to compare with", "note the archive's key in them")
    elif found.key_arn != wanted.key_arn:
        wrong.append(f"the key is {found.key_arn}, not {wanted.key_arn}")
    if wanted is not None and (found.bucket, found.owner) != (wanted.bucket, wanted.owner):
        wrong.append(f"the bucket is {found.bucket} of {found.owner}, not {wanted.bucket} of {wanted.owner}")
    if wrong:
        return broken(place, f"recordings go astray: {'; '.join(wrong)}", again)
    return ready(place, f"recordings go to {found.bucket}")


def _read(eyes: Eyes, place: Place) -> Preferences | None:
    found = eyes.ask(
        place, "ssm-guiconnect", "get_connection_recording_preferences", absent=["ResourceNotFoundException"]
    )
    set_ = (found or {}).get("ConnectionRecordingPreferences")
    if not set_:
        return None
    (bucket, *_) = set_["RecordingDestinations"]["S3Buckets"]
    return Preferences(key_arn=set_["KMSKeyArn"], bucket=bucket["BucketName"], owner=bucket["BucketOwner"])


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    key_arn = expected.key_arn(place.region)
    wanted = None
    if key_arn is not None:
        bucket = expected.bucket(BucketKind.RECORDINGS, place.region)
        wanted = Preferences(key_arn=key_arn, bucket=bucket, owner=expected.archive.account)
    return [judge(place, _read(eyes, place), wanted=wanted, enrolled=is_enrolled(eyes, place))]


CHECK: Final = Check(name="recording preferences", places=lambda expected: expected.recorded, look=_look)
