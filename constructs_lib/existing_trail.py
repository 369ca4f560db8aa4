"""Relies on a trail that somebody else made, after looking at it."""

from __future__ import annotations

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.inline_resource import InlineResource
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import member
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.service_role import ServiceRole


class ExistingTrail(Construct):
    """Fails the deployment unless a validated trail logs all management events of all Regions.

    It looks once, when the stack is created; what happens to the trail later, it does not see.

    Args:
        log_key_arn: Key of the log group of the function that looks.
        log_key_use: What writing to that group needs.
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_key_arn: str, log_key_use: LogKeyUse) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        role = ServiceRole(
            self,
            "Role",
            role_name=layout.TRAIL_CHECK_ROLE,
            trust=member.function_trust(),
            statements=[
                member.reads_trails(),
                member.reads_trail_state(partition=PARTITION),
                member.function_writes_own_logs(**place, log_group=layout.TRAIL_CHECK_LOG_GROUP),
                *log_key_use.statements(),
            ],
        )
        self.resource = InlineResource(
            self,
            "Check",
            package="existing_trail_check",
            description="Checks that a sufficient trail logs in this account",
            role_arn=role.arn,
            resource_type="Custom::ExistingTrailCheck",
            properties={},
            log_group_name=layout.TRAIL_CHECK_LOG_GROUP,
            log_key_arn=log_key_arn,
        ).resource
