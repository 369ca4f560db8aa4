"""Finds where a change would replace, delete or stop protecting a resource that holds data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tools.template_diff.compare import RESOURCES, ElementChange, StackChange

# The types that hold data or carry evidence, with the properties that only a new resource can have otherwise:
# createOnlyProperties of CloudFormation's resource schemas, and what it refuses to change on an existing key, log group
# or table.
CREATE_ONLY: dict[str, frozenset[str]] = {
    "AWS::CloudTrail::Trail": frozenset({"TrailName"}),
    "AWS::DynamoDB::Table": frozenset({"TableName", "ImportSourceSpecification", "KeySchema"}),
    "AWS::Events::Archive": frozenset({"ArchiveName", "SourceArn"}),
    "AWS::Events::EventBus": frozenset({"Name"}),
    "AWS::KinesisFirehose::DeliveryStream": frozenset(
        {
            "DeliveryStreamName",
            "DeliveryStreamType",
            "DatabaseSourceConfiguration",
            "DirectPutSourceConfiguration",
            "KinesisStreamSourceConfiguration",
            "MSKSourceConfiguration",
        }
    ),
    "AWS::KMS::Key": frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
    "AWS::KMS::ReplicaKey": frozenset({"PrimaryKeyArn"}),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName", "LogGroupClass"}),
    "AWS::S3::Bucket": frozenset({"BucketName", "BucketNamePrefix", "BucketNamespace"}),
    "AWS::SQS::Queue": frozenset({"QueueName", "FifoQueue"}),
}
_KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")


@dataclass(frozen=True, slots=True)
class Loss:
    """One resource with data that would be lost, left behind, made anew or kept no longer."""

    stack: str
    name: str
    type: str
    words: str

    @property
    def place(self) -> str:
        """What a person accepts it by: the stack and the logical id."""
        return f"{self.stack.removesuffix('.template.json')}/{self.name}"

    def __str__(self) -> str:
        return f"{self.stack}: {self.name} ({self.type}) {self.words}"


def losses(changes: Iterable[StackChange]) -> list[Loss]:
    """Everything that a change would do to resources with data; empty where it harms none."""
    return [
        Loss(stack.name, element.name, kind, words)
        for stack in changes
        for element in stack.elements
        if element.section == RESOURCES
        for kind, words in _harm(element)
    ]


def _harm(element: ElementChange) -> Iterator[tuple[str, str]]:
    old, new = element.old or {}, element.new or {}
    kind = old.get("Type", "")
    if kind not in CREATE_ONLY:
        return
    if element.kind == "removed":
        yield kind, f"would be {_fate(old, 'DeletionPolicy')}"
    if element.kind != "changed":
        return
    reasons = _replacing(kind, old, new)
    if reasons:
        yield kind, f"must be replaced ({', '.join(reasons)}), the old one {_fate(new, 'UpdateReplacePolicy')}"
    if new.get("Condition") not in (None, old.get("Condition")):
        yield kind, f"may be {_fate(old, 'DeletionPolicy')} (Condition {new['Condition']})"
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if old.get(policy) in _KEPT and new.get(policy) not in _KEPT:
            yield kind, f"is no longer kept ({policy} {old[policy]} -> {new.get(policy, 'Delete')})"


def _replacing(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    if new.get("Type") != kind:
        return [f"type {new.get('Type')}"]
    before, after = old.get("Properties", {}), new.get("Properties", {})
    return [name for name in sorted(CREATE_ONLY[kind]) if before.get(name) != after.get(name)]


def _fate(resource: dict[str, Any], policy: str) -> str:
    return "left behind, no longer managed" if resource.get(policy) in _KEPT else "DELETED with what it holds"
