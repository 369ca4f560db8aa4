"""What the policy of the evidence key says, in every Region: who administers it and who decrypts.

Nobody holds ``kms:*``, the account root neither: administration cannot decrypt, and readers cannot administer.
The sentences for writers stand beside their bucket sentences in :mod:`constructs_lib.policies.writers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.perimeter import deny_principals_outside_organization, deny_services_for_outsiders
from constructs_lib.policies.statement import ANYONE, Statement, account_root, allow, service

KEY: Final = ("*",)
"""In a key policy ``*`` is this key. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"""

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
"""What a deployment needs. Neither deletion nor disabling: the key is what makes the evidence readable."""

ENCRYPTION: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def perimeter(organization_id: str) -> list[Statement]:
    """Nobody from outside the organization and no service acting for outsiders uses the key."""
    return [
        deny_principals_outside_organization(organization_id, actions=["kms:*"], resources=KEY),
        deny_services_for_outsiders(organization_id, actions=["kms:*"], resources=KEY),
    ]


def deployment_administers_key(*, partition: str, account: str, execution_role_arns: Sequence[str]) -> Statement:
    """CloudFormation, as a role named in the settings, administers the key and changes its policy; nobody else does.

    The role is named by condition, not as principal, so that a role that is deleted and made again still counts.
    """
    return allow(
        "DeploymentAdministersKey",
        principal=account_root(partition=partition, account=account),
        actions=ADMINISTRATION,
        resources=KEY,
        conditions={"ArnEquals": {"aws:PrincipalArn": list(execution_role_arns)}},
    )


def deployments_replicate_key(*, partition: str, account: str, execution_role_arns: Sequence[str]) -> Statement:
    """The deployment roles of the other governed Regions make a replica there.

    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html
    """
    return allow(
        "DeploymentsReplicateKey",
        principal=account_root(partition=partition, account=account),
        actions=["kms:ReplicateKey"],
        resources=KEY,
        conditions={"ArnEquals": {"aws:PrincipalArn": list(execution_role_arns)}},
    )


def account_reads_metadata(*, partition: str, account: str) -> Statement:
    """Principals of the archive account that their own policies allow may look at the key, not use it."""
    return allow(
        "AccountReadsKeyMetadata",
        principal=account_root(partition=partition, account=account),
        actions=[
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListKeyPolicies",
            "kms:ListResourceTags",
        ],
        resources=KEY,
    )


def readers_decrypt(*, partition: str, account: str, reader_role_arns: Sequence[str], via_s3: str) -> Statement:
    """The named reader roles decrypt evidence, and only what S3 hands them."""
    return allow(
        "EvidenceReadersDecrypt",
        principal=account_root(partition=partition, account=account),
        actions=["kms:Decrypt"],
        resources=KEY,
        conditions={
            "ArnEquals": {"aws:PrincipalArn": list(reader_role_arns)},
            "StringEquals": {"kms:ViaService": via_s3},
        },
    )


def auditors_encrypt_results(
    *, partition: str, account: str, auditor_role_arns: Sequence[str], via_s3: str, bucket_arn: str
) -> Statement:
    """The roles of auditors encrypt the results of their queries through S3, and nothing else.

    With bucket keys the context is the bucket, without them the object.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    return allow(
        "AuditorsEncryptResults",
        principal=account_root(partition=partition, account=account),
        actions=["kms:GenerateDataKey"],
        resources=KEY,
        conditions={
            "ArnEquals": {"aws:PrincipalArn": list(auditor_role_arns)},
            "StringEquals": {"kms:ViaService": via_s3},
            "StringLike": {
                "kms:EncryptionContext:aws:s3:arn": [bucket_arn, f"{bucket_arn}/{layout.ATHENA_RESULTS_PREFIX}*"]
            },
        },
    )


def logs_encrypts_member_groups(
    organization_id: str, *, partition: str, logs: str, region: str, group_prefix: str
) -> Statement:
    """CloudWatch Logs encrypts log groups under one name prefix, for accounts of the organization alone.

    The encryption context is documented, ``aws:SourceOrgID`` on this call is not: if Logs does not send it,
    log groups fail to create, loudly, and ``session_manager.log_key = "account"`` is the way out.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return allow(
        "LogsEncryptsMemberLogGroups",
        principal=service(logs),
        actions=ENCRYPTION,
        resources=KEY,
        conditions={
            "StringEquals": {"aws:SourceOrgID": organization_id},
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": f"arn:{partition}:logs:{region}:*:log-group:{group_prefix}*"
            },
        },
    )


def members_use_key_for_own_groups(
    organization_id: str, *, partition: str, via_logs: str, region: str, group_prefix: str
) -> Statement:
    """Who writes or reads a member's log group uses the key through CloudWatch Logs, for groups of the own account.

    ``StringLike``, because ``ArnLike`` does not expand a policy variable in its value.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    own_groups = f"arn:{partition}:logs:{region}:${{aws:PrincipalAccount}}:log-group:{group_prefix}*"
    return allow(
        "MembersUseKeyForOwnLogGroups",
        principal=ANYONE,
        actions=ENCRYPTION,
        resources=KEY,
        conditions={
            "StringEquals": {"aws:PrincipalOrgID": organization_id, "kms:ViaService": via_logs},
            "StringLike": {"kms:EncryptionContext:aws:logs:arn": own_groups},
        },
    )


def members_describe_key(organization_id: str, *, via_logs: str) -> Statement:
    """Who makes a log group in a member looks at the key through CloudWatch Logs."""
    return allow(
        "MembersDescribeKeyThroughLogs",
        principal=ANYONE,
        actions=["kms:DescribeKey"],
        resources=KEY,
        conditions={"StringEquals": {"aws:PrincipalOrgID": organization_id, "kms:ViaService": via_logs}},
    )


def logs_encrypts_archive_groups(
    *, partition: str, logs: str, region: str, account: str, groups: Sequence[str]
) -> Statement:
    """CloudWatch Logs encrypts the archive's own log groups, each by its full name.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return allow(
        "LogsEncryptsArchiveLogGroups",
        principal=service(logs),
        actions=ENCRYPTION,
        resources=KEY,
        conditions={
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [
                    f"arn:{partition}:logs:{region}:{account}:log-group:{group}" for group in groups
                ]
            }
        },
    )


def archive_uses_key_for_own_groups(
    *, partition: str, region: str, account: str, via_logs: str, groups: Sequence[str]
) -> Statement:
    """Roles of the archive account that write to its own log groups use the key through CloudWatch Logs."""
    return allow(
        "ArchiveUsesKeyForOwnLogGroups",
        principal=account_root(partition=partition, account=account),
        actions=ENCRYPTION,
        resources=KEY,
        conditions={
            "StringEquals": {"kms:ViaService": via_logs},
            "ArnEquals": {
                "kms:EncryptionContext:aws:logs:arn": [
                    f"arn:{partition}:logs:{region}:{account}:log-group:{group}" for group in groups
                ]
            },
        },
    )
