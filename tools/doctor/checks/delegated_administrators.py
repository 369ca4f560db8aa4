"""Which accounts administer, for the whole organization, a service that this product rests on?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tools.doctor.check import Check
from tools.doctor.checks.trusted_access import CLOUDTRAIL, STACK_SETS, SYSTEMS_MANAGER
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, ready, warning

SERVICES: Final = {
    STACK_SETS: "change every member's stacks",
    SYSTEMS_MANAGER: "change session preferences and node access everywhere",
    CLOUDTRAIL: "make and change trails of the whole organization",
}
"""What an administrator of each may do to evidence. RAM has none: its shares belong to their own accounts."""


def judge(place: Place, administrators: Mapping[str, Collection[str]], *, archive: str) -> list[Verdict]:
    """Who else than the management and the archive account may touch what evidence rests on.

    Args:
        place: The management account.
        administrators: Service principal → accounts.
        archive: The archive account, which may.
    """
    verdicts = [
        warning(
            place,
            f"{account} administers {principal} and so may {power}",
            "if that is not meant: aws organizations deregister-delegated-administrator "
            f"--account-id {account} --service-principal {principal}",
        )
        for principal, power in SERVICES.items()
        for account in sorted(administrators.get(principal, ()))
        if account != archive
    ]
    own = sorted(principal for principal, accounts in administrators.items() if archive in accounts)
    said = f"the archive account administers {', '.join(own)}; nobody else does" if own else "nobody but this account"
    return verdicts or [ready(place, said)]


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    administrators = {
        principal: [
            one["Id"]
            for one in eyes.pages(
                place,
                "organizations",
                "list_delegated_administrators",
                "DelegatedAdministrators",
                ServicePrincipal=principal,
            )
        ]
        for principal in SERVICES
    }
    return judge(place, administrators, archive=expected.archive.account)


CHECK: Final = Check(name="delegated administrators", places=lambda expected: [expected.management], look=_look)
