"""Plays a shell session as the SSM agent writes it to CloudWatch Logs, and refuses one that it may not log.

The record's shape and the refusal are those of amazon-ssm-agent 3.3 (`cloudwatchlogsservice.go`, `shell.go`).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from constructs_lib.archive_layout import SESSION_DOCUMENT

NOT_ENCRYPTED: Final = (
    "We couldn't start the session because encryption is not set up on the selected CloudWatch Logs log group. "
    "Either encrypt the log group or choose an option to enable logging without encryption."
)


class SessionRefusedError(Exception):
    """The agent did not start the session; the message is the one its user sees."""


class ClientFactory(Protocol):
    """Makes a client of a service in an account and Region."""

    def __call__(self, service: str, *, account: str, region: str) -> Any:
        """A boto3 client."""
        ...


def play_session(
    clients: ClientFactory,
    *,
    account: str,
    region: str,
    instance_id: str,
    user_arn: str,
    ticks: Iterable[Sequence[str]],
    session_id: str | None = None,
    run_as: str = "ssm-user",
) -> str:
    """Holds a session on an instance and streams what its terminal showed; the answer is the session's id.

    Where the preferences do not stream, or the group is missing and encryption is not demanded, the session runs
    unlogged, as the agent's does.

    Args:
        clients: Makes the clients of the instance's account.
        account: The instance's account.
        region: The instance's Region.
        instance_id: The instance.
        user_arn: Who connected; the session's id starts with the last part of it.
        ticks: What was shown, the lines of each second together; each becomes one record.
        session_id: The id that StartSession gave; by default one is made.
        run_as: The user of the operating system.

    Raises:
        SessionRefusedError: The log group is not encrypted and must be.
    """
    preferences = _preferences(clients("ssm", account=account, region=region))
    session = session_id or f"{user_arn.rsplit('/', 1)[-1]}-0{secrets.token_hex(8)}"
    logs = clients("logs", account=account, region=region)
    group = preferences.get("cloudWatchLogGroupName", "")
    if not _may_log(logs, group, encryption=_flag(preferences.get("cloudWatchEncryptionEnabled"))):
        return session
    if preferences.get("cloudWatchStreamingEnabled") is not True:
        return session
    logs.create_log_stream(logGroupName=group, logStreamName=session)
    for lines in ticks:
        record = {
            "eventVersion": "1.0",
            "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "awsRegion": region,
            "target": {"id": instance_id},
            "userIdentity": {"arn": user_arn},
            "runAsUser": run_as,
            "sessionId": session,
            "sessionData": [line.replace("\t", "    ").replace("\r", "") for line in lines],
        }
        event = {"timestamp": int(time.time() * 1000), "message": json.dumps(record, separators=(",", ":"))}
        logs.put_log_events(logGroupName=group, logStreamName=session, logEvents=[event])
    return session


def _preferences(ssm: Any) -> dict[str, Any]:
    """The inputs of the account's preferences; none where there is no document."""
    try:
        document = ssm.get_document(Name=SESSION_DOCUMENT)
    except ssm.exceptions.InvalidDocument:
        return {}
    inputs: dict[str, Any] = json.loads(document["Content"]).get("inputs", {})
    return inputs


def _may_log(logs: Any, group: str, *, encryption: bool) -> bool:
    """Whether the session is logged; refuses it where it must be encrypted and is not."""
    if not group:
        return False
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    same = next((entry for entry in found if entry["logGroupName"] == group), None)
    if encryption and not (same and same.get("kmsKeyId")):
        raise SessionRefusedError(NOT_ENCRYPTED)
    return same is not None


def _flag(value: Any) -> bool:
    """The agent takes this one as a Boolean or as a string."""
    return value is True or str(value).lower() == "true"
