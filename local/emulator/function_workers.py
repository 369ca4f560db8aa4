"""A function that is made or removed ends its own workers, and not those of its namesakes in other accounts.

MiniStack gives functions without a name the same one in every account and Region.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc

from local.emulator.hooks import replace


def install() -> None:
    """Bounds what is ended to the account and Region of the request."""
    replace(lambda_svc, "invalidate_worker", _in_own_account)


def _in_own_account(original: Callable[..., Any]) -> Callable[..., Any]:
    def invalidate(
        name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        original(name, qualifier=qualifier, account=account or get_account_id(), region=region or get_region())

    return invalidate
