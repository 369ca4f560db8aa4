"""A role of fixed name whose whole policy is written down."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.policies.statement import Document, Statement, document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION


class ServiceRole(Construct):
    """A role that one AWS service assumes; its policy holds the sentences given and no more.

    Args:
        role_name: Fixed, because policies of other accounts name it; so it exists once per account.
        trust: The trust policy.
        statements: The permissions, as one inline policy.
        managed_policy_arns: Managed policies beside it; by default none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        trust: Document,
        statements: Sequence[Statement] = (),
        managed_policy_arns: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        inline = [iam.CfnRole.PolicyProperty(policy_name="Permissions", policy_document=document(statements))]
        self.resource = iam.CfnRole(
            self,
            "Role",
            role_name=role_name,
            assume_role_policy_document=trust,
            managed_policy_arns=list(managed_policy_arns) or None,
            policies=inline if statements else None,
        )

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return self.resource.attr_arn


def role_arn(name: str) -> str:
    """The ARN of a role of fixed name in the stack's own account, which another stack makes."""
    return f"arn:{PARTITION}:iam::{ACCOUNT_ID}:role/{name}"
