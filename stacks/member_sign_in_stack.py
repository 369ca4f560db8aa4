"""What a member account has in each Region where people only sign in."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_forwarding import EventForwarding
from constructs_lib.event_patterns import FORWARDED
from constructs_lib.service_role import role_arn
from stacks.member_settings import hub_bus_arn_of
from stacks.settings import Settings


class MemberSignInStack(cdk.Stack):
    """The rules that forward events to the hub, and nothing else: no log group, so no key.

    The stack bears the name of the other Regional template, so that a Region that becomes governed updates it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-member-region",
            description="Evidence of who was on which machine: what a member account has where people only sign in",
            synthesizer=cdk.BootstraplessSynthesizer(),
            # A StackSet takes 51,200 bytes, and spaces would be a third of them.
            suppress_template_indentation=True,
        )
        EventForwarding(
            self,
            "Events",
            hub_bus_arn=hub_bus_arn_of(settings),
            role_arn=role_arn(layout.FORWARD_ROLE),
            patterns={name: pattern() for name, pattern in FORWARDED.items()},
        )
