"""The access hub at work: what members tell becomes a judged record and an alert, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from constructs_lib.archive_layout import (
    ACCESS_EVENTS_FUNCTION,
    ACCESS_EVENTS_LOG_GROUP,
    CHECK_ROLE,
    HUB_QUEUE,
    NAME_PREFIX,
    BucketKind,
)
from local.demo.alerts import Subscriber
from local.demo.archive import Auditor
from local.demo.evidence import Evidence
from local.demo.happenings import Expected, Happening
from local.demo.records import Record, Records
from local.demo.setting import Setting
from local.demo.waiting import wait_until
from local.embedded_aws import EmbeddedAws

HEARTBEAT: Final = f"{NAME_PREFIX}-heartbeat"
ROSTER_CHECK: Final = f"{NAME_PREFIX}-roster-check"
ROSTER_SOURCE: Final = "access-evidence.roster"
"""Who says on the bus that a member has fallen silent."""
EVIDENCE_CHECK: Final = CHECK_ROLE
CHECK_SOURCE: Final = "access-evidence.evidence"
"""Who says on the bus that evidence is missing."""
_NEEDED: Final = "STATE_TABLE"
"""Without this variable the handler raises before it has done anything."""


class Hub:
    """Tells it what happens, waits until it has dealt with that, and reads back what it made of it."""

    def __init__(self, aws: EmbeddedAws, setting: Setting, *, auditor: Auditor) -> None:
        self._aws = aws
        self._setting = setting
        self._auditor = auditor
        self._place: dict[str, Any] = {"account": setting.archive, "region": setting.home}
        self._sqs = aws.client("sqs", **self._place)
        self._subscriber = Subscriber(aws, setting)
        bucket = auditor.bucket(BucketKind.LOGS, setting.home)
        self._records = Records(auditor.s3(setting.home), bucket=bucket)

    def hears(self, happenings: list[Happening]) -> list[Evidence]:
        """Everything is told twice, the second time after the first has been dealt with."""
        for _ in range(2):
            for happening in happenings:
                happening.tell(self._aws)
            self.comes_to_rest()
        return [self._evidence(happening.expected, _with_uid(happening.uid)) for happening in happenings]

    def hears_in_spite_of_a_failure(self, happening: Happening) -> Evidence:
        """The handler is broken while something is told twice, and mended before its messages come again."""
        with self._broken_handler() as complaint:
            happening.tell(self._aws)
            happening.tell(self._aws)
            wait_until(lambda: complaint() != "")
            said = complaint()
            lost = not any(record.uid == happening.uid for record in self._records.all())
        self._aws.let_visibility_time_out(**self._place, queue=HUB_QUEUE)
        self.comes_to_rest()
        evidence = self._evidence(happening.expected, _with_uid(happening.uid))
        if not (said and lost):
            return replace(evidence, outcome="the handler did not fail")
        return replace(evidence, reason=f"the handler failed at first ({said}), and the messages came again")

    def misses(self, account: str, region: str) -> Evidence:
        """Every other account and Region is heard now; of this one, the last heartbeat is too long ago."""
        for member in self._setting.members:
            for place in self._setting.event_regions:
                if (member, place) != (account, region):
                    self._aws.fire_schedule(account=member, region=place, rule=HEARTBEAT)
        last = datetime.now(UTC) - timedelta(minutes=2 * self._setting.silent_after_minutes)
        self._aws.fire_schedule(account=account, region=region, rule=HEARTBEAT, at=last)
        self.comes_to_rest()
        self._aws.fire_schedule(**self._place, rule=ROSTER_CHECK)

        def says_so(record: Record) -> bool:
            detail = record.event.get("detail", {})
            told = (detail.get("account"), detail.get("region"))
            return record.event.get("source") == ROSTER_SOURCE and told == (account, region)

        wait_until(lambda: any(says_so(record) for record in self._records.all()), seconds=10)
        self.comes_to_rest()
        expected = Expected(
            account=account, region=region, verdict="alert", reasons=("silent-member",), alerts=1, copies=1
        )
        return replace(self._evidence(expected, says_so), target="no heartbeat")

    def misses_transcript(self, happening: Happening) -> list[Evidence]:
        """A session was begun whose transcript never came: the check of the evidence says so."""
        heard = self.hears([happening])
        session = happening.event["detail"]["responseElements"]["sessionId"]

        def says_so(record: Record) -> bool:
            detail = record.event.get("detail", {})
            return record.event.get("source") == CHECK_SOURCE and detail.get("about") == session

        self._aws.fire_schedule(**self._place, rule=EVIDENCE_CHECK)
        wait_until(lambda: any(says_so(record) for record in self._records.all()))
        self.comes_to_rest()
        expected = replace(happening.expected, verdict="alert", reasons=("missing-evidence",), alerts=1, copies=1)
        return [*heard, replace(self._evidence(expected, says_so), target=f"no transcript of {session}")]

    def knows(self, matches: Callable[[Record], bool]) -> bool:
        """Whether there is such a record in the log bucket, once nothing more comes of what was told."""
        found = wait_until(lambda: any(matches(record) for record in self._records.all()))
        self.comes_to_rest()
        return found

    def told(self, matches: Callable[[Record], bool]) -> dict[str, Any]:
        """What the event says that such a record was made of; nothing where there is none."""
        found = next((record for record in self._records.all() if matches(record)), None)
        detail: dict[str, Any] = found.event.get("detail", {}) if found else {}
        return detail

    def of_a_group(self, expected: Expected, matches: Callable[[Record], bool]) -> tuple[Evidence, list[str]]:
        """What became of what the guard of security groups said, and the lines of the alert."""
        evidence = self._evidence(expected, matches, kind="security_group")
        messages = [alert.message for alert in self._subscriber.heard() if alert.subject == evidence.subject]
        return evidence, messages[0].splitlines() if messages else []

    def _evidence(
        self, expected: Expected, matches: Callable[[Record], bool], *, kind: str = "access_event"
    ) -> Evidence:
        """What became of it, read from the log bucket and from the subscriber's queue."""
        found = next((record for record in self._records.all() if matches(record)), None)
        stored = self._auditor.evidence(
            kind,
            expected.account,
            self._setting.home,
            actor=found.actor if found else "unknown",
            target=found.what if found else "unknown",
            bucket=self._auditor.bucket(BucketKind.LOGS, self._setting.home),
            key=found.key if found else None,
        )
        if found is None:
            return replace(stored, region=expected.region)
        findings = {finding.uid for finding in self._records.findings_of(found)}
        subjects = [alert.subject for alert in self._subscriber.heard() if alert.finding_id in findings]
        facts = found.content["unmapped"]
        read = replace(
            stored,
            region=expected.region,
            time=found.time,
            source_ip=found.source_ip,
            record=facts["kind"],
            verdict=facts.get("verdict", "none"),
            reasons=tuple(facts.get("reasons", ())),
            copies=found.copies,
            alerts=len(subjects),
            subject=subjects[0] if subjects else "",
        )
        differs = how_it_differs(read, expected)
        return replace(read, outcome=differs) if differs and read.outcome == "stored" else read

    def comes_to_rest(self, queue: str = HUB_QUEUE) -> bool:
        """No message waits for the handler or is with it, so nothing more will come of what was told."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]

        def empty() -> bool:
            read = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            return all(read[name] == "0" for name in names)

        return wait_until(empty)

    @contextmanager
    def _broken_handler(self) -> Iterator[Callable[[], str]]:
        """Somebody takes away a variable that the function needs, and puts it back; what its log says meanwhile."""
        functions = self._aws.client("lambda", **self._place)
        logs = self._aws.client("logs", **self._place)
        configuration = functions.get_function_configuration(FunctionName=ACCESS_EVENTS_FUNCTION)
        variables = configuration["Environment"]["Variables"]
        began = int(time.time() * 1000)

        def complaint() -> str:
            events = logs.filter_log_events(logGroupName=ACCESS_EVENTS_LOG_GROUP, startTime=began)["events"]
            lines = [line for event in events for line in event["message"].splitlines()]
            return next((line for line in lines if _NEEDED in line and "Error" in line), "")

        def configure(environment: dict[str, str]) -> None:
            functions.update_function_configuration(
                FunctionName=ACCESS_EVENTS_FUNCTION, Environment={"Variables": environment}
            )

        configure({name: value for name, value in variables.items() if name != _NEEDED})
        try:
            yield complaint
        finally:
            configure(variables)


def _with_uid(uid: str) -> Callable[[Record], bool]:
    return lambda record: record.uid == uid


def how_it_differs(read: Evidence, expected: Expected) -> str:
    """Every way in which the judgement is another one than expected; empty where it is the same."""
    wrong = [
        f"{name} {found!r} instead of {wanted!r}"
        for name, found, wanted in (
            ("verdict", read.verdict, expected.verdict),
            ("reasons", read.reasons, expected.reasons),
            ("alerts", read.alerts, expected.alerts),
            ("copies", read.copies, expected.copies),
        )
        if found != wanted
    ]
    return ", ".join(wrong)
