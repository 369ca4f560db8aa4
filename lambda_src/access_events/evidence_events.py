"""What the check of the evidence tells on the hub's bus: something is missing, or is no longer.

Imported only where such an event comes. Whatever shape a detail has, there is a record of it, which names what could
not be read under ``unmapped.malformed``.
"""

from __future__ import annotations

from . import ocsf, rules
from .findings import Reason
from .shapes import Json, mapping, one_line, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "access-evidence.evidence"
CHECK = "evidence-check"
DETAIL_TYPE = "Evidence Missing"
RULES = {
    "session-without-transcript": rules.MISSING_EVIDENCE,
    "connection-without-recording": rules.MISSING_EVIDENCE,
    "recording-nobody-started": rules.UNCLAIMED_RECORDING,
    "silent-place": rules.SILENT_EVIDENCE,
    "never-delivered": rules.SILENT_EVIDENCE,
    "digest-gap": rules.DIGEST_GAP,
    "unasked": rules.UNASKED_EVIDENCE,
}
"""The rule that each kind of gap breaks."""
_SAID = ("about", "text", "question")
_TEXTS = ("account", "region", "time")
_FACTS = {"state": "state", "kind": "gap", "about": "about", "time": "since", "question": "question"}


def evidence_event(event: Json, origin: ocsf.Origin) -> Json:
    """A gap, as a base event of the account and Region in which something is missing: nobody acted.

    One that is over is a Detection Finding that closes the one of its id, and alerts nobody.
    """
    detail = mapping(event, "detail")
    malformed = list(_malformed(detail))
    facts: Json = {"kind": "evidence_gap"}
    if _is_id(detail.get("finding")):
        facts["finding"] = detail["finding"]
    for key, name in _FACTS.items():
        if value := text(detail, key):
            facts[name] = value
    if malformed:
        facts["malformed"] = malformed
    place = ocsf.cloud(text(detail, "account") or None, text(detail, "region") or None)
    over = detail.get("state") == "closed" and not malformed
    record = ocsf.record(
        class_uid=ocsf.DETECTION_FINDING if over else ocsf.BASE_EVENT,
        activity_id=3 if over else ocsf.OTHER,
        activity="Close" if over else DETAIL_TYPE,
        origin=origin._replace(cloud=place),
    )
    if over:
        rule = RULES[detail["kind"]]
        record["status_id"] = 4
        record["status"] = "Resolved"
        record["is_alert"] = False
        record["message"] = f"What finding {facts['finding']} told of {one_line(facts['about'])} is over."
        record["finding_info"] = {
            "uid": facts["finding"],
            "title": rule.title,
            "types": [rule.id],
            "modified_time": record["time"],
            "related_events": [],
        }
        record["evidences"] = [{"data": {"text": text(detail, "text"), "question": facts["question"]}}]
    record["unmapped"] = facts
    return record


def reason(event: Json, record: Json) -> Reason | None:
    """Why an event of the check alerts: something is missing, or the event itself cannot be understood."""
    detail, facts = mapping(event, "detail"), record["unmapped"]
    if "malformed" in facts:
        sentence = (
            f"An event of the check of the evidence is not as the check writes it ({', '.join(facts['malformed'])}): "
            "what it says may be missing here."
        )
        return Reason(rules.UNASKED_EVIDENCE, sentence)
    if facts["state"] == "closed":
        return None
    lines = ("", f"To see it: {_short(facts['question'])}")
    return Reason(RULES[facts["gap"]], _short(detail["text"]), lines)


def finding_id(record: Json) -> str | None:
    """The check's own id, by which it says the same thing twice; an event that is malformed must not use it up."""
    facts = record["unmapped"]
    known: str | None = facts.get("finding")
    return known if "malformed" not in facts else None


def _malformed(detail: Json) -> Iterator[str]:
    """The names of what is not as the check writes it."""
    if not detail:
        yield "detail"
        return
    state, kind = detail.get("state"), detail.get("kind")
    if not _is_id(detail.get("finding")):
        yield "finding"
    if detail.get("alert") is not (state == "open"):
        yield "alert"
    if state not in ("open", "closed"):
        yield "state"
    if not isinstance(kind, str) or kind not in RULES:
        yield "kind"
    yield from (name for name in _SAID if not isinstance(detail.get(name), str) or not detail[name])
    yield from (name for name in _TEXTS if not isinstance(detail.get(name), str))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.startswith("evf-") and len(value) <= 128 and value.isascii()


def _short(value: str) -> str:
    return one_line(value if len(value) <= 2000 else f"{value[:2000]}...")
