"""One thing that nobody may succeed in, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.demo.evidence import Evidence
from local.embedded_aws import EmbeddedAws


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Something that nobody may succeed in."""

    account: str
    region: str
    actor: str
    target: str
    call: Callable[[], Any]


def carry_out(aws: EmbeddedAws, attempt: Attempt) -> Evidence:
    """The attempt, what came of it and the statement that decided."""
    before = len(aws.decisions())
    try:
        attempt.call()
        outcome = "let in"
    except ClientError as error:
        refused = "Denied" in error.response["Error"]["Code"] or "Insufficient" in error.response["Error"]["Code"]
        outcome = "refused" if refused else f"failed: {error}"
    made = [item for item in aws.decisions()[before:] if item["account"] == attempt.account]
    decisions = [item for item in made if not item["allowed"]]
    decision = decisions[-1] if decisions else {}
    return Evidence(
        kind="attempt",
        account=attempt.account,
        region=attempt.region,
        actor=attempt.actor,
        target=attempt.target,
        time=decision.get("time", ""),
        outcome=outcome if decision else "let in",
        sid=decision.get("sid", ""),
        reason=decision.get("reason", "no policy refused it"),
    )
