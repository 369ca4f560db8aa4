"""A guardrail of the organization: a policy of AWS Organizations with whom it binds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Literal

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.policies.statement import Document

LARGEST: Final = 5120
"""Characters that AWS takes in one policy of either kind.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""

Kind = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]


class Guardrail(Construct):
    """A policy that the management account attaches to roots, organizational units or accounts.

    A policy that is larger than AWS takes marks its stack with an error that names it.

    Args:
        policy_name: Unique among the organization's policies of the kind.
        kind: Which of the two; the organization must have enabled it on its root.
        description: For whoever lists policies, up to 512 characters.
        content: The document.
        partition: Of the organization, for instance ``aws``; the size is counted with it.
        targets: Ids of roots, units and accounts, at least one.
        after: Guardrails that are attached before it. Organizations refuses changes that run at the same time.
            https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        policy_name: str,
        kind: Kind,
        description: str,
        content: Document,
        partition: str,
        targets: Sequence[str],
        after: Sequence[Guardrail] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        size = size_of(cdk.Stack.of(self).resolve(content), partition)
        if size > LARGEST:
            cdk.Annotations.of(self).add_error(
                f"{policy_name} has {size} characters, and AWS takes {LARGEST}: shorten the lists of the settings "
                "that it is made of."
            )
        self.policy = organizations.CfnPolicy(
            self,
            "Policy",
            name=policy_name,
            type=kind,
            description=description,
            content=content,
            target_ids=list(targets),
        )
        for earlier in after:
            self.policy.add_resource_dependency(earlier.policy)


def size_of(resolved: object, partition: str) -> int:
    """The characters of a document without white space, as AWS counts them, the partition filled in."""
    return len(json.dumps(_filled(resolved, partition), separators=(",", ":"), ensure_ascii=False))


def _filled(value: object, partition: str) -> object:
    if isinstance(value, dict):
        if set(value) == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            return str(separator).join(str(_filled(part, partition)) for part in parts)
        return partition if value == {"Ref": "AWS::Partition"} else {k: _filled(v, partition) for k, v in value.items()}
    return [_filled(item, partition) for item in value] if isinstance(value, list) else value
