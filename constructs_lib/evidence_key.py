"""The key that encrypts all evidence."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib.archive_layout import RECORDING_KEY_TAG
from constructs_lib.policies.statement import Statement, document

PENDING_WINDOW_DAYS = 30


class EvidenceKey(Construct):
    """A multi-Region key, or its replica, that outlives its stack and rotates every year.

    Args:
        statements: The whole key policy. Nothing is added, so it must let somebody change it.
        primary_key_arn: Makes a replica of this key; by default a primary key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        statements: Sequence[Statement],
        primary_key_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        tag_key, tag_value = RECORDING_KEY_TAG
        tags = [cdk.CfnTag(key=tag_key, value=tag_value)]
        policy = document(statements)
        self._resource: kms.CfnKey | kms.CfnReplicaKey
        if primary_key_arn is None:
            self._resource = kms.CfnKey(
                self,
                "Key",
                description="Encrypts the evidence of who was on which machine",
                key_policy=policy,
                multi_region=True,
                enable_key_rotation=True,
                pending_window_in_days=PENDING_WINDOW_DAYS,
                tags=tags,
            )
        else:
            # Rotation is a property that replicas share with their primary.
            self._resource = kms.CfnReplicaKey(
                self,
                "Replica",
                description="Encrypts the evidence of who was on which machine",
                key_policy=policy,
                primary_key_arn=primary_key_arn,
                pending_window_in_days=PENDING_WINDOW_DAYS,
                tags=tags,
            )
        self._resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN)

    @property
    def key_arn(self) -> str:
        """The ARN in this Region."""
        return self._resource.attr_arn

    @property
    def key_id(self) -> str:
        """The id, ``mrk-…``, that the primary and all replicas share."""
        return self._resource.ref

    @property
    def key(self) -> kms.IKey:
        """The key for constructs that take an interface."""
        return kms.Key.from_key_arn(self, "Interface", self.key_arn)
