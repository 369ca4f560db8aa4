"""ListTrails names the account's trails of every Region; MiniStack's names those that one Region sees.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import cloudtrail

from local.emulator.answers import Answer, json_answer
from local.emulator.hooks import replace_entry


def install() -> None:
    """Replaces the operation."""
    replace_entry(cloudtrail._DISPATCH, "ListTrails", _everywhere)


def _everywhere(_original: Callable[..., Any]) -> Callable[[dict[str, Any]], Answer]:
    def listed(_members: dict[str, Any]) -> Answer:
        trails = [
            {"TrailARN": trail["TrailARN"], "Name": name, "HomeRegion": home}
            for home, name, trail in cloudtrail._account_trail_items()
        ]
        return json_answer({"Trails": trails})

    return listed
