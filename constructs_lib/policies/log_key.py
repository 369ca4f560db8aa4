"""What the policy of a member's own log key says."""

from __future__ import annotations

from constructs_lib.policies.evidence_key import ENCRYPTION, KEY
from constructs_lib.policies.statement import Statement, account_root, allow, service


def account_administers_key(*, partition: str, account: str) -> Statement:
    """The account's own IAM policies decide who administers and uses its key.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return allow(
        "AccountAdministersKey",
        principal=account_root(partition=partition, account=account),
        actions=["kms:*"],
        resources=KEY,
        conditions={"StringEquals": {"aws:PrincipalAccount": account}},
    )


def logs_encrypts_own_groups(*, partition: str, account: str, logs: str, region: str, group_prefix: str) -> Statement:
    """CloudWatch Logs encrypts log groups of this account under one name prefix.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return allow(
        "LogsEncryptsOwnLogGroups",
        principal=service(logs),
        actions=ENCRYPTION,
        resources=KEY,
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": (
                    f"arn:{partition}:logs:{region}:{account}:log-group:{group_prefix}*"
                )
            }
        },
    )
