"""What the settings expect, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from stacks.settings import Settings
from tools.doctor.verdict import Place


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The organization as it should be.

    Attributes:
        settings: The settings file.
        members: The accounts that are looked at.
        now: When, in UTC.
        partition: AWS's name for where all of it lies.
    """

    settings: Settings
    members: Sequence[str]
    now: datetime
    partition: str = "aws"

    @property
    def home(self) -> str:
        """The home Region."""
        return self.settings.regions.home

    @property
    def archive(self) -> Place:
        """The archive account at home."""
        return Place(self.settings.archive.account, self.home)

    @property
    def management(self) -> Place:
        """The management account."""
        return Place(self.settings.organization.management_account)

    @property
    def accounts(self) -> list[Place]:
        """Every member as a whole."""
        return [Place(account) for account in self.members]

    @property
    def governed(self) -> list[Place]:
        """Every member in every Region where people work."""
        return [Place(account, region) for account in self.members for region in self.settings.regions.governed]

    @property
    def forwarding(self) -> list[Place]:
        """Every member in every Region that forwards events."""
        regions = dict.fromkeys([*self.settings.regions.governed, *self.settings.regions.sign_in])
        return [Place(account, region) for account in self.members for region in regions]

    @property
    def recorded(self) -> list[Place]:
        """Every member in every Region where RDP connections are recorded."""
        return [place for place in self.governed if self.settings.records_in(place.region)]

    @property
    def archives(self) -> list[Place]:
        """The archive account in every governed Region."""
        return [Place(self.settings.archive.account, region) for region in self.settings.regions.governed]

    @property
    def hub_bus(self) -> str:
        """The ARN of the hub's bus."""
        return layout.bus_arn(partition=self.partition, region=self.home, account=self.settings.archive.account)

    def bucket(self, kind: BucketKind, region: str) -> str:
        """A bucket of the archive."""
        return layout.bucket_name(kind, account=self.settings.archive.account, region=region)

    def key_arn(self, region: str) -> str | None:
        """The evidence key as it is called in a Region; None before the first deployment."""
        archive = self.settings.archive
        if archive.key_id is None:
            return None
        return layout.key_arn(partition=self.partition, region=region, account=archive.account, key_id=archive.key_id)
