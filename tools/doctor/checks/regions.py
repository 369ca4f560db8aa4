"""Is every Region enabled in every account?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning


def judge(place: Place, *, enabled: Collection[str], governed: Collection[str], sign_in: Collection[str]) -> Verdict:
    """What the Regions that an account has enabled mean for a roll-out.

    Args:
        place: The account.
        enabled: What it may use.
        governed: Where people work.
        sign_in: Where sign-ins surface.
    """
    off = [region for region in governed if region not in enabled]
    beside = [region for region in sign_in if region not in enabled and region not in off]
    if off or beside:
        named = ", ".join([*off, *beside])
        fix = "; ".join(f"aws account enable-region --region-name {region}" for region in [*off, *beside])
        say = broken if off else warning
        return say(place, f"not enabled in this account: {named}", f"{fix}; it takes minutes to hours")
    return ready(place, "all Regions are enabled")


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    regions = expected.settings.regions
    listed = eyes.told(Place(place.account, expected.home), "ec2", "describe_regions")["Regions"]
    enabled = {one["RegionName"] for one in listed if one.get("OptInStatus") != "not-opted-in"}
    return [judge(place, enabled=enabled, governed=regions.governed, sign_in=regions.sign_in)]


CHECK: Final = Check(name="Regions", places=lambda expected: expected.accounts, look=_look)
