"""Who and what the demonstration is about, read from the settings file that is deployed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.organization import Organization

OUTSIDER: Final = "666666666666"
"""An account of somebody else's organization."""

_SILENT_AFTER_MINUTES: Final = 60
"""The default of the settings."""
_KEY_ID: Final = re.compile(r"^key_id = .*$", re.MULTILINE)
_APPROVALS: Final = re.compile(r"^approvals = .*$", re.MULTILINE)
_DIRECT: Final = re.compile(r"^direct\s*=\s*\[[^\]]*\]", re.MULTILINE)
_QUERY_ACCOUNTS: Final = re.compile(r"^accounts\s*=\s*\[[^\]]*\]", re.MULTILINE)
_ROLLOUT: Final = re.compile(r"^\[rollout\]$", re.MULTILINE)
_REACH: Final = re.compile(
    r"^(organizational_units|canary_units|include_accounts|exclude_accounts)\s*=\s*\[[^\]]*\]\n|^administrator\s*=.*\n",
    re.MULTILINE,
)
_LINES: Final = {"members.direct": _DIRECT, "query.accounts": _QUERY_ACCOUNTS, "a table [rollout]": _ROLLOUT}


@dataclass(frozen=True, kw_only=True)
class Units:
    """The organizational units that StackSets reach: those that come first, and the others."""

    canary: str
    others: str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The accounts and Regions of a settings file; `event_regions` forward events, `asking` are Athena's auditors.

    `enforcement` is what the guard of security groups does about an account's rules that nobody approved; where the
    file says nothing, it revokes them in the second of the two members.
    """

    text: str
    organization: Organization
    archive: str
    members: tuple[str, ...]
    home: str
    governed: tuple[str, ...]
    event_regions: tuple[str, ...]
    silent_after_minutes: int
    approvals: Path | None
    enforcement: Mapping[str, str]
    asking: tuple[str, ...]

    @classmethod
    def read(cls, config: Path) -> Setting:
        """What the file says; the file itself is checked at synthesis.

        Raises:
            ValueError: It names too few accounts or Regions to show anything.
        """
        text = config.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
        archive, direct = raw["archive"]["account"], tuple(raw["members"]["direct"])
        guard = raw.get("security_groups", {})
        approvals = guard.get("approvals")
        others = tuple(account for account in direct if account != archive)
        if len(others) < 2 or not _KEY_ID.search(text):
            raise ValueError(f"{config} needs a line key_id and two accounts beside the archive in members.direct")
        missing = [name for name, line in _LINES.items() if not line.search(text)]
        if missing:
            raise ValueError(f"{config} needs {', '.join(missing)}, as in config/example.toml")
        return cls(
            text=text,
            organization=Organization.of(
                organization_id=raw["organization"]["id"],
                management_account=raw["organization"]["management_account"],
                accounts=[archive, *direct],
                root_id=raw["organization"]["root_id"],
            ),
            archive=archive,
            members=direct,
            home=raw["regions"]["home"],
            governed=tuple(raw["regions"]["governed"]),
            event_regions=tuple(dict.fromkeys([*raw["regions"]["governed"], *raw["regions"].get("sign_in", ())])),
            silent_after_minutes=raw.get("access", {}).get("silent_after_minutes", _SILENT_AFTER_MINUTES),
            approvals=config.parent.resolve() / approvals if approvals else None,
            enforcement=guard.get("enforcement") or {others[1]: "revoke"},
            asking=tuple(raw.get("query", {}).get("auditors", {})),
        )

    @property
    def two_members(self) -> tuple[str, str]:
        """The two accounts in which sessions are held."""
        first, second, *_ = [account for account in self.members if account != self.archive]
        return first, second

    @property
    def watched_and_enforced(self) -> tuple[str, str]:
        """An account whose security groups are only judged, and one where the guard acts.

        Raises:
            ValueError: The guard acts in every account that there is beside the archive.
        """
        watched = [each for each in self.members if each != self.archive and each not in self.enforcement]
        if not watched:
            raise ValueError("an account in members.direct must be without enforcement in security_groups")
        return watched[0], next(iter(self.enforcement))

    def completed(self, *, key_id: str, units: Units) -> str:
        """The settings file with what was learnt, to lie in any folder.

        Everybody but the archive account is enrolled by StackSets; what a query finds is said by account.
        """
        text = _KEY_ID.sub(f'key_id = "{key_id}"', self.text, count=1)
        text = _DIRECT.sub(f"direct = {json.dumps([self.archive])}", text, count=1)
        others = [account for account in self.members if account != self.archive]
        text = _QUERY_ACCOUNTS.sub(f"accounts = {json.dumps(others)}", text, count=1)
        reach = f"organizational_units = {json.dumps([units.others])}\ncanary_units = {json.dumps([units.canary])}"
        text = _ROLLOUT.sub(f"[rollout]\n{reach}", _REACH.sub("", text), count=1)
        if "enforcement" not in tomllib.loads(text).get("security_groups", {}):
            lines = [f'"{account}" = "{mode}"' for account, mode in self.enforcement.items()]
            text = "\n".join([text.rstrip(), "", "[security_groups.enforcement]", *lines, ""])
        return text if self.approvals is None else _APPROVALS.sub(f'approvals = "{self.approvals}"', text, count=1)
