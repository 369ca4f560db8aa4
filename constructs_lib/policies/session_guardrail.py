"""What keeps people to sessions that leave a transcript: a service control policy of its own, since it changes how
people work, and who attaches the others need not attach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.policies.statement import Document, Statement, deny_elsewhere, document, of_accounts

GUI_CONNECT: Final = "ssm-guiconnect.amazonaws.com"
"""The service behind Fleet Manager's Remote Desktop, as it calls Session Manager for whoever connects."""


def session_guardrail(*, partition: str, documents: Sequence[str] = ()) -> Document:
    """The service control policy of accounts in which every session shall be logged.

    Args:
        partition: For instance ``aws``.
        documents: The names of further session documents that may be started.
    """
    return document([deny_unlogged_sessions(partition=partition, documents=documents)])


def deny_unlogged_sessions(*, partition: str, documents: Sequence[str] = ()) -> Statement:
    """Nobody starts a session by another document than the one whose sessions are logged; SSM GuiConnect, which
    records what it shows, still forwards its own port.

    Session Manager logs neither SSH nor port forwarding, does not stream interactive commands, and a document of
    one's own says itself what is logged. A session that names no document starts by the preferences of the account.
    Nodes and ECS tasks, of which Session Manager asks too, are left out: who may reach them is not the question here.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvialast
    """
    nodes = [
        f"arn:{partition}:ec2:*:*:instance/*",
        f"arn:{partition}:ecs:*:*:task/*",
        f"arn:{partition}:ssm:*:*:managed-instance/*",
    ]
    logged = [f"arn:{partition}:ssm:*:*:document/{name}" for name in (layout.SESSION_DOCUMENT, *documents)]
    return of_accounts(
        deny_elsewhere(
            "DenyUnloggedSessions",
            actions=["ssm:StartSession"],
            resources=[*nodes, *logged],
            conditions={"StringNotEquals": {"aws:CalledViaLast": GUI_CONNECT}},
        )
    )
