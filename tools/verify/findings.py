"""What a validation found: which objects are not as CloudTrail delivered them, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.verify.chains import Chain


class VerifyError(Exception):
    """Nothing can be validated; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An object that is not as it was delivered."""

    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}"


@dataclass(kw_only=True)
class Result:
    """One chain: what was found valid, from when to when, and every failure.

    `uncovered` counts the files that were delivered before its first or after its last digest.
    """

    chain: Chain
    digests: int = 0
    files: int = 0
    start: str = ""
    end: str = ""
    failures: list[Failure] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    uncovered: int = 0

    @property
    def valid(self) -> bool:
        """Every digest and file is as it was delivered, and there is at least one digest."""
        return self.digests > 0 and not self.failures

    def fail(self, key: str, reason: str) -> None:
        """Notes a failure, once."""
        failure = Failure(key=key, reason=reason)
        if failure not in self.failures:
            self.failures.append(failure)
