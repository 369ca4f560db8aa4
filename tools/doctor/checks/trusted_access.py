"""Which services may act in every account of the organization?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, State, Verdict, ready


class Need(NamedTuple):
    """A service that needs trusted access, what lacks without it, and how it is switched on."""

    service: str
    principal: str
    without: str
    state: State
    fix: str


STACK_SETS: Final = "member.org.stacksets.cloudformation.amazonaws.com"
"""Trusted access and delegated administration of StackSets, by the one name that both take.
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html"""
RAM: Final = "ram.amazonaws.com"
SYSTEMS_MANAGER: Final = "ssm.amazonaws.com"
CLOUDTRAIL: Final = "cloudtrail.amazonaws.com"


def needs(*, trail_mode: str, records: bool) -> list[Need]:
    """What the settings need of the organization."""
    enable = "aws organizations enable-aws-service-access --service-principal"
    wanted = [
        Need(
            "StackSets",
            STACK_SETS,
            "no service-managed StackSet reaches an account, so each must be deployed to",
            State.WARNING,
            "aws cloudformation activate-organizations-access",
        ),
        Need(
            "RAM",
            RAM,
            "no prefix list can be shared with the organization",
            State.WARNING,
            "aws ram enable-sharing-with-aws-organization",
        ),
    ]
    if records:
        without = "just-in-time node access, if RDP recording needs it, cannot be set up for the organization"
        wanted.append(Need("Systems Manager", SYSTEMS_MANAGER, without, State.WARNING, f"{enable} {SYSTEMS_MANAGER}"))
    if trail_mode == "organization":
        wanted.append(
            Need("CloudTrail", CLOUDTRAIL, "the organization's trail fails", State.BROKEN, f"{enable} {CLOUDTRAIL}")
        )
    return wanted


def judge(place: Place, enabled: Collection[str], wanted: Collection[Need]) -> list[Verdict]:
    """What lacks; with the credentials of the management account it is mended."""
    verdicts = [
        Verdict(need.state, place, f"{need.service} ({need.principal}) has no trusted access: {need.without}", need.fix)
        for need in wanted
        if need.principal not in enabled
    ]
    return verdicts or [ready(place, f"{', '.join(need.service for need in wanted)} have trusted access")]


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    found = eyes.pages(place, "organizations", "list_aws_service_access_for_organization", "EnabledServicePrincipals")
    settings = expected.settings
    wanted = needs(trail_mode=settings.trail.mode, records=settings.recording.enabled)
    return judge(place, {one["ServicePrincipal"] for one in found}, wanted)


CHECK: Final = Check(name="trusted access", places=lambda expected: [expected.management], look=_look)
