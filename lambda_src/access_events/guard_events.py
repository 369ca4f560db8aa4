"""What the guard of security groups tells on the hub's bus: judgements of groups, enforcements, and sweeps.

Imported only where such an event comes. Whatever shape a detail has, there is a record of it, which names what could
not be read under ``unmapped.malformed``.
"""

from __future__ import annotations

from . import ocsf
from .addresses import endpoint
from .principals import user
from .rules import GROUP_DIFFERENCE
from .shapes import Json, mapping, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

SOURCE = "access-evidence.security-groups"
GUARD = "evidence-security-group-guard"
JUDGEMENT, ENFORCEMENT, SWEEP = "Security Group Judgement", "Security Group Enforcement", "Security Group Sweep"
KINDS = {
    JUDGEMENT: "security_group_judgement",
    ENFORCEMENT: "security_group_enforcement",
    SWEEP: "security_group_sweep",
}
MOST_RULES = 100
"""A record names no more rules than this; ``raw_data`` names them all."""

_FACTS = ("group_id", "group_name", "vpc_id", "state", "read", "outcome", "mode", "sweep", "judgement")
_COUNTS = ("places", "groups", "rules", "new", "unread_places")


def guard_event(event: Json, detail_type: str, origin: ocsf.Origin) -> Json:
    """An event of the guard, as API Activity of whoever caused it, in the group's account and Region.

    A difference that is over is a Detection Finding that closes the one of its id, and alerts nobody.
    """
    detail = mapping(event, "detail")
    malformed = sorted(_malformed(detail, detail_type))
    cause = mapping(detail, "cause")
    facts = _facts(detail, detail_type, cause)
    if malformed:
        facts["malformed"] = malformed
    if detail_type != SWEEP:  # that is the hub's own, of the whole organization
        origin = origin._replace(cloud=ocsf.cloud(text(detail, "account"), text(detail, "region")))
    over = detail_type == JUDGEMENT and detail.get("state") == "closed" and not malformed
    record = ocsf.record(
        class_uid=ocsf.DETECTION_FINDING if over else ocsf.API_ACTIVITY,
        activity_id=3 if over else ocsf.OTHER,
        activity="Close" if over else detail_type,
        origin=origin,
    )
    circumstances = _circumstances(detail_type, cause)
    if over:
        _close(record, facts, circumstances)
    else:
        record.update(circumstances)
        status = ocsf.OTHER if malformed else _status(detail)
        record["status_id"] = status
        record["status"] = ocsf.STATUS_NAMES[status]
        if (code := text(detail, "outcome") or text(detail, "state")) is not None:
            record["status_code"] = code
    if (problem := text(detail, "problem")) is not None:
        record["status_detail"] = problem
    resources = list(_resources(detail))
    if resources:
        record["resources"] = resources
    record["unmapped"] = facts
    return record


def objects(parent: Json, key: str) -> list[Json]:
    """The objects of the list at a key."""
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(parent: Json, key: str) -> int | None:
    """The number at a key, where it counts something."""
    value = parent.get(key)
    return value if _is_count(value) else None


def _close(record: Json, facts: Json, circumstances: Json) -> None:
    record["status_id"] = 4
    record["status"] = "Resolved"
    record["is_alert"] = False
    record["message"] = f"What finding {facts.get('finding')} told of {facts.get('group_id', 'a group')} is over."
    record["finding_info"] = {
        "uid": facts["finding"],
        "title": GROUP_DIFFERENCE.title,
        "types": [GROUP_DIFFERENCE.id],
        "modified_time": record["time"],
        "related_events": [],
    }
    record["evidences"] = [circumstances]


def _circumstances(detail_type: str, cause: Json) -> Json:
    """Who caused it and from where; the guard itself where nobody did."""
    found: Json = {"api": {"operation": detail_type, "service": {"name": SOURCE}}}
    principal = text(cause, "principal")
    actor: Json = {} if principal is None else {"user": user(_identity(principal))}
    acting = {name: value for name, key in (("uid", "session"), ("issuer", "issuer")) if (value := text(cause, key))}
    if acting:
        actor["session"] = acting
    if not cause or not actor or detail_type == ENFORCEMENT:
        actor["invoked_by"] = GUARD
    found["actor"] = actor
    found["src_endpoint"] = endpoint(text(cause, "source_ip")) if cause else {"svc_name": GUARD}
    if (agent := text(cause, "user_agent")) is not None:
        found["http_request"] = {"user_agent": agent}
    return found


def _identity(principal: str) -> Json:
    """CloudTrail's ``userIdentity``, as far as the principal alone tells it."""
    if principal.endswith(".amazonaws.com"):
        return {"type": "AWSService", "invokedBy": principal, "arn": principal}
    kinds = ((":assumed-role/", "AssumedRole"), (":federated-user/", "FederatedUser"), (":user/", "IAMUser"))
    kind = next((kind for mark, kind in kinds if mark in principal), "Root" if principal.endswith(":root") else None)
    return {"type": kind, "arn": principal}


def _facts(detail: Json, detail_type: str, cause: Json) -> Json:
    facts: Json = {"kind": KINDS[detail_type]}
    finding = text(detail, "finding")
    if finding is not None and _is_id(finding, detail_type):
        facts["finding"] = finding
    for name in _FACTS:
        if (value := text(detail, name)) is not None:
            facts[name] = value
    for name, key in (("cause_event_id", "event_id"), ("cause_call", "call"), ("cause_time", "time")):
        if (value := text(cause, key)) is not None:
            facts[name] = value
    if detail_type == JUDGEMENT:
        found = objects(detail, "differences")
        facts["differences"] = len(found) + (number(detail, "more") or 0)
        breaks = dict.fromkeys(value for one in found if (value := text(one, "breaks")))
        facts["breaks"] = list(breaks)[:20]
    elif detail_type == ENFORCEMENT:
        for name in ("removed", "added"):
            facts[name] = len(objects(detail, name))
    else:
        for name in ("differences", *_COUNTS):
            if (count := number(detail, name)) is not None:
                facts[name] = count
    return facts


def _status(detail: Json) -> int:
    if detail.get("read") == "nothing" or detail.get("outcome") in ("failed", "bounded"):
        return ocsf.FAILURE
    return ocsf.OTHER if detail.get("read") == "record" or number(detail, "unread_places") else ocsf.SUCCESS


def _resources(detail: Json) -> Iterator[Json]:
    group, name = text(detail, "group_id"), text(detail, "group_name")
    if group is not None:
        yield {"uid": group, "type": "AWS::EC2::SecurityGroup", **({} if name is None else {"name": name})}
    found = [*objects(detail, "differences"), *objects(detail, "removed")]
    rules = dict.fromkeys(rule for one in found if (rule := text(one, "rule_id")))
    yield from ({"uid": rule, "type": "AWS::EC2::SecurityGroupRule"} for rule in list(rules)[:MOST_RULES])


def _malformed(detail: Json, detail_type: str) -> Iterator[str]:
    """The names of what is not as the guard writes it; what it may leave out is empty text."""
    if not detail:
        yield "detail"
        return
    if not _is_id(detail.get("finding"), detail_type):
        yield "finding"
    yield from (name for name, is_right in _SHAPES[detail_type].items() if not is_right(detail.get(name)))
    if detail_type == JUDGEMENT and _contradicts(detail):
        yield "alert"


def _contradicts(detail: Json) -> bool:
    """An alert of what is over, or of no difference at all, is none that the guard would tell."""
    told = detail.get("differences") or detail.get("more") or detail.get("read") == "nothing"
    return detail.get("alert") is True and (detail.get("state") == "closed" or not told)


def _is_id(value: Any, detail_type: str) -> bool:
    prefix = {JUDGEMENT: "sgf-", ENFORCEMENT: "sge-", SWEEP: "sgs-"}[detail_type]
    return isinstance(value, str) and value.startswith(prefix) and len(value) <= 128 and value.isascii()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_said(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*values: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in values


def _is_list(*, of: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(of, value))


def _is_object(*, said: tuple[str, ...] = (), texts: tuple[str, ...] = ()) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict)
        and all(_is_said(value.get(key)) for key in said)
        and all(_is_text(value.get(key)) for key in texts)
    )


def _is_cause(value: Any) -> bool:
    keys = ("event_id", "call", "time", "principal", "issuer", "source_ip", "user_agent", "session")
    return value is None or _is_object(texts=keys)(value)


_PLACE: dict[str, Callable[[Any], bool]] = {
    "alert": _is_flag,
    **dict.fromkeys(("account", "region", "group_id"), _is_said),
    **dict.fromkeys(("group_name", "vpc_id", "mode", "problem"), _is_text),
    "cause": _is_cause,
}
_DIFFERENCE = _is_object(said=("kind", "text"), texts=("rule_id", "breaks", "undo", "restore"))
_SHAPES: dict[str, dict[str, Callable[[Any], bool]]] = {
    JUDGEMENT: {
        **_PLACE,
        "state": _one_of("open", "closed"),
        "read": _one_of("live", "record", "nothing"),
        "sweep": _is_text,
        "differences": _is_list(of=_DIFFERENCE),
        "more": lambda value: value is None or _is_count(value),
        "unread": lambda value: value is None or _is_list(of=_is_said)(value),
    },
    ENFORCEMENT: {
        **_PLACE,
        "outcome": _one_of("done", "failed", "bounded", "unnecessary"),
        "removed": _is_list(of=_is_object(said=("rule_id", "text"))),
        "added": _is_list(of=_is_object(said=("text",))),
        "restore": _is_list(of=_is_said),
        "undo": lambda value: value is None or _is_list(of=_is_said)(value),
        "judgement": _is_text,
    },
    SWEEP: {
        "alert": _is_flag,
        "sweep": _is_said,
        "started": _is_text,
        "finished": _is_text,
        **dict.fromkeys(("differences", *_COUNTS), _is_count),
        "unread": _is_list(of=_is_object(texts=("account", "region", "problem"))),
        "worst": _is_list(of=lambda one: _is_object(said=("group_id",))(one) and _is_count(one.get("differences"))),
    },
}
