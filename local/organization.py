"""The one organization that the embedded AWS knows; every other account is an outsider."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

OUTSIDE_ORGANIZATION: Final = "o-outsider00"
"""The organization of every account that is not listed."""

DEFAULT_ROOT: Final = "r-emb3"
"""Where nobody asks for the id of the root."""

_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True)
class Organization:
    """Who belongs together: `accounts` lists every member, the management account among them."""

    id: str
    management_account: str
    accounts: frozenset[str]
    root_id: str = DEFAULT_ROOT

    @classmethod
    def of(
        cls, *, organization_id: str, management_account: str, accounts: Iterable[str], root_id: str = DEFAULT_ROOT
    ) -> Organization:
        """An organization of `accounts` and its management account."""
        members = frozenset({management_account, *accounts})
        wrong = sorted(account for account in members if not _ACCOUNT.fullmatch(account))
        if wrong:
            raise ValueError(f"an account id has twelve digits, unlike {', '.join(wrong)}")
        return cls(id=organization_id, management_account=management_account, accounts=members, root_id=root_id)

    @classmethod
    def from_json(cls, text: str) -> Organization:
        """What `to_json` wrote."""
        read = json.loads(text)
        return cls.of(
            organization_id=read["id"],
            management_account=read["management_account"],
            accounts=read["accounts"],
            root_id=read["root_id"],
        )

    def to_json(self) -> str:
        """One line that crosses a process boundary."""
        return json.dumps(
            {
                "id": self.id,
                "management_account": self.management_account,
                "accounts": sorted(self.accounts),
                "root_id": self.root_id,
            }
        )

    def organization_of(self, account: str) -> str:
        """The id of the account's organization: ours for a member, a foreign one for anybody else."""
        return self.id if account in self.accounts else OUTSIDE_ORGANIZATION
