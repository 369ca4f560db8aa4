"""What would give a right without a document that is read here; leaving it out would prove too much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final


class UnknownPolicyError(Exception):
    """A policy in a place that nobody has told how to read; leaving it out would prove too much."""


_ELSEWHERE: Final = frozenset(
    {
        "AWS::CloudFormation::Stack", "AWS::IAM::Group", "AWS::IAM::User", "AWS::RAM::ResourceShare",
        "AWS::S3::AccessPoint",
    }
)  # fmt: skip
"""Types that give rights by something that stands elsewhere."""

_MANAGED: Final = (":iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",)
"""AWS's own policies that roles have: those that docs/security.md tells of."""

_BESIDE: Final = {"AWS::Events::EventBusPolicy": frozenset({"Action", "Condition", "Principal"})}
"""Properties that say in another way what a document says."""


def refuse_what_is_not_read(resource: Mapping[str, Any], others: Mapping[str, Any], where: str, *, read: bool) -> None:
    """What would change a right without a document that is read here.

    Args:
        resource: The resource.
        others: The resources of its template.
        where: Its name, for messages.
        read: Whether documents of its type are read.

    Raises:
        UnknownPolicyError: There is such a thing.
    """
    of_type, properties = resource["Type"], resource.get("Properties", {})
    if of_type in _ELSEWHERE:
        raise UnknownPolicyError(f"{where}: {of_type}")
    if read and "Condition" in resource:
        raise UnknownPolicyError(f"{where}: a policy that is not always deployed")
    beside = _BESIDE.get(of_type, frozenset()) & set(properties)
    if beside:
        raise UnknownPolicyError(f"{where}: {', '.join(sorted(beside))} of {of_type}")
    if of_type.startswith("AWS::IAM::"):
        _refuse_what_is_attached(properties, others, where)


def _refuse_what_is_attached(properties: Mapping[str, Any], others: Mapping[str, Any], where: str) -> None:
    for arn in properties.get("ManagedPolicyArns", []):
        written = json.dumps(arn).rstrip('"]} ')
        read = isinstance(arn, dict) and others.get(str(arn.get("Ref")), {}).get("Type") == "AWS::IAM::ManagedPolicy"
        if not read and not written.endswith(_MANAGED):
            raise UnknownPolicyError(f"{where}: the managed policy {written}")
    attached = {"Groups", "Users"} & set(properties)
    if attached:
        raise UnknownPolicyError(f"{where}: {', '.join(attached)} of a policy")
