"""Service-managed StackSets: who is reached, what becomes of each stack instance, and who is enrolled later.

MiniStack has none. As on AWS, the management account is never reached, an account that comes into a unit is enrolled by
itself whatever the filters say, and its stacks go when it leaves; the StackSets that others depend on come first. In
which order AWS removes them from an account that leaves is not documented: here those that depend go first.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from local.emulator import organization_tree
from local.emulator.answers import RefusalError
from local.emulator.organization_tree import accounts_below, exists
from local.emulator.stack_instances import Wanted, bring_about, stack_id
from tools.rollout.pace import Pace, Place, Progress, proceed

Action = Literal["CREATE", "UPDATE", "DELETE"]
_works = threading.RLock()
"""One operation at a time, as managed execution queues them."""
_AT_ONCE: Final = Pace(max_concurrent_percent=100, failure_tolerance_percent=100, regions_in_parallel=True)


@dataclass(kw_only=True)
class Instance:
    """One stack of a StackSet."""

    unit: str
    stack_name: str
    stack_id: str = ""
    status: str = "OUTDATED"
    detailed: str = "PENDING"
    reason: str = ""
    operation_id: str = ""


@dataclass(kw_only=True)
class Operation:
    """Something that is done to many instances."""

    action: Action
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: str = field(default_factory=lambda: _now())
    ended: str = ""
    status: str = "QUEUED"
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Who is reached, and in which Regions."""

    units: tuple[str, ...]
    filter_type: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]

    def places(self) -> dict[Place, str]:
        """Every place of today, Region by Region, with the unit that it is reached by."""
        reached = {account: unit for unit in self.units for account in accounts_below(unit) if self._takes(account)}
        return {(account, region): reached[account] for region in self.regions for account in reached}

    def _takes(self, account: str) -> bool:
        if self.filter_type == "NONE":
            return True
        return (account in self.accounts) == (self.filter_type == "INTERSECTION")


@dataclass(kw_only=True)
class StackSet:
    """A StackSet, its instances and what was done."""

    name: str
    id: str
    arn: str
    body: str
    parameters: dict[str, str]
    capabilities: tuple[str, ...]
    automatic: bool
    retains: bool
    depends_on: tuple[str, ...]
    pace: Pace
    groups: tuple[Group, ...]
    instances: dict[Place, Instance] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def wanted(self) -> dict[Place, str]:
        """Every place that shall have a stack."""
        return {place: unit for group in self.groups for place, unit in group.places().items()}


_sets: dict[str, StackSet] = {}


def install() -> None:
    """Hears of accounts that are moved."""
    organization_tree.listen(_account_moved)


def clear() -> None:
    """Forgets every StackSet."""
    _sets.clear()


def all_stack_sets() -> list[StackSet]:
    """Those that there are."""
    return list(_sets.values())


def stack_set(name: str) -> StackSet:
    """One, by its name or id.

    Raises:
        RefusalError: There is none.
    """
    found = _sets.get(name.split(":")[0])
    if found is None:
        raise RefusalError("StackSetNotFoundException", f"StackSet {name} not found", status=404)
    return found


def add(made: StackSet) -> None:
    """Creates a StackSet and its instances.

    Raises:
        RefusalError: There is one of that name, a unit does not exist, or too many stacks failed.
    """
    if made.name in _sets:
        raise RefusalError("NameAlreadyExistsException", f"StackSet {made.name} already exists", status=409)
    _units_exist(made.groups)
    _sets[made.name] = made
    wanted = made.wanted()
    operate(made, "CREATE", wanted, units=wanted)


def change(made: StackSet, changed: StackSet) -> None:
    """Updates the template of every instance, takes away those that nobody wants, and adds those that are missing.

    Raises:
        RefusalError: A unit does not exist, or too many stacks failed.
    """
    _units_exist(changed.groups)
    other = (made.body, made.parameters) != (changed.body, changed.parameters)
    for name in ("body", "parameters", "capabilities", "automatic", "retains", "depends_on", "pace", "groups"):
        setattr(made, name, getattr(changed, name))
    wanted = made.wanted()
    stay = [place for place in made.instances if place in wanted]
    if other:
        operate(made, "UPDATE", stay)
    operate(made, "DELETE", [place for place in made.instances if place not in wanted])
    operate(made, "CREATE", [place for place in wanted if place not in made.instances], units=wanted)


def remove(name: str) -> None:
    """Removes every instance, then the StackSet.

    Raises:
        RefusalError: A stack could not be removed.
    """
    found = _sets.get(name)
    if found is not None:
        operate(found, "DELETE", list(found.instances))
        del _sets[name]


def operate(
    made: StackSet,
    action: Action,
    places: Iterable[Place],
    *,
    units: Mapping[Place, str] | None = None,
    automatic: bool = False,
    queued: Operation | None = None,
) -> Operation | None:
    """Does something to some instances, in the pace of the StackSet; of no instances nothing is done.

    Args:
        made: The StackSet.
        action: What is done.
        places: Where.
        units: By which unit each new place is reached.
        automatic: Whether AWS does it because an account was moved, which asks for no pace and stops at no failure.
        queued: The operation that somebody waits for already.

    Raises:
        RefusalError: More failed than may.
    """
    with _works:
        ordered = list(places)
        if not ordered:
            return None
        operation = queued or queue(made, action)
        operation.status = "RUNNING"
        for place in ordered:
            if place not in made.instances:
                unit = (units or {}).get(place, "")
                made.instances[place] = Instance(unit=unit, stack_name=f"StackSet-{made.name}-{uuid.uuid4()}")
            instance = made.instances[place]
            instance.operation_id, instance.status, instance.detailed = operation.id, "OUTDATED", "PENDING"
        pace = _AT_ONCE if automatic else made.pace
        operation.progress = progress = proceed(ordered, pace, lambda wave: _attempt(made, action, wave))
        for place, status in progress.status.items():
            _note(made, action, place, status, progress.reasons.get(place, ""))
        failed = progress.stopped or (automatic and progress.failed > 0)
        operation.ended, operation.status = _now(), "FAILED" if failed else "SUCCEEDED"
        if failed and not automatic:
            told = "; ".join(f"{account} {region}: {why}" for (account, region), why in progress.reasons.items())
            raise RefusalError("OperationFailed", f"{action} of {made.name} failed in {progress.failed} places: {told}")
        return operation


def queue(made: StackSet, action: Action) -> Operation:
    """An operation that waits for those before it."""
    made.operations.append(Operation(action=action))
    return made.operations[-1]


def _attempt(made: StackSet, action: Action, wave: Sequence[Place]) -> list[str]:
    body = None if action == "DELETE" else made.body
    return bring_about(
        [
            Wanted(
                account=account,
                region=region,
                name=made.instances[account, region].stack_name,
                body=body,
                parameters=made.parameters,
            )
            for account, region in wave
        ]
    )


def _note(made: StackSet, action: Action, place: Place, status: str, reason: str) -> None:
    if action == "DELETE" and status == "SUCCEEDED":
        del made.instances[place]
        return
    instance = made.instances[place]
    instance.detailed, instance.reason = status, reason
    instance.stack_id = stack_id(*place, instance.stack_name)
    instance.status = "CURRENT" if status == "SUCCEEDED" else "OUTDATED"
    if action == "DELETE" and status == "FAILED":
        instance.status, instance.detailed = "INOPERABLE", "INOPERABLE"


def _account_moved(account: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Begins what AWS does by itself, and does not wait for it."""
    threading.Thread(target=_enrol, args=(account, before, after), daemon=True).start()


def _enrol(account: str, before: Sequence[str], after: Sequence[str]) -> None:
    with _works:
        ordered = _in_order([made for made in _sets.values() if made.automatic])
        for made in reversed(ordered):
            if any(_reaches(group, before) for group in made.groups) and not any(
                _reaches(group, after) for group in made.groups
            ):
                gone = [place for place in made.instances if place[0] == account]
                if made.retains:
                    for place in gone:
                        del made.instances[place]
                else:
                    operate(made, "DELETE", gone, automatic=True)
        failed: set[str] = set()
        for made in ordered:
            units = {
                (account, region): next(unit for unit in after if unit in group.units)
                for group in made.groups
                if _reaches(group, after)
                for region in group.regions
                if (account, region) not in made.instances
            }
            if failed & {*made.depends_on}:
                failed.add(made.arn)
                continue
            operation = operate(made, "CREATE", units, units=units, automatic=True)
            if operation is not None and operation.status != "SUCCEEDED":
                failed.add(made.arn)


def _reaches(group: Group, above: Sequence[str]) -> bool:
    return any(unit in group.units for unit in above)


def _in_order(sets: Sequence[StackSet]) -> list[StackSet]:
    """Each after those that it depends on."""
    known = {made.arn: made for made in sets}
    done: dict[str, StackSet] = {}

    def visit(made: StackSet) -> None:
        for arn in made.depends_on:
            if arn in known and arn not in done:
                visit(known[arn])
        done[made.arn] = made

    for made in sets:
        visit(made)
    return list(done.values())


def _units_exist(groups: Sequence[Group]) -> None:
    for unit in (unit for group in groups for unit in group.units):
        if not exists(unit):
            raise RefusalError("InvalidOperationException", f"the organizational unit {unit} does not exist")


def _now() -> str:
    return datetime.now(tz=UTC).isoformat()
