"""What a shell session must obey, and the preferences document that says so; the standard library alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SessionRules:
    """What a shell session must obey.

    Args:
        idle_timeout_minutes: 1 to 60.
        max_duration_minutes: 1 to 1440.
        fail_closed: A session whose log group is missing, unencrypted or out of reach does not start.
        run_as_user: Operating-system user on Linux; by default the agent's ``ssm-user``.
        linux_shell_profile: Commands run when a session starts on Linux; by default none.
        windows_shell_profile: The same on Windows.
        channel_key_arn: KMS key of the channel between user and node; by default TLS alone.

    Raises:
        ValueError: A duration is out of the range that Session Manager accepts.
    """

    idle_timeout_minutes: int = 20
    max_duration_minutes: int = 60
    fail_closed: bool = True
    run_as_user: str | None = None
    linux_shell_profile: str | None = None
    windows_shell_profile: str | None = None
    channel_key_arn: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.idle_timeout_minutes <= 60:
            raise ValueError(f"idle_timeout_minutes = {self.idle_timeout_minutes} is not within 1 to 60")
        if not 1 <= self.max_duration_minutes <= 1440:
            raise ValueError(f"max_duration_minutes = {self.max_duration_minutes} is not within 1 to 1440")


def preferences_document(rules: SessionRules, *, log_group_name: str) -> dict[str, Any]:
    """The content of ``SSM-SessionManagerRunShell``; durations are strings, flags are booleans.

    ``cloudWatchEncryptionEnabled`` is what makes a session fail closed: without it the agent starts sessions unlogged
    when it cannot find the log group.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
    """
    inputs: dict[str, Any] = {
        "cloudWatchLogGroupName": log_group_name,
        "cloudWatchEncryptionEnabled": rules.fail_closed,
        "cloudWatchStreamingEnabled": True,
        "idleSessionTimeout": str(rules.idle_timeout_minutes),
        "maxSessionDuration": str(rules.max_duration_minutes),
    }
    if rules.channel_key_arn is not None:
        inputs["kmsKeyId"] = rules.channel_key_arn
    if rules.run_as_user is not None:
        inputs |= {"runAsEnabled": True, "runAsDefaultUser": rules.run_as_user}
    profile = {"linux": rules.linux_shell_profile, "windows": rules.windows_shell_profile}
    if any(profile.values()):
        inputs["shellProfile"] = {system: commands for system, commands in profile.items() if commands}
    return {
        "schemaVersion": "1.0",
        "description": "Session Manager preferences: sessions are streamed to the evidence archive",
        "sessionType": "Standard_Stream",
        "inputs": inputs,
    }
