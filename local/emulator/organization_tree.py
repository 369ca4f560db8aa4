"""The organization that MiniStack's management account sees is the one that the server was started for.

MiniStack makes an organization for whoever asks, with ids of its own, no accounts, and no notice to other services of
an account that is created or moved. A unit's id names the root on AWS, of its parent here.
https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import organizations

from local.emulator.hooks import replace, replace_entry
from local.emulator.principals import join, organization

Answer = tuple[int, Any, bytes]
Moved = Callable[[str, list[str], list[str]], None]
"""Is told the account, and the units above it before and after, the nearest first."""
_listeners: list[Moved] = []
_REGION = "us-east-1"


def install() -> None:
    """Fills the organization, and listens to what changes its tree."""
    replace(organizations, "_ensure_org", _filled)
    replace_entry(organizations._DISPATCH, "CreateOrganizationalUnit", _named_after_root)
    replace_entry(organizations._DISPATCH, "CreateAccount", _joining)
    replace_entry(organizations._DISPATCH, "MoveAccount", _moving)


def listen(listener: Moved) -> None:
    """Tell somebody of every account that is moved."""
    _listeners.append(listener)


def units_above(account: str) -> list[str]:
    """The unit of an account, the units around that, and the root; nothing for an account that is unknown."""
    with request_scope(organization().management_account, _REGION):
        organizations._ensure_org()
        return list(_above(account))


def exists(unit: str) -> bool:
    """Whether there is such a unit or root."""
    with request_scope(organization().management_account, _REGION):
        organizations._ensure_org()
        return unit in organizations._ous or unit in organizations._roots


def accounts_below(unit: str) -> list[str]:
    """Every account of a unit and of those within it; never the management account, which no StackSet reaches."""
    manager = organization().management_account
    with request_scope(manager, _REGION):
        organizations._ensure_org()
        return sorted(
            account for account in organizations._accounts if account != manager and unit in list(_above(account))
        )


def _above(child: str) -> Iterator[str]:
    record = organizations._accounts.get(child) or organizations._ous.get(child)
    while record is not None:
        parent = record["_ParentId"]
        yield parent
        record = organizations._ous.get(parent)


def _filled(original: Callable[[], None]) -> Callable[[], None]:
    def ensure() -> None:
        known = "self" in organizations._orgs
        original()
        if not known and get_account_id() == organization().management_account:
            _fill()

    return ensure


def _fill() -> None:
    ours = organization()
    (root_id,) = list(organizations._roots)
    old_root = organizations._roots[root_id]
    del organizations._roots[root_id]
    theirs = organizations._orgs["self"]
    renamed = {theirs["Id"]: ours.id, old_root["Id"]: ours.root_id}
    organizations._orgs["self"] = _rename(theirs, renamed)
    organizations._roots[ours.root_id] = _rename(old_root, renamed)
    master = _rename(organizations._accounts[ours.management_account], renamed)
    for account in sorted(ours.accounts):
        mine = {"Id": account, "Arn": master["Arn"].rsplit("/", 1)[0] + f"/{account}", "Name": account}
        organizations._accounts[account] = {**master, **mine, "Email": f"{account}@example.com"}
    full = organizations.FULL_ACCESS_POLICY_ID
    organizations._attachments[full] = [ours.root_id, *sorted(ours.accounts)]


def _rename(record: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(record)
    for old, new in renamed.items():
        text = text.replace(old, new)
    read: dict[str, Any] = json.loads(text)
    return read


def _named_after_root(original: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def create(payload: dict[str, Any]) -> Answer:
        status, headers, body = original(payload)
        if status != 200:
            return status, headers, body
        theirs = json.loads(body)["OrganizationalUnit"]["Id"]
        (root,) = list(organizations._roots)
        ours = f"ou-{root.removeprefix('r-')}-{theirs.rsplit('-', 1)[-1]}"
        record = organizations._ous[theirs]
        del organizations._ous[theirs]
        organizations._ous[ours] = _rename(record, {theirs: ours})
        return status, headers, body.replace(theirs.encode(), ours.encode())

    return create


def _joining(original: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def create(payload: dict[str, Any]) -> Answer:
        status, headers, body = original(payload)
        if status == 200 and get_account_id() == organization().management_account:
            account = json.loads(body)["CreateAccountStatus"]["AccountId"]
            join(account)
            _tell(account, [])
        return status, headers, body

    return create


def _moving(original: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    def move(payload: dict[str, Any]) -> Answer:
        account = payload.get("AccountId", "")
        before = list(_above(account))
        answer = original(payload)
        if answer[0] == 200 and get_account_id() == organization().management_account:
            _tell(account, before)
        return answer

    return move


def _tell(account: str, before: list[str]) -> None:
    after = list(_above(account))
    for listener in _listeners:
        listener(account, before, after)
