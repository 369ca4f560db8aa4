"""What the two member templates have in common: one template serves every account."""

from __future__ import annotations

from functools import cached_property

import aws_cdk as cdk
from constructs import Construct

from stacks.archive_key import archive_key_id
from stacks.member_settings import archive_in, log_key_arn_of, log_key_use_of
from stacks.settings import Settings


class MemberStack(cdk.Stack):
    """A self-contained template: no account id, no assets, nothing that asks for a bootstrapped account."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, stack_name: str, description: str
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=description,
            synthesizer=cdk.BootstraplessSynthesizer(),
            # A StackSet takes 51,200 bytes, and spaces would be a third of them.
            suppress_template_indentation=True,
        )
        self.key_id = archive_key_id(self, settings)
        self.archive = archive_in(settings, self.key_id)
        self.every_archive = archive_in(settings, self.key_id, "*")
        self.log_key_use = log_key_use_of(settings, self.every_archive)
        self._settings = settings

    @cached_property
    def log_key_arn(self) -> str:
        """The key of the stack's log groups; asked for the first time, it may add one."""
        return log_key_arn_of(self, self._settings, self.archive)
