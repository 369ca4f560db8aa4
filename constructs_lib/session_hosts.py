"""What an instance needs to be reached by Session Manager and to write its sessions down."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import member
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.service_role import ServiceRole

HOST_MANAGEMENT_SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html"""


class SessionHostPolicy(Construct):
    """A managed policy of fixed name with the least an instance needs, attachable by name.

    Args:
        log_key_use: What writing to the session log group needs.
        channel_key_arn: Key of the channel between user and node; by default none.
        roles: Existing instance roles that get the policy.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        log_key_use: LogKeyUse,
        channel_key_arn: str | None = None,
        roles: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        statements = [
            member.host_is_managed(),
            member.host_writes_transcripts(**place),
            member.host_finds_log_group(**place),
            *log_key_use.statements(),
        ]
        if channel_key_arn is not None:
            statements.append(member.host_opens_channel_key(key_arn=channel_key_arn))
        self.resource = iam.CfnManagedPolicy(
            self,
            "Policy",
            managed_policy_name=layout.HOST_POLICY,
            description="Reached by Session Manager, and every session is written down",
            policy_document=document(statements),
            roles=list(roles) or None,
        )

    @property
    def arn(self) -> str:
        """The policy's ARN."""
        return self.resource.ref


class HostManagementRole(Construct):
    """The role that Default Host Management Configuration gives to every instance of the account.

    AWS's own policy is what the feature requires; the host policy adds the writing of transcripts.
    """

    def __init__(self, scope: Construct, construct_id: str, *, host_policy: SessionHostPolicy) -> None:
        super().__init__(scope, construct_id)
        self.role = ServiceRole(
            self,
            "Role",
            role_name=layout.HOST_MANAGEMENT_ROLE,
            trust=member.host_management_trust(),
            managed_policy_arns=[
                f"arn:{PARTITION}:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",
                host_policy.arn,
            ],
        )


class DefaultHostManagement(Construct):
    """Every instance of this account and Region is managed, whether or not it has an instance profile."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.resource = ssm.CfnServiceSetting(
            self, "Setting", setting_id=HOST_MANAGEMENT_SETTING, setting_value=layout.HOST_MANAGEMENT_ROLE
        )
