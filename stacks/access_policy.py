"""The organization's rules as the access hub reads them."""

from __future__ import annotations

from typing import Any

from constructs_lib.archive_layout import (
    COMPACTION_ROLE,
    EVIDENCE_DATABASE,
    NAME_PREFIX,
    SESSION_DOCUMENT,
    BucketKind,
)
from stacks.access_settings import Exemption, Hours
from stacks.settings import Settings

EVIDENCE = (BucketKind.LOGS, BucketKind.RECORDINGS, BucketKind.ACCESS_LOGS)
"""What buckets hold from which nobody deletes; the derived bucket can be computed again."""


def access_policy(settings: Settings) -> dict[str, Any]:
    """The JSON document of ``lambda_src/access_events/policy.py``, the same for the same rules.

    Networks and accounts are sorted, since their order means nothing; of exceptions the first that fits is named.
    """
    access = settings.access
    return {
        "networks": {
            **({"default": sorted(access.networks)} if access.networks else {}),
            "accounts": {account: sorted(cidrs) for account, cidrs in sorted(access.account_networks.items())},
        },
        "failed_sign_ins": {"threshold": access.failed_sign_ins, "window_minutes": access.failed_sign_in_minutes},
        **({"hours": _hours(access.hours)} if access.hours else {}),
        "protected": {
            "name_prefix": f"{NAME_PREFIX}-",
            "session_document": SESSION_DOCUMENT,
            "evidence_buckets": [f"{NAME_PREFIX}-{kind.value}-" for kind in EVIDENCE],
            "key_ids": [settings.archive.key_id] if settings.archive.key_id else [],
            # Of trails that others made no name is known.
            "trails": ["*"] if settings.trail.mode == "existing" else [],
            "catalog": {
                "account": settings.archive.account,
                "database": EVIDENCE_DATABASE,
                "compaction_roles": [COMPACTION_ROLE],
            },
        },
        "exceptions": [_exception(exemption) for exemption in access.exceptions],
    }


def _hours(hours: Hours) -> dict[str, Any]:
    return {"timezone": hours.timezone, "days": list(hours.days), "start": hours.start, "end": hours.end}


def _exception(exemption: Exemption) -> dict[str, Any]:
    return {
        "owner": exemption.owner,
        "reason": exemption.reason,
        "expires": exemption.expires.isoformat(),
        **{key: value for key in ("rule", "account", "principal") if (value := getattr(exemption, key)) is not None},
    }
