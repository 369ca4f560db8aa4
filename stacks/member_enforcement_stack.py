"""What a member account has beside its own stack where the security-group guard acts."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.member_roles import SecurityGroupEnforcement
from stacks.guard_settings import Mode


class MemberEnforcementStack(cdk.Stack):
    """The one policy that lets the guard's role change security groups; without this stack it reads.

    It has the same name in either mode, so that another mode updates it. To end enforcement, delete it.

    Args:
        mode: What the guard may do.
    """

    def __init__(self, scope: Construct, construct_id: str, *, mode: Mode) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-member-enforcement",
            description="Evidence of who was on which machine: what the security-group guard may change in a member",
            synthesizer=cdk.BootstraplessSynthesizer(),
            suppress_template_indentation=True,
        )
        SecurityGroupEnforcement(self, "SecurityGroups", restores=mode == "restore")
