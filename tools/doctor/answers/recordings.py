"""What RDP recordings look like in the archive, and who encrypts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from constructs_lib.archive_layout import BucketKind
from tools.doctor.answers.answer import Answer, Question, observed, unobserved
from tools.doctor.checks.node_access import recordings, starts, switched_on
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place

GUICONNECT: Final = "ssm-guiconnect"
_HOLD: Final = "hold an RDP connection of a minute in an enrolled account, wait an hour, ask again"
_SHAPES: Final = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "{uuid}"),
    (r"\bi-[0-9a-f]{8,17}\b", "{instance}"),
    (r"(?<![0-9])[0-9]{12}(?![0-9])", "{account}"),
    (r"\b[a-z]{2}(-[a-z]+)+-[0-9]\b", "{region}"),
    (r"(?<![0-9])20[0-9]{2}-?[01][0-9]-?[0-3][0-9](T[0-9:.]+Z?)?(?![0-9])", "{day}"),
    (r"\b[0-9a-f]{16,}\b", "{hex}"),
    (r"(?<![0-9])[0-9]+(?![0-9])", "{number}"),
)


def shape(key: str) -> str:
    """A key with its ids, times and numbers taken out, so that two recordings have one shape; its extension stays."""
    stem, dot, extension = key.rpartition(".")
    if not re.fullmatch("[A-Za-z][A-Za-z0-9]{1,4}", extension):
        stem, dot, extension = key, "", ""
    for pattern, name in _SHAPES:
        stem = re.sub(pattern, name, stem)
    return f"{stem}{dot}{extension}"


def layout_of(keys: Sequence[str]) -> Answer:
    """How recordings are named."""
    how = "ListObjectsV2 of the recording buckets; values in the keys are replaced by what they are"
    if not keys:
        return unobserved(how, _HOLD)
    shapes = sorted({shape(key) for key in keys})
    named = "; ".join(shapes[:5]) + (f"; and {len(shapes) - 5} more shapes" if len(shapes) > 5 else "")
    return observed(f"{len(keys)} objects: {named}", how)


def need_of_node_access(connections: int, recorded: int, accounts_with: Sequence[str]) -> Answer:
    """Whether preferences alone make connections be recorded."""
    how = "StartConnection in CloudTrail, objects in the recording buckets, and the service-linked role"
    if not connections:
        return unobserved(how, _HOLD)
    if accounts_with:
        said = f"just-in-time node access is on in {', '.join(accounts_with)}, where people connected"
        return unobserved(f"{how}: {said}", "the same in an account where it is off")
    if recorded:
        return observed(f"not needed: {connections} connections without it, {recorded} objects arrived", how)
    return observed(f"needed, or the policies refuse: {connections} connections without it left no object", how)


def grant_of(grants: Iterable[Mapping[str, Any]]) -> Answer:
    """What the grant of GuiConnect allows, and to whom."""
    how = "ListGrants on the evidence key in each governed Region"
    theirs = [
        one
        for one in grants
        if GUICONNECT in one.get("GranteePrincipal", "")
        or GUICONNECT in one.get("RetiringPrincipal", "")
        or GUICONNECT in one.get("Name", "").lower()
    ]
    if not theirs:
        return unobserved(how, "recording preferences in force and a connection being recorded while this is asked")
    said = sorted(
        f"grantee {one.get('GranteePrincipal', '?')}, operations {', '.join(sorted(one.get('Operations', [])))}, "
        f"constraints {sorted(one.get('Constraints') or {}) or 'none'}"
        for one in theirs
    )
    return observed("; ".join(dict.fromkeys(said)), how)


def locked_upload(*, locked: bool, objects: bool) -> Answer:
    """Whether GuiConnect's uploads survive a default retention."""
    how = "GetObjectLockConfiguration and ListObjectsV2 of the recording buckets"
    if locked and objects:
        return observed("recordings arrive in a bucket with a default retention", how)
    why = "a lock and no object" if locked else "our recording bucket has no lock, on purpose"
    return unobserved(f"{how}: {why}", "a connection recorded into a test bucket with a default retention")


def _keys(eyes: Eyes, expected: Expected) -> list[str]:
    regions = [place.region for place in expected.archives if expected.settings.records_in(place.region)]
    return [one["Key"] for region in regions for one in recordings(eyes, expected, region)]


def _need(eyes: Eyes, expected: Expected) -> Answer:
    connected = {
        place: len(starts(eyes, place, "StartConnection", "ssm-guiconnect.amazonaws.com"))
        for place in expected.recorded
    }
    accounts = sorted({place.account for place, number in connected.items() if number})
    on = [account for account in accounts if switched_on(eyes, account)]
    return need_of_node_access(sum(connected.values()), len(_keys(eyes, expected)), on)


def _grants(eyes: Eyes, expected: Expected) -> Answer:
    key = expected.settings.archive.key_id
    if key is None:
        return unobserved("the settings name no key", "archive.key_id")
    return grant_of(
        grant
        for place in expected.archives
        for grant in eyes.pages(place, "kms", "list_grants", "Grants", absent=["NotFoundException"], KeyId=key)
    )


def is_locked(eyes: Eyes, at: Place, bucket: str) -> bool:
    """Whether a bucket gives its objects a retention by default."""
    absent = ["ObjectLockConfigurationNotFoundError", "NoSuchBucket"]
    found = eyes.ask(at, "s3", "get_object_lock_configuration", absent=absent, Bucket=bucket)
    return bool((found or {}).get("ObjectLockConfiguration", {}).get("Rule"))


def _lock(eyes: Eyes, expected: Expected) -> Answer:
    locked = any(
        is_locked(eyes, place, expected.bucket(BucketKind.RECORDINGS, place.region)) for place in expected.archives
    )
    return locked_upload(locked=locked, objects=bool(_keys(eyes, expected)))


QUESTIONS: Final = (
    Question(
        id="1-layout",
        asked="How are recordings named, and in which container?",
        look=lambda eyes, expected: layout_of(_keys(eyes, expected)),
    ),
    Question(id="1-node-access", asked="Must just-in-time node access be on for recordings?", look=_need),
    Question(
        id="2-grant",
        asked="What does GuiConnect's grant allow, and to whom; does kms:GrantIsForAWSResource hold?",
        look=_grants,
    ),
    Question(
        id="5-guiconnect-lock",
        asked="Do GuiConnect's uploads survive Object Lock with a default retention?",
        look=_lock,
    ),
)
