"""An encrypted log group of fixed name."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.archive_layout import LOG_GROUP_PREFIX


class EvidenceLogGroup(Construct):
    """A log group under the name prefix for which the evidence key serves CloudWatch Logs.

    Args:
        name: Must start with the prefix of the archive layout.
        retention_days: One of the values that CloudWatch Logs accepts.
        key_arn: The key that encrypts it.
        outlives_stack: Keep the group when its stack goes. By default it goes with the stack, since the archive is the
            copy that stays and a kept group would collide when the account returns.

    Raises:
        ValueError: The key would refuse a group of this name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        retention_days: int,
        key_arn: str,
        outlives_stack: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        if not name.startswith(LOG_GROUP_PREFIX):
            raise ValueError(f"log group {name!r} does not start with {LOG_GROUP_PREFIX!r}")
        self.name = name
        self.resource = logs.CfnLogGroup(
            self, "Group", log_group_name=name, retention_in_days=retention_days, kms_key_id=key_arn
        )
        self.resource.apply_removal_policy(
            cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if outlives_stack else cdk.RemovalPolicy.DESTROY
        )

    @property
    def arn(self) -> str:
        """The group's ARN, ending in ``:*`` as CloudTrail demands it."""
        return self.resource.attr_arn
