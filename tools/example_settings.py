"""Rewrites the example settings for a measurement."""

from __future__ import annotations

import json
import re
import tomllib

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
