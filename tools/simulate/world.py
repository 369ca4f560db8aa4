"""The accounts, Regions and resources that the rules speak of, as the settings name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from stacks.settings import Settings
from tools.prove.intrinsics import OWN_KEY_ID
from tools.prove.policies import UNLEARNT_KEY_ID
from tools.simulate.requests import Target

OUTSIDER: Final = "888888888888"
OUTSIDE_ORGANIZATION: Final = "o-outsiders000"
_SAMPLE_MEMBERS: Final = ("222222222222", "333333333333")
KEY_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
KEY_USE: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
KEY_DESTRUCTION: Final = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:ScheduleKeyDeletion",
)
GETS: Final = ("s3:GetObject", "s3:GetObjectVersion")


@dataclass(frozen=True)
class World:
    """One organization and its archive."""

    settings: Settings

    @property
    def organization(self) -> str:
        """The id of the organization."""
        return self.settings.organization.id

    @property
    def archive(self) -> str:
        """The archive account."""
        return self.settings.archive.account

    @property
    def home(self) -> str:
        """The home Region."""
        return self.settings.regions.home

    @property
    def regions(self) -> tuple[str, ...]:
        """The governed Regions."""
        return tuple(self.settings.regions.governed)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Member accounts other than the archive: those named, or samples, since all are alike."""
        named = tuple(account for account in self.settings.members.direct if account != self.archive)
        return named if len(named) > 1 else tuple(account for account in _SAMPLE_MEMBERS if account != self.archive)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every member account; the archive is a member too."""
        return (*self.members, self.archive)

    @property
    def partition(self) -> str:
        """The partition of the home Region."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.home.rsplit("-", 2)[0], "aws")

    @property
    def forwarding_regions(self) -> tuple[str, ...]:
        """Where members forward events: where people work and where they only sign in.

        Templates that no account takes directly stand for those of the home Region.
        """
        sign_in = self.settings.regions.sign_in if self.settings.members.direct else ()
        return tuple(dict.fromkeys((*self.regions, *sign_in)))

    @property
    def recording_regions(self) -> tuple[str, ...]:
        """Where RDP connections are recorded."""
        return tuple(region for region in self.regions if self.settings.records_in(region))

    def service(self, name: str, region: str) -> str:
        """A Regional service as ``kms:ViaService`` and the logs principal name it."""
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return f"{name}.{region}.{suffix}"

    def role_arn(self, account: str, name: str) -> str:
        """A role by its name, with its path if it has one."""
        return f"arn:{self.partition}:iam::{account}:role/{name}"

    def trail_arn(self, account: str, name: str, region: str | None = None) -> str:
        """A trail, of the home Region unless another is named."""
        return f"arn:{self.partition}:cloudtrail:{region or self.home}:{account}:trail/{name}"

    def log_group_arn(self, account: str, region: str, name: str) -> str:
        """A log group as CloudWatch Logs writes it into the encryption context."""
        return f"arn:{self.partition}:logs:{region}:{account}:log-group:{name}"

    def execution_roles(self, region: str) -> list[str]:
        """The names of the roles that deploy the archive of a Region."""
        return list(self.settings.archive.execution_roles(region))

    def bucket(self, kind: BucketKind, region: str) -> Target:
        """A bucket of the archive."""
        arn = self.bucket_arn(kind, region)
        return Target(words=f"the {kind.value} bucket of {region}", arn=arn, owner=self.archive, policy=arn)

    def bucket_arn(self, kind: BucketKind, region: str) -> str:
        """Its ARN."""
        return f"arn:{self.partition}:s3:::{layout.bucket_name(kind, account=self.archive, region=region)}"

    def buckets(self, *kinds: BucketKind) -> list[Target]:
        """The buckets of these kinds, or all, in every Region; derived data lies at home alone."""
        return [
            self.bucket(kind, region)
            for region in self.regions
            for kind in (kinds or BucketKind)
            if kind is not BucketKind.DERIVED or region == self.home
        ]

    def thing(self, bucket: Target, key: str) -> Target:
        """An object of a bucket."""
        return Target(
            words=f"{key} in {bucket.words}", arn=f"{bucket.arn}/{key}", owner=bucket.owner, policy=bucket.policy
        )

    def objects(self, kinds: Iterable[BucketKind], key: str) -> list[Target]:
        """The object of this name in every bucket of these kinds."""
        return [self.thing(bucket, key) for bucket in self.buckets(*kinds)]

    def listing(self, bucket: Target, prefix: str) -> Target:
        """A bucket of which one prefix is listed."""
        return Target(
            words=f"{bucket.words}, prefix {prefix!r}",
            arn=bucket.arn,
            owner=bucket.owner,
            policy=bucket.policy,
            context={"s3:prefix": prefix},
        )

    def key(
        self, region: str, *, via: str = "", forwarded: bool = True, context: Mapping[str, str] | None = None
    ) -> Target:
        """The evidence key of a Region.

        Args:
            region: Where the key, or replica, is.
            via: The service through which it is called, as ``kms:ViaService`` names it; empty for a direct call.
            forwarded: Whether the service makes the call on behalf of who called it (``aws:ViaAWSService``).
            context: The encryption context.
        """
        key_id = self.settings.archive.key_id or UNLEARNT_KEY_ID
        return self._key(f"the key of {region}", region, key_id, via, forwarded, context or {})

    def operations_key(self, *, via: str = "", context: Mapping[str, str] | None = None) -> Target:
        """The key of the hub's own things; the arguments are those of :meth:`key`."""
        return self._key("the operations key", self.home, OWN_KEY_ID, via, True, context or {})

    def _key(
        self, words: str, region: str, key_id: str, via: str, forwarded: bool, context: Mapping[str, str]
    ) -> Target:
        arn = layout.key_arn(partition=self.partition, region=region, account=self.archive, key_id=key_id)
        words += f" through {via}" if via else ""
        through = {"kms:ViaService": via, "aws:ViaAWSService": str(forwarded).lower()} if via else {}
        encryption = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
        if context:
            words += f" for {', '.join(context.values())}"
        return Target(words=words, arn=arn, owner=self.archive, policy=arn, context=through | encryption)

    def keys(self) -> list[Target]:
        """The evidence key of every Region, called directly."""
        return [self.key(region) for region in self.regions]

    def bus(self, sources: Sequence[str] = (), detail_types: Sequence[str] = ()) -> Target:
        """The hub's bus, and of which events a call brings; a key is not sent where nothing is named."""
        arn = layout.bus_arn(partition=self.partition, region=self.home, account=self.archive)
        said = {"events:source": list(sources), "events:detail-type": list(detail_types)}
        about = f"{', '.join(sources) or 'no source'}; {', '.join(detail_types) or 'no detail-type'}"
        return Target(
            words=f"the hub's bus with {about}",
            arn=arn,
            owner=self.archive,
            policy=arn,
            context={key: values for key, values in said.items() if values},
        )

    def rule_arn(self, account: str, region: str, name: str) -> str:
        """An EventBridge rule, with the name of its bus before its own unless that is the default bus."""
        return f"arn:{self.partition}:events:{region}:{account}:rule/{name}"

    def queue(self, account: str, region: str, name: str) -> Target:
        """A queue of the hub or of a member."""
        arn = f"arn:{self.partition}:sqs:{region}:{account}:{name}"
        return Target(words=f"the queue {name} of {account} in {region}", arn=arn, owner=account, policy=arn)

    def topic(self) -> Target:
        """Where a person hears of findings and alarms."""
        arn = f"arn:{self.partition}:sns:{self.home}:{self.archive}:{layout.ALERTS_TOPIC}"
        return Target(words="the alerts topic", arn=arn, owner=self.archive, policy=arn)

    def table(self, name: str) -> Target:
        """A table of the hub; it has no policy of its own."""
        return self.own(f"arn:{self.partition}:dynamodb:{self.home}:{self.archive}:table/{name}", self.archive)

    def role(self, account: str, name: str) -> Target:
        """A role that somebody wants to assume."""
        arn = self.role_arn(account, name)
        return Target(words=f"the role {name} of {account}", arn=arn, owner=account, policy=arn)

    def own(self, arn: str, account: str) -> Target:
        """A resource of an account that has no policy of its own."""
        return Target(words=arn, arn=arn, owner=account)
