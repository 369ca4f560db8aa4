"""Who stands behind an access key, a role or a service, and which policies of its own it carries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from ministack.core.iam_evaluator import _resolve_managed_policy_document
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts

from local.organization import Organization
from local.policy_decision import Document
from local.policy_patterns import UnmodelledPolicyError
from local.policy_request import IamPrincipal, Principal, ServicePrincipal, role_of_session

ORGANIZATION_VARIABLE: Final = "EMBEDDED_ORGANIZATION"
"""The server process reads the organization from this variable, as JSON."""

_ADMINISTRATOR: Final = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_BOOTSTRAP_ROLE: Final = "cdk-hnb659fds-cfn-exec-role-{account}-{region}"


_joined: set[str] = set()


@cache
def founding_organization() -> Organization:
    """The organization that this server was started for."""
    return Organization.from_json(os.environ[ORGANIZATION_VARIABLE])


def organization() -> Organization:
    """The same, with the accounts that have joined since."""
    founded = founding_organization()
    return replace(founded, accounts=founded.accounts | _joined) if _joined else founded


def join(account: str) -> None:
    """An account belongs to the organization from now on."""
    _joined.add(account)


def clear() -> None:
    """Forgets who has joined."""
    _joined.clear()


def caller(headers: Mapping[str, str], query: Mapping[str, Any]) -> IamPrincipal:
    """The principal who signed a request: an assumed role, or the account itself for a twelve-digit key."""
    session = sts._sessions.get(extract_access_key_id(headers, query))
    if session and role_of_session(session["Arn"]):
        return session_principal(session["Arn"])
    return account_principal(get_account_id())


def session_principal(session_arn: str) -> IamPrincipal:
    """The role of a session, under the ARN (path included) that the role has in its account."""
    found = role_of_session(session_arn)
    if found is None:
        raise ValueError(f"{session_arn} is no session of an assumed role")
    partition, account, name = found
    stored = iam._roles.get_scoped(account, None, name)
    arn = stored["Arn"] if stored else f"arn:{partition}:iam::{account}:role/{name}"
    return role_principal(arn, session_arn=session_arn)


def role_principal(role_arn: str, *, session_arn: str = "") -> IamPrincipal:
    """A role, in the organization that its account belongs to."""
    account = role_arn.split(":")[4]
    return IamPrincipal(
        arn=role_arn, account=account, organization=organization().organization_of(account), session_arn=session_arn
    )


def account_principal(account: str) -> IamPrincipal:
    """The account itself, which no identity policy limits."""
    return role_principal(f"arn:aws:iam::{account}:root")


def deploying_principal() -> IamPrincipal:
    """Who a stack's resources are created by: the CDK's execution role where it was bootstrapped."""
    account = get_account_id()
    name = _BOOTSTRAP_ROLE.format(account=account, region=get_region())
    role = iam._roles.get_scoped(account, None, name)
    return role_principal(role["Arn"]) if role else account_principal(account)


def service_principal(service: str, *, account: str, source_arn: str) -> ServicePrincipal:
    """A service that acts for an account, with the keys that say for whom."""
    return ServicePrincipal(
        service=service,
        account=account,
        organization=organization().organization_of(account),
        source_arn=source_arn,
    )


def identity_policies(principal: Principal) -> list[Document]:
    """The inline and attached policies of a role; none for a role that does not exist."""
    if not isinstance(principal, IamPrincipal) or principal.is_root:
        return []
    role = iam._roles.get_scoped(principal.account, None, principal.arn.rsplit("/", 1)[-1])
    if role is None:
        return []
    attached = [_managed_policy(arn, principal.account) for arn in role["AttachedPolicies"]]
    return [*role["InlinePolicies"].values(), *attached]


def _managed_policy(arn: str, account: str) -> Document:
    """The default version of a managed policy; MiniStack knows few of AWS's own, and not that of administrators."""
    if arn.endswith(":iam::aws:policy/AdministratorAccess"):
        return _ADMINISTRATOR
    document: Document | None = _resolve_managed_policy_document(arn, account)
    if document is None:
        raise UnmodelledPolicyError(f"the embedded AWS does not have the managed policy {arn}")
    return document
