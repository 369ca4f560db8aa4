"""What security groups may let through: what holds everywhere, what a group must be exactly, what somebody approved.

Read and checked like the settings, and handed to the function that watches the groups as one JSON document.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from stacks.access_settings import Day, Network, Sentence
from stacks.section import AccountId, Region, Section
from stacks.security_group_checks import cross_checks
from stacks.security_group_rule import GROUP_ID, GroupRule
from stacks.toml_file import load

FILE_NAME: Final = "security_groups.toml"
EXAMPLE_FILE: Final = Path(__file__).parent.parent / "config" / FILE_NAME

REFUSED: Final = {
    "ou": "is not possible yet, since which accounts an OU has is not known; name accounts, each in a table of its own",
}


def _no_whole_internet(cidr: str) -> str:
    if cidr in ("0.0.0.0/0", "::/0"):
        raise ValueError("is the whole Internet; with it no rule would be a difference any more")
    return cidr


def _name_pattern(pattern: str) -> str:
    if not pattern.strip("*").strip() or "*" in pattern[:-1] or not pattern.isprintable():
        raise ValueError("must be the name of a group; * may stand at its end alone, for whatever follows")
    if pattern.startswith("sg-"):
        raise ValueError("is no name, since EC2 keeps sg- for ids; an id is a `group`")
    return pattern


def _tag_key(key: str) -> str:
    if not key.strip() or not key.isprintable():
        raise ValueError("must be the key of a tag")
    return key


Port = Annotated[int, Field(ge=0, le=65535)]
TrustedNetwork = Annotated[Network, AfterValidator(_no_whole_internet)]
GroupId = Annotated[str, StringConstraints(pattern=f"^{GROUP_ID}$"), Field(description="sg- and 8 or 17 digits.")]
NamePattern = Annotated[
    str,
    AfterValidator(_name_pattern),
    Field(description="A name; * may stand at its end.", json_schema_extra={"pattern": r"^(?!sg-)[^*]+\*?$"}),
]
TagKey = Annotated[str, AfterValidator(_tag_key), Field(json_schema_extra={"pattern": r"\S"})]


class OrganizationWide(Section):
    """What holds for every group without a baseline."""

    approved_networks: tuple[TrustedNetwork, ...]
    inside: tuple[TrustedNetwork, ...] | None = None
    world_ports: tuple[Port, ...] = (80, 443)
    administrative_ports: Annotated[tuple[Port, ...], Field(min_length=1)] | None = None


class Tag(Section):
    """A tag that a group carries."""

    key: TagKey
    value: str


class Baseline(Section):
    """All that a group lets through: more is a difference, and less is one too."""

    name: Sentence
    group: GroupId | None = None
    group_name: NamePattern | None = None
    tag: Tag | None = None
    account: AccountId | None = None
    region: Region | None = None
    egress: bool = False
    rules: tuple[GroupRule, ...]


class Approval(Section):
    """A rule that somebody answers for until the end of a day (UTC)."""

    owner: Sentence
    reason: Sentence
    expires: Day
    account: AccountId | None = None
    group: GroupId | None = None
    group_name: NamePattern | None = None
    rule: GroupRule


class SecurityGroups(Section):
    """The whole file."""

    organization: OrganizationWide
    baselines: tuple[Baseline, ...] = ()
    approvals: tuple[Approval, ...] = ()


NOTHING_APPROVED: Final = SecurityGroups(organization=OrganizationWide(approved_networks=()))
"""Without a file: what holds everywhere, with no network approved, no baseline and no approval."""


def load_security_groups(path: Path) -> SecurityGroups:
    """Parse a file of baselines and approvals; whether an approval has expired is not looked at.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or holds any mistake; all of them are listed.
    """
    return load(path, SecurityGroups, cross_checks, refused=REFUSED)


def guard_document(file: SecurityGroups) -> dict[str, Any]:
    """The JSON document of ``lambda_src/security_group_guard``, the same for the same rules.

    Networks, ports and the rules of a baseline are sorted, since their order means nothing. Of baselines and approvals
    the first that fits decides, so they stay as they stand in the file.
    """
    everywhere = file.organization
    return {
        "organization": {
            "approved_networks": sorted(everywhere.approved_networks),
            **({"inside": sorted(everywhere.inside)} if everywhere.inside is not None else {}),
            "world_ports": sorted(everywhere.world_ports),
            **({"administrative_ports": sorted(ports)} if (ports := everywhere.administrative_ports) else {}),
        },
        "baselines": [
            {
                **_said(baseline, "name", "group", "group_name", "tag", "account", "region", "egress"),
                "rules": sorted((_rule(rule) for rule in baseline.rules), key=lambda rule: [*rule.values()]),
            }
            for baseline in file.baselines
        ],
        "approvals": [
            {
                **_said(approval, "owner", "reason", "expires", "account", "group", "group_name"),
                "rule": _rule(approval.rule),
            }
            for approval in file.approvals
        ],
    }


def _rule(rule: GroupRule) -> dict[str, str]:
    return _said(rule, "direction", "protocol", "ports", "source")


def _said(section: Section, *keys: str) -> dict[str, Any]:
    """What the file says of some keys, as JSON, in the order of the keys."""
    said = section.model_dump(mode="json", exclude_none=True)
    return {key: said[key] for key in keys if key in said}
