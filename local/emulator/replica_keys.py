"""`AWS::KMS::ReplicaKey`, and the tags and waiting period of `AWS::KMS::Key` read back as set."""

from __future__ import annotations

import json
from typing import Final

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import kms

from local.emulator.answers import RefusalError, read_answer
from local.emulator.cloudformation_types import Created, Properties, register, tag_list

_PROPERTIES: Final = frozenset({"PrimaryKeyArn", "KeyPolicy", "Description", "Enabled", "PendingWindowInDays", "Tags"})


class ReplicaKey:
    """A replica shares the primary's id; its policy, description and tags are its own."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """ReplicateKey, called in the primary's Region as the API demands."""
        primary = properties["PrimaryKeyArn"]
        parts = primary.split(":")
        if len(parts) != 6 or parts[4] != get_account_id():
            raise RefusalError("NotFoundException", f"Invalid arn {primary}")
        region = get_region()
        with request_scope(get_account_id(), parts[3]):
            answer = kms._replicate_key(
                {
                    "KeyId": primary,
                    "ReplicaRegion": region,
                    "Policy": _policy(properties),
                    "Description": properties.get("Description", ""),
                    "Tags": _tags(properties),
                }
            )
        record = kms._resolve_key(read_answer(answer, what="ReplicateKey")["ReplicaKeyMetadata"]["KeyId"])
        _enable(record, properties)
        return record["KeyId"], {"Arn": record["Arn"], "KeyId": record["KeyId"]}

    def update(self, physical_id: str, old: Properties, new: Properties, _stack: str) -> Created:
        """Policy, description, tags and state change in place; the primary never does."""
        if old["PrimaryKeyArn"] != new["PrimaryKeyArn"]:
            raise ValueError("AWS::KMS::ReplicaKey: PrimaryKeyArn cannot be changed")
        record = kms._resolve_key(physical_id)
        record |= {"Policy": _policy(new), "Description": new.get("Description", ""), "Tags": _tags(new)}
        _enable(record, new)
        return physical_id, {"Arn": record["Arn"], "KeyId": record["KeyId"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Scheduled for deletion after the waiting period."""
        if kms._resolve_key(physical_id):
            window = properties.get("PendingWindowInDays", 30)
            kms._schedule_key_deletion({"KeyId": physical_id, "PendingWindowInDays": window})


def install() -> None:
    """Registers the type."""
    register("AWS::KMS::ReplicaKey", ReplicaKey(), properties=_PROPERTIES)


def _policy(properties: Properties) -> str:
    policy = properties["KeyPolicy"]
    return policy if isinstance(policy, str) else json.dumps(policy)


def _tags(properties: Properties) -> list[dict[str, str]]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tag_list(properties)]


def _enable(record: Properties, properties: Properties) -> None:
    enabled = str(properties.get("Enabled", True)).lower() == "true"
    record |= {"Enabled": enabled, "KeyState": "Enabled" if enabled else "Disabled"}
