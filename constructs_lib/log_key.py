"""Which key encrypts the log groups of an account: the archive's, or one of the account's own."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib.archive_layout import LOG_GROUP_PREFIX
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.evidence_key import PENDING_WINDOW_DAYS
from constructs_lib.policies import log_key, member
from constructs_lib.policies.statement import Statement, document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION


@dataclass(frozen=True)
class LogKeyUse:
    """The key that a role needs to write to encrypted log groups, and the way it is used."""

    key_arn: str
    via_logs: str

    @classmethod
    def of_archive(cls, archive: ArchiveReference) -> LogKeyUse:
        """The evidence key of a Region, or of all."""
        return cls(archive.key_arn, via("logs", archive.region))

    @classmethod
    def of_account(cls) -> LogKeyUse:
        """Keys of the account's own, which other stacks make; what tames the ``*`` is Logs and the group's name."""
        return cls(f"arn:{PARTITION}:kms:*:{ACCOUNT_ID}:key/*", via("logs", "*"))

    def statements(self) -> list[Statement]:
        """The sentences of the role's policy."""
        return [
            member.encrypts_own_log_groups(
                partition=PARTITION,
                account=ACCOUNT_ID,
                key_arn=self.key_arn,
                via_logs=self.via_logs,
            ),
            member.describes_log_key(key_arn=self.key_arn, via_logs=self.via_logs),
        ]


class LogKey(Construct):
    """Encrypts the evidence log groups of one account and Region, where the archive's key shall not.

    It goes with its stack, as the log groups do; the archive holds the copy that stays.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        self._resource = kms.CfnKey(
            self,
            "Key",
            description="Encrypts the evidence log groups of this account and Region",
            enable_key_rotation=True,
            pending_window_in_days=PENDING_WINDOW_DAYS,
            key_policy=document(
                [
                    log_key.account_administers_key(**place),
                    log_key.logs_encrypts_own_groups(
                        **place,
                        logs=via("logs", REGION),
                        region=REGION,
                        group_prefix=LOG_GROUP_PREFIX,
                    ),
                ]
            ),
        )
        self._resource.apply_removal_policy(cdk.RemovalPolicy.DESTROY)

    @property
    def arn(self) -> str:
        """The key's ARN."""
        return self._resource.attr_arn
