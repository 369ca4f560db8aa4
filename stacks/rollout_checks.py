"""What no single value of the section `rollout` shows, nor its place among the other settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from stacks.toml_file import Finding

SECTION: Final = "rollout"
UNITS: Final = ("organizational_units", "canary_units")
ACCOUNTS: Final = ("include_accounts", "exclude_accounts")


class Values(Protocol):
    """The values that are right by themselves."""

    def get(self, table: str, key: str) -> Any:
        """One value, None where it is wrong or there is none."""
        ...

    def items(self, table: str, key: str) -> list[Any]:
        """The right elements of a list."""
        ...


def _units_are_of_the_organization(values: Values) -> Iterator[Finding]:
    """A unit's id names its root.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
    """
    root = values.get("organization", "root_id")
    if root is None:
        return
    for key in UNITS:
        for unit in values.items(SECTION, key):
            if unit != root and not unit.startswith(f"ou-{root.removeprefix('r-')}-"):
                yield (
                    (SECTION, key),
                    f"is not of the organization whose root is organization.root_id = {root!r}; its units begin with "
                    f"ou-{root.removeprefix('r-')}-",
                    unit,
                )


def _no_unit_in_two_lists(values: Values) -> Iterator[Finding]:
    units, canaries = (values.items(SECTION, key) for key in UNITS)
    for unit in canaries:
        if unit in units:
            yield (
                (SECTION, "canary_units"),
                "stands in rollout.organizational_units too; its accounts would take every template twice",
                unit,
            )
        if unit.startswith("r-"):
            yield (SECTION, "canary_units"), "is the root, so nobody would come after the first", unit
    for unit in units:
        if unit.startswith("r-") and (len(units) > 1 or canaries):
            yield (
                (SECTION, "organizational_units"),
                "is the root, which holds every other unit; its accounts would take every template twice",
                unit,
            )


def _no_account_in_two_lists(values: Values) -> Iterator[Finding]:
    included, excluded = (values.items(SECTION, key) for key in ACCOUNTS)
    if included and excluded:
        yield (
            (SECTION, "exclude_accounts"),
            "stands beside rollout.include_accounts, and a StackSet takes one filter; leave out of the one list what "
            "the other should not reach",
            excluded,
        )
    direct = values.items("members", "direct")
    for account in included:
        if account in direct:
            yield (
                (SECTION, "include_accounts"),
                "stands in members.direct too; the same roles would be made twice in one account",
                account,
            )


def _the_management_account_is_not_reached(values: Values) -> Iterator[Finding]:
    management = values.get("organization", "management_account")
    for account in values.items(SECTION, "include_accounts"):
        if account == management:
            yield (
                (SECTION, "include_accounts"),
                "is the management account, which no service-managed StackSet reaches; name it in members.direct",
                account,
            )
    administrator = values.get(SECTION, "administrator")
    if administrator is not None and administrator == management:
        yield (
            (SECTION, "administrator"),
            "is the management account, which administers StackSets anyway; leave it out",
            administrator,
        )


def _who_is_reached_is_said(values: Values) -> Iterator[Finding]:
    if values.items(SECTION, "organizational_units"):
        return
    for key in ("canary_units", *ACCOUNTS, "administrator"):
        value = values.get(SECTION, key)
        if value:
            yield (
                (SECTION, key),
                "reaches nobody without rollout.organizational_units; a service-managed StackSet begins with units",
                value,
            )


ROLLOUT_CHECKS: Final[tuple[Callable[[Values], Iterator[Finding]], ...]] = (
    _units_are_of_the_organization,
    _no_unit_in_two_lists,
    _no_account_in_two_lists,
    _the_management_account_is_not_reached,
    _who_is_reached_is_said,
)
