"""What the role that reads evidence may do, and who may take it."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib.policies.statement import Document, Statement, allow, document


def auditor_trust(organization_id: str, *, partition: str, role_arns: Sequence[str]) -> Document:
    """The roles named in the settings, and of them only those of the organization, take the auditor role."""
    accounts = sorted({arn.split(":")[4] for arn in role_arns})
    statement: Statement = {
        "Sid": "NamedRolesAudit",
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:PrincipalOrgID": organization_id},
            "ArnLike": {"aws:PrincipalArn": list(role_arns)},
        },
    }
    return document([statement])


def lists_evidence(*, bucket_arns: Sequence[str], account: str) -> Statement:
    """An auditor sees which evidence there is."""
    return allow(
        "ListEvidence",
        actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"],
        resources=bucket_arns,
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def gets_evidence(*, bucket_arns: Sequence[str], account: str) -> Statement:
    """An auditor reads any piece of evidence, superseded versions too, and how long it is locked."""
    return allow(
        "GetEvidence",
        actions=["s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion"],
        resources=[f"{arn}/*" for arn in bucket_arns],
        conditions={"StringEquals": {"aws:ResourceAccount": account}},
    )


def decrypts_evidence(*, key_arn: str, via_s3: str) -> Statement:
    """An auditor decrypts what S3 hands over."""
    return allow(
        "DecryptEvidence",
        actions=["kms:Decrypt"],
        resources=[key_arn],
        conditions={"StringLike": {"kms:ViaService": via_s3}},
    )
