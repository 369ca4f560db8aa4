"""Decides over one record what a person must look at: pure, and the same whatever came before or comes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import rules
from .addresses import number
from .findings import Finding, Reason, account_of, finding, name_of, safe_id, source_of
from .moments import day, iso
from .ocsf import FAILURE, SUCCESS
from .policy import Hours, Policy, Waiver
from .shapes import Json, mapping, one_line
from .tampering import is_tampering
from .values import NamedTuple

Count = Callable[[str, str], int]
"""Takes a key and an event's id; how many different ids it has been given for that key, this one included."""

GUI_CONNECT = "ssm-guiconnect.amazonaws.com"
FEDERATED = frozenset({"AssumedRole", "FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser"})
"""CloudTrail says MFAUsed "No" of each of them, because their identity provider asked for the second factor."""


class Verdict(NamedTuple):
    """What the rules say of one record: findings to tell, and what goes into the record under ``unmapped``.

    ``verdict`` is ``alert``, ``excepted``, ``clear``, or ``counted`` for a failed sign-in: whether it was one too
    many depends on others, so the record does not say; the finding does.
    """

    findings: list[Finding]
    facts: Json


def judge(event: Json, record: Json, policy: Policy, *, count: Count) -> Verdict:
    """The verdict on a record.

    An exception holds or has expired at the time of the event, so that a replay finds the same verdict.

    Args:
        event: The source event; tampering is told by the parameters of a call.
        record: What ``normalize`` made of it.
        policy: The organization's rules.
        count: Remembers failed sign-ins; asked for those alone.
    """
    kind = record["unmapped"]["kind"]
    checks = CHECKS[kind]
    if not checks:
        return Verdict([], {"verdict": "clear", "reasons": []})
    reasons: list[Reason] = []
    waived: list[str] = []
    for check in checks:
        reason = check(event, record, policy)
        if reason is None:
            continue
        waiver = waiver_of(reason.rule.id, record, policy.waivers)
        if waiver is None:
            reasons.append(reason)
        else:
            waived.append(f"{reason.rule.id}: {waiver.owner}, {waiver.reason}, until {waiver.expires}")
    counted = kind == "sign_in" and record["status_id"] == FAILURE and record["api"]["operation"] == "ConsoleLogin"
    verdict = "alert" if reasons else "counted" if counted else "excepted" if waived else "clear"
    facts: Json = {"verdict": verdict, "reasons": [reason.rule.id for reason in reasons]}
    if waived:
        facts["exceptions"] = waived
    findings = [finding(_finding_id(kind, record), reasons, record)] if reasons else []
    if counted and waiver_of(rules.FAILED_SIGN_INS.id, record, policy.waivers) is None:
        findings += _failed_sign_ins(record, policy, count)
    return Verdict(findings, facts)


def waiver_of(rule: str, record: Json, waivers: tuple[Waiver, ...]) -> Waiver | None:
    """The exception that covers a rule for a record at its time, if any."""
    user: Json = record.get("user") or record.get("actor", {}).get("user") or {}
    account = record["cloud"].get("account", {}).get("uid")
    for waiver in waivers:
        if (
            record["time"] < waiver.until
            and waiver.rule in (None, rule)
            and waiver.account in (None, account)
            and (waiver.principal is None or _is(waiver.principal, user.get("uid"), user.get("name")))
        ):
            return waiver
    return None


def unjudged(event_kind: str, record: Json, error: str) -> Finding:
    """The one finding of a kind of event and day whose judgement failed."""
    uid = f"{rules.UNJUDGED.id}/{event_kind}/{day(record['time'])}"
    return finding(uid, [Reason(rules.UNJUDGED, f"The judgement of a {event_kind} event failed: {error}.")], record)


def _is(pattern: str, *names: str | None) -> bool:
    prefix = pattern.removesuffix("*")
    return any(name == pattern or (prefix != pattern and name.startswith(prefix)) for name in names if name)


def _finding_id(kind: str, record: Json) -> str:
    if kind == "unknown":
        unmapped = record["unmapped"]
        return f"{rules.UNKNOWN.id}/{unmapped['source']}/{unmapped['detail_type']}/{day(record['time'])}"
    if kind == "silence":
        place, last_heard = record["cloud"], record["unmapped"].get("last_heard")
        if "account" in place and "region" in place and last_heard is not None:
            # However often this silence is told, it is one: the next has another last heartbeat.
            return f"{rules.SILENT_MEMBER.id}/{place['account']['uid']}/{place['region']}/{last_heard}"
    if kind.startswith("security_group_"):
        return _guards_finding_id(kind, record)
    if kind == "evidence_gap":
        from .evidence_events import finding_id

        known = finding_id(record)
        return known or f"{rules.UNASKED_EVIDENCE.id}/malformed/{day(record['time'])}"
    return f"finding/{record['metadata']['uid']}"


def _guards_finding_id(kind: str, record: Json) -> str:
    """The guard's own, by which it says the same thing twice; an event that is malformed must not use it up."""
    facts, place = record["unmapped"], record["cloud"]
    known: str | None = facts.get("finding")
    if "malformed" not in facts and known is not None:
        return known
    where = (account_of(record), str(place.get("region")), str(facts.get("group_id")), day(record["time"]))
    return "/".join((rules.GROUP_UNJUDGED.id, kind, known or "/".join(where)))


def _root(_event: Json, record: Json, _policy: Policy) -> Reason | None:
    if record["user"]["type"] == "Root" and _is_login(record):
        factor = "with" if record["is_mfa"] else "without"
        return Reason(rules.ROOT_SIGN_IN, f"The root user of account {account_of(record)} signed in {factor} MFA.")
    return None


def _no_mfa(_event: Json, record: Json, _policy: Policy) -> Reason | None:
    # Of the root user, the rule above says it.
    kind = record["user"]["type"]
    if not record["is_mfa"] and _is_login(record) and kind != "Root" and kind not in FEDERATED:
        return Reason(rules.NO_MFA, f"{name_of(record)} signed in to account {account_of(record)} without MFA.")
    return None


def _network(_event: Json, record: Json, policy: Policy) -> Reason | None:
    if record["status_id"] != SUCCESS or record["api"]["operation"] in ("CheckMfa", "ExitRole"):
        return None
    approved = policy.networks_of(record["cloud"].get("account", {}).get("uid"))
    if approved is None:
        return None
    address = record["src_endpoint"].get("ip")
    place = None if address is None else number(address)
    if place is None or place not in approved:
        return Reason(
            rules.NETWORK,
            f"{name_of(record)} came from {source_of(record)}, which is in no network that account "
            f"{account_of(record)} has approved.",
        )
    return None


def _hours(_event: Json, record: Json, policy: Policy) -> Reason | None:
    if policy.hours is None or record["status_id"] != SUCCESS or record["activity_name"] != "Logon":
        return None
    minute, weekday, local = _local(record["time"], policy.hours)
    if not _expected(minute, weekday, policy.hours):
        return Reason(rules.HOURS, f"{name_of(record)} logged in at {local}, outside the declared hours.")
    return None


def _session(_event: Json, record: Json, policy: Policy) -> Reason | None:
    facts = record["unmapped"]
    document = facts.get("document_name")
    if document is None or record["api"]["operation"] != "StartSession" or record["status_id"] != SUCCESS:
        return None
    name, account = _document(document)
    if name == policy.protected.session_document and account in (None, account_of(record)):
        return None
    sentence = (
        f"{name_of(record)} started a session on {one_line(facts.get('target', 'an unknown node'))} with the document "
        f"{one_line(document)}"
    )
    if "PortForwarding" in name or "SSH" in name:
        services = (record["actor"].get("invoked_by"), record["src_endpoint"].get("svc_name"))
        if GUI_CONNECT not in services:
            return Reason(rules.UNLOGGED_SESSION, f"{sentence}, whose sessions are never logged.")
    else:
        wanted = policy.protected.session_document
        return Reason(rules.OTHER_DOCUMENT, f"{sentence}, not with the account's own {wanted}.")
    return None


def _tampering(event: Json, record: Json, policy: Policy) -> Reason | None:
    detail = mapping(event, "detail")
    if is_tampering(detail, policy.protected):
        attempt = "tried to call" if record["status_id"] == FAILURE else "called"
        api = record["api"]
        target = ", ".join(
            one_line(str(value))[:200]
            for key, value in list(mapping(detail, "requestParameters").items())[:20]
            if key.endswith(("Name", "name", "Arn", "Id", "rule", "Url", "workGroup"))
        )
        return Reason(
            rules.TAMPERING,
            f"{name_of(record)} {attempt} {one_line(api['operation'])} of {one_line(api['service']['name'])}"
            f"{f' on {target}' if target else ''}, which protects the evidence.",
        )
    return None


def _deleted_object(event: Json, record: Json, policy: Policy) -> Reason | None:
    """S3's lifecycle may remove what has served its time; anybody else may not."""
    facts = record["unmapped"]
    if (
        event.get("detail-type") == "Object Deleted"
        and not record["api"]["operation"].startswith("Lifecycle")
        and facts["bucket"].startswith(policy.protected.evidence_buckets)
    ):
        path = one_line(f"{facts['bucket']}/{facts['object_key']}")
        return Reason(rules.TAMPERING, f"{name_of(record)} deleted {path}, which is evidence.")
    return None


def _alarm(_event: Json, record: Json, _policy: Policy) -> Reason | None:
    facts = record["unmapped"]
    if facts.get("alarm_state") == "ALARM":
        why = one_line(facts.get("alarm_reason", "no reason given"))
        return Reason(rules.ALARM, f"The alarm {one_line(facts['alarm_name'])} is in state ALARM: {why}")
    return None


def _silence(_event: Json, record: Json, _policy: Policy) -> Reason | None:
    region = one_line(str(record["cloud"].get("region", "an unknown Region")))
    since = one_line(record["unmapped"].get("last_heard", "an unknown time"))
    return Reason(
        rules.SILENT_MEMBER, f"Account {account_of(record)} has sent no heartbeat from {region} since {since}."
    )


def _group_difference(event: Json, record: Json, _policy: Policy) -> Reason | None:
    from .guard_reasons import difference  # few events are the guard's

    return difference(event, record)


def _group_unjudged(event: Json, record: Json, _policy: Policy) -> Reason | None:
    from .guard_reasons import unjudged

    return unjudged(event, record)


def _group_enforcement(event: Json, record: Json, _policy: Policy) -> Reason | None:
    from .guard_reasons import enforcement

    return enforcement(event, record)


def _group_sweep(event: Json, record: Json, _policy: Policy) -> Reason | None:
    from .guard_reasons import sweep

    return sweep(event, record)


def _evidence(event: Json, record: Json, _policy: Policy) -> Reason | None:
    from .evidence_events import reason

    return reason(event, record)


def _unknown(_event: Json, record: Json, _policy: Policy) -> Reason | None:
    facts = record["unmapped"]
    return Reason(
        rules.UNKNOWN,
        f"An event of {one_line(facts['source'])} has no shape that is known here ({one_line(facts['detail_type'])}).",
    )


def _failed_sign_ins(record: Json, policy: Policy, count: Count) -> Iterator[Finding]:
    """At most one finding for a principal, a source and a window of time, however many failures it has.

    Windows lie end to end: failures on both sides of a border count apart.
    """
    start = record["time"] // policy.failed_window * policy.failed_window
    user = record["user"]
    principal = user["name"] if user["name"] != "unknown" else user.get("uid", "unknown")
    key = f"{rules.FAILED_SIGN_INS.id}/{account_of(record)}/{principal}/{source_of(record)}/{start}"
    if count(safe_id(key), safe_id(record["metadata"]["uid"])) >= policy.failed_threshold:
        minutes = policy.failed_window // 60_000
        sentence = (
            f"{name_of(record)} failed to sign in from {source_of(record)} at least {policy.failed_threshold} times "
            f"in the {minutes} minutes from {iso(start)}."
        )
        yield finding(key, [Reason(rules.FAILED_SIGN_INS, sentence)], record)


def _is_login(record: Json) -> bool:
    return bool(record["status_id"] == SUCCESS and record["api"]["operation"] == "ConsoleLogin")


def _document(name: str) -> tuple[str, str | None]:
    """Name and account of a document that is given by name or ARN; AWS's own have no account."""
    if not name.startswith("arn:"):
        return name, None
    parts = name.split(":", 5)
    return name.rpartition("/")[2], parts[4] if len(parts) == 6 else ""


def _local(time: int, hours: Hours) -> tuple[int, int, str]:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    moment = datetime.fromtimestamp(time / 1000, UTC).astimezone(ZoneInfo(hours.timezone))
    return moment.hour * 60 + moment.minute, moment.weekday(), moment.strftime(f"%H:%M on %A ({hours.timezone})")


def _expected(minute: int, weekday: int, hours: Hours) -> bool:
    if hours.start <= hours.end:
        return weekday in hours.days and hours.start <= minute < hours.end
    return (weekday in hours.days and minute >= hours.start) or ((weekday - 1) % 7 in hours.days and minute < hours.end)


Check = Callable[[Json, Json, Policy], Reason | None]
CHECKS: dict[str, tuple[Check, ...]] = {
    "sign_in": (_root, _no_mfa, _network, _hours),
    "workspaces_login": (_network, _hours),
    "session": (_session,),
    "connection": (),
    "network_change": (),
    "api_call": (_tampering,),
    "recording": (),
    "object_event": (_deleted_object,),
    "alarm": (_alarm,),
    "heartbeat": (),
    "silence": (_silence,),
    "security_group_judgement": (_group_difference, _group_unjudged),
    "security_group_enforcement": (_group_enforcement, _group_unjudged),
    "security_group_sweep": (_group_sweep, _group_unjudged),
    "evidence_gap": (_evidence,),
    "own_finding": (),
    "unknown": (_unknown,),
}
