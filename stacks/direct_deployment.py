"""Turns the member templates into stacks of the accounts that ``cdk deploy`` reaches directly.

One template serves every account, so accounts are not synthesized: the cloud assembly's manifest, a published
format, gets one entry per account and Region that points to the shared template. The entries are made once, as
text, and each account's id is put in, so that thousands of accounts cost next to nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from stacks.all_stacks import ACCESS_HUB, log_archive_id
from stacks.guard_settings import Mode
from stacks.member_templates import (
    MEMBER_ACCOUNT,
    MEMBER_ENFORCEMENT,
    MEMBER_SIGN_IN,
    MEMBER_TEMPLATES,
    member_region_template,
    sign_in_regions,
)
from stacks.settings import Settings

Artifact = dict[str, Any]
ACCOUNT: Final = "{account}"
"""Stands for the account id until the entries are written."""
WRITE_BYTES: Final = 1 << 20


def address_members(assembly: Path, settings: Settings) -> None:
    """Replace the addressless member stacks in the manifest by one per direct member and Region.

    The template files stay, for whoever carries them to more accounts.
    """
    manifest_file = assembly / "manifest.json"
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    artifacts = manifest.pop("artifacts")
    templates = {name: artifacts.pop(name) for name in MEMBER_TEMPLATES if name in artifacts}
    around_account = _entries(_artifacts_of_one_member(templates, settings)).split(ACCOUNT)
    around_acting = {
        mode: _entries(_enforcement_of_one_member(templates, settings, mode)).split(ACCOUNT)
        for mode in set(settings.security_groups.enforcement.values())
    }
    with manifest_file.open("w", encoding="ascii", buffering=WRITE_BYTES) as file:
        file.write(f'{{{_entries(manifest)},"artifacts":{{{_entries(artifacts)}')
        for account in settings.members.direct:
            file.write(f",{account.join(around_account)}")
            mode = settings.security_groups.enforcement.get(account)
            if mode is not None:
                file.write(f",{account.join(around_acting[mode])}")
        file.write("}}")


def _entries(mapping: dict[str, Any]) -> str:
    """A mapping as JSON, without its braces."""
    return json.dumps(mapping, separators=(",", ":"))[1:-1]


def _artifacts_of_one_member(templates: dict[str, Artifact], settings: Settings) -> dict[str, Artifact]:
    """An account's stack follows the access hub; its Regional stacks follow that and the Region's archive."""
    home = settings.regions.home
    account_stack = f"{MEMBER_ACCOUNT}-{ACCOUNT}"
    artifacts = {account_stack: _at(templates[MEMBER_ACCOUNT], home, after=[ACCESS_HUB])}
    for region in settings.regions.governed:
        template = member_region_template(settings, region)
        name = f"{template}-{ACCOUNT}-{region}"
        artifacts[name] = _at(templates[template], region, after=[account_stack, log_archive_id(region)])
    for region in sign_in_regions(settings):
        # As the roles of the home Region, which reach every Region: these need not be bootstrapped.
        artifacts[f"{MEMBER_SIGN_IN}-{ACCOUNT}-{region}"] = _at(
            templates[MEMBER_SIGN_IN], region, after=[account_stack], bootstrapped=home
        )
    return artifacts


def _enforcement_of_one_member(templates: dict[str, Artifact], settings: Settings, mode: Mode) -> dict[str, Artifact]:
    """What lets the guard act follows the account's stack, whose role it is for."""
    name = MEMBER_ENFORCEMENT[mode]
    after = [f"{MEMBER_ACCOUNT}-{ACCOUNT}"]
    return {f"{name}-{ACCOUNT}": _at(templates[name], settings.regions.home, after=after)}


def _at(template: Artifact, region: str, *, after: list[str], bootstrapped: str | None = None) -> Artifact:
    """The artifact of one stack, in the roles that ``cdk bootstrap --trust`` makes in the account.

    Args:
        template: The artifact that all accounts share.
        region: Where the stack stands.
        after: The artifacts that come before it.
        bootstrapped: The Region whose roles deploy it, by default its own.
    """

    def bootstrap_role(kind: str) -> str:
        return f"arn:${{AWS::Partition}}:iam::{ACCOUNT}:role/cdk-hnb659fds-{kind}-{ACCOUNT}-{bootstrapped or region}"

    properties = template["properties"]
    return {
        "type": template["type"],
        "environment": f"aws://{ACCOUNT}/{region}",
        "dependencies": after,
        "additionalMetadataFile": template["additionalMetadataFile"],
        "properties": {
            "templateFile": properties["templateFile"],
            "stackName": properties["stackName"],
            "assumeRoleArn": bootstrap_role("deploy-role"),
            "cloudFormationExecutionRoleArn": bootstrap_role("cfn-exec-role"),
            "lookupRole": {"arn": bootstrap_role("lookup-role")},
        },
    }
