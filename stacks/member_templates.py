"""The templates of members: which there are, which Region takes which, and each as its text."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from stacks.guard_settings import Mode
from stacks.member_account_stack import MemberAccountStack
from stacks.member_enforcement_stack import MemberEnforcementStack
from stacks.member_region_stack import MemberRegionStack
from stacks.member_sign_in_stack import MemberSignInStack
from stacks.settings import Settings

MEMBER_ACCOUNT: Final = "MemberAccount"
MEMBER_REGION: Final = "MemberRegion"
MEMBER_REGION_WITHOUT_RECORDING: Final = "MemberRegionWithoutRecording"
MEMBER_SIGN_IN: Final = "MemberSignIn"
MEMBER_ENFORCEMENT: Final[Mapping[Mode, str]] = {
    "revoke": "MemberEnforcementRevoke",
    "restore": "MemberEnforcementRestore",
}
MEMBER_TEMPLATES: Final = (
    MEMBER_ACCOUNT,
    MEMBER_REGION,
    MEMBER_REGION_WITHOUT_RECORDING,
    MEMBER_SIGN_IN,
    *MEMBER_ENFORCEMENT.values(),
)


def member_region_template(settings: Settings, region: str) -> str:
    """Which of the two Region templates a governed Region takes."""
    return MEMBER_REGION if settings.records_in(region) else MEMBER_REGION_WITHOUT_RECORDING


def sign_in_regions(settings: Settings) -> list[str]:
    """The Regions of members where people only sign in."""
    return [region for region in settings.regions.sign_in if region not in settings.regions.governed]


def add_member_stacks(scope: Construct, settings: Settings) -> None:
    """Add the stack of each template that the settings need, without an address."""
    MemberAccountStack(scope, MEMBER_ACCOUNT, settings=settings)
    for template in sorted({member_region_template(settings, region) for region in settings.regions.governed}):
        MemberRegionStack(scope, template, settings=settings, records=template == MEMBER_REGION)
    if sign_in_regions(settings):
        MemberSignInStack(scope, MEMBER_SIGN_IN, settings=settings)
    for mode in sorted(set(settings.security_groups.enforcement.values())):
        MemberEnforcementStack(scope, MEMBER_ENFORCEMENT[mode], mode=mode)


def member_templates(settings: Settings) -> dict[str, str]:
    """The text of each template, as its file in the cloud assembly has it.

    Synthesized in an app of its own, which reads the same feature flags.
    """
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(outdir=folder, analytics_reporting=False, tree_metadata=False)
        add_member_stacks(app, settings)
        app.synth()
        files = {name: Path(folder, f"{name}.template.json") for name in MEMBER_TEMPLATES}
        return {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.exists()}
