"""What a person must look at: the reasons that one event gives, under an id that a repetition has again."""

from __future__ import annotations

from . import ocsf
from .moments import iso
from .rules import Rule
from .shapes import Json, one_line
from .values import NamedTuple


class Reason(NamedTuple):
    """One rule that was broken, and the sentence that says by what.

    ``lines`` are for people to act by, such as commands: printable, each a line of its own, never cut.
    """

    rule: Rule
    sentence: str
    lines: tuple[str, ...] = ()


class Finding(NamedTuple):
    """One alert: all reasons that one thing gives, the gravest first.

    Attributes:
        uid: Follows from the thing alone, so that the same thing is never a second finding.
        record: The OCSF record of the event that showed it.
    """

    uid: str
    reasons: tuple[Reason, ...]
    record: Json

    @property
    def severity(self) -> str:
        """That of the gravest reason."""
        return self.reasons[0].rule.severity


def finding(uid: str, reasons: list[Reason], record: Json) -> Finding:
    """A finding with its reasons in order."""
    ordered = sorted(reasons, key=lambda reason: (-ocsf.SEVERITIES[reason.rule.severity], reason.rule.id))
    return Finding(safe_id(uid), tuple(ordered), record)


def safe_id(uid: str) -> str:
    """The id itself where it is short, printable ASCII; its digest otherwise. Tables and messages take it as it is."""
    if len(uid) <= 512 and uid.isascii() and uid.isprintable():
        return uid
    from .normalize import digest

    return digest(uid)


def who(record: Json) -> str:
    """The name of whoever acted, and the ARN where it says more."""
    user: Json = record.get("user") or record.get("actor", {}).get("user") or {}
    name = user.get("name") or user.get("uid") or record.get("actor", {}).get("invoked_by") or _thing(record)
    uid = user.get("uid")
    return one_line(f"{name} ({uid})" if uid and uid != name else str(name))


def name_of(record: Json) -> str:
    """The short form of the same."""
    user: Json = record.get("user") or record.get("actor", {}).get("user") or {}
    return one_line(
        str(user.get("name") or user.get("uid") or record.get("actor", {}).get("invoked_by") or _thing(record))
    )


def _thing(record: Json) -> str:
    facts = record["unmapped"]
    if facts["kind"] == "silence":
        return f"heartbeat of {record['cloud'].get('region', 'unknown Region')}"
    if facts["kind"] == "evidence_gap":
        return str(facts.get("about", "evidence"))
    return str(facts.get("alarm_name") or facts.get("source") or "nobody")


def source_of(record: Json) -> str:
    """The address, or the service, that an event came from."""
    found: Json = record.get("src_endpoint", {})
    return one_line(str(found.get("ip") or found.get("svc_name") or found.get("name") or "unknown"))


def account_of(record: Json) -> str:
    """The account in which it happened."""
    return one_line(str(record["cloud"].get("account", {}).get("uid", "unknown")))


def what(record: Json) -> str:
    """The call and how it ended, and what it was aimed at."""
    operation = record.get("api", {}).get("operation") or record["activity_name"]
    target = record["unmapped"].get("target") or record["unmapped"].get("workspace_id")
    target = target or record["unmapped"].get("group_id")
    outcome = record.get("status_code") or record.get("status")
    parts = (str(operation), f"of {target}" if target else "", f"({outcome})" if outcome else "")
    return one_line(" ".join(filter(None, parts)))


def detection(found: Finding) -> Json:
    """The finding as an OCSF Detection Finding; ``metadata.uid`` is the finding's id, ``related_events`` the event."""
    record = found.record
    top = found.reasons[0].rule
    result = ocsf.record(
        class_uid=ocsf.DETECTION_FINDING,
        activity_id=1,
        activity="Create",
        origin=ocsf.Origin(record["time"], found.uid, record["cloud"]),
    )
    evidence: Json = {"data": {"who": who(record), "what": what(record), "where_from": source_of(record)}}
    for key in ("api", "actor", "src_endpoint", "http_request"):
        if key in record:
            evidence[key] = record[key]
    if "user" in record:
        evidence["user"] = record["user"]
    result["severity_id"] = ocsf.SEVERITIES[found.severity]
    result["severity"] = found.severity.capitalize()
    result["status_id"] = 1
    result["status"] = "New"
    result["is_alert"] = True
    result["message"] = " ".join(reason.sentence for reason in found.reasons)
    result["finding_info"] = {
        "uid": found.uid,
        "title": top.title,
        "desc": top.why,
        "types": [reason.rule.id for reason in found.reasons],
        "analytic": {"uid": top.id, "name": top.title, "type": "Rule", "type_id": 1},
        "created_time": record["time"],
        "related_events": [{"uid": str(record["metadata"]["uid"]), "type_uid": record["type_uid"]}],
    }
    if (cause := record["unmapped"].get("cause_event_id")) is not None:
        result["finding_info"]["related_events"].append({"uid": cause})
    actions = " ".join(reason.rule.action for reason in found.reasons)
    result["remediation"] = {"desc": "\n".join((actions, *(line for reason in found.reasons for line in reason.lines)))}
    result["evidences"] = [evidence]
    if "resources" in record:
        result["resources"] = record["resources"]
    result["unmapped"] = {
        "kind": "finding",
        "reasons": [reason.rule.id for reason in found.reasons],
        "event_kind": record["unmapped"]["kind"],
    }
    return result


def message(found: Finding, *, attempt: int = 1) -> tuple[str, str]:
    """Subject (ASCII, under 100 characters) and text of the alert.

    Args:
        found: What it is about.
        attempt: From 2 on the text says that an earlier attempt got no answer and may have arrived as well.
    """
    record = found.record
    top = found.reasons[0].rule
    subject = f"[{found.severity.upper()}] {top.title}: {name_of(record)} in {account_of(record)}"
    lines = [
        top.title,
        "",
        f"Who:        {who(record)}",
        f"What:       {what(record)}",
        f"Where from: {source_of(record)}",
        f"Where:      account {account_of(record)}, {one_line(str(record['cloud'].get('region', 'unknown Region')))}",
        f"When:       {iso(record['time'])}",
    ]
    for reason in found.reasons:
        lines += [
            "",
            f"Rule {reason.rule.id} ({reason.rule.severity}): {one_line(reason.sentence)}",
            f"Why it matters: {reason.rule.why}",
            f"What to do: {reason.rule.action}",
            *reason.lines,
        ]
    lines += ["", f"Event id:   {one_line(str(record['metadata']['uid']))}", f"Finding id: {found.uid}"]
    if attempt > 1:
        lines += ["", f"Attempt {attempt}: an earlier one got no answer, so this message may have come before."]
    return _subject(subject), "\n".join(lines)


def _subject(line: str) -> str:
    """SNS takes printable ASCII, fewer than 100 characters, that begins with neither space nor control."""
    plain = "".join(character if " " <= character <= "~" else "?" for character in line)
    return plain if len(plain) < 100 else f"{plain[:96]}..."
