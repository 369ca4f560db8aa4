"""The key of the hub's own things."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.endpoints import via
from constructs_lib.event_patterns import OURS, SWEEP_SCHEDULE
from constructs_lib.evidence_key import PENDING_WINDOW_DAYS
from constructs_lib.policies import evidence_key, operations_key
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import PARTITION

LOG_GROUPS = (
    layout.ACCESS_EVENTS_LOG_GROUP,
    layout.ROSTER_CHECK_LOG_GROUP,
    layout.ACCESS_DELIVERY_LOG_GROUP,
    layout.GUARD_LOG_GROUP,
)


class OperationsKey(Construct):
    """Encrypts topic, queues, tables and log groups of the hub; evidence has a key of its own.

    It outlives its stack: what waits in a queue stays readable.

    Args:
        organization_id: Nobody outside it uses the key.
        account: The archive account.
        region: The home Region.
        execution_role_arns: The only roles that change the key's policy.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        account: str,
        region: str,
        execution_role_arns: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": account}
        logs = {**place, "region": region}
        self.via = [via(service, region) for service in operations_key.SERVICES]
        resource = kms.CfnKey(
            self,
            "Key",
            description="Encrypts the access hub's topic, queues, tables and log groups",
            enable_key_rotation=True,
            pending_window_in_days=PENDING_WINDOW_DAYS,
            key_policy=document(
                [
                    *evidence_key.perimeter(organization_id),
                    evidence_key.deployment_administers_key(**place, execution_role_arns=execution_role_arns),
                    evidence_key.account_reads_metadata(**place),
                    evidence_key.logs_encrypts_archive_groups(**logs, logs=via("logs", region), groups=LOG_GROUPS),
                    evidence_key.archive_uses_key_for_own_groups(
                        **logs, via_logs=via("logs", region), groups=LOG_GROUPS
                    ),
                    operations_key.account_uses_key_through_services(**place, via=self.via),
                    operations_key.dynamodb_takes_grants(**place, via_dynamodb=via("dynamodb", region)),
                    operations_key.events_encrypts_messages(
                        account=account,
                        rule_arns=[
                            f"arn:{PARTITION}:events:{region}:{account}:rule/{layout.HUB_BUS}/{OURS}*",
                            f"arn:{PARTITION}:events:{region}:{account}:rule/{SWEEP_SCHEDULE}",
                        ],
                    ),
                    operations_key.alarms_encrypt_notices(account=account),
                ]
            ),
        )
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        kms.CfnAlias(self, "Alias", alias_name=layout.OPERATIONS_KEY_ALIAS, target_key_id=resource.ref)
        self.arn = resource.attr_arn
