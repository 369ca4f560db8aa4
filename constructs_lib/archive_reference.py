"""Where a stack finds the archive: names and ARNs computed from the layout, nothing looked up."""

from __future__ import annotations

from dataclasses import dataclass

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.pseudo_parameters import PARTITION, REGION


@dataclass(frozen=True)
class ArchivePlace:
    """Where the archive of one Region is, which says what its buckets are called.

    Args:
        account: The log-archive account.
        region: The archive's Region, by default that of the stack that uses the reference; ``*`` for all at once, in a
            policy whose size must not grow with the Regions.
    """

    account: str
    region: str = REGION

    def bucket_name(self, kind: BucketKind) -> str:
        """The archive's bucket of one kind in this Region."""
        return layout.bucket_name(kind, account=self.account, region=self.region)

    def bucket_arn(self, kind: BucketKind) -> str:
        """The ARN of that bucket."""
        return f"arn:{PARTITION}:s3:::{self.bucket_name(kind)}"


@dataclass(frozen=True, kw_only=True)
class ArchiveReference(ArchivePlace):
    """The archive of one Region for those who also use its key.

    Args:
        key_id: Id of the evidence key, the same in every Region; usually the parameter ``ArchiveKeyId``.
    """

    key_id: str

    @property
    def key_arn(self) -> str:
        """The evidence key, or its replica, of this Region."""
        return layout.key_arn(partition=PARTITION, region=self.region, account=self.account, key_id=self.key_id)
