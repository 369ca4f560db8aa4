"""The one pinned version of the Open Cybersecurity Schema Framework, and the numbers of it that are used here."""

from __future__ import annotations

from .shapes import Json
from .values import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

VERSION: Final = "1.5.0"
"""https://schema.ocsf.io/1.5.0; Security Lake and the SIEMs that read it take this version."""

BASE_EVENT: Final = 0
DETECTION_FINDING: Final = 2004
AUTHENTICATION: Final = 3002
API_ACTIVITY: Final = 6003

OTHER: Final = 99
INFORMATIONAL: Final = 1
SEVERITIES: Final = {"low": 2, "medium": 3, "high": 4, "critical": 5}
SUCCESS: Final = 1
FAILURE: Final = 2
STATUS_NAMES: Final = {SUCCESS: "Success", FAILURE: "Failure", OTHER: "Other"}

PRODUCT: Final[Json] = {"name": "Access Evidence"}
PROFILES: Final = ["cloud"]


class Origin(NamedTuple):
    """When (milliseconds since 1970) and where in AWS something happened, and the source's own id of it."""

    time: int
    uid: str
    cloud: Json


def record(*, class_uid: int, activity_id: int, activity: str, origin: Origin) -> Json:
    """The part that every record has; the caller adds what its class asks for.

    Lean on purpose: captions that follow from numbers, and what nobody queries, would double the cost of an event.
    """
    return {
        "class_uid": class_uid,
        "category_uid": class_uid // 1000,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": class_uid * 100 + activity_id,
        "severity_id": INFORMATIONAL,
        "time": origin.time,
        "metadata": {"uid": origin.uid, "version": VERSION, "product": PRODUCT, "profiles": PROFILES},
        "cloud": origin.cloud,
    }


def cloud(account: str | None, region: str | None) -> Json:
    """Where in AWS something happened, as far as it is known."""
    place: Json = {"provider": "AWS"}
    if account is not None:
        place["account"] = {"uid": account}
    if region is not None:
        place["region"] = region
    return place
