"""Is the evidence key there in every Region, usable, and labelled for RDP recording?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from constructs_lib.archive_layout import RECORDING_KEY_TAG
from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key as KMS describes it in one Region."""

    state: str
    primary_region: str | None
    tags: Mapping[str, str]


def judge(place: Place, key: Key | None, *, key_id: str | None, home: str, records: bool) -> list[Verdict]:
    """What the key of a Region means for evidence; everything that is wrong with it.

    Args:
        place: The archive account in a Region.
        key: What is there.
        key_id: What the settings say; None before the first deployment.
        home: Where the primary key belongs.
        records: Whether RDP connections are recorded in this Region.
    """
    if key_id is None:
        return [warning(place, "the settings name no archive.key_id", "deploy the home archive and note its key")]
    if key is None:
        fix = f"deploy LogArchive-{place.region}; archive.key_id must be that of the home archive's output"
        return [broken(place, f"the key {key_id} is not in this Region", fix)]
    verdicts = []
    command = f"--key-id {key_id} --region {place.region}"
    if key.state != "Enabled":
        undo = {"PendingDeletion": "cancel-key-deletion", "PendingReplicaDeletion": "cancel-key-deletion"}
        fix = f"aws kms {undo.get(key.state, 'enable-key')} {command}"
        fix += " and enable-key" if key.state in undo else ""
        verdicts.append(broken(place, f"the key {key_id} is {key.state}: nothing is encrypted with it", fix))
    name, value = RECORDING_KEY_TAG
    if records and key.tags.get(name) != value:
        found = f"carries {name}={key.tags[name]}" if name in key.tags else f"lacks the tag {name}"
        fix = f"aws kms tag-resource {command} --tags TagKey={name},TagValue={value}"
        said = f"the key {key_id} {found}: AWS's policies for just-in-time node access refuse it to RDP recording"
        verdicts.append(broken(place, said, fix))
    if key.primary_region != home:
        found = f"its primary is in {key.primary_region}" if key.primary_region else "it is no multi-Region key"
        fix = f"aws kms update-primary-region --key-id {key_id} --primary-region {home} --region {key.primary_region}"
        if key.primary_region is None:
            fix = "archive.key_id must be a multi-Region key, the home archive's output"
        verdicts.append(broken(place, f"the key {key_id} is not at home in {home}: {found}", fix))
    return verdicts or [ready(place, f"the key {key_id} is enabled and labelled")]


def _read(eyes: Eyes, place: Place, key_id: str) -> Key | None:
    found = eyes.ask(place, "kms", "describe_key", absent=["NotFoundException"], KeyId=key_id)
    if found is None:
        return None
    described = found["KeyMetadata"]
    tags = eyes.pages(place, "kms", "list_resource_tags", "Tags", KeyId=key_id)
    configuration = described.get("MultiRegionConfiguration") or {}
    return Key(
        state=described["KeyState"],
        primary_region=configuration.get("PrimaryKey", {}).get("Region"),
        tags={tag["TagKey"]: tag["TagValue"] for tag in tags},
    )


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    key_id = expected.settings.archive.key_id
    return judge(
        place,
        _read(eyes, place, key_id) if key_id else None,
        key_id=key_id,
        home=expected.home,
        records=expected.settings.records_in(place.region),
    )


CHECK: Final = Check(name="evidence key", places=lambda expected: expected.archives, look=_look)
