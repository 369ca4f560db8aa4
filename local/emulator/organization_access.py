"""Organizations: which services have trusted access, and which accounts administer them. MiniStack has neither.

The organization's own account alone may ask and change it; a delegated administrator needs the service's trusted access
first, as on AWS.
https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id
from ministack.services import organizations

from local.emulator.answers import Answer, RefusalError, json_answer
from local.emulator.hooks import add_entry
from local.emulator.principals import organization

Members = dict[str, Any]
_enabled: dict[str, float] = {}
_administrators: dict[tuple[str, str], float] = {}


def install() -> None:
    """Adds the operations."""
    for name, operate in _OPERATIONS.items():
        add_entry(organizations._DISPATCH, name, _answering(operate))


def clear() -> None:
    """No trusted access, and nobody administers anything."""
    _enabled.clear()
    _administrators.clear()


def _answering(operate: Callable[[Members], Members]) -> Callable[[Members], Answer]:
    def answer(members: Members) -> Answer:
        try:
            if get_account_id() != organization().management_account:
                words = "You don't have permissions to access this resource."
                raise RefusalError("AccessDeniedException", words)
            return json_answer(operate(members))
        except RefusalError as refusal:
            return refusal.answer()

    return answer


def _enable(members: Members) -> Members:
    _enabled.setdefault(members["ServicePrincipal"], time.time())
    return {}


def _disable(members: Members) -> Members:
    _enabled.pop(members["ServicePrincipal"], None)
    return {}


def _list_enabled(_members: Members) -> Members:
    return {
        "EnabledServicePrincipals": [
            {"ServicePrincipal": principal, "DateEnabled": since} for principal, since in sorted(_enabled.items())
        ]
    }


def _register(members: Members) -> Members:
    account, principal = members["AccountId"], members["ServicePrincipal"]
    if account not in organization().accounts:
        raise RefusalError("AccountNotFoundException", f"{account} is no account of the organization")
    if account == organization().management_account:
        raise RefusalError("ConstraintViolationException", "the management account cannot be a delegated administrator")
    if principal not in _enabled:
        raise RefusalError("ConstraintViolationException", f"{principal} has no trusted access")
    if (principal, account) in _administrators:
        raise RefusalError("AccountAlreadyRegisteredException", f"{account} administers {principal} already")
    _administrators[principal, account] = time.time()
    return {}


def _deregister(members: Members) -> Members:
    if _administrators.pop((members["ServicePrincipal"], members["AccountId"]), None) is None:
        raise RefusalError("AccountNotRegisteredException", f"{members['AccountId']} administers nothing of that kind")
    return {}


def _list_administrators(members: Members) -> Members:
    wanted = members.get("ServicePrincipal")
    found = {account: since for (principal, account), since in _administrators.items() if wanted in (None, principal)}
    return {
        "DelegatedAdministrators": [
            {"Id": account, "Status": "ACTIVE", "DelegationEnabledDate": since}
            for account, since in sorted(found.items())
        ]
    }


_OPERATIONS: Final[dict[str, Callable[[Members], Members]]] = {
    "EnableAWSServiceAccess": _enable,
    "DisableAWSServiceAccess": _disable,
    "ListAWSServiceAccessForOrganization": _list_enabled,
    "RegisterDelegatedAdministrator": _register,
    "DeregisterDelegatedAdministrator": _deregister,
    "ListDelegatedAdministrators": _list_administrators,
}
