"""What the stacks of members take from the settings, in the words of the constructs."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.archive_layout import bus_arn
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.log_key import LogKey, LogKeyUse
from constructs_lib.pseudo_parameters import PARTITION, REGION
from constructs_lib.session_rules import SessionRules
from stacks.settings import Settings


def archive_in(settings: Settings, key_id: str, region: str = REGION) -> ArchiveReference:
    """The archive of a Region, by default of the stack's own; ``*`` for that of every Region."""
    return ArchiveReference(account=settings.archive.account, key_id=key_id, region=region)


def hub_bus_arn_of(settings: Settings) -> str:
    """The bus of the access hub, at home in the archive account."""
    return bus_arn(partition=PARTITION, region=settings.regions.home, account=settings.archive.account)


def log_key_arn_of(scope: Construct, settings: Settings, archive: ArchiveReference) -> str:
    """The key of the log groups in a stack: the archive's of that Region, or one that the stack makes."""
    if settings.session_manager.log_key == "account":
        return LogKey(scope, "LogKey").arn
    return archive.key_arn


def log_key_use_of(settings: Settings, archive: ArchiveReference) -> LogKeyUse:
    """Which key a role needs to write to log groups in the Region, or Regions, of an archive."""
    if settings.session_manager.log_key == "account":
        return LogKeyUse.of_account()
    return LogKeyUse.of_archive(archive)


def channel_key_arn_of(settings: Settings, region: str) -> str | None:
    """The key of the channel between user and node: a multi-Region key as it is called in a Region, or ``*`` in all."""
    arn = settings.session_manager.channel_key_arn
    if arn is None or "/mrk-" not in arn:
        return arn
    _, _, _, _, account, key = arn.split(":")
    return f"arn:{PARTITION}:kms:{region}:{account}:{key}"


def session_rules_of(settings: Settings) -> SessionRules:
    """What a shell session must obey in the Region of the stack."""
    rules = settings.session_manager
    return SessionRules(
        idle_timeout_minutes=rules.idle_timeout_minutes,
        max_duration_minutes=rules.max_duration_minutes,
        fail_closed=rules.fail_closed,
        run_as_user=rules.run_as_user,
        linux_shell_profile=rules.linux_shell_profile,
        windows_shell_profile=rules.windows_shell_profile,
        channel_key_arn=channel_key_arn_of(settings, REGION),
    )
