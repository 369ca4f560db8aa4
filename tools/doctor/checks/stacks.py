"""How far is the roll-out: do the stacks of an account stand, or did one stop half-way?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

ACCOUNT_STACK: Final = "evidence-member-account"
REGION_STACK: Final = "evidence-member-region"
_FORMS: Final = {
    ACCOUNT_STACK: ACCOUNT_STACK,
    REGION_STACK: "evidence-member-(region(-without-recording)?|sign-in)",
}
"""The StackSets that carry the templates of each; those of the units that go first end with ``-canary``."""
_DONE: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


def is_named(stack: str, name: str) -> bool:
    """Whether a stack is the one of this name, deployed directly or by a StackSet, whose name then stands around it."""
    set_name = f"{_FORMS[name]}(-canary)?"
    return re.fullmatch(rf"{re.escape(name)}|StackSet-{set_name}-[0-9a-f-]{{36}}", stack) is not None


def judge(place: Place, stacks: Mapping[str, str], *, wanted: Sequence[str]) -> list[Verdict]:
    """What the states of an account's stacks mean for a roll-out.

    Args:
        place: The account in a Region.
        stacks: Every stack that is there, with its state.
        wanted: The names of those that belong there.
    """
    verdicts, missing = [], []
    for name in wanted:
        found = [(stack, state) for stack, state in stacks.items() if is_named(stack, name)]
        if not found:
            missing.append(name)
        verdicts += [_state(place, stack, state) for stack, state in found if state not in _DONE]
    if missing and len(missing) == len(wanted):
        return [warning(place, f"not enrolled: there is no {' and no '.join(missing)}", _ENROL), *verdicts]
    verdicts += [broken(place, f"half enrolled: {name} is missing", _ENROL) for name in missing]
    return verdicts or [ready(place, f"{', '.join(wanted)} stand")]


_ENROL: Final = "deploy it, or put the account into what a StackSet reaches"


def _state(place: Place, stack: str, state: str) -> Verdict:
    if state.endswith("_IN_PROGRESS"):
        return warning(place, f"{stack} is {state}", "wait for it, and look again")
    region = f"--region {place.region}"
    if state == "UPDATE_ROLLBACK_COMPLETE":
        events = f"aws cloudformation describe-stack-events --stack-name {stack} {region}"
        return warning(place, f"the last update of {stack} was rolled back", f"see why: {events}; then deploy again")
    if state == "UPDATE_ROLLBACK_FAILED":
        fix = f"aws cloudformation continue-update-rollback --stack-name {stack} {region}"
    else:
        fix = f"aws cloudformation delete-stack --stack-name {stack} {region}; then deploy again"
    return broken(place, f"{stack} is {state}", fix)


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    listed = eyes.pages(place, "cloudformation", "describe_stacks", "Stacks")
    wanted = [REGION_STACK] if place.region != expected.home else [ACCOUNT_STACK, REGION_STACK]
    return judge(place, {one["StackName"]: one["StackStatus"] for one in listed}, wanted=wanted)


CHECK: Final = Check(name="stacks", places=lambda expected: expected.forwarding, look=_look)
