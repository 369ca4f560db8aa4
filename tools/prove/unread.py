"""What would give a right without a document that is read here; leaving it out would prove too much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final


class UnknownPolicyError(Exception):
    """A policy in a place that nobody has told how to read; leaving it out would prove too much."""


_ELSEWHERE: Final = frozenset(
    {
        "AWS::CloudFormation::Stack", "AWS::IAM::Group", "AWS::IAM::User", "AWS::S3::AccessPoint",
    }
)  # fmt: skip
"""Types that give rights by something that stands elsewhere."""

_MANAGED: Final = (":iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",)
"""AWS's own policies that roles have: those that docs/security.md tells of."""

_BESIDE: Final = {"AWS::Events::EventBusPolicy": frozenset({"Action", "Condition", "Principal"})}
"""Properties that say in another way what a document says."""


def refuse_what_is_not_read(
    resource: Mapping[str, Any], others: Mapping[str, Any], where: str, *, read: bool, organization: str
) -> None:
    """What would change a right without a document that is read here.

    Args:
        resource: The resource.
        others: The resources of its template.
        where: Its name, for messages.
        read: Whether documents of its type are read.
        organization: Its id; with whom something may be shared.

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
    if of_type == "AWS::RAM::ResourceShare":
        _refuse_a_wide_share(properties, others, where, organization)
    if of_type.startswith("AWS::IAM::"):
        _refuse_what_is_attached(properties, others, where)


def _refuse_a_wide_share(
    properties: Mapping[str, Any], others: Mapping[str, Any], where: str, organization: str
) -> None:
    """Prefix lists of the template may be shared, which say what AWS publishes, and with the whole organization alone.

    https://docs.aws.amazon.com/ram/latest/userguide/security-ram-permissions.html
    """
    with_whom = [json.dumps(each).rstrip('"]} ') for each in properties.get("Principals", [])]
    strangers = [each for each in with_whom if not each.endswith(f":organization/{organization}")]
    if strangers or not with_whom or properties.get("AllowExternalPrincipals") is not False:
        raise UnknownPolicyError(f"{where}: a share with others than the organization: {', '.join(strangers) or '*'}")
    for arn in properties.get("ResourceArns", []):
        made = others.get(str((arn.get("Fn::GetAtt") or [""])[0]), {}) if isinstance(arn, dict) else {}
        if made.get("Type") != "AWS::EC2::PrefixList":
            raise UnknownPolicyError(f"{where}: {json.dumps(arn)} is shared and no prefix list of this template")
    beside = set(properties) - {"AllowExternalPrincipals", "Name", "Principals", "ResourceArns"}
    if beside:
        raise UnknownPolicyError(f"{where}: {', '.join(sorted(beside))} of a share")


def _refuse_what_is_attached(properties: Mapping[str, Any], others: Mapping[str, Any], where: str) -> None:
    for arn in properties.get("ManagedPolicyArns", []):
        written = json.dumps(arn).rstrip('"]} ')
        read = isinstance(arn, dict) and others.get(str(arn.get("Ref")), {}).get("Type") == "AWS::IAM::ManagedPolicy"
        if not read and not written.endswith(_MANAGED):
            raise UnknownPolicyError(f"{where}: the managed policy {written}")
    attached = {"Groups", "Users"} & set(properties)
    if attached:
        raise UnknownPolicyError(f"{where}: {', '.join(attached)} of a policy")
