"""The role that reads evidence."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.policies import auditor
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION


class EvidenceAuditor(Construct):
    """A role that lists, gets and decrypts evidence in every Region of the archive, and does nothing else.

    Args:
        organization_id: Nobody outside it takes the role.
        trusted_role_arns: Who may take it; wildcards are allowed in the role's name, not in its account.
        bucket_arns: The buckets that hold evidence.
        key_arn: The evidence key of these Regions.
        via_s3: ``kms:ViaService`` of S3 in these Regions.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        trusted_role_arns: Sequence[str],
        bucket_arns: Sequence[str],
        key_arn: str,
        via_s3: str,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = [
            auditor.lists_evidence(bucket_arns=bucket_arns, account=ACCOUNT_ID),
            auditor.gets_evidence(bucket_arns=bucket_arns, account=ACCOUNT_ID),
            auditor.decrypts_evidence(key_arn=key_arn, via_s3=via_s3),
        ]
        self.resource = iam.CfnRole(
            self,
            "Role",
            role_name=layout.AUDITOR_ROLE,
            description="Reads evidence of who was on which machine",
            assume_role_policy_document=auditor.auditor_trust(
                organization_id, partition=PARTITION, role_arns=trusted_role_arns
            ),
            policies=[iam.CfnRole.PolicyProperty(policy_name="Permissions", policy_document=document(statements))],
        )
