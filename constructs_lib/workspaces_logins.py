"""WorkSpaces logins in a log group of the member, beside what the hub gets."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_patterns import OURS
from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.policies import forwarding
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION


class WorkSpacesLogins(Construct):
    """A log group into which the rule for WorkSpaces logins writes each of them as it came.

    Its resource policy is written directly: the target class of the CDK would bring a function that writes it. A Region
    takes ten such policies.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html

    Args:
        retention_days: Days in the group.
        key_arn: Its key.
    """

    def __init__(self, scope: Construct, construct_id: str, *, retention_days: int, key_arn: str) -> None:
        super().__init__(scope, construct_id)
        group = EvidenceLogGroup(
            self, "Log", name=layout.WORKSPACES_LOG_GROUP, retention_days=retention_days, key_arn=key_arn
        )
        place = f"{PARTITION}:logs:{REGION}:{ACCOUNT_ID}"
        self._group_arn = f"arn:{place}:log-group:{group.name}"
        rule_arn = f"arn:{PARTITION}:events:{REGION}:{ACCOUNT_ID}:rule/{OURS}workspaces-logins"
        sentences = forwarding.logs_workspaces_logins(group_arn=self._group_arn, rule_arn=rule_arn)
        self.policy = cdk.CfnResource(
            self,
            "Policy",
            type="AWS::Logs::ResourcePolicy",
            properties={
                "PolicyName": f"{OURS}workspaces-logins",
                "PolicyDocument": cdk.Stack.of(self).to_json_string(document(sentences)),
            },
        )
        self.policy.add_resource_dependency(group.resource)

    @property
    def target(self) -> dict[str, Any]:
        """What the rule writes into; a log group takes no role."""
        return {"Id": "Log", "Arn": self._group_arn}
