"""Takes a batch of messages to the archive and, where a person must know, to them: nothing lost, nothing told twice.

What is guaranteed:

* A message is done when its record is with Firehose and each of its findings has been told. Otherwise it is among
  the failures that are returned, and only it comes again.
* The same event twice gives the same record twice, under one ``metadata.uid``, by which readers know it as one.
* A finding's record, event and alert go out once, however often its event comes: before, its id is claimed; after,
  the claim is confirmed. An alert repeats only where the call that published it failed or went unanswered, or where
  the process ended or its memory could not be reached between that call and the confirmation; always with the same
  finding id, and with a line that says so. Record and event also repeat where a later step of the attempt failed or
  their own call went unanswered, under the same ``metadata.uid``. A claim whose holder has died, or whose own answer
  was lost, is free again after a while; until then its event fails and comes again, so that no alert dies with a
  process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from .enrich import LookUp, enrich
from .findings import Finding, detection, message, safe_id
from .judge import Count, judge, unjudged
from .lines import line
from .normalize import MalformedError, normalize, parse, unknown
from .policy import Policy
from .shapes import ENCODE, Json
from .values import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Claim(NamedTuple):
    """What came of a claim: it is ``ours``, somebody else is ``busy`` with it, or it is ``done``.

    ``attempt`` counts the claims of this id, this one included.
    """

    state: str
    attempt: int = 1


class Memory:
    """Remembers which findings have been told, across processes; `effects` keeps them in a table."""

    def claim(self, uid: str) -> Claim:
        """Takes the id for us unless it is done or another's claim is fresh, in one conditional write."""
        raise NotImplementedError

    def confirm(self, uid: str) -> None:
        """The finding has been told."""
        raise NotImplementedError

    def release(self, uid: str, attempt: int) -> None:
        """It has not, and the next one may claim it at once; a later attempt's claim is left alone."""
        raise NotImplementedError


class EffectError(Exception):
    """Something outside failed; the message must come again."""


def handle_batch(
    messages: Iterable[Json],
    *,
    policy: Policy,
    clock: Callable[[], float],
    count: Count,
    look_up: LookUp | None,
    put_records: Callable[[Sequence[bytes]], Iterable[int]],
    put_findings: Callable[[Json], None],
    publish: Callable[[str, str, str], None],
    remember: Memory,
    heard: Callable[[str, str, int], None],
    log: Callable[[Json], None],
) -> Json:
    """Handles the messages of a queue, each with one event as its ``body``.

    Args:
        messages: As Lambda gets them from SQS.
        policy: The organization's rules.
        clock: Seconds since 1970.
        count: Counts failed sign-ins.
        look_up: Tells whose WorkSpace it is; None where nobody may ask.
        put_records: Takes lines to the archive and returns the positions of those it could not.
        put_findings: Puts one Detection Finding on the bus.
        publish: Tells a person: subject, text, the finding's id.
        remember: Which findings have been told.
        heard: Takes account, Region and time of a heartbeat.
        log: Takes what an operator should read.

    Returns:
        What Lambda expects of a batch: the messages that must come again, and no others.
    """
    received = round(clock() * 1000)
    failed: dict[str, None] = {}
    lines: list[tuple[bytes, list[str]]] = []
    found: dict[str, tuple[Finding, list[str]]] = {}
    order: list[str] = []
    for item in messages:
        message_id = str(item.get("messageId", ""))
        order.append(message_id)
        body = item.get("body")
        raw = body if isinstance(body, str) else ENCODE(body)
        try:
            record, findings = judged(raw, received=received, policy=policy, count=count, look_up=look_up)
            _note_heartbeat(record, heard)
        except EffectError as error:
            log({"message": "event comes again", "id": message_id, "reason": str(error)})
            failed[message_id] = None
            continue
        lines.append((line(record), [message_id]))
        for one in findings:
            found.setdefault(one.uid, (one, []))[1].append(message_id)

    claimed: list[tuple[Finding, list[str], int, int]] = []
    for uid, (one, ids) in found.items():
        claim = _claim(uid, remember, log)
        if claim.state == "ours":
            claimed.append((one, ids, claim.attempt, len(lines)))
            lines.append((line(detection(one)), ids))
        elif claim.state != "done":
            failed.update(dict.fromkeys(ids))

    refused = _put(lines, put_records, log)
    for position in refused:
        failed.update(dict.fromkeys(lines[position][1]))
    for one, ids, attempt, position in claimed:
        if position in refused or not _tell(one, attempt, put_findings=put_findings, publish=publish, log=log):
            failed.update(dict.fromkeys(ids))
            _quietly(partial(remember.release, one.uid, attempt), one.uid, log)
        else:
            _quietly(partial(remember.confirm, one.uid), one.uid, log, times=3)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in dict.fromkeys(order) if each in failed]}


def judged(
    raw: str, *, received: int, policy: Policy, count: Count, look_up: LookUp | None
) -> tuple[Json, list[Finding]]:
    """The record of an event's text, judged, and the findings: of any text at all.

    Raises:
        EffectError: where counting failed.
    """
    event: Json = {}
    try:
        event = parse(raw)
        record = normalize(event, raw, received=received)
    except MalformedError as error:
        record = unknown(raw, received=received, problem=str(error))
    except Exception as error:  # an event that breaks our code is kept and told of, not retried for ever
        record = unknown(raw, received=received, problem=f"normalize raised {type(error).__name__}")
    if look_up is not None:
        enrich(record, look_up)
    try:
        verdict = judge(event, record, policy, count=_guarded(count))
    except EffectError:
        raise
    except Exception as error:
        record["unmapped"].update(verdict="unjudged", reasons=[])
        return record, [unjudged(record["unmapped"]["kind"], record, type(error).__name__)]
    record["unmapped"].update(verdict.facts)
    return record, verdict.findings


def _guarded(count: Count) -> Count:
    def counted(key: str, uid: str) -> int:
        try:
            return count(key, uid)
        except Exception as error:
            raise EffectError(f"counting failed: {error}") from error

    return counted


def _note_heartbeat(record: Json, heard: Callable[[str, str, int], None]) -> None:
    place = record["cloud"]
    if record["unmapped"]["kind"] == "heartbeat" and "account" in place and "region" in place:
        try:
            heard(safe_id(place["account"]["uid"]), safe_id(place["region"]), record["time"])
        except Exception as error:
            raise EffectError(f"the heartbeat could not be noted: {error}") from error


def _claim(uid: str, remember: Memory, log: Callable[[Json], None]) -> Claim:
    try:
        return remember.claim(uid)
    except Exception as error:
        log({"message": "claim failed", "finding": uid, "reason": str(error)})
        return Claim("failed")


def _put(
    lines: list[tuple[bytes, list[str]]], put_records: Callable[[Sequence[bytes]], Iterable[int]], log: Any
) -> set[int]:
    if not lines:
        return set()
    try:
        return set(put_records([text for text, _ in lines]))
    except Exception as error:
        log({"message": "records refused", "reason": str(error)})
        return set(range(len(lines)))


def _tell(
    one: Finding,
    attempt: int,
    *,
    put_findings: Callable[[Json], None],
    publish: Callable[[str, str, str], None],
    log: Callable[[Json], None],
) -> bool:
    subject, text = message(one, attempt=attempt)
    try:
        # The bus first: what may safely repeat goes before what a person would read twice.
        put_findings(detection(one))
        publish(subject, text, one.uid)
    except Exception as error:
        log({"message": "alert not answered", "finding": one.uid, "attempt": attempt, "reason": str(error)})
        return False
    log({"message": "alert", "finding": one.uid, "attempt": attempt, "subject": subject})
    return True


def _quietly(effect: Callable[[], None], uid: str, log: Callable[[Json], None], *, times: int = 1) -> None:
    for _ in range(times):
        try:
            effect()
        except Exception as error:
            log({"message": "memory failed", "finding": uid, "reason": str(error)})
        else:
            return
