"""Why an event of the guard of security groups alerts, with the commands that a person runs then; pure.

Imported only where such an event comes.
"""

from __future__ import annotations

from . import rules
from .findings import Reason, account_of, source_of, who
from .guard_events import JUDGEMENT, KINDS, number, objects
from .shapes import Json, mapping, one_line, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 10
"""Differences, commands, groups and places that an alert names of each; it counts the others."""
LONGEST_COMMAND = 4096
"""Ten of these and what else an alert says stay far below what SNS and EventBridge take, 256 KB."""
_LONGEST_TEXT = 300


def difference(event: Json, record: Json) -> Reason | None:
    """A group is not as approved, by what could be judged of it."""
    detail = mapping(event, "detail")
    found = [one for one in objects(detail, "differences") if one.get("kind") != "unjudged"]
    more = number(detail, "more") or 0
    known = found or (more and not objects(detail, "differences"))
    if detail.get("alert") is not True or detail.get("state") == "closed" or not known:
        return None
    sentence = f"{_group(record)} is not as approved: {_listed(found, more)}. {_caused(record)}{_read(detail)}"
    acts = detail.get("mode") in ("revoke", "restore")
    if acts:
        sentence += f" The guard is told to {detail['mode']} here; an event of its own tells what became of it."
    lines = _commands("To undo it:", (one.get("undo") for one in found), more)
    if acts:
        restoring = (one.get("restore") for one in found)
        lines += _commands("To put back what was taken away, where it was right after all:", restoring)
    return Reason(rules.GROUP_DIFFERENCE, sentence, lines)


def unjudged(event: Json, record: Json) -> Reason | None:
    """A group, or something of it, could not be judged; or the guard's event itself cannot be understood."""
    detail = mapping(event, "detail")
    facts = record["unmapped"]
    sentences = []
    if "malformed" in facts:
        sentences.append(
            f"An event of the guard is not as the guard writes it ({', '.join(facts['malformed'])}): "
            f"what it says of {_group(record)} may be missing here."
        )
    elif facts["kind"] == KINDS[JUDGEMENT] and detail.get("state") != "closed":
        found = [one for one in objects(detail, "differences") if one.get("kind") == "unjudged"]
        if detail.get("alert") is True and found:
            sentences.append(f"{_group(record)} could not be judged in whole: {_listed(found)}. {_caused(record)}")
        if detail.get("read") == "nothing" and not detail.get("sweep"):
            unread = [_short(one) for one in texts(detail, "unread")[:MOST]]
            of = f" Not understood: {', '.join(unread)}." if unread else ""
            sentences.append(f"Nothing could be judged. {_caused(record)}{_read(detail)}{of}")
    return Reason(rules.GROUP_UNJUDGED, " ".join(sentences)) if sentences else None


def enforcement(event: Json, record: Json) -> Reason | None:
    """The guard was to put a group right and did not."""
    detail = mapping(event, "detail")
    if detail.get("alert") is not True:
        return None
    outcomes = {
        "failed": "The guard tried to put it right and failed.",
        "bounded": "The guard has acted on it as often as it may in an hour, and waits: something keeps changing it.",
    }
    outcome = text(detail, "outcome") or "unknown"
    said = outcomes.get(outcome, f"The guard says that enforcement ended as {_short(outcome)}.")
    sentence = f"{_group(record)}: {said}"
    if (problem := text(detail, "problem")) is not None:
        sentence += f" Problem: {one_line(problem)}."
    removed, added = objects(detail, "removed"), objects(detail, "added")
    if removed:
        sentence += f" Taken away: {_listed(removed)}."
    if added:
        sentence += f" Put back: {_listed(added)}."
    sentence += f" {_caused(record)}"
    lines = _commands("By hand:", _strings(detail, "undo"))
    lines += _commands("To put back what was taken away, where it was right after all:", _strings(detail, "restore"))
    if (judgement := text(detail, "judgement")) is not None:
        lines += ("", f"What differs, and each command that undoes it by hand: finding {one_line(judgement)}.")
    return Reason(rules.GROUP_ENFORCEMENT, sentence, lines)


def sweep(event: Json, record: Json) -> Reason | None:
    """A sweep found what no event had told, or could not look everywhere."""
    detail = mapping(event, "detail")
    if detail.get("alert") is not True:
        return None
    names = ("places", "groups", "rules", "differences", "new", "unread_places")
    count = {name: number(detail, name) or 0 for name in names}
    sentence = (
        f"The sweep {_short(text(detail, 'sweep') or 'of no name')} judged {count['rules']} rules of {count['groups']} "
        f"groups in {count['places']} places (accounts and Regions): {count['differences']} differences, "
        f"{count['new']} of them new; {count['unread_places']} places could not be read."
    )
    worst, unread = objects(detail, "worst"), objects(detail, "unread")
    lines: list[str] = []
    if worst:
        lines += ["", "Groups with most differences:"]
        lines += [
            f"{number(one, 'differences') or 0} in {_short(text(one, 'group_id') or 'unknown')} of {_place(one)}"
            for one in worst[:MOST]
        ]
    if unread:
        lines += ["", "Not read:"]
        lines += [f"{_place(one)}: {_short(text(one, 'problem') or 'no reason given')}" for one in unread[:MOST]]
        if (more := max(count["unread_places"], len(unread)) - MOST) > 0:
            lines.append(f"and {more} more.")
    return Reason(rules.GROUP_SWEEP, sentence, tuple(lines))


def _group(record: Json) -> str:
    facts = record["unmapped"]
    group, name = facts.get("group_id", "of unknown id"), facts.get("group_name")
    region = record["cloud"].get("region", "an unknown Region")
    named = f"{group} ({name})" if name else group
    return f"Security group {one_line(named)} of account {account_of(record)} in {one_line(region)}"


def _listed(found: list[Json], more: int = 0) -> str:
    shown = "; ".join(map(_one, found[:MOST]))
    left = len(found) - len(found[:MOST]) + more
    return f"{shown}; and {left} more" if shown and left else shown or f"{left} differences that the event left out"


def _one(found: Json) -> str:
    """One difference, or one rule that was taken away or put back."""
    rule, kind, breaks = text(found, "rule_id"), text(found, "kind"), text(found, "breaks")
    said = _short(text(found, "text") or "nothing is said of it")
    parts = [f"{_short(rule)}: {said}" if rule else said]
    if kind not in (None, "unapproved"):
        parts.append(_short(kind))
    if breaks:
        parts.append(f"breaks {_short(breaks)}")
    return f"{parts[0]} ({', '.join(parts[1:])})" if parts[1:] else parts[0]


def _caused(record: Json) -> str:
    facts = record["unmapped"]
    if "cause_call" not in facts and "cause_event_id" not in facts:
        return "No call that caused it is known."
    agent = record.get("http_request", {}).get("user_agent")
    call = f"Cause: {one_line(facts.get('cause_call', 'a call'))} by {who(record)} from {source_of(record)}"
    with_agent = f" with {_short(agent)}" if agent else ""
    session = record["actor"].get("session", {}).get("uid")
    in_session = f" in session {_short(session)}" if session else ""
    when = f" at {one_line(facts['cause_time'])}" if "cause_time" in facts else ""
    known = f" (event {one_line(facts['cause_event_id'])})" if "cause_event_id" in facts else ""
    return f"{call}{with_agent}{in_session}{when}{known}."


def _read(detail: Json) -> str:
    problem = one_line(text(detail, "problem") or "no reason is given")
    if detail.get("read") == "record":
        return (
            f" It was judged by the record of the call alone ({problem}): what else the group holds was not looked at."
        )
    return f" Neither a live group nor a record could be judged: {problem}." if detail.get("read") == "nothing" else ""


def _commands(heading: str, said: Iterable[object], more: int = 0) -> tuple[str, ...]:
    """Whole commands, each in a line of its own; what would have to be cut or changed is counted instead."""
    wanted = list(dict.fromkeys(one for one in said if isinstance(one, str) and one))
    whole = [one for one in wanted if len(one) <= LONGEST_COMMAND and one.isascii() and one.isprintable()]
    shown = whole[:MOST]
    left = len(wanted) - len(shown)
    lines: list[str] = ["", heading, *shown] if wanted or more else []
    if left:
        lines.append(f"({left} more commands do not stand here; raw_data of the record has them.)")
    if more:
        lines.append(f"({more} more differences were too many for one event; look at the group itself.)")
    return tuple(lines)


def _strings(detail: Json, key: str) -> Iterator[object]:
    value = detail.get(key)
    yield from value if isinstance(value, list) else ()


def _place(found: Json) -> str:
    account, region = text(found, "account") or "unknown", text(found, "region") or "an unknown Region"
    return f"account {_short(account)} in {_short(region)}"


def _short(value: str) -> str:
    return one_line(value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}...")
