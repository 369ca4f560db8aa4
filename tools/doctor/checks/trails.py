"""Does a trail record every call of an account, and is a second copy of them billed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constructs_lib.archive_layout import CLOUDTRAIL_PREFIX, MEMBER_TRAIL, ORGANIZATION_TRAIL, BucketKind
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, UnseenError
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

_NOT_FOUND: Final = ("TrailNotFoundException", "ResourceNotFoundException", "CloudTrailARNInvalidException")


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A trail as its account sees it.

    Attributes:
        management: Whether it records management events; None where only another account may ask.
        problem: What CloudTrail says of its last delivery; empty where that went well.
    """

    name: str
    arn: str
    home: str
    everywhere: bool
    logging: bool
    management: bool | None
    bucket: str
    problem: str = ""

    @property
    def owner(self) -> str:
        """The account that it belongs to."""
        return self.arn.split(":")[4]


def judge(place: Place, trails: Sequence[Trail], *, mode: str, bucket: str, enrolled: bool) -> list[Verdict]:
    """What the trails of an account mean for evidence and for the bill.

    Args:
        place: The account.
        trails: All that record it.
        mode: Who makes its trail, as in the settings.
        bucket: The archive's.
        enrolled: Whether the account is.
    """
    if mode == "existing":
        return [_existing(place, trails)]
    name = ORGANIZATION_TRAIL if mode == "organization" else MEMBER_TRAIL
    ours = next((trail for trail in trails if trail.name == name), None)
    others = [trail for trail in trails if trail is not ours and trail.logging and trail.management is not False]
    verdicts = [_second(place, other, copies=ours is not None or not enrolled, mode=mode) for other in others]
    if ours is None and enrolled:
        fix = (
            f"aws cloudtrail create-trail --name {name} --s3-bucket-name {bucket} --s3-key-prefix {CLOUDTRAIL_PREFIX} "
            "--is-multi-region-trail --enable-log-file-validation --kms-key-id … and start-logging, or delete and "
            "deploy the stack that makes it"
        )
        return [broken(place, f"the trail {name} is gone: no call is recorded", fix), *verdicts]
    if ours is not None:
        verdicts.insert(0, _own(place, ours, bucket=bucket))
    return verdicts or [ready(place, "not enrolled yet; no other trail would make a second copy")]


def records_management(selectors: Mapping[str, Any]) -> bool:
    """Whether any selector takes management events."""
    plain = any(one.get("IncludeManagementEvents") for one in selectors.get("EventSelectors") or [])
    advanced = any(
        field.get("Field") == "eventCategory" and "Management" in (field.get("Equals") or [])
        for one in selectors.get("AdvancedEventSelectors") or []
        for field in one.get("FieldSelectors", [])
    )
    return plain or advanced


def _existing(place: Place, trails: Sequence[Trail]) -> Verdict:
    good = [trail for trail in trails if trail.logging and trail.everywhere and trail.management is not False]
    if good:
        return ready(place, f"{good[0].name} of {good[0].owner} records all Regions")
    return broken(
        place,
        "no trail records the management events of all Regions",
        'start one, or let the roll-out make one: trail.mode = "member"',
    )


def _own(place: Place, trail: Trail, *, bucket: str) -> Verdict:
    if not trail.logging:
        start = f"aws cloudtrail start-logging --name {trail.name} --region {trail.home}"
        return broken(place, f"the trail {trail.name} does not log", start)
    if trail.bucket != bucket:
        back = f"aws cloudtrail update-trail --name {trail.name} --s3-bucket-name {bucket} --region {trail.home}"
        return broken(place, f"the trail {trail.name} delivers to {trail.bucket}, not to {bucket}", back)
    if trail.problem:
        return broken(
            place,
            f"the trail {trail.name} could not deliver: {trail.problem}",
            "see whether the archive's bucket and key policies are as deployed: make diff, then deploy the archive",
        )
    return ready(place, f"{trail.name} logs all Regions to {bucket}" if trail.everywhere else f"{trail.name} logs")


def _second(place: Place, trail: Trail, *, copies: bool, mode: str) -> Verdict:
    where = "all Regions" if trail.everywhere else trail.home
    what = f"a second trail, {trail.name} of {trail.owner} in {trail.home}, records management events of {where}"
    billed = ": CloudTrail bills every copy but the first" if copies else ""
    if trail.owner != place.account:
        fix = 'an organization trail serves this account: trail.mode = "existing"'
        fix += ', or "organization" for one of this archive' if mode == "member" else ""
        return warning(place, what + billed, fix)
    stop = f"aws cloudtrail delete-trail --name {trail.name} --region {trail.home}, if nobody needs it"
    return warning(place, what + billed, f'{stop}; or keep it alone: trail.mode = "existing"')


def _read(eyes: Eyes, expected: Expected, place: Place) -> list[Trail]:
    listed = {one["TrailARN"]: one for one in eyes.pages(place, "cloudtrail", "list_trails", "Trails")}
    home = Place(place.account, expected.home)
    seen = eyes.told(home, "cloudtrail", "describe_trails", includeShadowTrails=True)["trailList"]
    details = {one["TrailARN"]: one for one in seen}
    found = []
    for arn in sorted({*listed, *details}):
        region = (details.get(arn) or listed[arn]).get("HomeRegion") or arn.split(":")[3]
        at = Place(place.account, region)
        detail = details.get(arn) or _described(eyes, at, arn)
        status = eyes.ask(at, "cloudtrail", "get_trail_status", absent=_NOT_FOUND, Name=arn)
        if detail is None or status is None:
            continue
        found.append(
            Trail(
                name=detail["Name"],
                arn=arn,
                home=region,
                everywhere=bool(detail.get("IsMultiRegionTrail")),
                logging=bool(status["IsLogging"]),
                management=_management(eyes, at, detail),
                bucket=detail.get("S3BucketName", ""),
                problem=status.get("LatestDeliveryError", ""),
            )
        )
    return found


def _described(eyes: Eyes, at: Place, arn: str) -> dict[str, Any] | None:
    found = eyes.ask(at, "cloudtrail", "describe_trails", absent=_NOT_FOUND, trailNameList=[arn])
    return next(iter((found or {}).get("trailList", [])), None)


def _management(eyes: Eyes, at: Place, trail: Mapping[str, Any]) -> bool | None:
    """An organization trail tells its selectors to the account that it belongs to, and to nobody else."""
    try:
        selectors = eyes.ask(at, "cloudtrail", "get_event_selectors", absent=_NOT_FOUND, TrailName=trail["TrailARN"])
    except UnseenError:
        if trail.get("IsOrganizationTrail"):
            return None
        raise
    return None if selectors is None else records_management(selectors)


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    return judge(
        place,
        _read(eyes, expected, place),
        mode=expected.settings.trail.mode,
        bucket=expected.bucket(BucketKind.LOGS, expected.home),
        enrolled=is_enrolled(eyes, Place(place.account, expected.home)),
    )


CHECK: Final = Check(name="trails", places=lambda expected: expected.accounts, look=_look)
