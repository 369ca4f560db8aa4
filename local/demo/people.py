"""People at work: sessions are held, connections recorded, trails delivered, as the services do it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.demo.setting import Setting
from local.embedded_aws import EmbeddedAws
from local.session_agent import play_session

OPERATOR_ROLE = "Operations"
_ADMINISTRATION = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a shell session should leave behind."""

    account: str
    region: str
    actor: str
    instance: str
    session_id: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What an RDP connection should leave behind; ``uri`` is None where its recording was refused."""

    account: str
    region: str
    actor: str
    instance: str
    connection_id: str
    uri: str | None


def hire_operator(aws: EmbeddedAws, account: str, region: str) -> str:
    """A role of the account that may do everything its own account can allow; its ARN."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}],
    }
    iam = aws.client("iam", account=account, region=region)
    role = iam.create_role(RoleName=OPERATOR_ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    allow_everything(aws, role["Arn"], region)
    return str(role["Arn"])


def allow_everything(aws: EmbeddedAws, role_arn: str, region: str) -> None:
    """An account's administrator gives one of its roles every permission that the account can give."""
    iam = aws.client("iam", account=role_arn.split(":")[4], region=region)
    name = role_arn.rsplit("/", 1)[-1]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=json.dumps(_ADMINISTRATION))


def session_arn(role_arn: str, person: str) -> str:
    """The ARN of a person's session in a role."""
    return f"{role_arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/{person}"


def hold_session(
    aws: EmbeddedAws, *, role_arn: str, person: str, region: str, instance: str, lines: tuple[str, ...]
) -> Session:
    """A person starts a session, types, and leaves; the agent on the machine streams what the terminal showed."""
    account = role_arn.split(":")[4]
    ssm = aws.client("ssm", account=account, region=region, role=role_arn, session=person)
    session_id = ssm.start_session(Target=instance)["SessionId"]
    actor = session_arn(role_arn, person)
    play_session(
        aws.client,
        account=account,
        region=region,
        instance_id=instance,
        user_arn=actor,
        ticks=[lines[:1], lines[1:]],
        session_id=session_id,
    )
    ssm.terminate_session(SessionId=session_id)
    return Session(account=account, region=region, actor=actor, instance=instance, session_id=session_id, lines=lines)


def hold_connection(
    aws: EmbeddedAws, *, role_arn: str, person: str, region: str, instance: str, opaque: bool = False
) -> Connection:
    """A person connects by RDP; GuiConnect delivers the recording, under a key that names the connection or, as the
    layout is not documented, one that is ``opaque``.
    """
    account, actor = role_arn.split(":")[4], session_arn(role_arn, person)
    answer: dict[str, Any] = aws.record_connection(
        account=account, region=region, instance_id=instance, user_arn=actor, opaque=opaque
    )
    return Connection(
        account=account,
        region=region,
        actor=actor,
        instance=instance,
        connection_id=answer["connection_id"],
        uri=answer["uri"],
    )


def give_workspace(aws: EmbeddedAws, *, account: str, region: str, person: str) -> str:
    """A person gets a WorkSpace of the account; its id."""
    wanted = {"DirectoryId": "d-1234567890", "UserName": person, "BundleId": "wsb-1234567890"}
    workspaces = aws.client("workspaces", account=account, region=region)
    (made,) = workspaces.create_workspaces(Workspaces=[wanted])["PendingRequests"]
    return str(made["WorkspaceId"])


def operators(aws: EmbeddedAws, setting: Setting) -> dict[str, str]:
    """An operator's role in every member."""
    return {account: hire_operator(aws, account, setting.home) for account in setting.members}
