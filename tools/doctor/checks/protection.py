"""Are the stacks that hold evidence protected from deletion?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

ARCHIVE_STACK: Final = "evidence-log-archive"
HUB_STACK: Final = "evidence-access-hub"
QUERY_STACK: Final = "evidence-query"
PROTECTED: Final = (ARCHIVE_STACK, HUB_STACK)
"""Those that the app protects."""


class Stack(NamedTuple):
    """A stack of the archive account."""

    name: str
    state: str
    protected: bool


def judge(place: Place, stacks: Sequence[Stack], *, wanted: Sequence[str]) -> list[Verdict]:
    """Whether each stack of the archive that belongs to a Region stands and cannot be deleted by one call."""
    found = {stack.name: stack for stack in stacks}
    verdicts = []
    for name in wanted:
        stack = found.get(name)
        if stack is None:
            verdicts.append(broken(place, f"{name} is not deployed", "deploy it: npx cdk deploy --all"))
        elif not stack.state.endswith("_COMPLETE") or stack.state.startswith(("DELETE", "ROLLBACK")):
            events = f"aws cloudformation describe-stack-events --stack-name {name} --region {place.region}"
            verdicts.append(broken(place, f"{name} is {stack.state}", f"see why: {events}"))
        elif name in PROTECTED and not stack.protected:
            fix = (
                f"aws cloudformation update-termination-protection --enable-termination-protection --stack-name {name} "
                f"--region {place.region}"
            )
            verdicts.append(warning(place, f"{name} could be deleted by one call", fix))
    return verdicts or [ready(place, f"{', '.join(wanted)} stand, and are protected as they shall be")]


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    listed = eyes.pages(place, "cloudformation", "describe_stacks", "Stacks")
    stacks = [
        Stack(one["StackName"], one["StackStatus"], bool(one.get("EnableTerminationProtection"))) for one in listed
    ]
    wanted = [ARCHIVE_STACK, HUB_STACK, QUERY_STACK] if place.region == expected.home else [ARCHIVE_STACK]
    return judge(place, stacks, wanted=wanted)


CHECK: Final = Check(name="archive stacks", places=lambda expected: expected.archives, look=_look)
