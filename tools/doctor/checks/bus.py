"""Do the rules of an account and Region reach the hub's bus?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from constructs_lib.archive_layout import FORWARD_ROLE, FORWARDING_DEAD_LETTERS, NAME_PREFIX
from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready

OUR_RULES: Final = f"{NAME_PREFIX}-"
HEARTBEAT: Final = f"{NAME_PREFIX}-heartbeat"


class Rule(NamedTuple):
    """A rule of ours, and whether the hub's bus is among its targets."""

    name: str
    enabled: bool
    reaches: bool


def judge(place: Place, rules: Sequence[Rule], *, bus: str, role: bool, waiting: int | None) -> list[Verdict]:
    """What the rules of a place mean for the hub.

    Args:
        place: Where they stand.
        rules: Those of ours; none where the place is not enrolled.
        bus: The hub's.
        role: Whether the role that puts events on it exists.
        waiting: How many events EventBridge gave up on; None where there is no queue for them.
    """
    if not rules:
        return [ready(place, "not enrolled yet; no rules")]
    again = "delete and deploy the stack evidence-member-region of this Region"
    verdicts = []
    if HEARTBEAT not in {rule.name for rule in rules}:
        verdicts.append(broken(place, f"the rule {HEARTBEAT} is gone: silence goes unnoticed", again))
    off = sorted(rule.name for rule in rules if not rule.enabled)
    if off:
        fix = "; ".join(f"aws events enable-rule --name {name} --region {place.region}" for name in off)
        verdicts.append(broken(place, f"switched off: {', '.join(off)}", fix))
    astray = sorted(rule.name for rule in rules if not rule.reaches)
    if astray:
        verdicts.append(broken(place, f"not sent to {bus}: {', '.join(astray)}", again))
    if not role:
        said = f"the role {FORWARD_ROLE} is missing, so no event leaves the account"
        verdicts.append(broken(place, said, "deploy the stack evidence-member-account"))
    if waiting is None:
        verdicts.append(broken(place, f"the queue {FORWARDING_DEAD_LETTERS} is gone", again))
    elif waiting:
        fix = "mend what kept them, often the bus policy or the role; then make replay (docs/operations.md)"
        verdicts.append(broken(place, f"{waiting} events did not reach the hub and wait in the queue", fix))
    return verdicts or [ready(place, f"{len(rules)} rules send to {bus}")]


def _read_rules(eyes: Eyes, place: Place, bus: str) -> list[Rule]:
    """Those that forward: other schedules than the heartbeat start the archive's own functions."""
    listed = eyes.pages(place, "events", "list_rules", "Rules", NamePrefix=OUR_RULES)
    reaching = eyes.pages(place, "events", "list_rule_names_by_target", "RuleNames", TargetArn=bus) if listed else []
    return [
        Rule(one["Name"], one["State"] != "DISABLED", one["Name"] in reaching)
        for one in listed
        if one["Name"] == HEARTBEAT or not one.get("ScheduleExpression")
    ]


def _waiting(eyes: Eyes, place: Place) -> int | None:
    absent = ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"]
    found = eyes.ask(place, "sqs", "get_queue_url", absent=absent, QueueName=FORWARDING_DEAD_LETTERS)
    if found is None:
        return None
    name = "ApproximateNumberOfMessages"
    asked = eyes.told(place, "sqs", "get_queue_attributes", QueueUrl=found["QueueUrl"], AttributeNames=[name])
    return int(asked["Attributes"][name])


def _has_role(eyes: Eyes, place: Place) -> bool:
    account = Place(place.account)
    return eyes.once(
        ("role", account, FORWARD_ROLE),
        lambda: eyes.ask(account, "iam", "get_role", absent=["NoSuchEntity"], RoleName=FORWARD_ROLE) is not None,
    )


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    rules = _read_rules(eyes, place, expected.hub_bus)
    if not rules:
        return judge(place, rules, bus=expected.hub_bus, role=True, waiting=0)
    return judge(place, rules, bus=expected.hub_bus, role=_has_role(eyes, place), waiting=_waiting(eyes, place))


CHECK: Final = Check(name="bus", places=lambda expected: expected.forwarding, look=_look)
