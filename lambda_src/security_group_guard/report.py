"""What the guard says on the hub's bus: a judgement, the outcome of enforcement. Pure.

Ids of findings follow from the thing alone, so that a repetition, or two invocations at once, say the same finding.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from . import commands
from .approvals import Approvals
from .groups import Group
from .judge import UNAPPROVED, Difference, demanded
from .live import Live
from .trigger import Trigger

Json = dict[str, Any]

SOURCE: Final = "access-evidence.security-groups"
JUDGEMENT: Final = "Security Group Judgement"
ENFORCEMENT: Final = "Security Group Enforcement"
MOST_BYTES: Final = 200_000
"""What a detail may take of the 256 KB of an entry; the hub's record of it holds it twice.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""

MOST_COMMANDS: Final = 100


class Cause(NamedTuple):
    """Who changed something by which call."""

    event_id: str
    call: str
    time: str
    principal: str
    issuer: str
    source_ip: str
    user_agent: str
    session: str


def cause_of(found: Trigger) -> Cause:
    """Who made the call that a trigger tells of."""
    actor = found.actor
    session = actor.arn.rpartition("/")[2] if ":assumed-role/" in actor.arn else ""
    return Cause(
        found.event_id, found.call, found.time, actor.arn, actor.issuer, actor.source_ip, actor.user_agent, session
    )


def finding_id(kind: str, *parts: object) -> str:
    """The id of a finding: the same for the same parts."""
    said = json.dumps(parts, default=str)
    return f"{kind}-{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def judgement(
    group: Group,
    differences: Sequence[Json],
    *,
    finding: str,
    alert: bool,
    mode: str,
    vpc_id: str = "",
    read: str = "live",
    problem: str = "",
    state: str = "open",
    sweep: str = "",
    cause: Cause | None = None,
    unread: Iterable[str] = (),
) -> Json:
    """The detail of a judgement; what does not fit is counted in ``more``."""
    detail: Json = {
        "finding": finding,
        "alert": alert,
        "state": state,
        **_where(group, vpc_id),
        "read": read,
        "problem": problem,
        "mode": mode,
        "sweep": sweep,
        "differences": [],
        "more": 0,
        "cause": cause._asdict() if cause else None,
        "unread": list(unread)[:50],
    }
    size = len(json.dumps(detail))
    for number, one in enumerate(differences):
        size += len(json.dumps(one)) + 2
        if size > MOST_BYTES:
            detail["more"] = len(differences) - number
            break
        detail["differences"].append(one)
    return detail


def enforcement(
    group: Group,
    *,
    finding: str,
    alert: bool,
    outcome: str,
    mode: str,
    vpc_id: str = "",
    removed: Sequence[Json] = (),
    added: Sequence[Json] = (),
    restore: Sequence[str] = (),
    undo: Iterable[str] = (),
    problem: str = "",
    of: str = "",
    cause: Cause | None = None,
) -> Json:
    """The detail of what became of enforcing; see ``parts`` for what does not fit.

    ``undo`` does by hand what is still to be done.
    """
    return {
        "finding": finding,
        "alert": alert,
        "outcome": outcome,
        **_where(group, vpc_id),
        "mode": mode,
        "removed": list(removed),
        "added": list(added),
        "restore": list(restore),
        "undo": list(dict.fromkeys(filter(None, undo)))[:MOST_COMMANDS],
        "problem": problem,
        "judgement": of,
        "cause": cause._asdict() if cause else None,
    }


def parts(removed: Sequence[Json]) -> list[list[Json]]:
    """What was removed, in as many parts as the bus takes at once: never none, and nothing is left out."""
    found: list[list[Json]] = [[]]
    size = 0
    for one in removed:
        size += len(json.dumps(one)) + 2
        if size > MOST_BYTES // 2 and found[-1]:
            found.append([])
            size = len(json.dumps(one)) + 2
        found[-1].append(one)
    return found


def with_commands(difference: Difference, live: Live | None, group: Group, approvals: Approvals) -> Json:
    """A difference with the command that undoes it, and the one that takes that back."""
    shown: Json = {**difference._asdict(), "undo": "", "restore": ""}
    rule = live.described.get(difference.rule_id) if live else None
    where = {"region": group.region}
    if difference.kind == UNAPPROVED and rule is not None:
        egress = bool(rule.get("IsEgress"))
        shown["undo"] = commands.revoke(group.group_id, [difference.rule_id], egress=egress, **where)
        shown["restore"] = restoring(group, rule)
    elif wanted := demanded(difference, group, approvals):
        permission = commands.wanted_permission(wanted, group.group_id)
        shown["undo"] = commands.authorize(group.group_id, [permission], egress=wanted.egress, **where)
    return shown


def restoring(group: Group, rule: Mapping[str, Any]) -> str:
    """The command that puts a rule back as it was."""
    permission = commands.described_permission(rule)
    return commands.authorize(group.group_id, [permission], egress=bool(rule.get("IsEgress")), region=group.region)


def entry(detail_type: str, detail: Json, *, bus: str) -> Json:
    """What ``PutEvents`` takes."""
    return {"Source": SOURCE, "DetailType": detail_type, "EventBusName": bus, "Detail": json.dumps(detail)}


def _where(group: Group, vpc_id: str) -> Json:
    return {
        "account": group.account,
        "region": group.region,
        "group_id": group.group_id,
        "group_name": group.name,
        "vpc_id": vpc_id,
    }
