"""Adds to a WorkSpaces login whose WorkSpace it is: a help where it is to be had, never a condition."""

from __future__ import annotations

from collections.abc import Callable

from .shapes import Json
from .values import NamedTuple


class Owner(NamedTuple):
    """Who a WorkSpace belongs to."""

    user_name: str
    directory_id: str | None


LookUp = Callable[[str, str, str], Owner]
"""Takes account, Region and the WorkSpace's id; raises where it cannot tell."""


def enrich(record: Json, look_up: LookUp) -> None:
    """Completes a record in place; ``unmapped.enrichment`` says ``done`` or ``failed``. Never raises."""
    unmapped: Json = record["unmapped"]
    if unmapped["kind"] != "workspaces_login":
        return
    place = record["cloud"]
    try:
        owner = look_up(place["account"]["uid"], place["region"], unmapped["workspace_id"])
    except Exception:  # whatever is the matter, the event matters more
        unmapped["enrichment"] = "failed"
        return
    unmapped["enrichment"] = "done"
    record["user"] = {"name": owner.user_name, "type_id": 1}
    if owner.directory_id is not None:
        record["user"]["domain"] = owner.directory_id
        unmapped.setdefault("directory_id", owner.directory_id)


class Owners:
    """A look-up that remembers, and that gives up when it has cost a batch too much time.

    Args:
        describe: The call; bounded in itself by its client's timeouts.
        now: Seconds that only grow.
        budget: Seconds that the calls of one batch may take together.
        keep: Seconds that an answer holds; a failure holds for a tenth of it.
        capacity: Answers to remember; the oldest goes first.
    """

    def __init__(
        self,
        describe: LookUp,
        *,
        now: Callable[[], float],
        budget: float = 5,
        keep: float = 3600,
        capacity: int = 10_000,
    ) -> None:
        self._describe, self._now = describe, now
        self._budget, self._keep, self._capacity = budget, keep, capacity
        self._spent = 0.0
        self._known: dict[tuple[str, str, str], tuple[float, Owner | None]] = {}

    def new_batch(self) -> None:
        """The time budget is whole again."""
        self._spent = 0.0

    def __call__(self, account: str, region: str, workspace: str) -> Owner:
        """The owner.

        Raises:
            LookupError: where it is not known in time.
        """
        key = (account, region, workspace)
        start = self._now()
        until, owner = self._known.get(key, (0.0, None))
        if start >= until:
            if self._spent >= self._budget:
                raise LookupError("the time for look-ups of this batch is used up")
            try:
                owner = self._describe(*key)
            except Exception:
                owner = None
            end = self._now()
            self._spent += end - start
            self._known.pop(key, None)
            self._known[key] = (end + (self._keep if owner is not None else self._keep / 10), owner)
            if len(self._known) > self._capacity:
                self._known.pop(next(iter(self._known)))
        if owner is None:
            raise LookupError(f"nobody tells whose {workspace} is")
        return owner
