"""What the hub remembers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout


class HubTables(Construct):
    """The memories of handler, guard and the check of the evidence, and the roster of who was heard when.

    They are encrypted, restorable, and kept when the stack goes.

    Args:
        key_arn: The key of all of them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key_arn: str) -> None:
        super().__init__(scope, construct_id)
        expiry = {"TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True}}
        self.state_arn = self._table("State", layout.STATE_TABLE, ["id"], key_arn, expiry)
        self.guard_arn = self._table("SecurityGroups", layout.GUARD_TABLE, ["id"], key_arn, expiry)
        self._table("Missing", layout.CHECK_TABLE, ["kind", "id"], key_arn, expiry)
        self.roster_arn = self._table("Roster", layout.ROSTER_TABLE, ["account", "region"], key_arn, {})

    def _table(self, construct_id: str, name: str, keys: Sequence[str], key_arn: str, more: dict[str, Any]) -> str:
        table = cdk.CfnResource(
            self,
            construct_id,
            type="AWS::DynamoDB::Table",
            properties={
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
                "KeySchema": [
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn},
                "DeletionProtectionEnabled": True,
                **more,
            },
        )
        table.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return table.get_att("Arn").to_string()
