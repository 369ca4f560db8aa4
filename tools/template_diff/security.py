"""Picks out of all differences those that change who may do what, and what protects the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tools.template_diff.compare import RESOURCES, ElementChange, Kind, StackChange
from tools.template_diff.policies import StatementChange
from tools.template_diff.values import ABSENT, ValueChange, differences, short

# What grants or refuses by its mere existence.
_WHOLE_TYPES = frozenset(
    {
        "AWS::Events::EventBusPolicy",
        "AWS::Lambda::Permission",
        "AWS::Logs::ResourcePolicy",
        "AWS::Organizations::Policy",
        "AWS::Organizations::ResourcePolicy",
        "AWS::SSM::Document",
        "AWS::SSMGuiConnect::Preferences",
    }
)
# What protects evidence: the property of a type, whatever stands below it.
_PROTECTING: dict[str, tuple[str, ...]] = {
    "AWS::CloudTrail::Trail": (
        *("IsLogging", "EnableLogFileValidation", "IncludeGlobalServiceEvents", "IsMultiRegionTrail"),
        *("IsOrganizationTrail", "KMSKeyId", "S3BucketName", "AdvancedEventSelectors", "EventSelectors"),
    ),
    "AWS::Events::Rule": ("EventPattern", "State", "Targets"),
    "AWS::IAM::Role": ("ManagedPolicyArns", "PermissionsBoundary", "MaxSessionDuration"),
    "AWS::IAM::User": ("ManagedPolicyArns", "PermissionsBoundary", "Groups"),
    "AWS::IAM::Group": ("ManagedPolicyArns",),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::OIDCProvider": ("Url", "ClientIdList", "ThumbprintList"),
    "AWS::KMS::Key": ("Enabled", "EnableKeyRotation", "Tags"),
    "AWS::KMS::ReplicaKey": ("Enabled", "Tags"),
    "AWS::KinesisFirehose::DeliveryStream": ("ExtendedS3DestinationConfiguration",),
    "AWS::Logs::LogGroup": ("KmsKeyId", "RetentionInDays"),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn", "FilterPattern", "LogGroupName", "RoleArn"),
    "AWS::S3::Bucket": (
        *("BucketEncryption", "LifecycleConfiguration", "LoggingConfiguration", "NotificationConfiguration"),
        *("ObjectLockConfiguration", "ObjectLockEnabled", "OwnershipControls", "PublicAccessBlockConfiguration"),
        "VersioningConfiguration",
    ),
}


@dataclass(frozen=True, slots=True)
class SecurityChange:
    """One sentence of a policy, or one protecting property, that comes, goes or changes."""

    kind: Kind
    stack: str
    name: str
    type: str
    what: str
    words: str


def security_changes(changes: Iterable[StackChange]) -> list[SecurityChange]:
    """Every change of permissions and protection, in the order of the stacks."""
    return [
        SecurityChange(kind, stack.name.removesuffix(".template.json"), element.name, element.type, what, words)
        for stack in changes
        for element in stack.elements
        if element.section == RESOURCES
        for kind, what, words in _of(element)
    ]


def _of(element: ElementChange) -> Iterator[tuple[Kind, str, str]]:
    for statement in element.statements:
        yield _statement(statement)
    if element.type in _WHOLE_TYPES and not element.statements:
        yield element.kind, "the resource", _both(element.values)
        return
    protecting = tuple(f"Properties.{name}" for name in _PROTECTING.get(element.type, ()))
    if element.kind == "changed":
        touched = [value for value in element.values if _within(value.path, protecting)]
        for value in touched:
            yield "changed", value.path.removeprefix("Properties."), _one(value)
    elif element.kind == "removed" and protecting:
        yield "removed", "the resource", ""
    elif element.type in ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
        attached = element.new.get("Properties", {}).get("ManagedPolicyArns")
        if attached:
            yield "added", "ManagedPolicyArns", short(attached)


def _statement(change: StatementChange) -> tuple[Kind, str, str]:
    what = f"statement {change.sid}"
    if change.old is not None and change.new is not None:
        return "changed", what, _both(differences(change.old, change.new))
    if change.new is not None:
        return "added", what, _sentence(change.new)
    return "removed", what, _sentence(change.old or {})


def _sentence(statement: dict[str, Any]) -> str:
    """A statement on one line: who, what, on what, when."""
    order = ("Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
    rest = [f"{key} {short(statement[key])}" for key in order if key in statement]
    return ", ".join([str(statement.get("Effect", "")), *rest])


def _within(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith((f"{root}.", f"{root}[")) for root in roots)


def _both(values: Iterable[ValueChange]) -> str:
    return "; ".join(f"{value.path.removeprefix('Properties.')}: {_one(value)}" for value in values)


def _one(value: ValueChange) -> str:
    old, new = ("none" if side is ABSENT else short(side) for side in (value.old, value.new))
    return f"{old} -> {new}"
