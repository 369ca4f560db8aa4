"""What the check of the evidence may do beside asking: read the roster, remember what it told."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib.policies.statement import Statement, allow


def reads_roster(*, table_arn: str) -> Statement:
    """The check reads in the hub's roster which accounts are enrolled."""
    return allow("ReadRoster", actions=["dynamodb:Scan"], resources=[table_arn])


def remembers_gaps(*, table_arn: str) -> Statement:
    """The check remembers which gaps it has told, and which digests it has read."""
    return allow(
        "RememberGaps", actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], resources=[table_arn]
    )


def uses_keys_of_tables(
    *, partition: str, region: str, account: str, via_dynamodb: str, tables: Sequence[str]
) -> Statement:
    """DynamoDB encrypts and decrypts for the check what is in these tables, with the key of the account that they have.

    The key's id is another stack's to know; DynamoDB names the table in the context of every call.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return allow(
        "UseKeysOfTables",
        actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        resources=[f"arn:{partition}:kms:{region}:{account}:key/*"],
        conditions={
            "StringEquals": {
                "kms:ViaService": via_dynamodb,
                "kms:EncryptionContext:aws:dynamodb:tableName": list(tables),
            }
        },
    )


def describes_keys_of_tables(*, partition: str, region: str, account: str, via_dynamodb: str) -> Statement:
    """DynamoDB asks about a table's key for the check; no context comes with that."""
    return allow(
        "DescribeKeysOfTables",
        actions=["kms:DescribeKey"],
        resources=[f"arn:{partition}:kms:{region}:{account}:key/*"],
        conditions={"StringEquals": {"kms:ViaService": via_dynamodb}},
    )
