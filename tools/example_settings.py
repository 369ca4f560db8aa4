"""Rewrites the example settings for a measurement."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence

_GOVERNED = re.compile(r"^governed\s*=\s*\[[^\]]*\]", re.MULTILINE)
_ACCOUNTS = re.compile(r"^accounts\s*=\s*\[[^\]]*\]", re.MULTILINE)
_ROLLOUT = re.compile(r"^\[rollout\]$", re.MULTILINE)
_DIRECT = re.compile(r"^direct\s*=\s*\[[^\]]*\]", re.MULTILINE)


def with_members(settings: str, *, count: int) -> str:
    """The text of a settings file with as many members for direct deployment, the archive account first.

    Raises:
        ValueError: when the file has no list `direct`, or the list that it has is not that of `[members]`.
    """
    before = tomllib.loads(settings)
    archive, management = before["archive"]["account"], before["organization"]["management_account"]
    others = (str(number) for number in range(200_000_000_000, 200_000_000_000 + count + 1))
    members = [archive, *(account for account in others if account not in {archive, management})][:count]
    text, replaced = _DIRECT.subn(f"direct = {json.dumps(members)}", settings)
    if replaced != 1 or tomllib.loads(text).get("members", {}).get("direct") != members:
        raise ValueError("the settings have no single list `direct` under [members]")
    return text


def rolled_out(settings: str, *, accounts: int, regions: Sequence[str]) -> str:
    """The text of a settings file with StackSets for as many accounts, which queries know by name, in these Regions.

    The archive account is deployed to directly.

    Raises:
        ValueError: when the file has not each of the lists that are replaced exactly once, or no table `rollout`.
    """
    text = with_members(settings, count=1)
    named = [str(number) for number in range(300_000_000_000, 300_000_000_000 + accounts)]
    unit = tomllib.loads(text)["organization"]["root_id"]
    for line, replacement in (
        (_GOVERNED, f"governed = {json.dumps(list(regions))}"),
        (_ACCOUNTS, f"accounts = {json.dumps(named)}"),
        (_ROLLOUT, f"[rollout]\norganizational_units = {json.dumps([unit])}"),
    ):
        text, replaced = line.subn(replacement, text)
        if replaced != 1:
            raise ValueError(f"the settings have not exactly one line {line.pattern}")
    return text
