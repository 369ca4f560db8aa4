"""What CloudTrail's records of some calls look like; values are left out, names of fields alone are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tools.doctor.answers.answer import Answer, Question, observed, unobserved
from tools.doctor.checks.node_access import starts
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, Json
from tools.doctor.verdict import Place

CLOSE: Final = timedelta(seconds=30)
EC2: Final = "ec2.amazonaws.com"
GROUP_CALLS: Final = (
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "ModifySecurityGroupRules",
    "RevokeSecurityGroupIngress",
    "AuthorizeSecurityGroupIngress",
)


def fields(value: Any, at: str = "") -> set[str]:
    """The paths of all fields of a record; ``[]`` stands for every item of a list."""
    if isinstance(value, Mapping):
        return {path for name, inner in value.items() for path in fields(inner, f"{at}.{name}" if at else str(name))}
    if isinstance(value, list):
        return {path for inner in value for path in fields(inner, f"{at}[]")} or {f"{at}[]"}
    return {at} if at else set()


def group_shapes(records: Mapping[str, Sequence[Mapping[str, Any]]]) -> Answer:
    """How calls on security groups are recorded.

    Args:
        records: Name of the call → its records.
    """
    how = f"LookupEvents of {', '.join(records)}; fields of requestParameters, without their values"
    seen = {name: some for name, some in records.items() if some}
    if not seen:
        return unobserved(how, "make each call once in a member, several rules in one of them")
    said = "; ".join(
        f"{name}: {', '.join(sorted({path for one in some for path in fields(one.get('requestParameters'))}))}"
        for name, some in sorted(seen.items())
    )
    missing = sorted(set(records) - set(seen))
    return Answer(said, how, f"make these calls once: {', '.join(missing)}" if missing else None)


def link(connections: Iterable[Mapping[str, Any]], sessions: Iterable[Mapping[str, Any]]) -> Answer:
    """Which field of a session's start carries the id of the connection that began it.

    Args:
        connections: Records of StartConnection.
        sessions: Records of StartSession, of the same accounts and Regions.
    """
    how = "LookupEvents of StartConnection and StartSession; a session of the same instance within 30 seconds"
    pairs, found = 0, set()
    known = list(sessions)
    for connection in connections:
        arn = str(_mapping(connection.get("responseElements")).get("ConnectionArn", ""))
        identifier = arn.rsplit("/", 1)[-1]
        if not identifier:
            continue
        for session in known:
            if _belongs(connection, session):
                pairs += 1
                found |= {path for path, value in _leaves(session) if identifier in str(value)}
    if not pairs:
        return unobserved(how, "hold an RDP connection of a minute in an enrolled account")
    if found:
        return observed(f"yes: {', '.join(sorted(found))} of StartSession", how)
    return observed(f"no field: in {pairs} pairs the session does not name the connection", how)


def _belongs(connection: Mapping[str, Any], session: Mapping[str, Any]) -> bool:
    target = _mapping(session.get("requestParameters")).get("target")
    instance = _mapping(connection.get("requestParameters")).get("InstanceId")
    connected, begun = _time(connection), _time(session)
    if target is None or target != instance or connected is None or begun is None:
        return False
    return abs(connected - begun) <= CLOSE


def _time(record: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(record.get("eventTime", "")).replace("Z", "+00:00"))
    except ValueError:
        return None


def _leaves(value: Any, at: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{at}[]")
    else:
        yield at, value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _records(eyes: Eyes, places: Iterable[Place], name: str, source: str) -> list[Json]:
    return [json.loads(one["CloudTrailEvent"]) for place in places for one in starts(eyes, place, name, source)]


def _groups(eyes: Eyes, expected: Expected) -> Answer:
    return group_shapes({name: _records(eyes, expected.governed, name, EC2) for name in GROUP_CALLS})


def _link(eyes: Eyes, expected: Expected) -> Answer:
    connections = _records(eyes, expected.recorded, "StartConnection", "ssm-guiconnect.amazonaws.com")
    sessions = _records(eyes, expected.recorded, "StartSession", "ssm.amazonaws.com") if connections else []
    return link(connections, sessions)


QUESTIONS: Final = (
    Question(id="7-groups", asked="How does CloudTrail record calls on security groups?", look=_groups),
    Question(
        id="10-link",
        asked="Which field links a GuiConnect connection with the session that it begins?",
        look=_link,
    ),
)
